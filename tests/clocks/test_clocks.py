"""A clock plans who is told when; a new deadline, a new owner or the end of the work changes what comes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from qaframework.clocks.models import Clock, Heartbeat, Moment
from qaframework.clocks.workflow import (
    ClockDraft,
    beat,
    follow_calendar,
    hand_over_clock,
    move_clock,
    pause_clock,
    relabel_clock,
    restart_clock,
    resume_clock,
    start_clocks,
    stop_clock,
)
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import LocalClosureDay
from qaframework.rules.working_days import end_of_day
from tests.factories.authority import small_authority
from tests.factories.caseload import CaseFactory
from tests.factories.clocks import framework_version, rung, running_clock

pytestmark = pytest.mark.django_db

DUE = end_of_day(date(2026, 12, 8))


@pytest.fixture
def authority():
    return small_authority()


def plan(clock):
    """Name, moment (UTC) and whether it is still to come, of the clock's present round."""
    rows = clock.moments.filter(round=clock.round).order_by("falls_at", "position")
    return [(row.name, row.falls_at.strftime("%d %b %H:%M"), row.is_open) for row in rows]


def test_a_clock_plans_every_rung_of_its_ladder(authority, now):
    clock = running_clock(authority, due_at=DUE, now=now)
    assert plan(clock) == [
        ("Due in a week", "01 Dec 08:00", True),
        ("Due in two days", "06 Dec 08:00", True),
        ("Due today", "08 Dec 08:00", True),
        ("2 days late", "10 Dec 08:00", True),
        ("7 days late", "15 Dec 08:00", True),
        ("14 days late", "22 Dec 08:00", True),
    ]
    assert clock.history.get().history_change_reason == "Started"


def test_reminders_that_would_lie_in_the_past_are_left_out_but_escalations_are_not(authority, now):
    soon = running_clock(authority, due_at=end_of_day(date(2026, 11, 11)), now=now)
    assert [is_open for _, _, is_open in plan(soon)] == [False, False, True, True, True, True]
    overdue = running_clock(authority, due_at=end_of_day(date(2026, 11, 1)), now=now)
    assert [is_open for _, _, is_open in plan(overdue)] == [False, False, False, True, True, True]


def test_closure_days_of_the_authority_count_where_a_ladder_counts_working_days(authority, now):
    LocalClosureDay.objects.create(day=date(2026, 12, 9), name="Moving office")
    version = framework_version(working=[rung("Late", "2 working days", "owner")])
    clock = running_clock(authority, due_at=DUE, now=now, version=version, ladder="working")
    assert plan(clock) == [("Late", "11 Dec 08:00", True)]


def test_a_closure_day_entered_later_moves_what_counts_working_days_and_nothing_else(authority, now):
    version = framework_version(
        working=[
            rung("Before", "5 working days", "owner", before=True),
            rung("Late", "2 working days", "owner"),
        ],
        calendar=[rung("Late", "2 days", "owner")],
    )
    working, stopped, calendar = (
        running_clock(authority, due_at=DUE, now=now, version=version, ladder=ladder)
        for ladder in ("working", "working", "calendar")
    )
    stop_clock(clock=stopped, reason="completed", by=None, now=now)
    before = plan(stopped), plan(calendar)
    LocalClosureDay.objects.create(day=date(2026, 12, 9), name="Moving office")
    reminded = datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert follow_calendar(now=reminded) == 1
    assert plan(working) == [("Before", "01 Dec 08:00", True), ("Late", "11 Dec 08:00", True)]
    assert (plan(stopped), plan(calendar)) == before
    working.refresh_from_db()
    assert working.due_at == DUE
    assert follow_calendar(now=reminded) == 0


def test_an_unknown_ladder_is_refused_and_nothing_is_started(authority, now):
    with pytest.raises(KeyError):
        running_clock(authority, due_at=DUE, now=now, ladder="nonsense")
    assert not Clock.objects.exists()


