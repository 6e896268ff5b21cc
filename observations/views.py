"""An observation's pages: the shared ones, and whom it concerns."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from observations import workflow
from observations.models import Observation
from qaframework.activities.access import get_own_activity
from qaframework.activities.forms import PersonAndDayForm, people_in_view
from qaframework.activities.pages import ActivityPages
from qaframework.people.access import local_today, signed_in
from qaframework.people.refusal import Refused
from qaframework.people.templatetags.page import uk_date

OBSERVATION = "observation"
OBSERVED = ["practitioner", "advanced_practitioner", "iro", "cp_chair", "team_manager", "senior_manager"]


def _rows(observation: Observation, request: HttpRequest) -> Mapping[str, Any]:
    shared = observation.shared_with_worker_on
    rows = [
        {
            "label": "Day",
            "value": uk_date(observation.observed_on) if observation.observed_on else "Not arranged yet",
            "change_url": reverse("observations:arrange", args=[observation.pk]),
            "change_label": "whom you observe and when",
        }
    ]
    if observation.assignment.worker_id:
        rows.append(
            {
                "label": "Talked about together",
                "value": uk_date(shared) if shared else "Not recorded yet",
                "change_url": reverse("observations:talk", args=[observation.pk]),
                "change_label": "when you talked about it",
            }
        )
    return {"arranged": rows}


def _ready(observation: Observation) -> str:
    if observation.observed_on is None:
        return "First say whom you observed and on which day."
    return ""


PAGES = ActivityPages(
    model=Observation,
    kinds=("observation", "practice_week"),
    namespace="observations",
    panel="observations/panel.html",
    extra=_rows,
    ready=_ready,
)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    observation = get_own_activity(Observation, request.user, pk, now=now)
    observes = observation.assignment.kind == OBSERVATION
    people = people_in_view(request.user, local_today(), OBSERVED) if observes else []
    form = PersonAndDayForm(
        request.POST or None,
        people=people,
        who="Whose practice do you observe?",
        when="On which day?",
        initial={"person": observation.assignment.worker_id, "day": observation.observed_on},
    )
    if request.method == "POST" and form.is_valid():
        try:
            workflow.arrange(
                observation=observation,
                worker=form.chosen_person(),
                observed_on=form.cleaned_data["day"],
                by=request.user,
                now=now,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Arranged.")
            return redirect("observations:activity", pk)
    return _form_page(request, form, pk, "Arrange the observation", "Save")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def talk(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    observation = get_own_activity(Observation, request.user, pk, now=now)
    form = PersonAndDayForm(
        request.POST or None,
        people=[],
        who="",
        when="When did you go through it together?",
        initial={"day": observation.shared_with_worker_on},
    )
    if request.method == "POST" and form.is_valid():
        try:
            workflow.record_talk(
                observation=observation, shared_on=form.cleaned_data["day"], by=request.user, now=now
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Recorded.")
            return redirect("observations:activity", pk)
    return _form_page(request, form, pk, "Record the talk with the practitioner", "Record")


def _form_page(
    request: HttpRequest, form: PersonAndDayForm, pk: int, title: str, button: str
) -> HttpResponse:
    back = {"url": reverse("observations:activity", args=[pk]), "label": "Observation"}
    page = {"title": title, "button": button, "back": back}
    status = 422 if form.errors else 200
    return render(request, "people/form.html", {"page": page, "form": form}, status=status)
