"""Sweeps beside each other, and beside people who finish their work in the same second (PostgreSQL)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import TypeVar

import pytest
from django.core import mail
from django.db import connection, transaction

from escalation.models import EscalationStep
from escalation.workflow import sweep
from qaframework.clocks.models import Clock
from qaframework.clocks.workflow import move_clock, pause_clock, stop_clock
from qaframework.notices.models import Notice
from qaframework.notices.workflow import deliver
from qaframework.rules.working_days import end_of_day
from tests.factories.authority import small_authority
from tests.factories.clocks import framework_version, running_clock

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

DUE = end_of_day(date(2026, 12, 8))
STARTED = datetime(2026, 11, 10, tzinfo=UTC)
THEN = datetime(2026, 12, 23, 12, 0, tzinfo=UTC)
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"

Result = TypeVar("Result")


def elsewhere(work: Callable[[], Result]) -> Result:
    """Runs in a thread; gives its database connection back, as a process that ends would."""
    try:
        return work()
    finally:
        connection.close()


def somebody_waits_for_us() -> bool:
    """Whether another connection waits for this one; asks until one does, for a bounded number of times."""
    with connection.cursor() as cursor:
        for _ in range(5000):
            cursor.execute(WAITS)
            if cursor.fetchone()[0]:
                return True
    return False


def clocks(count: int) -> list[Clock]:
    authority, version = small_authority(), framework_version()
    return [running_clock(authority, due_at=DUE, now=STARTED, version=version) for _ in range(count)]


def test_four_sweeps_at_once_take_each_step_once():
    clocks(40)
    together = Barrier(4)

    def work() -> int:
        together.wait(timeout=20)
        return elsewhere(lambda: sweep(now=THEN).steps)

    with ThreadPoolExecutor(4) as threads:
        taken = [future.result() for future in [threads.submit(work) for _ in range(4)]]
    assert sum(taken) == 40 * 6 == EscalationStep.objects.count() == EscalationStep.history.count()
    people = Notice.objects.values_list("recipient", flat=True)
    assert len(people) == len(set(people)) * sum(1 for steps in taken if steps)


@pytest.mark.parametrize("ends_by", ["stop", "pause", "move"])
def test_work_that_ends_pauses_or_moves_in_the_same_second_takes_no_step(ends_by):
    (clock,) = clocks(1)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            if ends_by == "stop":
                stop_clock(clock=clock, reason="completed", by=None, now=THEN)
            elif ends_by == "pause":
                pause_clock(clock=clock, reason="Court", by=None, now=THEN)
            else:
                later = end_of_day(date(2027, 2, 1))
                move_clock(clock=clock, due_at=later, reason="", by=None, now=THEN)
            sweeping = thread.submit(elsewhere, lambda: sweep(now=THEN).steps)
            assert somebody_waits_for_us()
        assert sweeping.result(timeout=20) == 0
    assert not EscalationStep.objects.exists()


def test_a_pause_waits_for_the_sweep_and_holds_the_rest():
    (clock,) = clocks(1)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            assert sweep(now=datetime(2026, 12, 10, 12, tzinfo=UTC)).steps == 4
            pausing = thread.submit(
                elsewhere, lambda: pause_clock(clock=clock, reason="Court", by=None, now=THEN)
            )
            assert somebody_waits_for_us()
        pausing.result(timeout=20)
    assert sweep(now=THEN).steps == 0
    assert EscalationStep.objects.count() == 4


def test_a_stop_waits_for_the_sweep_and_closes_the_rest():
    (clock,) = clocks(1)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            assert sweep(now=datetime(2026, 12, 10, 12, tzinfo=UTC)).steps == 4
            stopping = thread.submit(
                elsewhere, lambda: stop_clock(clock=clock, reason="completed", by=None, now=THEN)
            )
            assert somebody_waits_for_us()
        stopping.result(timeout=20)
    assert not clock.moments.filter(is_open=True).exists()
    assert sweep(now=THEN).steps == 0
    assert EscalationStep.objects.count() == 4


def test_four_senders_at_once_send_each_notice_once():
    clocks(10)
    sweep(now=THEN)
    waiting = Notice.objects.count()
    together = Barrier(4)

    def work() -> int:
        together.wait(timeout=20)
        return elsewhere(lambda: deliver(now=THEN).sent)

    with ThreadPoolExecutor(4) as threads:
        sent = [future.result() for future in [threads.submit(work) for _ in range(4)]]
    assert sum(sent) == waiting == len(mail.outbox)
