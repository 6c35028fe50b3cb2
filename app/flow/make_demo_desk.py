"""What the advisors of the demonstration bank do at their desks: they name customers, and get tasks done."""

from collections.abc import Iterator
from datetime import timedelta

from app.customers import records as customers
from app.db import reading
from app.flow.complete_task import complete_task
from app.flow.make_demo_calendar import Story
from app.flow.make_demo_house import WEEKS, House
from app.flow.rename_customer import rename_customer

NAMES = (
    "王阿姨 · 望江花园",
    "陈先生",
    "李老师（一中）",
    "小周",
    "赵姐",
    "老吴",
    "孙医生",
    "何叔叔",
    "郑女士 · 开花店的",
    "Ms Okafor",
    "钱老师",
    "冯先生 · 孩子今年高考",
    "沈阿姨",
    "小韩",
    "蒋工",
)
NOTES = ("电话里聊了十分钟，下周三来网点。", "微信道了谢。", "", "孩子要出国，约了周六细谈。", "", "对方说先看看。")
NAMED, DONE = 0.06, 0.17


def desk(house: House, login: str, names: Iterator[str]) -> Story:
    """One look at the customers each day."""
    actor, day = house.staff.actors[login], house.calendar.ends_at - WEEKS
    while True:
        yield day + house.soon(0, 90)
        day += timedelta(days=1)
        with reading(house.deps) as session:
            theirs = customers.customers_of(session, actor.person_id)
            waiting = {one.id: customers.open_tasks(session, one.id) for one in theirs}
        for customer in theirs:
            if not customer.name and house.chance.random() < NAMED and (name := next(names, "")):
                rename_customer(house.deps, actor, customer.id, name)
            for task in waiting[customer.id]:
                if house.chance.random() < DONE:
                    complete_task(house.deps, actor, task.id, house.chance.choice(NOTES))


def names(house: House) -> Iterator[str]:
    """What advisors call their customers, for as long as there are any."""
    left = list(NAMES)
    house.chance.shuffle(left)
    yield from left
