"""More time, or exclusion: asked for and decided before the deadline only, by those who may."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from qaframework.allocation import workflow
from qaframework.allocation.models import Assignment, ExtensionRequest
from qaframework.clocks.models import Clock
from qaframework.notices.models import Notice
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import PostHolding
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import end_of_day
from tests.factories.allocation import owed
from tests.factories.authority import Authority

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
DUE = date(2026, 12, 8)
LATER = date(2026, 12, 18)
LAST_SECOND = datetime(2026, 12, 8, 23, 59, 59, tzinfo=UTC)
PAST = datetime(2026, 12, 9, 0, 0, 0, tzinfo=UTC)


@pytest.fixture
def work(northmoor: Authority) -> Assignment:
    return owed(northmoor, northmoor.post_of[northmoor.team_manager], due_on=DUE, now=NOW)


def ask(northmoor: Authority, work: Assignment, **changes: Any) -> ExtensionRequest:
    values = {
        "kind": "extension",
        "reason": "The practitioner is on leave",
        "new_due_on": LATER,
        "by": northmoor.team_manager,
        "now": NOW,
    }
    return workflow.ask_extension(assignment=work, **(values | changes))


def decide(northmoor: Authority, asked: ExtensionRequest, grant: bool, **changes: Any) -> ExtensionRequest:
    values = {"decision_reason": "Agreed with the manager", "by": northmoor.head_of_service, "now": NOW}
    return workflow.decide_extension(request=asked, grant=grant, **(values | changes))


def told(kind: str) -> list[str]:
    return sorted(notice.recipient.email.split("@")[0] for notice in Notice.objects.filter(kind=kind))


@pytest.mark.clause("LAN-32")
def test_a_granted_extension_moves_the_deadline_and_the_clock(northmoor: Authority, work: Assignment) -> None:
    asked = ask(northmoor, work)
    assert told("extension_asked") == ["head_of_service"]
    decide(northmoor, asked, grant=True)
    work.refresh_from_db()
    assert (work.due_on, work.original_due_on, Clock.objects.get().due_at) == (LATER, DUE, end_of_day(LATER))
    assert (asked.state, asked.decided_by, asked.decision_reason) == (
        "granted",
        northmoor.head_of_service,
        "Agreed with the manager",
    )
    assert told("extension_decided") == ["team_manager"]


@pytest.mark.clause("LAN-32")
def test_a_granted_exclusion_ends_the_work(northmoor: Authority, work: Assignment) -> None:
    decide(northmoor, ask(northmoor, work, kind="exclusion", new_due_on=None), grant=True)
    work.refresh_from_db()
    assert (work.state, Clock.objects.get().stop_reason) == ("excluded", "excluded")


@pytest.mark.parametrize(
    ("kind", "grant", "words"),
    [
        ("extension", True, "granted your request. The work is now due on 18 December 2026."),
        ("extension", False, "refused your request. The work is still due on 8 December 2026."),
        ("exclusion", True, "granted your request. You do not have to do this work any more."),
        ("exclusion", False, "refused your request. The work is still due on 8 December 2026."),
    ],
)
def test_whoever_asked_reads_what_now_holds(
    northmoor: Authority, work: Assignment, kind: str, grant: bool, words: str
) -> None:
    decide(northmoor, ask(northmoor, work, kind=kind), grant=grant)
    notice = Notice.objects.get(kind="extension_decided")
    assert notice.body == f"{northmoor.head_of_service} has {words}"


def test_a_refusal_changes_nothing_and_needs_a_reason(northmoor: Authority, work: Assignment) -> None:
    asked = ask(northmoor, work)
    with pytest.raises(Refused, match="why the request is refused"):
        decide(northmoor, asked, grant=False, decision_reason=" ")
    decide(northmoor, asked, grant=False)
    work.refresh_from_db()
    assert (work.state, work.due_on, asked.state) == ("allocated", DUE, "refused")


@pytest.mark.clause("LAN-32")
def test_until_the_last_second_of_the_deadline_not_after_it(northmoor: Authority, work: Assignment) -> None:
    with pytest.raises(Refused, match="The deadline passed on 8 December 2026"):
        ask(northmoor, work, now=PAST)
    asked = ask(northmoor, work, now=LAST_SECOND)
    with pytest.raises(Refused, match="The deadline passed on 8 December 2026"):
        decide(northmoor, asked, grant=True, now=PAST)
    decide(northmoor, asked, grant=True, now=LAST_SECOND)
    assert asked.state == "granted"


@pytest.mark.clause("LAN-32")
@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("head_of_service", True),
        ("director", False),
        ("care_head_of_service", False),
        ("senior_manager", False),
        ("team_manager", False),
        ("qa_manager", False),
        ("executive_director", False),
    ],
)
def test_who_decides(northmoor: Authority, work: Assignment, who: str, may: bool) -> None:
    asked = ask(northmoor, work)
    if may:
        decide(northmoor, asked, grant=True, by=getattr(northmoor, who))
        assert asked.state == "granted"
    else:
        with pytest.raises(Refused, match="Only a Head of Service"):
            decide(northmoor, asked, grant=True, by=getattr(northmoor, who))


def test_a_head_of_service_asks_the_director_and_does_not_decide_for_themselves(northmoor: Authority) -> None:
    head = northmoor.head_of_service
    work = owed(northmoor, northmoor.post_of[head], due_on=DUE, now=NOW)
    asked = ask(northmoor, work, by=head)
    assert told("extension_asked") == ["director"]
    with pytest.raises(Refused, match="never for their own work"):
        decide(northmoor, asked, grant=True, by=head)
    decide(northmoor, asked, grant=True, by=northmoor.director)


@pytest.mark.clause("LAN-32")
def test_the_director_decides_where_nobody_is_head_of_service(northmoor: Authority, work: Assignment) -> None:
    PostHolding.objects.filter(post=northmoor.post_of[northmoor.head_of_service]).delete()
    asked = ask(northmoor, work)
    assert told("extension_asked") == ["director"]
    decide(northmoor, asked, grant=True, by=northmoor.director)
    assert asked.state == "granted"


def test_who_acts_for_the_head_of_service_decides(northmoor: Authority, work: Assignment) -> None:
    PostHolding.objects.create(
        post=northmoor.post_of[northmoor.head_of_service],
        user=northmoor.senior_manager,
        starts_on=date(2026, 11, 1),
        is_acting=True,
    )
    asked = ask(northmoor, work)
    assert told("extension_asked") == ["senior_manager"]
    decide(northmoor, asked, grant=True, by=northmoor.senior_manager)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "Say why"),
        ({"new_due_on": DUE}, "after the present deadline, 8 December 2026"),
        ({"new_due_on": None}, "after the present deadline"),
    ],
)
def test_what_is_refused(northmoor: Authority, work: Assignment, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        ask(northmoor, work, **changes)


def test_one_request_at_a_time_and_none_for_work_that_is_handed_in(
    northmoor: Authority, work: Assignment
) -> None:
    asked = ask(northmoor, work)
    with pytest.raises(Refused, match="already waiting"):
        ask(northmoor, work)
    workflow.mark_submitted(assignment=work, by=northmoor.team_manager, now=NOW)
    with pytest.raises(Refused, match="no longer open"):
        decide(northmoor, ExtensionRequest.objects.get(pk=asked.pk), grant=True)
    with pytest.raises(Refused, match="not open"):
        ask(northmoor, work)


def test_of_two_decisions_the_first_holds(northmoor: Authority, work: Assignment) -> None:
    first = ask(northmoor, work)
    second = ExtensionRequest.objects.get(pk=first.pk)
    decide(northmoor, first, grant=False)
    with pytest.raises(SomebodyElseWasFirst):
        decide(northmoor, second, grant=True)
    work.refresh_from_db()
    assert work.due_on == DUE


def test_a_grant_loses_against_handing_in_at_the_same_moment(northmoor: Authority, work: Assignment) -> None:
    asked = ask(northmoor, work)
    read_before = ExtensionRequest.objects.select_related("assignment").get(pk=asked.pk)
    workflow.mark_submitted(assignment=work, by=northmoor.team_manager, now=NOW)
    with pytest.raises(SomebodyElseWasFirst):
        decide(northmoor, read_before, grant=True)
    asked.refresh_from_db()
    assert asked.state == "asked"


@pytest.mark.clause("LAN-32")
def test_a_request_that_nobody_decided_lapses_when_the_deadline_has_passed(
    northmoor: Authority, work: Assignment
) -> None:
    asked = ask(northmoor, work)
    assert workflow.lapse_requests(now=LAST_SECOND) == 0
    assert workflow.lapse_requests(now=PAST) == 1
    assert workflow.lapse_requests(now=PAST) == 0
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("lapsed", None)
    assert told("extension_lapsed") == ["team_manager"]


def test_a_request_about_work_that_was_handed_in_lapses_without_a_word(
    northmoor: Authority, work: Assignment
) -> None:
    ask(northmoor, work)
    workflow.mark_submitted(assignment=work, by=northmoor.team_manager, now=NOW)
    assert workflow.lapse_requests(now=NOW) == 1
    assert told("extension_lapsed") == []
