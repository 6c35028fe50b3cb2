"""RabbitMQ forgets, repeats, or is gone: the rows know better."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pika
import pytest
from pydantic import SecretStr

from app.db import open_engine, reading
from app.flow.deps import Deps
from app.flow.render_later import JOB, request_rendition
from app.jobs.rabbitmq import Rabbit
from app.jobs.relay import relay
from app.kernel.errors import Unavailable
from app.posters import records
from app.posters.core import Painted, RenditionOrder
from app.storage.local import LocalStore
from app.worker import work
from tests.conftest import House, transport_settings
from tests.factories import an_order, paint_swatch
from tests.faults.line import laid
from tests.services import free_ports


@pytest.fixture
def painted() -> list[str]:
    return []


@pytest.fixture
def deps(sqlite_url: str, tmp_path: Path, painted: list[str]) -> Iterator[Deps]:
    more = {"database_url": sqlite_url, "poll_seconds": 0.05, "reannounce_seconds": 1}
    settings = House({}).using(**more, **transport_settings("rabbitmq")).settings

    def paint(order: RenditionOrder) -> Painted:
        painted.append(order.link)
        return paint_swatch(order)

    deps = Deps(settings, open_engine(settings), LocalStore(tmp_path / "objects"), paint)
    yield deps
    deps.engine.dispose()


def is_done(deps: Deps, rendition_id: str) -> bool:
    with reading(deps) as session:
        return records.find(session, rendition_id).outcome == "done"


def work_until_done(deps: Deps, *rendition_ids: str) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(deps, False, stop))
    thread.start()
    deadline = time.monotonic() + 20
    while not all(is_done(deps, one) for one in rendition_ids) and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    thread.join(20)
    assert all(is_done(deps, one) for one in rendition_ids)


def rabbit_of(deps: Deps, url: str = "") -> Rabbit:
    settings = deps.settings
    return Rabbit(url or settings.rabbitmq_url.get_secret_value(), settings.rabbitmq_queue, lambda job_id: None)


def test_messages_that_the_broker_forgot_are_sent_again_from_the_rows(deps: Deps, painted: list[str]) -> None:
    ids = [request_rendition(deps, an_order(link=f"https://go.lanshan.example/r/{number}")) for number in range(3)]
    rabbit = rabbit_of(deps)
    assert relay(deps, [JOB], rabbit.announce, 60) == 3
    rabbit.close()
    connection = pika.BlockingConnection(pika.URLParameters(deps.settings.rabbitmq_url.get_secret_value()))
    channel = connection.channel()
    flushed = channel.queue_purge(deps.settings.rabbitmq_queue)
    connection.close()
    assert flushed.method.message_count == 3
    work_until_done(deps, *ids)
    assert len(painted) == 3


def test_a_message_that_arrives_many_times_and_one_about_nothing_change_nothing(deps: Deps, painted: list[str]) -> None:
    rendition_id = request_rendition(deps, an_order())
    rabbit = rabbit_of(deps)
    for job_id in (1, 999, 1, 1, 12345):
        rabbit.announce(job_id)
    rabbit.close()
    work_until_done(deps, rendition_id)
    assert len(painted) == 1


def test_a_broker_that_is_gone_is_unavailable_and_the_jobs_stay_unannounced(deps: Deps) -> None:
    request_rendition(deps, an_order())
    (port,) = free_ports(1)
    rabbit = rabbit_of(deps, f"amqp://guest:guest@127.0.0.1:{port}/%2F")
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            relay(SimpleNamespace(engine=deps.engine), [JOB], rabbit.announce, 3600)
        assert caught.value.code == "broker_down"
    rabbit.close()


def test_a_worker_that_starts_before_the_broker_does_the_jobs_when_it_comes(deps: Deps) -> None:
    broker, (port,) = urlsplit(deps.settings.rabbitmq_url.get_secret_value()), free_ports(1)
    url = broker._replace(netloc=f"guest:guest@127.0.0.1:{port}").geturl()
    early = replace(deps, settings=deps.settings.model_copy(update={"rabbitmq_url": SecretStr(url)}))
    rendition_id = request_rendition(early, an_order())
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(early, False, stop))
    thread.start()
    time.sleep(0.5)
    assert not is_done(early, rendition_id)
    with laid((broker.hostname or "", broker.port or 0), port):
        deadline = time.monotonic() + 30
        while not is_done(early, rendition_id) and time.monotonic() < deadline:
            time.sleep(0.05)
        stop.set()
        thread.join(20)
    assert is_done(early, rendition_id)
