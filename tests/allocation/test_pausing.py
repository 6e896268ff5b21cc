"""A deadline pauses only where the framework allows it, for its reasons, by those whom it names."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from escalation.models import EscalationStep
from escalation.workflow import sweep
from qaframework.allocation import workflow
from qaframework.allocation.models import Assignment
from qaframework.clocks.models import Clock
from qaframework.notices.models import Notice
from qaframework.packs.checking import mistakes_in
from qaframework.packs.definition import parse
from qaframework.packs.reading import hash_of
from qaframework.packs.wording import activity_facts
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import end_of_day
from tests.allocation.seeing import Page, texts
from tests.factories.allocation import ExtensionRequestFactory, owed
from tests.factories.authority import Authority
from tests.factories.packs import loaded, shipped

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
DUE = date(2026, 12, 8)
BACK = NOW + timedelta(days=30)  # two days after the old deadline
COURT = "Court proceedings"


def allow_pauses(northmoor: Authority, rule: dict[str, Any], **changes: Any) -> None:
    """A framework that allows pauses of its work, and is Lancashire's otherwise."""
    content = deepcopy(shipped("lancashire"))
    for activity in content["framework"]["activities"]:
        activity.update(changes, pause={"reasons": [COURT, "Police investigation"], **rule})
    loaded(content, [northmoor.root])


def work_of(northmoor: Authority) -> Assignment:
    work = owed(northmoor, northmoor.post_of[northmoor.team_manager], due_on=DUE, now=NOW)
    return Assignment.objects.get(pk=work.pk)


@pytest.fixture
def work(northmoor: Authority) -> Assignment:
    """Audit work of a team manager, in a framework that allows pauses."""
    allow_pauses(northmoor, {})
    return work_of(northmoor)


def pause(northmoor: Authority, work: Assignment, **changes: Any) -> Assignment:
    values = {"reason": COURT, "by": northmoor.head_of_service, "now": NOW}
    return workflow.pause(assignment=work, **(values | changes))


def resume(northmoor: Authority, work: Assignment, **changes: Any) -> Assignment:
    return workflow.resume(assignment=work, **({"by": northmoor.head_of_service, "now": BACK} | changes))


def told(kind: str) -> list[str]:
    return [notice.recipient.email.split("@")[0] for notice in Notice.objects.filter(kind=kind)]


def test_nothing_falls_due_in_a_pause_and_the_last_day_moves_by_its_length(
    northmoor: Authority, work: Assignment
) -> None:
    pause(northmoor, work)
    assert (work.paused_on, work.pause_reason) == (NOW.date(), COURT)
    entry = work.history.get(paused_on__isnull=False)
    assert (entry.history_change_reason, entry.history_user) == (
        "Paused: Court proceedings",
        northmoor.head_of_service,
    )
    assert told("paused") == ["team_manager"]
    notice = Notice.objects.get(kind="paused")
    assert (notice.quote, COURT in notice.subject + notice.body) == (COURT, False)
    assert sweep(now=BACK).steps == 0
    assert not work.is_late(BACK.date())
    assert not Assignment.objects.late(BACK.date()).exists()
    resume(northmoor, work)
    moved = DUE + timedelta(days=30)
    assert (work.due_on, work.original_due_on, work.paused_on, work.pause_reason) == (moved, DUE, None, "")
    assert Clock.objects.get().due_at == end_of_day(moved)
    assert told("resumed") == ["team_manager"]
    sweep(now=end_of_day(moved) + timedelta(days=60))
    steps = EscalationStep.objects.filter(is_reminder=False)
    assert steps.filter(falls_at__lt=end_of_day(moved)).count() == 0
    assert steps.count() == len([rung for rung in work.clock.moments.all() if not rung.is_reminder])


def test_a_deadline_counted_in_working_days_moves_by_working_days(
    northmoor: Authority,
) -> None:
    allow_pauses(northmoor, {}, deadline="20 working days")
    work = work_of(northmoor)
    pause(northmoor, work, now=datetime(2026, 11, 13, 10, tzinfo=UTC))  # a Friday
    resume(northmoor, work, now=datetime(2026, 11, 16, 10, tzinfo=UTC))  # the Monday after it
    assert work.due_on == date(2026, 12, 9)


