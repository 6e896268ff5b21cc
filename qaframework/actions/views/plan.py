"""One action plan: for the child's file, for supervision, and for those who have to be told."""

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
from qaframework.actions.forms import ReasonForm, ReviewForm
from qaframework.actions.models import ActionPlan
from qaframework.actions.views.step_page import step_page
from qaframework.people.access import local_today, signed_in
from qaframework.people.exports import file_response
from qaframework.people.form_page import sent
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import User
from qaframework.people.tables import columns


@signed_in
@require_safe
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_plan(request.user, pk, now=timezone.now())
    lines = documents.plan_lines(shown, local_today())
    context = {
        "plan": shown,
        "open_to_reader": _open_to(request.user, shown, lines),
        "facts": pages.plan_facts(shown),
        "lines": lines,
        "text": documents.as_text(shown, lines),
        "steps": pages.plan_steps(shown, request.user, local_today()),
        "story": pages.story(shown),
        "story_columns": columns("When", "Who", "What"),
    }
    return render(request, "actions/plan.html", context)


@signed_in
@require_safe
def document(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    shown = access.get_plan(request.user, pk, now=timezone.now())
    lines = documents.plan_lines(shown, local_today())
    write = documents.as_word if kind == "docx" else documents.as_pdf
    return file_response(f"action-plan-{shown.pk}", kind, write(shown, lines))


@signed_in
@require_POST
def place_on_file(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_kept_plan(request.user, pk, now=now)
    try:
        workflow.place_on_file(plan=shown, by=request.user, now=now)
    except SomebodyElseWasFirst:
        messages.info(request, "Somebody else has recorded this already.")
    else:
        messages.success(request, "Recorded: the plan is on file.")
    return redirect("actions:plan", pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def supervision_review(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_kept_plan(request.user, pk, now=now)
    return _step(
        request,
        shown,
        ReviewForm(sent(request)),
        lambda values: workflow.record_supervision_review(plan=shown, by=request.user, now=now, **values),
        step="supervision_review",
        title="Record the talk in supervision",
        button="Record",
        done="Recorded.",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def told(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_kept_plan(request.user, pk, now=now)
    return _step(
        request,
        shown,
        ReasonForm(sent(request), label="Who was told, and how?"),
        lambda values: workflow.confirm_told(plan=shown, note=values["reason"], by=request.user, now=now),
        step="told",
        title="Practitioner and manager have been told",
        button="Record",
        done="Recorded: both have been told.",
    )


def _open_to(user: User, shown: ActionPlan, lines: list[documents.PlanLine]) -> set[int]:
    """Those of the plan's actions whose own pages the person may open; who keeps the plan may open all."""
    keys = {line.key for line in lines}
    if access.keeps(user, shown, local_today()):
        return keys
    theirs = access.visible_actions(user, local_today()).filter(plan=shown)
    return keys & set(theirs.values_list("pk", flat=True))


def _step(
    request: HttpRequest, shown: ActionPlan, form: Form, act: Callable[[dict[str, Any]], Any], **words: str
) -> HttpResponse:
    return step_page(
        request,
        form,
        act,
        open_steps=pages.plan_steps(shown, request.user, local_today()),
        back={"url": reverse("actions:plan", args=[shown.pk]), "label": shown.title},
        **words,
    )
