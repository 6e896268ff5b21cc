"""The tracker, and the pages of one action, plan, concern and loop."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qaframework.actions import access, documents, pages, workflow
from qaframework.actions.forms import (
    DifferenceForm,
    EvidenceForm,
    LoopMeetingForm,
    ReasonForm,
    ResponseForm,
    ReviewForm,
)
from qaframework.actions.models import Action, ActionPlan, LoopClosure
from qaframework.actions.tracker import COLUMNS, TrackerFilter, export_rows, filtered, tracker_for
from qaframework.people.access import local_today, posts_of
from qaframework.people.exports import csv_response, xlsx_response
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import RecordRead
from qaframework.people.paging import keyset_page
from qaframework.people.reads import log_read
from qaframework.people.refusal import Refused
from qaframework.people.templatetags.page import short_date, uk_datetime

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
STORY_COLUMNS = [{"label": "When"}, {"label": "Who"}, {"label": "What"}]

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _columns(*labels: str) -> list[dict[str, str]]:
    return [{"label": label} for label in labels]


def _answer(
    request: HttpRequest,
    page: dict[str, Any],
    form: forms.Form,
    do: Callable[[dict[str, Any], datetime], Any],
) -> HttpResponse:
    """Show a form, or do what it says and go back; refusals stay on the page with what was typed."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                do(form.cleaned_data, timezone.now())
            except SomebodyElseWasFirst:
                form.add_error(None, "Somebody else has changed this in the meantime. Look at it again.")
                status = 409
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, page["done"])
                return redirect(page["back"]["url"])
    return render(request, "people/form.html", {"page": page, "form": form}, status=status)


@login_required
@require_safe
def tracker(request: HttpRequest) -> HttpResponse:
    shown = tracker_for(request.user, request.GET, local_today())
    active = any(request.GET.get(name) for name in shown.filter.fields)
    return render(
        request, "actions/tracker.html", {"tracker": shown, "columns": _columns(*COLUMNS), "active": active}
    )


@login_required
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    today = local_today()
    rows = export_rows(filtered(request.user, TrackerFilter(request.GET), today), today)
    log_read(
        reader=request.user,
        kind=RecordRead.Kind.REPORT,
        record_id=0,
        label="Action tracker",
        now=timezone.now(),
    )
    if kind == "csv":
        return csv_response("actions.csv", rows)
    return xlsx_response("actions.xlsx", "Actions", rows)


@login_required
@require_safe
def action(request: HttpRequest, pk: int) -> HttpResponse:
    shown, today = access.get_action(request.user, pk), local_today()
    context = {
        "action": shown,
        "facts": pages.action_facts(shown, today),
        "steps": pages.next_steps(shown, request.user, today),
        "story": pages.story(shown),
        "story_columns": STORY_COLUMNS,
    }
    return render(request, "actions/action.html", context)


@login_required
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _own_action(request, pk)
    try:
        workflow.begin_action(action=shown, by=request.user, now=timezone.now())
    except SomebodyElseWasFirst:
        messages.warning(request, "This action has moved on in the meantime.")
    return redirect("actions:action", pk)


@login_required
@form_page
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    shown = _own_action(request, pk)
    page = _action_page(
        shown, "Mark as done", "Mark as done", "Marked as done. Your manager has been asked to verify it."
    )
    return _answer(
        request,
        page,
        EvidenceForm(request.POST or None),
        lambda data, now: workflow.finish_action(
            action=shown, evidence=data["evidence"], by=request.user, now=now
        ),
    )


@login_required
@form_page
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_action(request.user, pk)
    page = _action_page(shown, "Verify this action", "Verify", "Verified.") | {
        "text": f"Evidence: {shown.evidence}"
    }
    return _answer(
        request,
        page,
        DifferenceForm(request.POST or None),
        lambda data, now: workflow.verify_action(
            action=shown, difference_made=data["difference_made"], by=request.user, now=now
        ),
    )