def test_a_framework_that_says_nothing_allows_no_pause(northmoor: Authority) -> None:
    work = work_of(northmoor)
    with pytest.raises(Refused, match="does not allow the deadline of this kind of work to be paused"):
        pause(northmoor, work)
    assert Clock.objects.get().paused_at is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": "Too much to do"}, "one of the reasons"),
        ({"now": end_of_day(DUE) + timedelta(hours=1)}, "The deadline passed on 8 December 2026"),
    ],
)
def test_what_is_refused(northmoor: Authority, work: Assignment, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        pause(northmoor, work, **changes)


@pytest.mark.parametrize(
    ("rule", "may"),
    [({}, {"head_of_service", "director"}), ({"decided_by": "qa_officer"}, {"qa_officer"})],
)
def test_who_pauses(northmoor: Authority, rule: dict[str, Any], may: set[str]) -> None:
    allow_pauses(northmoor, rule)
    work = work_of(northmoor)
    people = {"head_of_service", "director", "qa_officer", "team_manager", "care_head_of_service"}
    found = {who for who in people if not workflow.why_not_paused(work, getattr(northmoor, who), NOW)}
    assert found == may


def test_a_pause_begins_once_and_ends_once(northmoor: Authority, work: Assignment) -> None:
    read_before = Assignment.objects.get(pk=work.pk)
    with pytest.raises(Refused, match="not paused"):
        resume(northmoor, work)
    pause(northmoor, work)
    with pytest.raises(Refused, match="paused already"):
        pause(northmoor, work)
    with pytest.raises(SomebodyElseWasFirst):
        pause(northmoor, read_before)
    read_before = Assignment.objects.get(pk=work.pk)
    resume(northmoor, work)
    with pytest.raises(SomebodyElseWasFirst):
        resume(northmoor, read_before)


def test_more_time_and_a_pause_do_not_mix(northmoor: Authority, work: Assignment) -> None:
    asked = ExtensionRequestFactory(assignment=work, asked_by=northmoor.team_manager)
    with pytest.raises(Refused, match="A request for more time waits"):
        pause(northmoor, work)
    asked.delete()
    pause(northmoor, work)
    assert "is paused" in workflow.why_no_extension(work, NOW)


@pytest.mark.parametrize("ending", ["submit", "withdraw"])
def test_work_that_ends_is_not_paused_any_more(northmoor: Authority, work: Assignment, ending: str) -> None:
    pause(northmoor, work)
    if ending == "submit":
        workflow.mark_submitted(assignment=work, by=northmoor.team_manager, now=BACK)
    else:
        workflow.withdraw(assignment=work, reason="Closed", by=northmoor.qa_officer, now=BACK)
    work.refresh_from_db()
    assert (work.paused_on, Clock.objects.get().paused_at) == (None, None)
    with pytest.raises(Refused, match="not open"):
        resume(northmoor, work)


# The pages


@pytest.fixture
def today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.usefixtures("today")
def test_a_head_of_service_pauses_from_the_board_and_ends_it(
    northmoor: Authority, work: Assignment, page: Page, send: Page
) -> None:
    head = northmoor.head_of_service
    month = {"month": "2026-12"}
    (change,) = [row[-1] for row in page(head, "return_board", **month).context["board"].rows]
    assert change == {
        "text": "Pause the deadline",
        "url": reverse("allocation:pause", args=[work.pk]),
    }
    assert COURT in page(head, "pause", work.pk).content.decode()
    unsaid = send(head, "pause", work.pk)
    assert unsaid.status_code == 422
    text = unsaid.content.decode()
    assert text.count("Choose why it is paused.") == 2  # in the summary and at the field
    assert text.index("There is a problem") < text.index("<h1")
    assert send(head, "pause", work.pk, reason=COURT).status_code == 302
    (row,) = page(head, "return_board", **month).context["board"].rows
    assert row[3:5] == [
        "8 Dec 2026, paused since 10 Nov 2026: Court proceedings",
        {"status": "paused", "text": "Paused"},
    ]
    assert row[-1]["text"] == "End the pause"
    owed_rows = page(northmoor.team_manager, "my_work").context["work"].owed
    assert texts(owed_rows, 4) == ["When the deadline runs again"]
    ending = page(head, "resume", work.pk).content.decode()
    assert "8 December 2026 (paused since 10 Nov 2026: Court proceedings)" in ending
    assert send(head, "resume", work.pk).status_code == 302
    work.refresh_from_db()
    assert work.paused_on is None


@pytest.mark.usefixtures("today")
def test_where_no_pause_is_allowed_there_is_no_control_and_the_address_refuses(
    northmoor: Authority, page: Page, send: Page
) -> None:
    work = work_of(northmoor)
    head = northmoor.head_of_service
    (row,) = page(head, "return_board", month="2026-12").context["board"].rows
    assert row[-1] == "–"
    for answer in (page(head, "pause", work.pk), send(head, "pause", work.pk, reason=COURT)):
        assert "does not allow the deadline of this kind of work to be paused" in answer.content.decode()
    assert answer.status_code == 422
    work.refresh_from_db()
    assert work.paused_on is None


@pytest.mark.usefixtures("today")
def test_the_owner_reads_why_not_the_qa_team_moves_it_and_outsiders_find_nothing(
    northmoor: Authority, work: Assignment, page: Page, send: Page
) -> None:
    for who in (northmoor.team_manager, northmoor.qa_officer):
        assert "never for their own work" in page(who, "pause", work.pk).content.decode()
        assert send(who, "pause", work.pk, reason=COURT).status_code == 422
        assert send(who, "resume", work.pk).status_code == 422
    for who in (northmoor.outsider, northmoor.practitioner_2):
        assert page(who, "pause", work.pk).status_code == 404
        assert send(who, "resume", work.pk).status_code == 404


# The pack


def test_a_pack_says_for_what_and_by_whom(northmoor: Authority) -> None:
    content = deepcopy(shipped("lancashire"))
    activity = content["framework"]["activities"][0]
    assert "pause" not in activity
    activity["pause"] = {"reasons": [COURT], "decided_by": "nobody", "clauses": ["LAN-32"]}
    (mistake,) = mistakes_in(content)
    assert mistake.path == f"activities › {activity['key']} › pause › decided_by"
    activity["pause"]["decided_by"] = "head_of_service"
    assert mistakes_in(content) == []
    pack = parse(hash_of(content), content)
    facts = {row["label"]: row["value"] for row in activity_facts(pack, pack.activity(activity["key"]))}
    assert facts["Pausing the deadline"] == "Head of service may pause it for: Court proceedings (LAN-32)"
