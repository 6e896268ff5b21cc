"""One sender at a time, also across processes and after a kill."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from qaframework.notices.models import SenderLease

NAME = "notices"
ADVISORY_LOCK = 3_202_611  # any number nothing else in this database uses

# Longer than any run can take, so that only a dead sender loses the lease.
HELD_FOR = timedelta(seconds=90)


@contextmanager
def only_sender() -> Iterator[bool]:
    """Yields whether this process is the one that may send.

    On PostgreSQL an advisory lock, which goes with the connection when the process is killed; elsewhere a
    row that says until when. That is a fact about running processes, so it goes by the real time (UTC).
    """
    take, give_back = (
        (_take_lock, _give_back_lock) if connection.vendor == "postgresql" else (_take_row, _give_back_row)
    )
    is_ours = take()
    try:
        yield is_ours
    finally:
        if is_ours:
            give_back()


def _take_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
        return bool(cursor.fetchone()[0])


def _give_back_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


def _take_row() -> bool:
    now = timezone.now()
    SenderLease.objects.get_or_create(name=NAME, defaults={"held_until": now})
    free = SenderLease.objects.filter(name=NAME, held_until__lte=now)
    return free.update(held_until=now + HELD_FOR) == 1


def _give_back_row() -> None:
    SenderLease.objects.filter(name=NAME).update(held_until=timezone.now())
