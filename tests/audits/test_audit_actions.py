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


# A draft in other words


@pytest.fixture
def drafted(auditor, where):
    """An open audit with one action."""
    audit = allocated_audit(where)
    auditor.post(url("actions", audit), typed_action(where.authority.post_of[where.worker]))
    return audit


def change_url(audit):
    return url("change_action", audit, audit.action_plan.actions.get().pk)


def as_shown(page):
    """What a browser would send of the form as it stands on the page."""
    form = page.context["form"]
    return {form.add_prefix(name): form[name].value() for name in form.fields}


def test_a_draft_is_changed_on_a_page_that_shows_what_it_says(auditor, drafted):
    assert change_url(drafted) in text_of(auditor.get(url("actions", drafted)))
    page = auditor.get(change_url(drafted))
    shown = as_shown(page)
    assert (shown["action-what"], shown["action-due_on"]) == ("Talk to school.", "01/12/2026")
    assert "Specific: one thing, with a verb." in text_of(page)
    assert "Keep it as it is" in text_of(page)
    data = {**shown, "action-what": "Talk to school and update the plan."}
    back = auditor.post(change_url(drafted), data, follow=True)
    assert back.redirect_chain == [(url("actions", drafted), 302)]
    assert "Action changed. This may be two actions in one." in text_of(back)
    assert Action.objects.get().what == "Talk to school and update the plan."


def test_a_change_that_is_not_smart_comes_back_with_what_was_typed(auditor, drafted):
    data = as_shown(auditor.get(change_url(drafted)))
    page = auditor.post(change_url(drafted), {**data, "action-what": "Ring mum.", "action-due_on": "ASAP"})
    assert page.status_code == 422
    assert "Ring mum." in text_of(page)
    assert list(page.context["form"].errors) == ["due_on"]
    assert Action.objects.get().what == "Talk to school."


def test_a_change_that_is_sent_twice_is_one_change(auditor, drafted):
    address = change_url(drafted)
    data = {**as_shown(auditor.get(address)), "action-what": "Ring mum."}
    for _ in range(2):
        assert auditor.post(address, data).url == url("actions", drafted)
    assert Action.objects.get().history.count() == 2


def test_two_who_change_one_draft_lose_neither_text(auditor, drafted):
    address = change_url(drafted)
    read = as_shown(auditor.get(address))
    auditor.post(address, {**read, "action-what": "Ring the grandmother."})
    page = auditor.post(address, {**read, "action-what": "Ring mum."})
    assert page.status_code == 409
    assert {"label": "What", "value": "Ring the grandmother."} in page.context["theirs"]
    assert "changed while you were writing" in text_of(page)
    assert as_shown(page)["action-what"] == "Ring mum."
    assert Action.objects.get().what == "Ring the grandmother."
    auditor.post(address, as_shown(page))
    assert Action.objects.get().what == "Ring mum."


def test_a_draft_that_was_removed_meanwhile_is_said_and_nothing_typed_is_lost(auditor, drafted):
    address = change_url(drafted)
    data = {**as_shown(auditor.get(address)), "action-what": "Ring mum."}
    auditor.post(url("remove_action", drafted, drafted.action_plan.actions.get().pk))
    page = auditor.post(address, data)
    assert page.status_code == 422
    assert "was removed" in text_of(page)
    assert "Ring mum." in text_of(page)
    assert not Action.objects.exists()
    assert "was removed" in text_of(auditor.get(address, follow=True))


def test_a_draft_that_was_issued_while_it_was_changed_stays_as_it_is(auditor, where, held):
    audit = ready_audit(where, held)
    address = change_url(audit)
    data = {**as_shown(auditor.get(address)), "action-what": "Ring mum."}
    auditor.post(url("submit", audit))
    audit.refresh_from_db()
    issued = audit.action_plan.actions.get()
    assert issued.state == Action.State.OPEN
    page = auditor.post(address, data)
    assert page.status_code == 422
    assert "has been submitted" in text_of(page)
    assert "Ring mum." in text_of(page)
    assert audit.action_plan.actions.get().what == issued.what
    assert auditor.get(address).url == url("read", audit)


def test_an_action_of_another_audit_is_not_found(auditor, where, drafted, held):
    other = ready_audit(where, held).action_plan.actions.get()
    address = url("change_action", drafted, other.pk)
    assert auditor.get(address).status_code == 404
    assert auditor.post(address, {"action-what": "Ring mum."}).status_code == 404


def test_an_owner_who_would_not_be_asked_today_stays_until_somebody_else_is_chosen(auditor, where, drafted):
    elsewhere = where.authority.post_of[where.authority.outsider]
    Action.objects.update(owner_post=elsewhere)
    address = change_url(drafted)
    data = {**as_shown(auditor.get(address)), "action-what": "Ring mum."}
    assert auditor.post(address, data).url == url("actions", drafted)
    action = Action.objects.get()
    assert (action.what, action.owner_post) == ("Ring mum.", elsewhere)
