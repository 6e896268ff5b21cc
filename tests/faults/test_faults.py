"""Processes are killed, servers restarted, clocks moved: each step is taken and each notice sent, once.

Whatever happens, what is found afterwards is what a naive reckoning (reckoning.py) says.
"""

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.faults.mail_server import Mood
from tests.faults.reckoning import A_DAY, LONDON, Reckoning
from tests.faults.stage import Stage, stage

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.clause("LAN-29", "LAN-30", "LAN-31")]

OCTOBER = "2026-10-20"  # the clock goes back on the 25th
LATE_ENOUGH = timedelta(days=32)  # every step of every deadline has come


@pytest.fixture(scope="module")
def installation() -> Iterator[Stage]:
    with stage() as made:
        yield made


@pytest.fixture
def there(installation: Stage) -> Stage:
    installation.clear()
    return installation


def start_of(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=LONDON)


def open_for_work(there: Stage, *days: str, clocks: int = 24, beats: int = 1, workers: int = 1) -> Reckoning:
    """Deadlines from these days on, beats and workers; the clock stands at the beginning of the first day."""
    days = days or (OCTOBER,)
    there.clock.set(start_of(days[0]))
    reckoning = Reckoning.of(there.play("fill", clocks, *days))
    there.staff(beats=beats, workers=workers)
    return reckoning


def compare(there: Stage, reckoning: Reckoning, until: datetime, *, kills: int = 0) -> None:
    """Steps, whom they reached, notices and e-mails are those that should be; a killed sender may repeat the
    one e-mail that it held, under the same Message-ID."""
    there.wait_until_all_is_done(until)
    expected = reckoning.expected(until)
    found = there.rows(
        "SELECT step.clock_id, step.round, position, falls_at, taken_at, was_late, sweep, step.id"
        " FROM escalation_escalationstep step"
    )
    steps = {row[:3]: row[3] for row in found}
    assert (expected.keys() - steps.keys(), steps.keys() - expected.keys()) == (set(), set())
    assert steps == expected
    assert len(found) == len(expected), "none twice"
    for row in found:
        assert row[3] <= row[4], "no step before its time"
        assert row[5] == (row[4] - row[3] > A_DAY), "late is marked"
    reached = Counter(
        there.rows(
            "SELECT step.id, user_id FROM escalation_steprecipient one, escalation_escalationstep step"
            " WHERE step.id = one.step_id"
        )
    )
    assert reached == Counter((row[7], person) for row in found for person in reckoning.told(row[:3]))
    assert there.rows("SELECT count(*) FROM escalation_historicalescalationstep") == [(len(found),)]
    _compare_mails(there, {(row[6], person) for row in found for person in reckoning.told(row[:3])}, kills)


def _compare_mails(there: Stage, told: set[tuple[str, int]], kills: int) -> None:
    """One notice for each person and sweep, each sent, none twice."""
    notices = there.rows(
        "SELECT notices_notice.id, recipient_id, email, delivery FROM notices_notice, people_user"
        " WHERE people_user.id = recipient_id"
    )
    assert Counter(row[1] for row in notices) == Counter(person for _, person in told)
    assert {row[3] for row in notices} == {"sent"}
    taken = Counter(there.mail.taken)
    assert taken.keys() == {(f"<notice-{row[0]}@127.0.0.1>", row[2]) for row in notices}
    assert taken.total() - len(taken) <= kills


def test_a_worker_killed_in_the_middle_of_a_sweep(there: Stage) -> None:
    reckoning = open_for_work(there)
    there.hold_the_next_sweep()
    there.clock.set(start_of(OCTOBER) + 10 * A_DAY)
    there.wait_until_a_sweep_is_held()
    assert there.rows("SELECT count(*) FROM escalation_escalationstep") == [(0,)]
    there.kill(there.workers[0])
    there.hire_worker()
    compare(there, reckoning, start_of(OCTOBER) + LATE_ENOUGH)


def test_a_worker_killed_in_the_middle_of_a_delivery(there: Stage) -> None:
    reckoning = open_for_work(there)
    there.mail.be(Mood.HANGS)
    there.clock.set(start_of(OCTOBER) + 10 * A_DAY)
    assert there.mail.hanging.acquire(timeout=60)
    there.kill(there.workers[0])
    claimed = there.rows("SELECT delivery, last_error FROM notices_notice WHERE attempts > 0")
    assert claimed == [("queued", "")], "one e-mail was in its hands"
    there.mail.be(Mood.TAKES)
    there.hire_worker()
    there.clock.set(start_of(OCTOBER) + 11 * A_DAY)
    compare(there, reckoning, start_of(OCTOBER) + LATE_ENOUGH, kills=1)


