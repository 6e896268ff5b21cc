"""The pages that all activities share, tried on an observation: who sees what, and from start to finish."""

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from observations.models import Observation
from qaframework.actions.models import Action, Concern
from qaframework.activities.workflow import choose_worker, hand_in_and_finish
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.people.models import RecordRead, User
from qaframework.tools.models import Answer
from tests.activities.conftest import Page
from tests.factories.activities import fill_in, fresh
from tests.factories.allocation import owed
from tests.factories.audits import example
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory
from tests.factories.people import PostHoldingFactory

PERSONAS = {
    "owner": "team_manager",
    "observed": "practitioner",
    "overseer": "senior_manager",
    "QA": "qa_officer",
    "teammate": "practitioner_2",
    "outsider": "outsider",
    "admin": "admin",
}
ACTION = {
    "action-what": "Shadow a colleague at a family meeting.",
    "action-measure": "The practitioner tells supervision what they took from it.",
    "action-finding": "",
    "action-priority": "standard",
    "action-due_on": "1/12/2026",
    "action-longer_reason": "",
}


@pytest.fixture
def arranged(authority: Authority, observation: Observation, owner: User, now: datetime) -> Observation:
    """The team manager observed the practitioner yesterday."""
    choose_worker(observation, worker=authority.practitioner, by=owner, now=now)
    observation.observed_on = date(2026, 11, 9)
    observation.save()
    return fresh(observation)


@pytest.fixture
def done(arranged: Observation, owner: User, now: datetime) -> Observation:
    fill_in(arranged, owner, now, moments="She asked the boy to show her his room.")
    hand_in_and_finish(arranged, by=owner, now=now)
    return fresh(arranged)


def statuses(authority: Authority, page: Page, name: str, *args: Any) -> dict[str, int]:
    found = {who: page(getattr(authority, of), name, *args).status_code for who, of in PERSONAS.items()}
    return found | {"anonymous": Client().get(reverse(name, args=args)).status_code}


def only(status: int, *personas: str) -> dict[str, int]:
    """That status for these, 404 for the others who are signed in."""
    return {who: status if who in personas else 404 for who in PERSONAS} | {"anonymous": 302}


def text_of(response: Any) -> str:
    return response.content.decode()


def section_data(observation: Observation, key: str) -> dict[str, Any]:
    """What a browser sends for a section that was filled in by hand."""
    definition = observation.answer_set.tool_version.definition
    section = next(one for one in definition.sections if one.key == key)
    asked = definition.answer_keys(section)
    keys = [key for key in asked if not definition.question(key).is_settled_elsewhere]
    values = {key: example(definition.question(key)) for key in keys}
    return values | {f"version__{key}": "0" for key in keys}


# Who sees what


def test_before_it_is_handed_in_others_see_what_is_arranged_at_most(
    authority: Authority, page: Page, arranged: Observation
) -> None:
    pk = arranged.pk
    assert statuses(authority, page, "observations:activity", pk) == only(200, "owner", "observed", "QA")
    assert statuses(authority, page, "observations:read", pk) == only(200, "owner", "QA")


def test_once_handed_in_the_person_and_their_line_of_managers_read_it(
    authority: Authority, page: Page, done: Observation
) -> None:
    readers = ("owner", "observed", "overseer", "QA")
    assert statuses(authority, page, "observations:read", done.pk) == only(200, *readers)
    assert statuses(authority, page, "observations:activity", done.pk) == only(302, *readers)
    assert "show her his room" in text_of(page(authority.practitioner, "observations:read", done.pk))


@pytest.mark.parametrize("name", ["hand_in", "actions", "concern", "arrange", "talk"])
def test_only_the_owner_works_on_it(
    authority: Authority, page: Page, arranged: Observation, name: str
) -> None:
    assert statuses(authority, page, f"observations:{name}", arranged.pk) == only(200, "owner")


def test_only_the_owner_fills_in_sections(authority: Authority, page: Page, arranged: Observation) -> None:
    name = "observations:section"
    assert statuses(authority, page, name, arranged.pk, "before") == only(200, "owner")
    assert page(authority.team_manager, name, arranged.pk, "no_such").status_code == 404


