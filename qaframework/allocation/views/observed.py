"""How often somebody is observed, for the managers above them: read, set, changed, ended (BED-28, BED-30)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qaframework.allocation import access, workflow
from qaframework.allocation.forms import IntervalForm, NewlyQualifiedForm
from qaframework.allocation.models import ObservationInterval
from qaframework.allocation.observing import interval_of
from qaframework.allocation.observing_pages import CHANGES, asked_in_words, change_rows, facts
from qaframework.people.access import local_today, signed_in
from qaframework.people.form_page import ELSEWHERE, form_page, sent
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import PostHolding, User
from qaframework.people.tables import columns
from qaframework.people.workflow import set_newly_qualified


@signed_in
@require_safe
def observed(request: HttpRequest, pk: int) -> HttpResponse:
    """How often, why, and what it was before."""
    holding = _holding(request, pk)
    interval = interval_of(holding.user)
    context = {
        "worker": holding.user,
        "interval": interval,
        "facts": facts(holding, interval, local_today()),
        "columns": columns(*CHANGES),
        "rows": change_rows(holding.user),
    }
    return render(request, "allocation/observed.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def set_interval(request: HttpRequest, pk: int) -> HttpResponse:
    holding = _holding(request, pk)
    interval = interval_of(holding.user)
    form = IntervalForm(sent(request), interval=interval)

    def keep(values: dict[str, Any]) -> str:
        if values.pop("read") != IntervalForm.mark_of(interval):
            raise SomebodyElseWasFirst
        workflow.set_interval(
            worker=holding.user, was=interval, by=request.user, now=timezone.now(), **values
        )
        messages.success(request, f"Saved. {holding.user} is observed at least once in {values['within']}.")
        return reverse("allocation:observed", args=[pk])

    page = {
        "title": f"How often {holding.user} is observed",
        "text": [
            *asked_in_words(holding, local_today()),
            "Only the managers above this person can read what you write here.",
        ],
        "button": "Save",
        "back": _back(holding.user),
    }
    return form_page(request, form, keep, page)


@signed_in
@require_POST
def end_interval(request: HttpRequest, pk: int) -> HttpResponse:
    holding = _holding(request, pk)
    interval: ObservationInterval | None = interval_of(holding.user)
    try:
        if interval is None:
            raise SomebodyElseWasFirst
        workflow.end_interval(interval=interval, by=request.user, now=timezone.now())
        messages.success(request, f"Ended. {holding.user} is observed as often as the framework asks.")
    except SomebodyElseWasFirst:
        messages.error(request, ELSEWHERE)
    return redirect("allocation:observed", pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def newly_qualified(request: HttpRequest, pk: int) -> HttpResponse:
    worker = _holding(request, pk).user
    form = NewlyQualifiedForm(sent(request), initial={"until": worker.newly_qualified_until})

    def keep(values: dict[str, Any]) -> str:
        set_newly_qualified(user=worker, until=values["until"], by=request.user, now=timezone.now())
        messages.success(request, "Saved.")
        return reverse("allocation:observed", args=[pk])

    page = {
        "title": f"Is {worker} newly qualified?",
        "text": [
            "In their assessed and supported year in employment people are observed as the framework says "
            "for that year, where it has a time and a form for it."
        ],
        "button": "Save",
        "back": _back(worker),
    }
    return form_page(request, form, keep, page)


def _holding(request: HttpRequest, pk: int) -> PostHolding:
    return access.get_holding_in_line(request.user, pk, local_today(), now=timezone.now())


def _back(worker: User) -> dict[str, str]:
    return {"label": str(worker), "url": reverse("allocation:observed", args=[worker.pk])}