def test_a_queue_that_is_restarted_and_emptied(there: Stage) -> None:
    reckoning = open_for_work(there)
    there.until(start_of(OCTOBER) + 6 * A_DAY, days_a_second=3)
    there.redis.kill_and_restart(signal.SIGKILL)
    there.until(start_of(OCTOBER) + 12 * A_DAY, days_a_second=3)
    there.empty_queue()
    there.until(start_of(OCTOBER) + LATE_ENOUGH, days_a_second=6)
    compare(there, reckoning, start_of(OCTOBER) + LATE_ENOUGH)


def test_a_database_that_is_restarted(there: Stage) -> None:
    reckoning = open_for_work(there, workers=2)
    there.until(start_of(OCTOBER) + 6 * A_DAY, days_a_second=3)
    there.postgres.kill_and_restart(signal.SIGQUIT)  # at once, as after a loss of power
    there.until(start_of(OCTOBER) + LATE_ENOUGH, days_a_second=6)
    compare(there, reckoning, start_of(OCTOBER) + LATE_ENOUGH, kills=1)


def test_two_beats_and_four_workers_over_many_days(there: Stage) -> None:
    # Both changes of the clock, Christmas with the turn of the year, and a leap day.
    days = [OCTOBER, "2026-12-18", "2027-03-20", "2028-02-20"]
    reckoning = open_for_work(there, *days, beats=2, workers=4)
    keys = sorted(reckoning.diaries)
    for number, day in enumerate(days):
        there.clock.set(start_of(day))
        there.until(start_of(day) + 8 * A_DAY, days_a_second=4)
        there.wait_until_all_is_done(there.clock.now())
        its_own = keys[24 * number : 24 * number + 24]
        reckoning.ended(there.play("stop", *its_own[:6]))
        reckoning.moved(there.play("move", 5, *its_own[6:12]))
        there.until(start_of(day) + LATE_ENOUGH, days_a_second=8)
    compare(there, reckoning, start_of(days[-1]) + LATE_ENOUGH)


@pytest.mark.clause("LAN-33")
def test_three_days_without_anybody_at_work(there: Stage) -> None:
    reckoning = open_for_work(there)
    there.until(start_of(OCTOBER) + 4 * A_DAY, days_a_second=4)
    there.wait_until_all_is_done(start_of(OCTOBER) + 4 * A_DAY)
    for process in [*there.beats, *there.workers]:
        there.kill(process)
    sent_before = len(there.mail.taken)
    back = start_of(OCTOBER) + 7 * A_DAY + timedelta(hours=12)
    there.clock.set(back)
    there.staff(beats=1, workers=1)
    compare(there, reckoning, back)
    assert there.rows("SELECT 1 FROM escalation_escalationstep WHERE was_late"), "what had waited is marked"
    people = Counter(address for _, address in there.mail.taken[sent_before:])
    assert set(people.values()) == {1}, "one message for each person, however much was due"


def test_a_mail_server_that_takes_then_hangs_then_refuses(there: Stage) -> None:
    reckoning = open_for_work(there)
    there.clock.set(start_of(OCTOBER) + 4 * A_DAY)
    there.wait_until(lambda: there.mail.taken, "the first e-mails have left")
    there.wait_until_all_is_done(start_of(OCTOBER) + 4 * A_DAY)
    there.mail.be(Mood.HANGS)
    hung = start_of(OCTOBER) + 5 * A_DAY
    there.clock.set(hung)
    assert there.mail.hanging.acquire(timeout=60)
    there.wait_until(
        lambda: there.rows("SELECT 1 FROM notices_notice WHERE last_error <> ''"),
        "the sender gave up waiting",
    )
    there.mail.be(Mood.REFUSES)
    there.clock.set(hung + timedelta(minutes=2))
    there.wait_until(
        lambda: there.rows("SELECT 1 FROM notices_notice WHERE last_error LIKE '%%451%%'"), "it was refused"
    )
    repeats = there.mail.hanging_count
    there.mail.be(Mood.TAKES)
    there.clock.set(hung + timedelta(hours=1))
    compare(there, reckoning, start_of(OCTOBER) + LATE_ENOUGH, kills=repeats)
