"""After each review the reviewing officer writes down what they saw, and leaders read it (RBWM-18)."""

from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from audits.models import CaseReview
from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.models import Case
from qaframework.packs.checking import mistakes_in
from qaframework.packs.definition import parse
from qaframework.packs.reading import hash_of
from qaframework.packs.wording import activity_facts
from qaframework.people.models import User
from tests.factories.activities import fill_in
from tests.factories.allocation import ProgrammeFactory
from tests.factories.authority import Authority, small_authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.challenges import reviewing_officer
from tests.factories.packs import loaded, shipped

NOW = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)
FORM = "review_monitoring"


@pytest.fixture(autouse=True)
def _standing_still() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def authority(db: None) -> Authority:
    return small_authority()


@pytest.fixture
def officer(authority: Authority) -> User:
    return reviewing_officer(authority)


@pytest.fixture
def programme(authority: Authority) -> Programme:
    framework = loaded(shipped("windsor"), [authority.root], NOW).framework
    made: Programme = ProgrammeFactory(framework=framework)
    return made


@pytest.fixture
def case(authority: Authority) -> Case:
    found: Case = CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner)
    return found


def start(client: Client, user: User, programme: Programme, reference: str) -> Any:
    client.force_login(user)
    address = reverse("allocation:start_work", args=[programme.pk, FORM])
    return client.post(address, {"child_ref": reference})


@pytest.mark.clause("RBWM-18")
def test_the_reviewing_officer_fills_in_the_form_after_a_review_and_leaders_read_it(
    authority: Authority, officer: User, programme: Programme, case: Case, client: Client
) -> None:
    client.force_login(officer)
    listed = client.get(reverse("allocation:what_to_start")).content.decode()
    assert "Monitoring form after a review" in listed
    opened = client.get(start(client, officer, programme, case.child_ref)["Location"], follow=True)
    assert case.child_ref in opened.content.decode()
    review = CaseReview.objects.select_related("assignment", "answer_set", "action_plan").get()
    assert (review.case, review.assignment.post) == (case, authority.post_of[officer])
    assert review.assignment.due_on == date(2026, 6, 22)  # five working days
    fill_in(review, officer, NOW, praise="The child was well prepared.")
    read = reverse("audits:case_review_read", args=[review.pk])
    senior = authority.senior_manager
    client.force_login(senior)
    assert client.get(read).status_code == 404  # nobody reads over the officer's shoulder
    client.force_login(officer)
    assert client.post(reverse("audits:case_review_hand_in", args=[review.pk])).status_code == 302
    for reader in (senior, authority.head_of_service, authority.team_manager):
        client.force_login(reader)
        shown = client.get(read).content.decode()
        assert "The child was well prepared." in shown
        of_case = client.get(reverse("allocation:case_work", args=[case.pk])).content.decode()
        assert reverse("open_work", args=[review.assignment_id]) in of_case
    client.force_login(authority.outsider)
    assert client.get(read).status_code == 404


@pytest.mark.clause("RBWM-18")
def test_only_reviewing_officers_start_it(
    authority: Authority, programme: Programme, case: Case, client: Client
) -> None:
    for who in ("practitioner", "team_manager", "head_of_service", "qa_officer", "outsider", "admin"):
        assert start(client, getattr(authority, who), programme, case.child_ref).status_code == 404
    assert not Assignment.objects.exists()


def test_it_is_about_an_open_case_of_any_team_but_not_a_restricted_one(
    authority: Authority, officer: User, programme: Programme, client: Client
) -> None:
    restricted = CaseFactory(unit=authority.care_team_1, worker=None, restricted=True)
    for reference in (restricted.child_ref, "nonsense"):
        answer = start(client, officer, programme, reference)
        assert answer.status_code == 422
        assert f"No case that you can open has the reference {reference}" in answer.content.decode()
    closed = CaseFactory(unit=authority.care_team_1, closed=True)
    assert "This case is closed" in start(client, officer, programme, closed.child_ref).content.decode()
    assert not Assignment.objects.exists()
    CaseClearanceFactory(case=restricted, user=officer, review_on=date(2027, 1, 1))
    assert start(client, officer, programme, restricted.child_ref.lower()).status_code == 302
    elsewhere = CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner)
    assert start(client, officer, programme, elsewhere.child_ref).status_code == 302
    client.force_login(officer)
    shown = client.get(reverse("allocation:start_work", args=[programme.pk, FORM])).content.decode()
    assert "<datalist" not in shown  # nobody else's case is listed for them


def test_a_case_outside_the_framework_is_as_good_as_none(
    authority: Authority, officer: User, client: Client
) -> None:
    framework = loaded(shipped("windsor"), [authority.duty], NOW).framework
    post = authority.post_of[officer]
    type(post).objects.filter(pk=post.pk).update(unit=authority.duty)
    programme = ProgrammeFactory(framework=framework)
    elsewhere = CaseFactory(unit=authority.care_team_1, worker=authority.care_practitioner)
    answer = start(client, officer, programme, elsewhere.child_ref)
    assert answer.status_code == 422
    assert "No case that you can open" in answer.content.decode()


def test_only_a_started_review_of_a_case_that_is_nobodys_by_rule_may_be_of_any_team() -> None:
    content = deepcopy(shipped("windsor"))
    report = next(one for one in content["framework"]["activities"] if one["key"] == "deep_dive_report")
    report["of_any_team"] = True
    (mistake,) = mistakes_in(content)
    assert mistake.path == "activities › deep_dive_report › of_any_team"
    assert "case_review with started_by" in mistake.allowed


def test_the_rules_page_says_that_any_case_may_be_named() -> None:
    content = shipped("windsor")
    pack = parse(hash_of(content), content)
    told = {fact["label"]: fact["value"] for fact in activity_facts(pack, pack.activity(FORM))}
    assert told["Who may start one"] == (
        "Independent reviewing officer, when they see fit. They say which case, any open one of the framework"
    )
