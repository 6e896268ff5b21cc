"""How far a piece of work is, for those who see that it is owed and may not open it."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qaframework.allocation import access
from qaframework.allocation.models import Assignment, ExtensionRequest
from qaframework.allocation.reading import holder_names
from qaframework.allocation.views.work import board_of
from qaframework.allocation.wording import how_far, state_tag, subject_line, why_url
from qaframework.people.access import has_capability, local_today
from qaframework.people.models import User
from qaframework.people.roles import Capability
from qaframework.people.templatetags.page import short_date, uk_date

State = Assignment.State

NOT_YET = "What is written in it can be read here once it has been handed in."
EXPLAINED = {
    State.PLANNED: "It is planned, and begins once it is settled what it is about.",
    State.WITHDRAWN: "It was withdrawn, so nobody owes it any more.",
    State.EXCLUDED: "It was agreed before the deadline that it does not have to be done. It is counted apart "
    "from the work that was due.",
    **dict.fromkeys(Assignment.OPEN_STATES, NOT_YET),
}


@login_required
@require_safe
def standing(request: HttpRequest, pk: int) -> HttpResponse:
    """In the place of the work's own page, for whoever finds the work in a list or a notice."""
    assignment, today = access.get_visible_assignment(request.user, pk), local_today()
    page: dict[str, Any] = {
        "title": subject_line(assignment),
        "back": _back(request.user, assignment, today),
        "facts": _facts(assignment, today),
        "text": [EXPLAINED[assignment.state]] if assignment.state in EXPLAINED else [],
    }
    unit = assignment.post.unit
    if assignment.is_open and has_capability(request.user, Capability.RUN_QUALITY_ASSURANCE, today, unit):
        page["other"] = {"label": "Move or withdraw", "url": reverse("allocation:reallocate", args=[pk])}
    return render(request, "people/form.html", {"page": page})


def to_standing(user: User, pk: int) -> HttpResponse:
    """Where a page leads that does not open for the person. Raises Http404 for work they do not see."""
    return redirect("allocation:standing", pk=access.get_visible_assignment(user, pk).pk)


def _back(user: User, assignment: Assignment, today: date) -> dict[str, str]:
    if any(has_capability(user, one, today, assignment.post.unit) for one in access.OVERSEERS):
        return {"label": "Return board", "url": board_of(assignment)}
    return {"label": "My work", "url": reverse("allocation:my_work")}


def _facts(assignment: Assignment, today: date) -> list[dict[str, Any]]:
    holder = holder_names([assignment.post_id], today).get(assignment.post_id, "Nobody holds this post")
    facts: list[dict[str, Any]] = [{"label": "Owed by", "value": f"{assignment.post.title}\n{holder}"}]
    if assignment.case is not None:
        facts.append({"label": "Case", "value": assignment.case.child_ref, "url": why_url(assignment)})
    tag = state_tag(assignment, today)
    facts.append({"label": "State", "value": tag["text"], "status": tag["status"]})
    if assignment.due_on is not None:
        distance = f" ({how_far(assignment, today)})" if assignment.is_open else ""
        facts.append({"label": "Due", "value": f"{uk_date(assignment.due_on)}{distance}"})
    if assignment.original_due_on != assignment.due_on:
        facts.append({"label": "First due", "value": uk_date(assignment.original_due_on)})
    if asked := [_said(one) for one in assignment.extension_requests.select_related("decided_by")]:
        facts.append({"label": "More time", "value": "\n".join(asked)})
    return facts


def _said(one: ExtensionRequest) -> str:
    wish = f"Until {uk_date(one.new_due_on)}" if one.new_due_on else "Not to do it"
    by = f" by {one.decided_by}, {short_date(one.decided_at)}" if one.decided_by else ""
    return f"{wish}: {one.get_state_display().lower()}{by}"