def test_only_the_owner_saves(authority: Authority, send: Page, arranged: Observation) -> None:
    data = {"question_key": "workers_aims", "value": "To listen more.", "version": "0"}
    found = {
        who: send(getattr(authority, of), "observations:answer", arranged.pk, **data).status_code
        for who, of in PERSONAS.items()
    }
    assert found == {who: 200 if who == "owner" else 404 for who in PERSONAS}
    assert Answer.objects.get().saved_by == authority.team_manager


@pytest.mark.writes_behind_the_verbs
def test_whoever_holds_the_post_today_goes_on_with_it(
    authority: Authority, page: Page, arranged: Observation
) -> None:
    post = authority.post_of[authority.team_manager]
    post.holdings.update(ends_on=date(2026, 11, 9))
    PostHoldingFactory(post=post, user=authority.practitioner_2, starts_on=date(2026, 11, 10))
    pk = arranged.pk
    assert page(authority.team_manager, "observations:section", pk, "before").status_code == 404
    assert page(authority.practitioner_2, "observations:section", pk, "before").status_code == 200


def test_links_to_change_things_are_the_owners(
    authority: Authority, page: Page, arranged: Observation
) -> None:
    change = reverse("observations:arrange", args=[arranged.pk])
    assert change in text_of(page(authority.team_manager, "observations:activity", arranged.pk))
    for other in (authority.practitioner, authority.qa_officer):
        shown = text_of(page(other, "observations:activity", arranged.pk))
        assert change not in shown
        assert "Check and submit" not in shown


def test_what_was_called_off_can_no_longer_be_worked_on(
    authority: Authority, page: Page, send: Page, arranged: Observation, now: datetime
) -> None:
    allocation.withdraw(
        assignment=arranged.assignment, reason="The practitioner has left.", by=authority.qa_officer, now=now
    )
    owner, pk = authority.team_manager, arranged.pk
    assert page(owner, "observations:section", pk, "before").status_code == 404
    answer = {"question_key": "workers_aims", "value": "x", "version": "0"}
    assert send(owner, "observations:answer", pk, **answer).status_code == 404
    assert page(owner, "observations:read", pk).status_code == 200


def test_every_reading_is_logged_and_saving_is_none(
    authority: Authority, page: Page, send: Page, arranged: Observation
) -> None:
    page(authority.qa_officer, "observations:read", arranged.pk)
    read = RecordRead.objects.get()
    assert (read.reader, read.kind, read.label) == (
        authority.qa_officer,
        "audit",
        f"Observation {arranged.pk}",
    )
    answer = {"question_key": "workers_aims", "value": "To listen more.", "version": "0"}
    send(authority.team_manager, "observations:answer", arranged.pk, **answer)
    assert RecordRead.objects.count() == 1


# Opening


def test_an_assignment_leads_to_its_activity(authority: Authority, page: Page, arranged: Observation) -> None:
    response = page(authority.qa_officer, "observations:open", arranged.assignment_id)
    assert response.url == reverse("observations:activity", args=[arranged.pk])
    assert page(authority.outsider, "observations:open", arranged.assignment_id).status_code == 404


def test_only_its_owner_makes_it_ready(authority: Authority, page: Page, now: datetime) -> None:
    post = authority.post_of[authority.team_manager]
    values = {"activity": "observation", "kind": "observation", "due_on": date(2026, 12, 31), "now": now}
    work = owed(authority, post, **values)
    assert page(authority.outsider, "observations:open", work.pk).status_code == 404
    for other in (authority.qa_officer, authority.senior_manager):
        answer = page(other, "observations:open", work.pk)
        assert answer.url == reverse("allocation:standing", args=[work.pk])
    other_kind = page(authority.team_manager, "supervision:open", work.pk)
    assert other_kind.url == reverse("allocation:standing", args=[work.pk])
    assert not Observation.objects.exists()
    response = page(authority.team_manager, "observations:open", work.pk)
    made = Observation.objects.get(assignment=work)
    assert response.url == reverse("observations:activity", args=[made.pk])


# From start to finish


def test_from_the_first_answer_to_submission_without_scripts(
    authority: Authority, page: Page, send: Page, arranged: Observation
) -> None:
    owner, pk = authority.team_manager, arranged.pk
    assert "0 of" not in text_of(page(owner, "observations:activity", pk))
    for section in arranged.answer_set.tool_version.definition.sections:
        response = send(owner, "observations:section", pk, section.key, **section_data(arranged, section.key))
        assert response.status_code == 302
    assert response.url == reverse("observations:actions", args=[pk])
    action = ACTION | {"action-owner_post": authority.post_of[authority.practitioner].pk}
    said = send(owner, "observations:actions", pk, follow=True, **action)
    assert "Action added." in text_of(said)
    assert "Everything is there." in text_of(page(owner, "observations:hand_in", pk))
    assert "Submitted. Thank you." in text_of(send(owner, "observations:hand_in", pk, follow=True))
    assert fresh(arranged).assignment.state == Assignment.State.FINAL
    assert Action.objects.get().state == Action.State.OPEN


