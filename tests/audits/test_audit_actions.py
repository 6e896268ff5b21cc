"""Agreeing actions on the pages of an audit: refused, added, named, taken back; nothing typed is lost."""

import pytest
from django.urls import reverse

from qaframework.actions.models import Action
from tests.audits.pages import text_of, url
from tests.factories.audits import allocated_audit, ready_audit, submitted_audit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_meeting")]


def test_an_action_without_a_date_is_refused_and_what_was_typed_stays(auditor, where):
    audit = allocated_audit(where)
    data = {"action-what": "Talk to school.", "action-priority": "standard", "action-due_on": "ASAP"}
    page = auditor.post(url("actions", audit), data)
    assert page.status_code == 422
    assert "Talk to school." in text_of(page)
    assert not Action.objects.exists()


def typed_action(post):
    values = {
        "what": "Talk to school.",
        "measure": "The record says what school sees.",
        "priority": "standard",
        "owner_post": str(post.pk),
        "due_on": "1/12/2026",
    }
    return {f"action-{name}": value for name, value in values.items()}


def test_going_on_leaves_no_typed_action_behind(auditor, where):
    audit = allocated_audit(where)
    onward = auditor.post(url("actions", audit), {"action-priority": "immediate", "go_on": "1"})
    assert onward.url == url("submit", audit)
    unfinished = auditor.post(url("actions", audit), {"action-what": "Talk to school.", "go_on": "1"})
    assert unfinished.status_code == 422
    assert "Talk to school." in text_of(unfinished)
    post = where.authority.post_of[where.worker]
    finished = auditor.post(url("actions", audit), {**typed_action(post), "go_on": "1"})
    assert finished.url == url("submit", audit)
    assert Action.objects.get().what == "Talk to school."


def test_a_drafted_action_names_who_will_do_it(auditor, where):
    audit = allocated_audit(where)
    auditor.post(url("actions", audit), typed_action(where.authority.post_of[where.worker]))
    (draft,) = auditor.get(url("actions", audit)).context["drafts"]
    assert draft["owner"] == f"{where.worker} ({where.authority.post_of[where.worker].title})"


def test_an_action_typed_while_the_audit_was_submitted_is_shown_and_not_added(auditor, where, held):
    audit = submitted_audit(where, held)
    before = Action.objects.count()
    page = auditor.post(url("actions", audit), typed_action(where.authority.post_of[where.worker]))
    assert page.status_code == 422
    assert "Talk to school." in text_of(page)
    assert "Copy what you typed" in text_of(page)
    assert Action.objects.count() == before


def test_a_draft_action_can_be_taken_back_until_it_is_issued(auditor, where, held):
    audit = ready_audit(where, held)
    action = audit.action_plan.actions.get()
    auditor.post(url("remove_action", audit, action.pk))
    assert not Action.objects.exists()
    other = submitted_audit(where, held)
    issued = other.action_plan.actions.get()
    auditor.post(url("remove_action", other, issued.pk))
    assert Action.objects.filter(pk=issued.pk).exists()
    assert auditor.post(url("remove_action", audit, issued.pk)).status_code == 404


def test_the_auditor_reads_the_plan_that_they_agreed_and_leaves_it_to_others_to_keep(auditor, where, held):
    audit = submitted_audit(where, held)
    plan = reverse("actions:plan", args=[audit.action_plan_id])
    assert auditor.get(url("audit", audit)).context["page"].plan_url == plan
    assert auditor.get(plan).status_code == 200
    assert auditor.post(reverse("actions:place_on_file", args=[audit.action_plan_id])).status_code == 404
