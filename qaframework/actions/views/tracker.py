"""The action tracker, on the page and as a file (LAN-28)."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from qaframework.actions import access, challenge_access, challenge_pages
from qaframework.actions.models import Action
from qaframework.actions.pages import tabs
from qaframework.actions.tracker import (
    COLUMNS,
    TrackerFilter,
    action_rows,
    export_rows,
    filtered,
    tracker_for,
)
from qaframework.people.access import local_today, signed_in
from qaframework.people.exports import csv_response, xlsx_response
from qaframework.people.models import RecordRead
from qaframework.people.reads import log_read
from qaframework.people.tables import columns


@signed_in
@require_safe
def tracker(request: HttpRequest) -> HttpResponse:
    """Open to everybody who is signed in: each sees their own, and what they oversee."""
    shown = tracker_for(request.user, request.GET, timezone.now())
    context = {"tracker": shown, "columns": columns(*COLUMNS), "tabs": tabs("tracker")}
    return render(request, "actions/tracker.html", context)


@signed_in
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The list as it is narrowed, all pages of it."""
    now = timezone.now()
    rows = export_rows(filtered(request.user, TrackerFilter(request.GET), local_today()), now)
    log_read(
        reader=request.user, kind=RecordRead.Kind.REPORT, record_id=0, label="Action tracker, file", now=now
    )
    if kind == "csv":
        return csv_response("actions.csv", rows)
    return xlsx_response("actions.xlsx", "Actions", rows)


@signed_in
@require_safe
def to_verify(request: HttpRequest) -> HttpResponse:
    """How many actions wait for the person to verify them: a line of 'My work', or the list by itself."""
    address = f"{reverse('actions:tracker')}?state=done&whose=verify"
    if "HX-Request" not in request.headers:
        return redirect(address)
    today = local_today()
    done = access.visible_actions(request.user, today).filter(state=Action.State.DONE)
    number = done.filter(access.verifiable_q(request.user, today)).count()
    return render(request, "actions/_to_verify.html", {"number": number, "address": address})


@signed_in
@require_safe
def case_actions(request: HttpRequest, pk: int) -> HttpResponse:
    """The actions for one case, newest deadline first, and its alerts and disputes: a part of the case's
    page, or a page by itself."""
    case = access.get_case(request.user, pk)
    found = access.visible_actions(request.user, local_today()).filter(plan__case=case)
    actions = found.select_related("plan__case", "owner_post__unit").order_by("-due_on", "-pk")
    context = {
        "case": case,
        "columns": columns(*COLUMNS),
        "rows": action_rows(list(actions), timezone.now()),
        "challenge_columns": columns(*challenge_pages.COLUMNS),
        "challenges": challenge_pages.case_rows(request.user, case, local_today()),
        "may_raise": challenge_access.rules_to_raise(request.user, case, local_today()) is not None,
    }
    template = (
        "actions/_case_actions.html" if "HX-Request" in request.headers else "actions/case_actions.html"
    )
    return render(request, template, context)
