"""The sweep takes exactly the steps that are due, each once, whenever and however often it runs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from escalation.models import EscalationStep, StepRecipient
from escalation.workflow import Swept, sweep
from qaframework.clocks.models import Moment
from qaframework.clocks.workflow import hand_over_clock, move_clock, restart_clock, stop_clock
from qaframework.notices.models import Notice
from qaframework.notices.workflow import deliver
from qaframework.people import history
from qaframework.rules.working_days import LONDON, end_of_day
from tests.factories.authority import small_authority
from tests.factories.caseload import CaseFactory
from tests.factories.clocks import framework_version, rung, running_clock
from tests.factories.packs import lancashire

pytestmark = pytest.mark.django_db

DUE = end_of_day(date(2026, 12, 8))
STARTED = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def authority():
    return small_authority()


def at(day: int, hour: int = 12, minute: int = 0, month: int = 12, year: int = 2026) -> datetime:
    """A local moment; in December 2026 unless said otherwise."""
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


def told() -> dict[str, list[str]]:
    """Names of the steps taken so far, each with the roles of the people it reached."""
    return {
        step.name: sorted(person.user.email.split("@")[0] for person in step.reached.all())
        for step in EscalationStep.objects.order_by("position")
    }


def steps_taken_at(*moments: datetime) -> list[list[str]]:
    """Names of the steps that each of several sweeps takes."""
    return [_step_names_of_one_sweep(moment) for moment in moments]


def _step_names_of_one_sweep(moment: datetime) -> list[str]:
    before = set(EscalationStep.objects.values_list("pk", flat=True))
    sweep(now=moment)
    new = EscalationStep.objects.exclude(pk__in=before).order_by("position")
    return [step.name for step in new]


# The published ladders, on the pack that comes with the product


def late_learning_space(authority):
    return running_clock(authority, due_at=DUE, now=at(9, 9), version=lancashire([authority.root]))


@pytest.mark.clause("LAN-29")
def test_two_days_after_the_deadline_senior_manager_and_head_of_service_are_told(authority):
    late_learning_space(authority)
    assert steps_taken_at(at(10, 7, 59), at(10, 8), at(10, 8, 5)) == [[], ["Two days late"], []]
    assert told() == {"Two days late": ["head_of_service", "senior_manager"]}
    assert {notice.recipient for notice in Notice.objects.select_related("recipient")} == {
        authority.senior_manager,
        authority.head_of_service,
    }


@pytest.mark.clause("LAN-29")
def test_they_are_told_by_e_mail_as_well(authority):
    late_learning_space(authority)
    sweep(now=at(10))
    deliver(now=at(10))
    assert sorted(message.to[0] for message in mail.outbox) == [
        authority.head_of_service.email,
        authority.senior_manager.email,
    ]


@pytest.mark.clause("LAN-30")
def test_seven_days_after_the_deadline_the_director_is_told(authority):
    late_learning_space(authority)
    assert steps_taken_at(at(15, 7, 59), at(15, 8))[1] == ["A week late"]
    assert told()["A week late"] == ["director"]


@pytest.mark.clause("LAN-31")
def test_fourteen_days_after_the_deadline_the_executive_director_is_told(authority):
    late_learning_space(authority)
    assert steps_taken_at(at(22, 7, 59), at(22, 8))[1] == ["Two weeks late"]
    assert told()["Two weeks late"] == ["executive_director"]


@pytest.mark.clause("LAN-33")
def test_a_late_action_goes_up_after_four_six_and_twelve_weeks(authority):
    running_clock(
        authority, due_at=DUE, now=at(9, 9), version=lancashire([authority.root]), ladder="late_action"
    )
    weeks = (at(5, 8, month=1, year=2027), at(19, 8, month=1, year=2027), at(2, 8, month=3, year=2027))
    moments = [moment for week in weeks for moment in (week - timedelta(minutes=1), week)]
    assert steps_taken_at(*moments) == [
        [],
        ["Four weeks late"],
        [],
        ["Six weeks late"],
        [],
        ["Twelve weeks late"],
    ]
    assert told() == {
        "Four weeks late": ["head_of_service", "senior_manager"],
        "Six weeks late": ["director"],
        "Twelve weeks late": ["executive_director"],
    }


def test_reminders_go_to_the_one_who_owes_the_work(authority):
    running_clock(authority, due_at=DUE, now=STARTED)
    sweep(now=at(1))
    assert told() == {"Due in a week": ["team_manager"]}
    notice = Notice.objects.get()
    assert notice.kind == "reminder"
    assert notice.url == "/work/1/"
    assert "due on 8 December 2026. It is with you." in notice.body


# Once, late, and after silence


def test_a_second_sweep_changes_nothing(authority):
    running_clock(authority, due_at=DUE, now=STARTED)
    assert sweep(now=at(10)) == Swept(steps=4, notices=3)
    assert sweep(now=at(10)) == Swept(0, 0)
    assert sweep(now=at(9)) == Swept(0, 0)
    assert EscalationStep.objects.count() == EscalationStep.history.count() == 4


def test_three_days_of_silence_produce_every_step_marked_late_and_one_notice_a_person(authority):
    version = framework_version()
    for _ in range(3):
        running_clock(authority, due_at=DUE, now=at(9, 9), version=version)
    fourth = running_clock(authority, due_at=end_of_day(date(2026, 12, 11)), now=at(9, 9), version=version)
    swept = sweep(now=at(13, 9))
    # Of the first three "2 days late"; of the fourth "Due today" as well.
    assert (swept.steps, swept.notices) == (3 + 2, 3)
    assert {(notice.recipient, notice.subject) for notice in Notice.objects.select_related("recipient")} == {
        (authority.senior_manager, "4 late pieces of work escalated to you"),
        (authority.head_of_service, "4 late pieces of work escalated to you"),
        (authority.team_manager, f"Reminder: {fourth.label}, due 11 December 2026"),
    }
    late = EscalationStep.objects.filter(name="2 days late").values_list("falls_at", "was_late")
    assert sorted(late) == [(at(10, 8), True)] * 3 + [(at(13, 8), False)]


def test_whoever_is_told_late_reads_when_the_step_fell_due(authority, client):
    late_learning_space(authority)
    sweep(now=at(13, 9))
    words = "(Told late: this step fell due on 10 December 2026.)"
    assert words in Notice.objects.get(recipient=authority.head_of_service).body
    client.force_login(authority.head_of_service)
    board = client.get(reverse("escalation:board")).content.decode()
    assert "told late, on 13 Dec" in board
    step = EscalationStep.objects.get(is_reminder=False)
    page = client.get(reverse("escalation:acknowledge", args=[step.pk])).content.decode()
    assert "13 December 2026, late: it fell due on 10 December 2026" in page


@pytest.mark.parametrize(("minute", "was_late"), [(0, False), (1, True)])
def test_a_step_taken_more_than_a_day_after_its_moment_says_so(authority, minute, was_late):
    late_learning_space(authority)
    sweep(now=at(11, 8, minute))
    assert EscalationStep.objects.get(is_reminder=False).was_late is was_late
    assert ("Told late" in Notice.objects.get(recipient=authority.head_of_service).body) is was_late


def test_a_person_reads_of_each_piece_of_work_only_the_step_that_went_furthest(authority):
    running_clock(authority, due_at=DUE, now=STARTED, label="Learning space A")
    sweep(now=at(8, 9))
    notice = Notice.objects.get()
    assert EscalationStep.objects.count() == 3
    assert notice.subject == "Reminder: Learning space A, due 8 December 2026"


def test_a_reminder_that_comes_after_the_day_says_that_it_has_passed(authority):
    running_clock(authority, due_at=DUE, now=STARTED)
    sweep(now=at(9))
    body = Notice.objects.get().body
    assert "was due on 8 December 2026 and is not complete. It is with you." in body


def test_a_list_of_reminders_tells_those_that_are_past_their_day_from_the_others(authority):
    running_clock(authority, due_at=DUE, now=STARTED, label="Work past its day")
    running_clock(authority, due_at=end_of_day(date(2026, 12, 11)), now=STARTED, label="Work to come")
    sweep(now=at(9))
    soon, past = Notice.objects.get().body.split("\n\n")
    assert soon.startswith("Due soon:\n- Work to come")
    assert past.startswith("Not complete, and past the day:\n- Work past its day")


@pytest.mark.clause("BED-13")
def test_work_that_is_due_at_an_hour_says_at_which(authority):
    version = framework_version(one=[rung("Not sent on in time", "0 hours", "owner", "senior_manager")])
    due_at = datetime(2026, 12, 8, 14, 30, tzinfo=UTC)
    running_clock(authority, due_at=due_at, now=STARTED, version=version, ladder="one", label="Telling them")
    sweep(now=due_at)
    body = Notice.objects.get(recipient=authority.senior_manager).body
    assert body.startswith("Telling them was due at 2:30pm on 8 December 2026 and is not complete.")


def test_a_long_list_is_cut_and_points_to_the_board(authority):
    version = framework_version()
    for number in range(60):
        running_clock(authority, due_at=DUE, now=at(9, 9), version=version, label=f"Work {number:02d}.")
    sweep(now=at(15))
    body = Notice.objects.get(recipient=authority.director).body
    assert "Work 49." in body
    assert "Work 50." not in body
    assert "- and 10 more: http" in body


# Work that ends, moves or changes hands


def test_completed_work_takes_no_more_steps(authority):
    clock = running_clock(authority, due_at=DUE, now=STARTED)
    sweep(now=at(10))
    stop_clock(clock=clock, reason="completed", by=None, now=at(14))
    assert sweep(now=at(30)) == Swept(0, 0)


def test_work_completed_during_a_silence_is_not_escalated_afterwards(authority):
    clock = running_clock(authority, due_at=DUE, now=at(9, 9))
    stop_clock(clock=clock, reason="completed", by=None, now=at(11))
    assert sweep(now=at(30)) == Swept(0, 0)


def test_a_moment_left_open_by_mistake_still_needs_a_running_clock(authority):
    clock = running_clock(authority, due_at=DUE, now=at(9, 9))
    stop_clock(clock=clock, reason="completed", by=None, now=at(10, 7))
    Moment.objects.update(is_open=True)
    assert sweep(now=at(30)) == Swept(0, 0)


def test_an_extension_stops_the_old_ladder_and_starts_another(authority):
    clock = running_clock(authority, due_at=DUE, now=STARTED)
    move_clock(clock=clock, due_at=end_of_day(date(2026, 12, 22)), reason="Extension", by=None, now=at(7))
    assert steps_taken_at(at(14), at(15), at(24, 8)) == [
        [],
        ["Due in a week"],
        ["Due in two days", "Due today", "2 days late"],
    ]
    assert set(EscalationStep.objects.values_list("round", flat=True)) == {2}


def test_work_sent_back_goes_on_without_telling_anybody_twice(authority):
    clock = running_clock(authority, due_at=DUE, now=at(9, 9))
    sweep(now=at(10))
    stop_clock(clock=clock, reason="completed", by=None, now=at(11))
    restart_clock(clock=clock, due_at=DUE, reason="Sent back", by=None, now=at(12))
    assert steps_taken_at(at(14), at(15)) == [[], ["7 days late"]]


def test_after_a_hand_over_the_new_owner_and_their_managers_are_told(authority):
    clock = running_clock(authority, due_at=DUE, now=at(1, 9))
    post = authority.post_of[authority.outsider]
    hand_over_clock(clock=clock, owner_post=post, unit=post.unit, reason="", by=None, now=at(2))
    sweep(now=at(6))
    sweep(now=at(10))
    assert told()["Due in two days"] == ["outsider"]
    assert told()["2 days late"] == ["care_head_of_service"]  # this function has no Senior Manager


def test_clocks_keep_their_local_hour_over_both_clock_changes_and_leap_day(authority):
    version = framework_version()
    expected = {}
    for due in (date(2026, 10, 23), date(2027, 3, 26), date(2028, 2, 27)):
        clock = running_clock(
            authority,
            due_at=end_of_day(due),
            now=end_of_day(due),
            version=version,
        )
        expected[clock.pk] = datetime.combine(due + timedelta(days=2), datetime.min.time(), LONDON)
    sweep(now=at(1, month=6, year=2028))
    for clock_pk, midnight in expected.items():
        step = EscalationStep.objects.get(clock=clock_pk, name="2 days late")
        assert step.falls_at.astimezone(LONDON) == midnight.replace(hour=8)
    assert EscalationStep.objects.get(clock=max(expected), name="2 days late").falls_at == datetime(
        2028, 2, 29, 8, tzinfo=UTC
    )


# The record


def test_the_history_entry_equals_the_one_the_library_would_write(authority):
    clock = running_clock(authority, due_at=DUE, now=at(9, 9))
    sweep(now=at(10))
    step = EscalationStep.objects.get()
    ours = step.history.get()
    template = EscalationStep.objects.get(pk=step.pk)
    template.pk, template.position = None, 99
    history.create(template, by=None, now=at(10), reason="Fell due")
    theirs = template.history.get()
    own = {"history_id", "id", "position"}
    for field in type(ours)._meta.concrete_fields:
        if field.name not in own:
            assert getattr(ours, field.attname) == getattr(theirs, field.attname), field.name
    assert ours.id == step.pk
    assert clock.history.count() == 1


def test_a_sweep_that_fails_halfway_leaves_nothing_behind(authority, monkeypatch):
    running_clock(authority, due_at=DUE, now=STARTED)

    def breaks(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr("escalation.workflow.write_notices", breaks)
    with pytest.raises(ConnectionError):
        sweep(now=at(10))
    monkeypatch.undo()
    assert not EscalationStep.objects.exists()
    assert not StepRecipient.objects.exists()
    assert sweep(now=at(10)).steps == 4


def test_a_dry_run_says_what_would_happen_and_changes_nothing(authority):
    running_clock(authority, due_at=DUE, now=STARTED)
    assert sweep(now=at(10), dry_run=True) == Swept(steps=4, notices=3)
    assert not EscalationStep.objects.exists()
    assert not Notice.objects.exists()
    assert sweep(now=at(10)).steps == 4


def statements(now) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        sweep(now=now)
    sql = [query["sql"] for query in captured.captured_queries]
    return [text for text in sql if not text.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


@pytest.mark.parametrize(("about", "count"), [(None, 10), ({}, 11), ({"restricted": True}, 11)])
def test_a_sweep_takes_as_many_statements_however_many_steps_are_due(authority, about, count):
    version = framework_version()
    case = None if about is None else CaseFactory(unit=authority.duty_team_1, **about)
    running_clock(authority, due_at=DUE, now=STARTED, version=version, case=case)
    assert len(statements(at(10))) == count
    for _ in range(120):
        running_clock(authority, due_at=DUE, now=STARTED, version=version, case=case)
    assert len(statements(at(22))) == count
    assert EscalationStep.objects.count() == 121 * 6


def test_a_sweep_with_nothing_due_takes_one_statement(authority):
    running_clock(authority, due_at=DUE, now=STARTED)
    assert len(statements(at(30, month=11))) == 1


def test_the_command_reports_as_operators_expect(authority, capsys):
    running_clock(authority, due_at=DUE, now=STARTED)
    call_command("sweep", "--at", "2026-12-10", "--json", "--dry-run")
    call_command("sweep", "--at", "2026-12-10", "--json")
    call_command("sweep", "--at", "2026-12-10T23:59", "--json")
    dry, first, again = (line for line in capsys.readouterr().out.splitlines())
    assert '"command": "sweep"' in first
    assert '"at": "2026-12-10T23:59:59+00:00"' in first
    assert '"changed": 4, "warnings": [], "notices": 3' in dry
    assert '"changed": 4, "warnings": [], "notices": 3' in first
    assert '"changed": 0' in again