@login_required
@form_page
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_action(request.user, pk)
    page = _action_page(shown, "Return this action", "Return", "Returned to its owner.")
    return _answer(
        request,
        page,
        ReasonForm(request.POST or None, label="What is still missing?"),
        lambda data, now: workflow.return_action(
            action=shown, reason=data["reason"], by=request.user, now=now
        ),
    )


@login_required
@form_page
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_action(request.user, pk)
    page = _action_page(shown, "Cancel this action", "Cancel the action", "Cancelled. It stays visible.")
    return _answer(
        request,
        page,
        ReasonForm(request.POST or None, label="Why is it no longer needed?"),
        lambda data, now: workflow.cancel_action(
            action=shown, reason=data["reason"], by=request.user, now=now
        ),
    )


@login_required
@require_safe
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_plan(request.user, pk)
    lines = documents.plan_lines(shown, local_today())
    _log_plan(request, shown)
    context = {
        "plan": shown,
        "facts": pages.plan_facts(shown),
        "lines": lines,
        "text": documents.as_text(shown, lines),
    }
    return render(request, "actions/plan.html", context)


@login_required
@require_safe
def plan_document(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    shown = access.get_plan(request.user, pk)
    lines = documents.plan_lines(shown, local_today())
    _log_plan(request, shown)
    if kind == "docx":
        response = HttpResponse(documents.as_word(shown, lines), content_type=WORD)
    else:
        response = HttpResponse(documents.as_pdf(shown, lines), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="action-plan-{shown.pk}.{kind}"'
    return response


@login_required
@require_POST
def place_on_file(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_plan(request.user, pk)
    workflow.place_on_file(plan=shown, by=request.user, now=timezone.now())
    messages.success(request, "Recorded: the plan is on the child's file.")
    return redirect("actions:plan", pk)


@login_required
@form_page
def supervision_review(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_plan(request.user, pk)
    page = _page("Record the talk in supervision", "Record", "Recorded.", "actions:plan", pk, shown.title)
    return _answer(
        request,
        page,
        ReviewForm(request.POST or None),
        lambda data, now: workflow.record_supervision_review(
            plan=shown, reviewed_on=data["reviewed_on"], by=request.user, now=now
        ),
    )


@login_required
@form_page
def told(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_plan(request.user, pk)
    page = _page(
        "Practitioner and manager have been told", "Record", "Recorded.", "actions:plan", pk, shown.title
    )
    return _answer(
        request,
        page,
        ReasonForm(request.POST or None, label="Who was told, and how?"),
        lambda data, now: workflow.confirm_told(plan=shown, note=data["reason"], by=request.user, now=now),
    )


@login_required
@require_safe
def concerns(request: HttpRequest) -> HttpResponse:
    rows = access.visible_concerns(request.user, local_today()).select_related(
        "case", "unit", "acknowledged_by"
    )
    shown = keyset_page(rows, moment="raised_at", query=request.GET, newest_first=True)
    cells = [
        [
            {"text": uk_datetime(one.raised_at), "url": reverse("actions:concern", args=[one.pk])},
            one.case.child_ref,
            one.unit.name,
            {"text": "Acknowledged", "status": "completed"}
            if one.acknowledged_at
            else {"text": "Waiting for an answer", "status": "late"},
        ]
        for one in shown.rows
    ]
    columns = _columns("Raised", "Case", "Team", "State")
    return render(request, "actions/concerns.html", {"page": shown, "rows": cells, "columns": columns})


@login_required
@form_page
def concern(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_concern(request.user, pk)
    may_answer = shown.acknowledged_at is None and shown.raised_by_id != request.user.pk
    form = ResponseForm(request.POST or None) if may_answer else None
    status = 200
    if request.method == "POST" and form is not None:
        status = 422
        if form.is_valid():
            try:
                workflow.acknowledge_concern(
                    concern=shown, response=form.cleaned_data["response"], by=request.user, now=timezone.now()
                )
            except SomebodyElseWasFirst:
                messages.warning(request, "Somebody else has acknowledged this concern already.")
                return redirect("actions:concern", pk)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "You have acknowledged the concern.")
                return redirect("actions:concern", pk)
    context = {"concern": shown, "facts": pages.concern_facts(shown), "form": form}
    return render(request, "actions/concern.html", context, status=status)


@login_required
@require_safe
def loops(request: HttpRequest) -> HttpResponse:
    rows = access.visible_loops(request.user, local_today()).select_related("case", "senior_post", "worker")
    shown = keyset_page(rows, moment="due_on", query=request.GET, newest_first=True)
    cells = [
        [
            {"text": f"Case {one.case.child_ref}", "url": reverse("actions:loop", args=[one.pk])},
            str(one.worker or ""),
            one.senior_post.title,
            short_date(one.due_on),
            {"text": one.get_state_display(), "status": one.state},
        ]
        for one in shown.rows
    ]
    columns = _columns("Case", "Practitioner", "Meets and reports", "Due", "State")
    return render(request, "actions/loops.html", {"page": shown, "rows": cells, "columns": columns})


@login_required
@require_safe
def loop(request: HttpRequest, pk: int) -> HttpResponse:
    shown, today = access.get_loop(request.user, pk), local_today()
    State = LoopClosure.State
    holds_meeting = any(post.pk == shown.senior_post_id for post in posts_of(request.user, today))
    context = {
        "loop": shown,
        "path": pages.loop_path(shown),
        "facts": pages.loop_facts(shown),
        "lines": documents.plan_lines(shown.plan, today),
        "may_record": holds_meeting and shown.state in (State.DUE, State.RETURNED),
        "may_decide": shown.state == State.WITH_HEAD_OF_SERVICE
        and workflow.may_authorise(request.user, shown, today),
    }
    return render(request, "actions/loop.html", context)


@login_required
@form_page
def loop_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_loop(request.user, pk)
    if not any(post.pk == shown.senior_post_id for post in posts_of(request.user, local_today())):
        raise Http404
    initial = {name: getattr(shown, name) for name in LoopMeetingForm.base_fields}
    page = _page(
        "Record the meeting",
        "Send to the Head of Service",
        "Sent to the Head of Service.",
        "actions:loop",
        pk,
        "Closing the loop",
    )
    return _answer(
        request,
        page,
        LoopMeetingForm(request.POST or None, initial=initial),
        lambda data, now: workflow.record_loop_meeting(loop=shown, **data, by=request.user, now=now),
    )


@login_required
@require_POST
def loop_authorise(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_loop(request.user, pk)
    try:
        workflow.authorise_loop(loop=shown, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    except SomebodyElseWasFirst:
        messages.warning(request, "This loop has moved on in the meantime.")
    else:
        messages.success(request, "Authorised. Another case of this practitioner is audited in three months.")
    return redirect("actions:loop", pk)


@login_required
@form_page
def loop_return(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_loop(request.user, pk)
    page = _page(
        "Return this loop",
        "Return",
        "Returned to the Senior Manager.",
        "actions:loop",
        pk,
        "Closing the loop",
    )
    return _answer(
        request,
        page,
        ReasonForm(request.POST or None, label="What is missing?"),
        lambda data, now: workflow.return_loop(loop=shown, reason=data["reason"], by=request.user, now=now),
    )


def _own_action(request: HttpRequest, pk: int) -> Action:
    """An action of a post that the person holds today; 404 for one they may only see."""
    shown = access.get_action(request.user, pk)
    if not any(post.pk == shown.owner_post_id for post in posts_of(request.user, local_today())):
        raise Http404
    return shown


def _action_page(shown: Action, title: str, button: str, done: str) -> dict[str, Any]:
    return _page(title, button, done, "actions:action", shown.pk, f"Action {shown.pk}", text=shown.what)


def _page(
    title: str, button: str, done: str, back: str, pk: int, back_label: str, text: str = ""
) -> dict[str, Any]:
    return {
        "title": title,
        "text": text,
        "button": button,
        "done": done,
        "back": {"url": reverse(back, args=[pk]), "label": back_label},
    }


def _log_plan(request: HttpRequest, shown: ActionPlan) -> None:
    if shown.case:
        log_read(
            reader=request.user,
            kind=RecordRead.Kind.CASE,
            record_id=shown.case.pk,
            label=shown.case.child_ref,
            now=timezone.now(),
        )