def drafts(authority, count):
    post = authority.post_of[authority.team_manager]
    version = framework_version()
    return [
        ClockDraft("assignment", f"Work {number}", "", version, "late_audit", post, post.unit, DUE)
        for number in range(count)
    ]


def test_many_clocks_start_as_one_would_in_the_order_given(authority, now):
    clocks = start_clocks(drafts(authority, 30), by=authority.qa_officer, now=now)
    assert [clock.label for clock in clocks] == [f"Work {number}" for number in range(30)]
    assert Moment.objects.filter(is_open=True).count() == 30 * 6
    entries = Clock.history.all()
    assert entries.count() == 30
    assert {(entry.history_user, entry.history_date, entry.history_type) for entry in entries} == {
        (authority.qa_officer, now, "+")
    }
    assert start_clocks([], by=None, now=now) == []


def test_a_move_begins_a_new_round_and_closes_the_old_one(authority, now):
    clock = running_clock(authority, due_at=DUE, now=now)
    later = end_of_day(date(2026, 12, 22))
    move_clock(clock=clock, due_at=later, reason="Extension granted", by=authority.head_of_service, now=now)
    assert (clock.round, clock.due_at) == (2, later)
    assert not clock.moments.filter(round=1, is_open=True).exists()
    assert plan(clock)[0] == ("Due in a week", "15 Dec 08:00", True)
    entry = clock.history.latest()
    assert (entry.history_change_reason, entry.history_user) == (
        "Extension granted",
        authority.head_of_service,
    )


def test_the_same_deadline_again_changes_nothing(authority, now):
    clock = running_clock(authority, due_at=DUE, now=now)
    move_clock(clock=clock, due_at=DUE, reason="", by=None, now=now)
    assert (clock.round, clock.history.count()) == (1, 1)


def test_of_two_moves_at_once_one_is_told_that_the_other_was_first(authority, now):
    clock = running_clock(authority, due_at=DUE, now=now)
    same = Clock.objects.get()
    move_clock(clock=clock, due_at=DUE + timedelta(days=7), reason="", by=None, now=now)
    with pytest.raises(SomebodyElseWasFirst):
        move_clock(clock=same, due_at=DUE + timedelta(days=14), reason="", by=None, now=now)
    assert Clock.objects.get().due_at == DUE + timedelta(days=7)


def test_a_stopped_clock_has_nothing_to_come_and_cannot_be_moved(authority, now):
    clock = running_clock(authority, due_at=DUE, now=now)
    stop_clock(clock=clock, reason="completed", by=authority.team_manager, now=now)
    assert (clock.stopped_at, clock.stop_reason) == (now, "completed")
    assert not clock.moments.filter(is_open=True).exists()
    with pytest.raises(SomebodyElseWasFirst):
        move_clock(clock=clock, due_at=DUE + timedelta(days=1), reason="", by=None, now=now)
    with pytest.raises(SomebodyElseWasFirst):
        hand_over_clock(
            clock=clock, owner_post=clock.owner_post, unit=clock.unit, reason="", by=None, now=now
        )


def test_a_paused_clock_waits_and_then_keeps_to_the_new_deadline(authority, now):
    clock = running_clock(authority, due_at=DUE, now=now)
    pause_clock(clock=clock, reason="Court", by=authority.head_of_service, now=now)
    assert clock.paused_at == now
    assert clock.history.latest().history_change_reason == "Paused: Court"
    assert not Moment.objects.overdue(DUE + timedelta(days=90)).exists()
    clock.moments.filter(position=1).update(is_open=False)  # as a sweep before the pause would
    later = now + timedelta(days=14)
    resume_clock(clock=clock, due_at=DUE + timedelta(days=14), by=authority.head_of_service, now=later)
    assert (clock.paused_at, clock.round, clock.history.latest().history_change_reason) == (
        None,
        1,
        "Resumed",
    )
    assert plan(clock) == [
        ("Due in a week", "01 Dec 08:00", False),
        ("Due in two days", "20 Dec 08:00", True),
        ("Due today", "22 Dec 08:00", True),
        ("2 days late", "24 Dec 08:00", True),
        ("7 days late", "29 Dec 08:00", True),
        ("14 days late", "05 Jan 08:00", True),
    ]


