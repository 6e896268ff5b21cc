"""The person whom the work is about reads what was handed in and signs it, on their own page."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from observations.models import Observation
from qaframework.activities.workflow import choose_worker, hand_in_and_finish
from qaframework.notices.models import Notice
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.tools import workflow as tools
from qaframework.tools.forms import SectionForm
from qaframework.tools.models import Signature
from tests.activities.conftest import Page
from tests.factories.activities import fill_in, fresh
from tests.factories.authority import Authority

SIGNED = {"signed": "on", "comment": "He had asked me for that himself."}


@pytest.fixture
def arranged(authority: Authority, observation: Observation, owner: User, now: datetime) -> Observation:
    choose_worker(observation, worker=authority.practitioner, by=owner, now=now)
    observation.observed_on = date(2026, 11, 9)
    observation.save()
    fill_in(observation, owner, now)
    return fresh(observation)


@pytest.fixture
def done(arranged: Observation, owner: User, now: datetime) -> Observation:
    hand_in_and_finish(arranged, by=owner, now=now)
    return fresh(arranged)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def facts_of(response: Any) -> dict[str, str]:
    return {row["label"]: row["value"] for row in response.context["facts"]}


def sign(done: Observation, by: User, now: datetime) -> Signature:
    signature = Signature.objects.get(submission__answer_set=done.answer_set)
    return tools.sign(signature=signature, comment="", by=by, now=now)


# In the owner's form


def test_in_the_owners_form_it_is_no_box_and_says_who_signs_and_when(
    authority: Authority, page: Page, send: Page, arranged: Observation, owner: User
) -> None:
    last = arranged.answer_set.tool_version.definition.sections[-1].key
    shown = text_of(page(owner, "observations:section", arranged.pk, last))
    assert "Signature of the practitioner" in shown
    assert f"{authority.practitioner} signs on their own page, once this has been handed in." in shown
    assert 'name="worker_signature"' not in shown
    assert 'name="owner_signature"' in shown
    answer = {"question_key": "worker_signature", "value": "signed", "version": "0"}
    refused = send(owner, "observations:answer", arranged.pk, **answer)
    assert refused.status_code == 422
    assert "signs it themselves" in text_of(refused)


def test_before_it_is_handed_in_there_is_nothing_to_sign(
    authority: Authority, page: Page, arranged: Observation
) -> None:
    assert not Signature.objects.exists()
    assert page(authority.practitioner, "observations:sign", arranged.pk).status_code == 404
    assert "To read and sign" not in text_of(page(authority.practitioner, "allocation:my_work"))


# Asked


def test_handing_in_asks_by_a_notice_and_in_my_work(
    authority: Authority, page: Page, done: Observation
) -> None:
    notice = Notice.objects.get(kind="written_up", recipient=authority.practitioner)
    assert "Sign at its end that you have read it." in notice.body
    shown = text_of(page(authority.practitioner, "allocation:my_work"))
    assert "To read and sign" in shown
    assert reverse("open_work", args=[done.assignment_id]) in shown
    for other in (authority.team_manager, authority.practitioner_2, authority.senior_manager):
        assert "To read and sign" not in text_of(page(other, "allocation:my_work"))


def test_nobody_is_asked_to_sign_their_own_work(
    authority: Authority, arranged: Observation, now: datetime
) -> None:
    hand_in_and_finish(arranged, by=authority.practitioner, now=now)
    assert not Signature.objects.exists()


# Signed


def test_signing_is_seen_by_the_owner_and_the_manager_with_its_day_and_comment(
    authority: Authority, page: Page, send: Page, done: Observation, owner: User
) -> None:
    readers = (owner, authority.senior_manager, authority.qa_officer)
    label = f"Signature of {authority.practitioner}"
    for reader in readers:
        shown = page(reader, "observations:read", done.pk)
        assert facts_of(shown)[label] == "Not signed yet"
        assert "Your signature" not in text_of(shown)
    assert "Your signature" in text_of(page(authority.practitioner, "observations:read", done.pk))
    said = send(authority.practitioner, "observations:sign", done.pk, follow=True, **SIGNED)
    assert "You have signed. Thank you." in text_of(said)
    assert "Your signature" not in text_of(said)
    for reader in readers:
        shown = page(reader, "observations:read", done.pk)
        assert facts_of(shown)[label] == "Signed on 10 November 2026"
        assert f"Signed by {authority.practitioner} on 10 November 2026" in text_of(shown)
        assert SIGNED["comment"] in text_of(shown)
    assert "To read and sign" not in text_of(page(authority.practitioner, "allocation:my_work"))


def test_without_the_tick_nothing_is_signed_and_the_comment_stays(
    authority: Authority, send: Page, done: Observation
) -> None:
    response = send(authority.practitioner, "observations:sign", done.pk, comment=SIGNED["comment"])
    assert response.status_code == 422
    assert "Tick the box when you have read it" in text_of(response)
    assert SIGNED["comment"] in text_of(response)
    assert Signature.objects.get().signed_at is None


def test_only_the_person_it_is_about_signs(
    authority: Authority, page: Page, send: Page, done: Observation, owner: User, now: datetime
) -> None:
    others = (owner, authority.senior_manager, authority.qa_officer, authority.practitioner_2)
    for other in others:
        assert page(other, "observations:sign", done.pk).status_code == 404
        assert send(other, "observations:sign", done.pk, **SIGNED).status_code == 404
        with pytest.raises(Refused, match="Only the person this is about"):
            sign(done, other, now)
    assert Signature.objects.get().signed_at is None


def test_it_is_signed_once(authority: Authority, send: Page, done: Observation, now: datetime) -> None:
    first = sign(done, authority.practitioner, now)
    assert (first.history.count(), first.history.first().history_change_reason) == (2, "Signed")
    with pytest.raises(Refused, match="signed this already"):
        sign(done, authority.practitioner, now + timedelta(hours=1))
    again = send(authority.practitioner, "observations:sign", done.pk, **SIGNED)
    assert again.url == reverse("observations:read", args=[done.pk])
    assert Signature.objects.get().comment == ""


# Opened again


def test_what_is_opened_again_is_signed_anew(
    authority: Authority, page: Page, done: Observation, owner: User, now: datetime
) -> None:
    sign(done, authority.practitioner, now)
    tools.reopen_answers(answer_set=done.answer_set, reason="More is needed.", by=None, now=now)
    last = done.answer_set.tool_version.definition.sections[-1]
    form = SectionForm(done.answer_set, last, None)
    assert "signed an earlier version on 10 November 2026, and is asked again" in form.items[-1].standing
    submission = tools.submit_answers(answer_set=done.answer_set, by=owner, now=now)
    asked = tools.ask_signature(
        submission=submission,
        signer=authority.practitioner,
        label="Practice observation",
        url="/",
        case=None,
        by=owner,
        now=now,
    )
    assert asked is not None
    assert [one.signed_at for one in Signature.objects.order_by("pk")] == [now, None]
    label = f"Signature of {authority.practitioner}"
    assert facts_of(page(owner, "observations:read", done.pk))[label] == "Not signed yet"


def test_what_was_opened_again_cannot_be_signed(
    authority: Authority, page: Page, done: Observation, now: datetime
) -> None:
    tools.reopen_answers(answer_set=done.answer_set, reason="More is needed.", by=None, now=now)
    with pytest.raises(Refused, match="opened again"):
        sign(done, authority.practitioner, now)
    assert "To read and sign" not in text_of(page(authority.practitioner, "allocation:my_work"))
    assert "Your signature" not in text_of(page(authority.practitioner, "observations:read", done.pk))
