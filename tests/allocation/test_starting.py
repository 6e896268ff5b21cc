"""Work that somebody starts without owing it: by whom, about which case, and once."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from audits.models import CaseReview
from qaframework.actions.workflow import add_action
from qaframework.allocation import workflow
from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.models import Case
from qaframework.notices.models import Notice
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from tests.allocation.seeing import Page
from tests.factories.activities import fill_in
from tests.factories.allocation import ProgrammeFactory
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.packs import loaded, shipped
from tests.factories.people import PostHoldingFactory

pytestmark = pytest.mark.usefixtures("today_is_10_november")

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
CHECK = "compliance_check"


@pytest.fixture
def programme(northmoor: Authority) -> Programme:
    """Bedford's year for the whole authority, without any work in it."""
    made: Programme = ProgrammeFactory(framework=loaded(shipped("bedford"), [northmoor.root], NOW).framework)
    return made


@pytest.fixture
def case(northmoor: Authority) -> Case:
    found: Case = CaseFactory(
        unit=northmoor.duty_team_1, worker=northmoor.practitioner, last_visit_on=date(2026, 11, 3)
    )
    return found


def start(programme: Programme, by: User, case: Case | None, activity: str = CHECK) -> workflow.Started:
    return workflow.start_work(programme=programme, activity=activity, case=case, by=by, now=NOW)


@pytest.mark.clause("BED-06", "BED-21")
def test_a_manager_starts_a_check_of_a_case_of_somebody_whom_they_supervise(
    northmoor: Authority, programme: Programme, case: Case, page: Page, send: Page, client: Client
) -> None:
    manager = northmoor.team_manager
    assert reverse("allocation:what_to_start") in page(manager, "my_work").content.decode()
    listed = page(manager, "what_to_start").content.decode()
    assert reverse("allocation:start_work", args=[programme.pk, CHECK]) in listed
    assert "2 minutes" in listed
    shown = page(manager, "start_work", programme.pk, CHECK).content.decode()
    assert "Practitioner Example: none this month" in shown
    assert "17 November 2026" in shown  # five working days
    answer = send(manager, "start_work", programme.pk, CHECK, child_ref=case.child_ref.lower())
    work = Assignment.objects.get(activity=CHECK)
    assert answer["Location"] == reverse("open_work", args=[work.pk])
    assert (work.case, work.worker, work.post, work.state) == (
        case,
        northmoor.practitioner,
        northmoor.post_of[manager],
        "allocated",
    )
    assert (work.due_on, work.selection, work.unit) == (date(2026, 11, 17), "targeted", northmoor.duty_team_1)
    assert work.ordinal > Assignment.EXTRA
    opened = client.get(answer["Location"], follow=True).content.decode()
    assert "Last visit: 3 November 2026" in opened
    assert CaseReview.objects.get(assignment=work).case == case
    assert "1 started this month" in page(manager, "start_work", programme.pk, CHECK).content.decode()
    assert not Notice.objects.filter(recipient=manager).exists()


@pytest.mark.clause("BED-07")
def test_a_no_needs_an_action_before_the_check_is_handed_in(
    northmoor: Authority, programme: Programme, case: Case, client: Client
) -> None:
    manager = northmoor.team_manager
    work = start(programme, manager, case).assignment
    client.force_login(manager)
    client.get(reverse("open_work", args=[work.pk]), follow=True)
    review = CaseReview.objects.select_related("answer_set", "action_plan").get(assignment=work)
    fill_in(review, manager, NOW, visit="no", visit_reason="On leave.")
    address = reverse("audits:case_review_hand_in", args=[review.pk])
    refused = client.post(address)
    assert refused.status_code == 422
    assert "What is to be done about visits?” needs at least one action" in refused.content.decode()
    add_action(
        plan=review.action_plan,
        what="Visit before Friday.",
        measure="The visit is on the record.",
        finding="The visit is late.",
        priority="standard",
        owner_post=northmoor.post_of[northmoor.practitioner],
        due_on=date(2026, 11, 13),
        longer_reason="",
        by=manager,
        now=NOW,
    )
    assert client.post(address).status_code == 302
    work.refresh_from_db()
    assert work.state == "final"
    assert Notice.objects.filter(recipient=northmoor.practitioner, kind="written_up").exists()


