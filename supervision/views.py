"""A supervision audit's pages: the shared ones, and whose records they are about."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qaframework.activities.access import get_own_activity
from qaframework.activities.forms import PersonAndDayForm, people_in_view
from qaframework.activities.pages import ActivityPages
from qaframework.people.access import local_today, signed_in
from qaframework.people.refusal import Refused
from qaframework.people.templatetags.page import uk_date
from supervision import workflow
from supervision.models import SupervisionAudit

SUPERVISORS = ["advanced_practitioner", "team_manager", "senior_manager", "head_of_service"]


def _rows(audit: SupervisionAudit, request: HttpRequest) -> Mapping[str, Any]:
    rows = [
        {
            "label": "Supervisor",
            "value": str(audit.assignment.worker or "Not chosen yet"),
            "change_url": reverse("supervision:choose", args=[audit.pk]),
            "change_label": "the supervisor",
        },
        {
            "label": "Discussed in their supervision",
            "value": uk_date(audit.discussed_on) if audit.discussed_on else "Not recorded yet",
            "change_url": reverse("supervision:discussed", args=[audit.pk]),
            "change_label": "when it was discussed",
        },
    ]
    return {"arranged": rows}


def _ready(audit: SupervisionAudit) -> str:
    if audit.assignment.worker_id is None:
        return "First choose the supervisor whose records you look at."
    return ""


PAGES = ActivityPages(
    model=SupervisionAudit,
    kinds=("supervision_audit",),
    namespace="supervision",
    panel="supervision/panel.html",
    extra=_rows,
    ready=_ready,
)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    audit = get_own_activity(SupervisionAudit, request.user, pk, now=now)
    form = PersonAndDayForm(
        request.POST or None,
        people=people_in_view(request.user, local_today(), SUPERVISORS),
        who="Whose supervision records do you look at?",
        when="",
        initial={"person": audit.assignment.worker_id},
    )
    if request.method == "POST" and form.is_valid():
        person = form.chosen_person()
        try:
            if person is None:
                raise Refused("Nobody in your units supervises others. Ask an administrator.")
            workflow.choose_supervisor(audit=audit, supervisor=person, by=request.user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("supervision:activity", pk)
    return _form_page(request, form, pk, "Choose the supervisor", "Save")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def discussed(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    audit = get_own_activity(SupervisionAudit, request.user, pk, now=now)
    form = PersonAndDayForm(
        request.POST or None,
        people=[],
        who="",
        when="When was it discussed in the supervisor's own supervision?",
        initial={"day": audit.discussed_on},
    )
    if request.method == "POST" and form.is_valid():
        try:
            workflow.record_discussion(
                audit=audit, discussed_on=form.cleaned_data["day"], by=request.user, now=now
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Recorded.")
            return redirect("supervision:activity", pk)
    return _form_page(request, form, pk, "Record the discussion", "Record")


def _form_page(
    request: HttpRequest, form: PersonAndDayForm, pk: int, title: str, button: str
) -> HttpResponse:
    back = {"url": reverse("supervision:activity", args=[pk]), "label": "Supervision audit"}
    page = {"title": title, "button": button, "back": back}
    status = 422 if form.errors else 200
    return render(request, "people/form.html", {"page": page, "form": form}, status=status)
