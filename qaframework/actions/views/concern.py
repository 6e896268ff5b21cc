"""Concerns: those that wait for an answer, and one with its answer."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from qaframework.actions import access, pages, workflow
from qaframework.actions.forms import ResponseForm
from qaframework.people.access import local_today, signed_in
from qaframework.people.form_page import sent, try_form
from qaframework.people.paging import keyset_page
from qaframework.people.tables import columns


@signed_in
@require_safe
def concerns(request: HttpRequest) -> HttpResponse:
    """Those that wait on the first page, the oldest first; then the answered ones, the latest first."""
    found = access.visible_concerns(request.user, local_today()).select_related("case", "unit", "clock")
    answered = found.filter(acknowledged_at__isnull=False).select_related("acknowledged_by")
    shown = keyset_page(answered, moment="acknowledged_at", query=request.GET, newest_first=True)
    waiting = found.filter(acknowledged_at__isnull=True).order_by("raised_at", "pk")
    now = timezone.now()
    context = {
        "waiting": [pages.waiting_concern_row(one, now) for one in waiting] if not shown.previous_url else [],
        "waiting_columns": columns("Case", "Raised", "Team", "Answer due"),
        "answered": [pages.answered_concern_row(one) for one in shown.rows],
        "answered_columns": columns("Case", "Raised", "Team", "Acknowledged"),
        "page": shown,
        "tabs": pages.tabs("concerns"),
    }
    return render(request, "actions/concerns.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def concern(request: HttpRequest, pk: int) -> HttpResponse:
    """A concern; whoever did not raise it themselves can acknowledge it here."""
    now = timezone.now()
    shown = access.get_concern(request.user, pk, now=now)
    form = ResponseForm(sent(request))

    def acknowledge(values: dict[str, Any]) -> str:
        workflow.acknowledge_concern(concern=shown, by=request.user, now=now, **values)
        messages.success(request, "You have acknowledged the concern.")
        return reverse("actions:concern", args=[pk])

    answer = try_form(request, form, acknowledge)
    if isinstance(answer, HttpResponse):
        return answer
    may_answer = shown.acknowledged_at is None and shown.raised_by_id != request.user.pk
    if answer == 409:
        messages.warning(request, "Somebody else has acknowledged this concern already.")
        return redirect("actions:concern", pk)
    context = {
        "concern": shown,
        "facts": pages.concern_facts(shown, now),
        "form": form if may_answer or form.errors else None,
        "story": pages.story(shown),
        "story_columns": columns("When", "Who", "What"),
    }
    return render(request, "actions/concern.html", context, status=answer)
