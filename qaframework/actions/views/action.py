"""One action and its next steps."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qaframework.actions import access, pages, workflow
from qaframework.actions.forms import DifferenceForm, EvidenceForm, ReasonForm
from qaframework.actions.models import Action
from qaframework.actions.tracker import state_cell
from qaframework.actions.views.step_page import step_page
from qaframework.people.access import local_today, signed_in
from qaframework.people.form_page import sent
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.tables import columns


@signed_in
@require_safe
def action(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_action(request.user, pk, now=now)
    context = {
        "action": shown,
        "tag": state_cell(shown, now),
        "facts": pages.action_facts(shown, now),
        "steps": pages.next_steps(shown, request.user, local_today()),
        "story": pages.story(shown),
        "story_columns": columns("When", "Who", "What"),
    }
    return render(request, "actions/action.html", context)


@signed_in
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_owned_action(request.user, pk, now=now)
    try:
        workflow.begin_action(action=shown, by=request.user, now=now)
    except SomebodyElseWasFirst:
        messages.warning(request, "This action has moved on in the meantime.")
    else:
        messages.success(request, "Noted that you have started.")
    return redirect("actions:action", pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_owned_action(request.user, pk, now=now)
    return _step(
        request,
        shown,
        EvidenceForm(sent(request)),
        lambda values: workflow.finish_action(action=shown, by=request.user, now=now, **values),
        step="finish",
        title="Mark as done",
        button="Mark as done",
        done="Marked as done. A manager is asked to verify it.",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_action_to_verify(request.user, pk, now=now)
    return _step(
        request,
        shown,
        DifferenceForm(sent(request)),
        lambda values: workflow.verify_action(action=shown, by=request.user, now=now, **values),
        step="verify",
        title="Verify this action",
        button="Verify",
        done="Verified.",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_action_to_verify(request.user, pk, now=now)
    return _step(
        request,
        shown,
        ReasonForm(sent(request), label="What is still missing?"),
        lambda values: workflow.return_action(action=shown, by=request.user, now=now, **values),
        step="return",
        title="Return this action",
        button="Return",
        done="Returned to its owner. The deadline stays.",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_action_to_verify(request.user, pk, now=now)
    return _step(
        request,
        shown,
        ReasonForm(sent(request), label="Why is it no longer needed?"),
        lambda values: workflow.cancel_action(action=shown, by=request.user, now=now, **values),
        step="cancel",
        title="Cancel this action",
        button="Cancel the action",
        done="Cancelled. It stays visible.",
    )


def _step(
    request: HttpRequest, shown: Action, form: Form, act: Callable[[dict[str, Any]], Any], **words: str
) -> HttpResponse:
    facts = [
        {"label": "What needs to happen", "value": shown.what},
        {"label": "How we will know", "value": shown.measure},
        {"label": pages.note_label(shown), "value": shown.closing_note},
        {"label": "Evidence", "value": shown.evidence},
    ]
    return step_page(
        request,
        form,
        act,
        open_steps=pages.next_steps(shown, request.user, local_today()),
        back={"url": reverse("actions:action", args=[shown.pk]), "label": f"Action {shown.pk}"},
        facts=[fact for fact in facts if fact["value"]],
        **words,
    )
