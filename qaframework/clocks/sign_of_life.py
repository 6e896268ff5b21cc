"""Each worker process shows that it is alive, whether or not there is work for it."""

import logging
from typing import Any

from celery import bootsteps
from django.db import DatabaseError, connection
from django.utils import timezone

EVERY = 30.0  # seconds

log = logging.getLogger(__name__)


class SignOfLife(bootsteps.StartStopStep):
    """Notes a heartbeat of this worker by its host's name, from its own timer, so that a full queue does not
    look like a dead worker."""

    requires = frozenset({"celery.worker.components:Timer"})

    def __init__(self, parent: Any, **options: Any) -> None:
        self.timer: Any = None

    def start(self, parent: Any) -> None:
        note_alive(parent.hostname)
        self.timer = parent.timer.call_repeatedly(EVERY, note_alive, (parent.hostname,))

    def stop(self, parent: Any) -> None:
        if self.timer is not None:
            self.timer.cancel()


def note_alive(hostname: str) -> None:
    """A database that does not answer is logged and waited for: the worker has to outlive it."""
    # The worker loads this before Django's models can be.
    from qaframework.clocks.workflow import worker_beat

    try:
        worker_beat(hostname=hostname, now=timezone.now())
    except DatabaseError:
        log.warning("This worker's sign of life could not be noted: the database does not answer.")
    finally:
        # Child processes must not inherit it.
        connection.close()