def test_only_roles_that_the_framework_names_are_offered_it(
    northmoor: Authority, programme: Programme, case: Case, page: Page, send: Page
) -> None:
    assert "Compliance check" not in page(northmoor.qa_officer, "what_to_start").content.decode()
    for who in ("practitioner", "head_of_service", "qa_officer", "admin"):
        user = getattr(northmoor, who)
        assert page(user, "start_work", programme.pk, CHECK).status_code == 404
        assert send(user, "start_work", programme.pk, CHECK, child_ref=case.child_ref).status_code == 404
        with pytest.raises(Refused, match="cannot be started by you"):
            start(programme, user, case)
    for who in ("practitioner", "head_of_service", "admin"):
        user = getattr(northmoor, who)
        assert page(user, "what_to_start").status_code == 404
        assert "Start a piece of work" not in page(user, "my_work").content.decode()
    assert page(northmoor.team_manager, "start_work", programme.pk, "case_file_audit").status_code == 404
    assert not Assignment.objects.exists()


def test_a_framework_that_holds_elsewhere_or_has_no_programme_offers_nothing(
    northmoor: Authority, page: Page
) -> None:
    framework = loaded(shipped("bedford"), [northmoor.care], NOW).framework
    assert page(northmoor.outsider, "what_to_start").status_code == 404
    ProgrammeFactory(framework=framework)
    assert page(northmoor.outsider, "what_to_start").status_code == 200
    assert page(northmoor.team_manager, "what_to_start").status_code == 404


def test_the_quality_assurance_team_starts_work_of_any_framework_of_the_authority(
    northmoor: Authority, page: Page
) -> None:
    framework = loaded(shipped("sandwell"), [northmoor.duty], NOW).framework
    ProgrammeFactory(framework=framework)
    assert "Beyond auditing" in page(northmoor.qa_officer, "what_to_start").content.decode()
    assert page(northmoor.head_of_service, "what_to_start").status_code == 404


def test_sent_twice_it_is_started_once(
    northmoor: Authority, programme: Programme, case: Case, send: Page, client: Client
) -> None:
    manager = northmoor.team_manager
    answers = [
        send(manager, "start_work", programme.pk, CHECK, child_ref=case.child_ref)["Location"]
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert Assignment.objects.count() == 1
    assert "you had this already" in client.get(reverse("allocation:my_work")).content.decode()
    work = Assignment.objects.get()
    workflow.begin(assignment=work, by=manager, now=NOW)
    assert start(programme, manager, case).assignment == work
    workflow.mark_submitted(assignment=work, by=manager, now=NOW)
    again = start(programme, manager, case)
    assert again.is_new
    assert again.assignment != work


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"closed": True}, "This case is closed"),
        ({"worker": "practitioner_2"}, "Practitioner 2 Example works with this child and is not among"),
        ({"worker": None}, "Nobody works with this child"),
        ({"worker": "team_manager"}, "You work with this child yourself"),
    ],
)
def test_a_case_that_it_may_not_be_about_is_refused_with_the_reason(
    northmoor: Authority, programme: Programme, send: Page, values: dict[str, Any], said: str
) -> None:
    if values.get("worker"):
        values = {**values, "worker": getattr(northmoor, values["worker"])}
    case = CaseFactory(**{"unit": northmoor.duty_team_1, "worker": northmoor.practitioner, **values})
    answer = send(northmoor.team_manager, "start_work", programme.pk, CHECK, child_ref=case.child_ref)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Assignment.objects.exists()


def test_a_case_that_they_may_not_open_is_as_good_as_none(
    northmoor: Authority, programme: Programme, send: Page
) -> None:
    manager, worker = northmoor.team_manager, northmoor.practitioner
    elsewhere = CaseFactory(unit=northmoor.care_team_1, worker=northmoor.care_practitioner)
    restricted = CaseFactory(unit=northmoor.duty_team_1, worker=worker, restricted=True)
    for typed in (elsewhere.child_ref, restricted.child_ref, "nonsense"):
        answer = send(manager, "start_work", programme.pk, CHECK, child_ref=typed)
        assert answer.status_code == 422
        assert f"No case that you can open has the reference {typed}" in answer.content.decode()
    with pytest.raises(Refused, match="may not open"):
        start(programme, manager, restricted)
    CaseClearanceFactory(case=restricted, user=manager, review_on=date(2027, 1, 1))
    assert start(programme, manager, restricted).is_new


def suggested(shown: HttpResponse) -> list[str]:
    """What the field offers to choose from, without what says whose case it is."""
    return re.findall(r'<option value="([^"]*)">', shown.content.decode())


