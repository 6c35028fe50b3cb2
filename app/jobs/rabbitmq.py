"""RabbitMQ, through dramatiq, as a carrier of row ids between many machines."""

from collections.abc import Callable

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.errors import BrokerError

from app.kernel.errors import Unavailable


class Rabbit:
    """One process's connection: it announces ids, and after `listen` hands those that arrive to `carry`."""

    def __init__(self, url: str, queue: str, carry: Callable[[int], None]) -> None:
        self._broker = RabbitmqBroker(url=url, confirm_delivery=True, middleware=[])
        options = {"broker": self._broker, "actor_name": "carry", "queue_name": queue}
        self._actor = dramatiq.actor(carry, **options)
        self._worker: dramatiq.Worker | None = None

    def announce(self, job_id: int) -> None:
        """Send `job_id` to whichever listener is free. *Raises* Unavailable ``broker_down``."""
        try:
            self._actor.send(job_id)
        except BrokerError as error:
            raise Unavailable("broker_down", "RabbitMQ does not answer", retry_after_seconds=1) from error

    def listen(self) -> None:
        """Begin to hand arriving ids to `carry`, in a thread of its own; a lost connection is made again."""
        self._worker = dramatiq.Worker(self._broker, worker_threads=1, worker_timeout=100)
        self._worker.start()

    def close(self) -> None:
        """Let the job at hand end, then disconnect."""
        if self._worker is not None:
            self._worker.stop()
        self._broker.close()