def test_a_pause_begins_once_ends_once_and_ends_with_the_work(authority, now):
    clock = running_clock(authority, due_at=DUE, now=now)
    with pytest.raises(SomebodyElseWasFirst):
        resume_clock(clock=clock, due_at=DUE, by=None, now=now)
    pause_clock(clock=clock, reason="Court", by=None, now=now)
    with pytest.raises(SomebodyElseWasFirst):
        pause_clock(clock=clock, reason="Court", by=None, now=now)
    stop_clock(clock=clock, reason="completed", by=None, now=now)
    clock.refresh_from_db()
    assert (clock.paused_at, clock.stop_reason) == (None, "completed")
    with pytest.raises(SomebodyElseWasFirst):
        pause_clock(clock=clock, reason="Court", by=None, now=now)


def test_stopping_twice_keeps_the_first_end(authority, now):
    clock = running_clock(authority, due_at=DUE, now=now)
    same = Clock.objects.get()
    stop_clock(clock=clock, reason="completed", by=None, now=now)
    stop_clock(clock=same, reason="withdrawn", by=None, now=now + timedelta(hours=1))
    assert (same.stopped_at, same.stop_reason) == (now, "completed")
    assert same.history.count() == 2


def test_a_reason_that_does_not_exist_is_refused(authority, now):
    clock = running_clock(authority, due_at=DUE, now=now)
    with pytest.raises(ValueError, match="tired"):
        stop_clock(clock=clock, reason="tired", by=None, now=now)


def test_a_restarted_clock_looks_forward_only(authority, now):
    clock = running_clock(authority, due_at=DUE, now=now)
    stop_clock(clock=clock, reason="completed", by=None, now=now)
    back = datetime(2026, 12, 16, 9, 0, tzinfo=UTC)
    restart_clock(clock=clock, due_at=DUE, reason="Sent back", by=authority.qa_officer, now=back)
    assert (clock.stopped_at, clock.stop_reason, clock.round) == (None, "", 2)
    assert [name for name, _, is_open in plan(clock) if is_open] == ["14 days late"]
    with pytest.raises(SomebodyElseWasFirst):
        restart_clock(clock=clock, due_at=DUE, reason="", by=None, now=back)


def test_a_hand_over_keeps_deadline_and_moments(authority, now):
    clock = running_clock(authority, due_at=DUE, now=now)
    before = plan(clock)
    post = authority.post_of[authority.outsider]
    hand_over_clock(
        clock=clock, owner_post=post, unit=post.unit, reason="Moved to care", by=authority.qa_officer, now=now
    )
    clock.refresh_from_db()
    assert (clock.owner_post, clock.unit, clock.round) == (post, authority.care_team_1, 1)
    assert plan(clock) == before


def test_another_case_keeps_deadline_and_moments(authority, now):
    clock = running_clock(authority, due_at=DUE, now=now)
    before = plan(clock)
    case = CaseFactory()
    relabel_clock(clock=clock, label="Case N2", case=case, reason="Replaced", by=None, now=now)
    assert (clock.label, clock.case, plan(clock)) == ("Case N2", case, before)
    stop_clock(clock=clock, reason="completed", by=None, now=now)
    with pytest.raises(SomebodyElseWasFirst):
        relabel_clock(clock=clock, label="Case N3", case=None, reason="", by=None, now=now)


def test_a_heartbeat_is_one_row_with_the_last_moment(now):
    beat(name="beat", now=now)
    beat(name="beat", now=now + timedelta(minutes=1))
    assert Heartbeat.objects.get().at == now + timedelta(minutes=1)