@pytest.mark.parametrize("by", ["answer", "section", "actions"])
def test_the_first_thing_saved_starts_the_work(
    authority: Authority, send: Page, arranged: Observation, by: str
) -> None:
    owner, pk = authority.team_manager, arranged.pk
    worker_post = authority.post_of[authority.practitioner]
    sent: dict[str, tuple[list[Any], dict[str, Any]]] = {
        "answer": ([], {"question_key": "workers_aims", "value": "To listen.", "version": "0"}),
        "section": (["before"], section_data(arranged, "before")),
        "actions": ([], {**ACTION, "action-owner_post": worker_post.pk}),
    }
    args, data = sent[by]
    send(owner, f"observations:{by}", pk, *args, **data)
    assert fresh(arranged).assignment.state == Assignment.State.IN_PROGRESS


def test_looking_at_it_does_not_start_the_work(
    authority: Authority, page: Page, arranged: Observation
) -> None:
    for name, *args in (("activity",), ("section", "before"), ("actions",), ("hand_in",), ("read",)):
        page(authority.team_manager, f"observations:{name}", arranged.pk, *args)
    assert fresh(arranged).assignment.state == Assignment.State.ALLOCATED


def test_all_that_is_missing_is_listed_with_its_place(
    authority: Authority, page: Page, send: Page, observation: Observation, owner: User, now: datetime
) -> None:
    fill_in(observation, owner, now, workers_aims="", moments="")
    response = send(owner, "observations:hand_in", observation.pk)
    assert response.status_code == 422
    section = reverse("observations:section", args=[observation.pk, "during"])
    assert response.context["problems"]["What you see"] == [
        ("Which two or three moments stay with you?", f"{section}#id_moments_group")
    ]
    assert "id_moments_group" in text_of(page(owner, "observations:section", observation.pk, "during"))
    assert "First say whose practice you observe" in text_of(response)
    assert "3 things still to do" in text_of(response)
    assert fresh(observation).assignment.state == Assignment.State.ALLOCATED


def test_submitting_twice_is_harmless(
    authority: Authority, send: Page, arranged: Observation, owner: User, now: datetime
) -> None:
    fill_in(arranged, owner, now)
    for _ in range(2):
        assert send(owner, "observations:hand_in", arranged.pk).status_code == 302
    arranged = fresh(arranged)
    assert arranged.answer_set.submissions.count() == 1
    assert arranged.assignment.history.filter(state="final").count() == 1


def test_what_was_typed_after_submission_is_shown_and_not_lost(
    authority: Authority, send: Page, page: Page, done: Observation, owner: User
) -> None:
    answer = {"question_key": "workers_aims", "value": "Late thought.", "version": "1"}
    assert send(owner, "observations:answer", done.pk, **answer).status_code == 423
    data = section_data(done, "before") | {"workers_aims": "Late thought.", "version__workers_aims": "1"}
    kept = send(owner, "observations:section", done.pk, "before", **data)
    assert kept.status_code == 423
    assert "Late thought." in text_of(kept)
    assert page(owner, "observations:section", done.pk, "before").status_code == 302


# Actions and concerns


def test_an_action_that_is_not_smart_comes_back_with_what_was_typed(
    authority: Authority, send: Page, arranged: Observation, owner: User
) -> None:
    wrong = {**ACTION, "action-due_on": "ASAP", "action-owner_post": ""}
    response = send(owner, "observations:actions", arranged.pk, **wrong)
    assert response.status_code == 422
    assert "Shadow a colleague" in text_of(response)
    assert not Action.objects.exists()


