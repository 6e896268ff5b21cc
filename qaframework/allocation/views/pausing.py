"""Pausing a deadline, and letting it run again, where the framework allows it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qaframework.allocation import access, workflow
from qaframework.allocation.forms import NothingToSayForm, PauseForm
from qaframework.allocation.models import Assignment
from qaframework.allocation.views.work import board_of, facts_of
from qaframework.allocation.wording import subject_line
from qaframework.people.access import local_today
from qaframework.people.form_page import form_page, sent
from qaframework.people.templatetags.page import uk_date


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever sees the work and may not pause it reads why; a form sent all the same is refused."""
    assignment = access.get_visible_assignment(request.user, pk)
    page = _page(assignment, "Pause the deadline", button="Pause")
    refusal = workflow.why_not_paused(assignment, request.user, timezone.now())
    if refusal:
        return _refused(request, page, refusal)
    page["text"] = [
        "While it is paused nobody gets a reminder about this work and nothing is escalated. When you end "
        "the pause, the last day moves by as long as the pause lasted."
    ]

    def act(values: dict[str, Any]) -> str:
        workflow.pause(assignment=assignment, reason=values["reason"], by=request.user, now=timezone.now())
        messages.success(request, f"The deadline is paused: {subject_line(assignment)}.")
        return board_of(assignment)

    form = PauseForm(sent(request), reasons=workflow.pause_reasons(assignment))
    return form_page(request, form, act, page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = access.get_visible_assignment(request.user, pk)
    page = _page(assignment, "End the pause", button="End the pause")
    refusal = workflow.why_not_resumed(assignment, request.user, timezone.now())
    if refusal:
        return _refused(request, page, refusal)
    last_day = uk_date(workflow.due_after_pause(assignment, local_today()))
    page["text"] = [f"The deadline runs again from today, and the new last day is {last_day}."]

    def act(values: dict[str, Any]) -> str:
        workflow.resume(assignment=assignment, by=request.user, now=timezone.now())
        messages.success(request, f"The deadline runs again, until {uk_date(assignment.due_on)}.")
        return board_of(assignment)

    return form_page(request, NothingToSayForm(sent(request)), act, page)


def _page(assignment: Assignment, title: str, *, button: str) -> dict[str, Any]:
    back = {"label": "Back", "url": board_of(assignment)}
    return {"title": title, "back": back, "facts": facts_of(assignment), "button": button}


def _refused(request: HttpRequest, page: dict[str, Any], refusal: str) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "people/form.html", {"page": {**page, "text": [refusal]}}, status=status)