def test_open_cases_that_it_may_be_about_are_suggested_and_no_others(
    northmoor: Authority, programme: Programme, case: Case, page: Page
) -> None:
    manager, worker = northmoor.team_manager, northmoor.practitioner
    CaseFactory(unit=northmoor.duty_team_1, worker=worker, closed=True)
    CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner_2)
    CaseFactory(unit=northmoor.care_team_1, worker=northmoor.care_practitioner)
    restricted = CaseFactory(unit=northmoor.duty_team_1, worker=worker, restricted=True)
    shown = page(manager, "start_work", programme.pk, CHECK)
    assert suggested(shown) == [case.child_ref]
    assert f"{case.child_ref}: {case.get_plan_type_display()}, {worker}" in shown.content.decode()
    CaseClearanceFactory(case=restricted, user=manager, review_on=date(2027, 1, 1))
    shown = page(manager, "start_work", programme.pk, CHECK)
    assert suggested(shown) == sorted([case.child_ref, restricted.child_ref])


def test_without_a_rule_whose_cases_these_are_the_cases_of_ones_own_people_are_not_suggested(
    northmoor: Authority, page: Page
) -> None:
    programme = without_subjects(northmoor)
    CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner)
    other = CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner_2)
    CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.team_manager)
    shown = page(northmoor.team_manager, "start_work", programme.pk, CHECK)
    assert suggested(shown) == [other.child_ref]


def test_a_slip_in_a_reference_is_answered_with_what_may_be_meant(
    northmoor: Authority, programme: Programme, send: Page
) -> None:
    CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner, child_ref="N10234")
    CaseFactory(
        unit=northmoor.duty_team_1, worker=northmoor.practitioner, child_ref="N10243", restricted=True
    )
    answer = send(northmoor.team_manager, "start_work", programme.pk, CHECK, child_ref="n10243")
    said = answer.content.decode()
    assert "No case that you can open has the reference n10243. Did you mean N10234? If it is" in said


def test_without_a_case_it_is_not_started(northmoor: Authority, programme: Programme, send: Page) -> None:
    answer = send(northmoor.team_manager, "start_work", programme.pk, CHECK)
    assert "Give the reference of the case" in answer.content.decode()
    with pytest.raises(Refused, match="Say which case"):
        start(programme, northmoor.team_manager, None)


def test_who_is_owed_one_that_has_not_begun_does_that_first(
    northmoor: Authority, page: Page, send: Page
) -> None:
    content = shipped("bedford")
    framework = {
        **content["framework"],
        "activities": [dict(one) for one in content["framework"]["activities"]],
    }
    activity = next(one for one in framework["activities"] if one["key"] == "meeting_observation")
    activity["started_by"] = ["head_of_service"]
    version = loaded({**content, "framework": framework}, [northmoor.root], NOW)
    programme = workflow.make_programme(framework=version.framework, year=2026, by=None, now=NOW).programme
    head = northmoor.head_of_service
    post = northmoor.post_of[head]
    owed = programme.assignments.filter(post=post, activity="meeting_observation").order_by("period")[0]
    first = start(programme, head, None, "meeting_observation")
    assert first.is_new
    workflow.begin(assignment=first.assignment, by=head, now=NOW)
    workflow.allocate(
        assignment=owed,
        case=None,
        worker=northmoor.practitioner,
        unit=post.unit,
        selection="none",
        allocated_on=NOW.date(),
        by=None,
        now=NOW,
    )
    shown = page(head, "start_work", programme.pk, "meeting_observation").content.decode()
    assert "You have one already that has not begun" in shown
    assert start(programme, head, None, "meeting_observation") == workflow.Started(owed, is_new=False)
    workflow.begin(assignment=owed, by=head, now=NOW)
    assert start(programme, head, None, "meeting_observation").is_new


def without_subjects(northmoor: Authority) -> Programme:
    """The year of a Bedford that does not say whose cases are checked."""
    content = shipped("bedford")
    framework = {
        **content["framework"],
        "activities": [dict(one) for one in content["framework"]["activities"]],
    }
    activity = next(one for one in framework["activities"] if one["key"] == CHECK)
    del activity["subjects"]
    version = loaded({**content, "framework": framework}, [northmoor.root], NOW)
    made: Programme = ProgrammeFactory(framework=version.framework)
    return made


def test_who_has_nobody_below_them_and_no_rule_starts_about_any_case_but_their_own_people(
    northmoor: Authority,
) -> None:
    programme = without_subjects(northmoor)
    own = CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner)
    other = CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner_2)
    with pytest.raises(Refused, match="You manage the practitioner"):
        start(programme, northmoor.team_manager, own)
    assert start(programme, northmoor.team_manager, other).is_new


def test_who_acts_in_the_post_may_start_it(northmoor: Authority, programme: Programme, case: Case) -> None:
    acting = northmoor.practitioner_2
    PostHoldingFactory(
        post=northmoor.post_of[northmoor.team_manager],
        user=acting,
        is_acting=True,
        starts_on=date(2026, 11, 1),
    )
    work = start(programme, acting, case).assignment
    assert work.post == northmoor.post_of[northmoor.team_manager]