def test_a_draft_can_be_taken_back_and_an_issued_action_cannot(
    authority: Authority, send: Page, arranged: Observation, owner: User, now: datetime
) -> None:
    worker_post = authority.post_of[authority.practitioner]
    send(owner, "observations:actions", arranged.pk, **ACTION, **{"action-owner_post": worker_post.pk})
    draft = Action.objects.get()
    assert send(authority.outsider, "observations:remove_action", arranged.pk, draft.pk).status_code == 404
    send(owner, "observations:remove_action", arranged.pk, draft.pk)
    assert not Action.objects.exists()
    send(owner, "observations:actions", arranged.pk, **ACTION, **{"action-owner_post": worker_post.pk})
    fill_in(arranged, owner, now)
    hand_in_and_finish(arranged, by=owner, now=now)
    issued = Action.objects.get()
    said = send(owner, "observations:remove_action", arranged.pk, issued.pk, follow=True)
    assert "has been issued" in text_of(said)
    assert Action.objects.get() == issued


def test_a_draft_is_changed_by_whose_work_it_is_until_it_is_handed_in(
    authority: Authority, send: Page, page: Page, arranged: Observation, owner: User, now: datetime
) -> None:
    worker_post = authority.post_of[authority.practitioner]
    send(owner, "observations:actions", arranged.pk, **ACTION, **{"action-owner_post": worker_post.pk})
    of = ("observations:change_action", arranged.pk, Action.objects.get().pk)
    assert statuses(authority, page, *of) == only(200, "owner")
    form = page(owner, *of).context["form"]
    data = {form.add_prefix(name): form[name].value() for name in form.fields}
    data["action-what"] = "Shadow a colleague at two visits."
    assert send(authority.practitioner_2, *of, **data).status_code == 404
    said = send(owner, *of, follow=True, **data)
    assert "Action changed." in text_of(said)
    assert "Shadow a colleague at two visits." in text_of(said)
    fill_in(arranged, owner, now)
    hand_in_and_finish(arranged, by=owner, now=now)
    late = send(owner, *of, **{**data, "action-what": "Shadow nobody."})
    assert late.status_code == 422
    assert "Shadow nobody." in text_of(late)
    assert Action.objects.get().what == "Shadow a colleague at two visits."
    assert page(owner, *of).status_code == 302


def test_a_concern_about_a_child_reaches_those_who_can_act(
    authority: Authority, send: Page, arranged: Observation, owner: User
) -> None:
    case = CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner, child_ref="C77")
    data = {"child_ref": "c77", "what": "Nobody has seen her for six weeks."}
    said = send(owner, "observations:concern", arranged.pk, follow=True, **data)
    assert "have been told" in text_of(said)
    concern = Concern.objects.get()
    assert (concern.case, concern.raised_by, concern.answer_set) == (case, owner, arranged.answer_set)


@pytest.mark.parametrize(("team", "is_restricted"), [("duty_team_1", True), ("care_team_1", False)])
def test_a_concern_says_what_to_do_about_a_case_one_cannot_see(
    authority: Authority, send: Page, arranged: Observation, owner: User, team: str, is_restricted: bool
) -> None:
    reason = "Related to a colleague" if is_restricted else ""
    CaseFactory(
        unit=getattr(authority, team),
        child_ref="C77",
        is_restricted=is_restricted,
        restriction_reason=reason,
    )
    response = send(owner, "observations:concern", arranged.pk, child_ref="C77", what="She is not safe.")
    assert response.status_code == 422
    assert "No case that you can see has the reference C77" in text_of(response)
    assert "She is not safe." in text_of(response)
    assert not Concern.objects.exists()


# Questions to the database


@pytest.mark.parametrize(
    ("name", "args", "most"),
    [
        ("activity", [], 8),
        ("section", ["during"], 7),
        ("actions", [], 10),
        ("hand_in", [], 8),
        ("read", [], 9),
    ],
)
def test_pages_ask_few_questions(
    client: Client,
    authority: Authority,
    arranged: Observation,
    owner: User,
    now: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    name: str,
    args: list[str],
    most: int,
) -> None:
    fill_in(arranged, owner, now)
    client.force_login(owner)
    address = reverse(f"observations:{name}", args=[arranged.pk, *args])
    client.get(address)
    with django_assert_max_num_queries(most):
        client.get(address)


def test_autosave_asks_few_questions(
    client: Client,
    arranged: Observation,
    owner: User,
    now: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    fill_in(arranged, owner, now)
    client.force_login(owner)
    address = reverse("observations:answer", args=[arranged.pk])
    client.post(address, {"question_key": "workers_aims", "value": "To begin.", "version": "1"})
    with django_assert_max_num_queries(10):
        client.post(address, {"question_key": "workers_aims", "value": "To listen.", "version": "2"})
