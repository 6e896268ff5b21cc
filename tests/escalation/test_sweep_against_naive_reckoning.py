"""Whatever happens to the clocks and whenever sweeps run, the steps are those of a reckoning on paper."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.models import EscalationStep
from escalation.workflow import sweep
from qaframework.clocks.models import Moment
from qaframework.clocks.workflow import move_clock, pause_clock, restart_clock, resume_clock, stop_clock
from qaframework.notices.models import Notice
from qaframework.rules.working_days import LONDON, end_of_day
from tests.factories.authority import small_authority
from tests.factories.clocks import LATE_AUDIT, framework_version, running_clock

# Around both clock changes, leap day, and the turn of the year.
BEGINNINGS = [date(2026, 10, 17), date(2027, 3, 20), date(2028, 2, 20), date(2026, 12, 20)]
RUNGS = [
    (int(rung["offset"].split()[0]) * (-1 if rung["before"] else 1), rung["before"]) for rung in LATE_AUDIT
]


@dataclass
class PaperClock:
    """What somebody with a diary would write down; shares no code with the program."""

    due: date
    planned_at: datetime
    round: int = 1
    is_running: bool = True
    paused_on: date | None = None
    paused_for: timedelta = timedelta(0)
    looks_forward_from: datetime | None = None
    taken: dict[tuple[int, int], datetime] = field(default_factory=dict)

    def look(self, moment: datetime) -> None:
        if not self.is_running or self.paused_on:
            return
        for position, (days, is_reminder) in enumerate(RUNGS, 1):
            planned = datetime.combine(self.due + timedelta(days=days), time(8), LONDON)
            missed = is_reminder and planned <= self.planned_at
            missed = missed or (self.looks_forward_from is not None and planned <= self.looks_forward_from)
            falls = planned + self.paused_for
            if falls <= moment and not missed:
                self.taken.setdefault((self.round, position), moment)

    def replan(self, due: date, moment: datetime) -> None:
        self.due, self.planned_at, self.round = due, moment, self.round + 1
        self.paused_for = timedelta(0)

    def resume(self, on: date) -> date:
        assert self.paused_on
        self.paused_for += on - self.paused_on
        self.paused_on = None
        return self.due + self.paused_for


events = st.lists(
    st.tuples(
        st.integers(0, 30 * 24 * 4),  # quarters of an hour since the beginning
        st.sampled_from(["sweep", "sweep", "sweep", "start", "move", "stop", "restart", "pause", "resume"]),
        st.integers(0, 4),  # which clock
        st.integers(-3, 12),  # its deadline, in days from that moment
    ),
    min_size=3,
    max_size=30,
)


@pytest.mark.django_db
@pytest.mark.clause("LAN-29", "LAN-30", "LAN-31")
@given(beginning=st.sampled_from(BEGINNINGS), events=events)
@settings(max_examples=60)
def test_the_steps_are_those_of_a_naive_reckoning_each_once(beginning, events):
    with transaction.atomic():
        _play(beginning, sorted(events))
        transaction.set_rollback(True)


def _play(beginning: date, events) -> None:
    authority, version = small_authority(), framework_version()
    start = datetime.combine(beginning, time(0), LONDON)
    clocks, papers = {}, {}
    moment = start
    for quarters, event, number, days in [*events, (31 * 24 * 4, "sweep", 0, 0)]:
        moment = (start + timedelta(minutes=15 * quarters)).astimezone(LONDON)
        due = moment.date() + timedelta(days=days)
        clock, paper = clocks.get(number), papers.get(number)
        if event == "sweep":
            sweep(now=moment)
            for each in papers.values():
                each.look(moment)
        elif event == "start" and clock is None:
            clocks[number] = running_clock(authority, due_at=end_of_day(due), now=moment, version=version)
            papers[number] = PaperClock(due, moment)
        elif event == "move" and paper and paper.is_running and due != paper.due + paper.paused_for:
            move_clock(clock=clock, due_at=end_of_day(due), reason="", by=None, now=moment)
            paper.replan(due, moment)
            paper.looks_forward_from = None
        elif event == "stop" and paper:
            stop_clock(clock=clock, reason="completed", by=None, now=moment)
            paper.is_running, paper.paused_on = False, None
        elif event == "pause" and paper and paper.is_running and not paper.paused_on:
            pause_clock(clock=clock, reason="Court", by=None, now=moment)
            paper.paused_on = moment.date()
        elif event == "resume" and paper and paper.paused_on:
            resume_clock(clock=clock, due_at=end_of_day(paper.resume(moment.date())), by=None, now=moment)
        elif event == "restart" and paper and not paper.is_running:
            restart_clock(clock=clock, due_at=end_of_day(due), reason="", by=None, now=moment)
            paper.replan(due, moment)
            paper.is_running, paper.looks_forward_from = True, moment
    _compare(clocks, papers, moment)


def _compare(clocks, papers, last: datetime) -> None:
    expected = {
        (clocks[number].pk, round_, position, taken_at)
        for number, paper in papers.items()
        for (round_, position), taken_at in paper.taken.items()
    }
    found = list(EscalationStep.objects.values_list("clock_id", "round", "position", "taken_at"))
    assert set(found) == expected
    assert len(found) == len(expected)
    assert not Moment.objects.overdue(last).exists()
    assert sweep(now=last).steps == 0
    notices = Notice.objects.values_list("recipient", "created_at")
    assert len(set(notices)) == len(notices), "one notice a person a sweep"
