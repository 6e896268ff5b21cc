"""Closing the loop: the list, one loop, its meeting and its authorisation (LAN-24, LAN-25)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qaframework.actions import access, documents, pages, workflow
from qaframework.actions.forms import LoopMeetingForm, ReasonForm
from qaframework.actions.models import LoopClosure
from qaframework.actions.views.step_page import step_page
from qaframework.people.access import local_today, signed_in
from qaframework.people.form_page import sent
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.paging import keyset_page
from qaframework.people.refusal import Refused
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import uk_date

State = LoopClosure.State


@signed_in
@require_safe
def loops(request: HttpRequest) -> HttpResponse:
    """Those still to be closed on the first page, soonest due first; then the authorised ones."""
    found = access.visible_loops(request.user, local_today()).select_related("case", "senior_post", "worker")
    authorised = found.filter(state=State.AUTHORISED)
    shown = keyset_page(authorised, moment="authorised_at", query=request.GET, newest_first=True)
    still_open = found.exclude(state=State.AUTHORISED).order_by("due_on", "pk")
    today = local_today()
    context = {
        "open": [pages.open_loop_row(one, today) for one in still_open] if not shown.previous_url else [],
        "open_columns": columns("Case", "Practitioner", "Meets and reports", "Due", "State"),
        "authorised": [pages.authorised_loop_row(one) for one in shown.rows],
        "authorised_columns": columns("Case", "Practitioner", "Authorised", "Re-audit due"),
        "page": shown,
        "tabs": pages.tabs("loops"),
    }
    return render(request, "actions/loops.html", context)


@signed_in
@require_safe
def loop(request: HttpRequest, pk: int) -> HttpResponse:
    today = local_today()
    shown = access.get_loop(request.user, pk, now=timezone.now())
    context = {
        "loop": shown,
        "path": pages.loop_path(shown),
        "tag": pages.loop_cell(shown, today),
        "facts": pages.loop_facts(shown),
        "meeting": pages.meeting_facts(shown),
        "actions": pages.loop_actions(shown, documents.plan_lines(shown.plan, today)),
        "action_columns": columns("Action", "Who", "By", "State", "Seen at the meeting"),
        "steps": pages.loop_steps(shown, request.user, today),
        "story": pages.story(shown),
        "story_columns": columns("When", "Who", "What"),
    }
    return render(request, "actions/loop.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_loop_to_record(request.user, pk, now=now)
    form = LoopMeetingForm(shown, sent(request))
    return _step(
        request,
        shown,
        form,
        lambda values: workflow.record_loop_meeting(loop=shown, by=request.user, now=now, **form.values()),
        step="loop_meeting",
        title="Record the meeting",
        button="Send for authorisation",
        done="Sent for authorisation.",
    )


@signed_in
@require_POST
def authorise(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_loop_to_decide(request.user, pk, now=now)
    try:
        workflow.authorise_loop(loop=shown, by=request.user, now=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    except SomebodyElseWasFirst:
        messages.warning(request, "This loop has moved on in the meantime.")
    else:
        due = uk_date(shown.reaudit_due_on)
        messages.success(request, f"Authorised. Another case of this practitioner is audited from {due}.")
    return redirect("actions:loop", pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_loop_to_decide(request.user, pk, now=now)
    return _step(
        request,
        shown,
        ReasonForm(sent(request), label="What is missing?"),
        lambda values: workflow.return_loop(loop=shown, by=request.user, now=now, **values),
        step="loop_return",
        title="Return this loop",
        button="Return",
        done="Returned, with your reason.",
    )


def _step(
    request: HttpRequest, shown: LoopClosure, form: Form, act: Callable[[dict[str, Any]], Any], **words: str
) -> HttpResponse:
    return step_page(
        request,
        form,
        act,
        open_steps=pages.loop_steps(shown, request.user, local_today()),
        back={"url": reverse("actions:loop", args=[shown.pk]), "label": "Closing the loop"},
        **words,
    )
