"""Advisors as banks have them: names of 2 to 28 characters from every corner, long titles, real photographs."""

from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path

from openpyxl import Workbook
from PIL import Image

AWKWARD_NAMES = (
    "李丽",
    "王㛃",
    "陈嬅",
    "龑䶮",
    "𠮷野",
    "欧阳娜娜",
    "司马相如",
    "买买提·阿卜杜热合曼",
    "阿卜杜热依木·买买提依明·吐尔逊江",
    "古丽米热·阿不都克里木·艾则孜·买合木提江",
    "次仁旺堆·洛桑单增",
    "Zoë Müller",
    "José Ángel Núñez-Ibáñez",
    "Alexandra Konstantinopoulou",
    "O’Connor, Siobhán",
    "Maria van den Berg–Dubois",
    "林 Vivian",
    "孛儿只斤·孟和巴特尔Mönkhbat",
)
TITLES = (
    "理财经理",
    "高级财富管理客户经理",
    "私人银行中心资深投资顾问（首席）兼团队负责人",
    "Senior Relationship Mgr.",
    "零售业务部副总经理",
)
ORGANISATIONS = (
    "望江支行",
    "澜山银行 · 望江支行",
    "澜山银行股份有限公司乌鲁木齐高新技术开发区支行",
    "澜山银行呼和浩特赛罕区昭乌达路科技支行营业部",
    "Lanshan Bank Shanghai FTZ",
)


# The pictures alone are wanted of these packages: to import them takes longer than most tests.
PHOTOGRAPHS = {
    "portrait.jpg": ("skimage", "data/astronaut.png"),
    "temple.png": ("sklearn", "datasets/images/china.jpg"),
    "flower.webp": ("sklearn", "datasets/images/flower.jpg"),
}


def photographs(folder: Path) -> list[str]:
    """Three real photographs in `folder`: a portrait, and two of other shapes; their file names."""
    for name, (package, file) in PHOTOGRAPHS.items():
        found = find_spec(package)
        assert found is not None
        assert found.origin is not None
        with Image.open(Path(found.origin).parent / file) as picture:
            picture.convert("RGB").save(folder / name)
    return list(PHOTOGRAPHS)


def advisors(count: int, photos: list[str]) -> list[dict[str, str]]:
    """`count` advisors, the awkward ones first; the same ones each time."""
    from faker import Faker  # a second of a processor's for whoever only collects the tests

    faker = Faker("zh_CN")
    faker.seed_instance(2026)
    names = [*AWKWARD_NAMES, *(faker.unique.name() for _ in range(max(count - len(AWKWARD_NAMES), 0)))]
    titles, organisations, pictures = cycle(TITLES), cycle(ORGANISATIONS), cycle(photos)
    return [
        {
            "name": name,
            "title": next(titles),
            "organisation": next(organisations),
            "phone": faker.phone_number(),
            "licence": f"A2026{number:09d}",
            "photo": next(pictures),
        }
        for number, name in enumerate(islice(names, count))
    ]


def write_excel(path: Path, rows: list[dict[str, str]]) -> None:
    """The rows as a marketing department would send them."""
    book = Workbook()
    sheet = book.active
    columns = list(rows[0])
    sheet.append(columns)
    for row in rows:
        sheet.append([row.get(column) for column in columns])
    book.save(path)
