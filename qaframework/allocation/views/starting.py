"""Starting work that nobody owes: what there is to start, and one of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from qaframework.allocation import workflow
from qaframework.allocation.forms import NothingToSayForm, StartAboutForm
from qaframework.allocation.models import Assignment
from qaframework.allocation.starting import CasesToChoose, Startable, not_begun, startable
from qaframework.allocation.wording import notice_url, subject_line
from qaframework.packs.models import FrameworkVersion
from qaframework.people.access import local_today, signed_in
from qaframework.people.form_page import form_page, sent
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import uk_date


@signed_in
@require_safe
def what_to_start(request: HttpRequest) -> HttpResponse:
    """What each kind is for and how long it takes. Not there for who may start nothing."""
    today = local_today()
    offered = startable(request.user, today)
    if not offered:
        raise Http404
    versions = {one.programme: one.programme.framework.version_on(today) for one in offered}
    rows = [_row(one, versions[one.programme]) for one in offered]
    context = {"rows": rows, "columns": columns("Work", "What it is for", "Usually takes")}
    return render(request, "allocation/what_to_start.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def start_work(request: HttpRequest, pk: int, activity: str) -> HttpResponse:
    """Start one, about a case where it is about one; its own pages ask for whatever else is to be chosen."""
    today = local_today()
    offered = startable(request.user, today)
    one = next((one for one in offered if (one.programme.pk, one.activity.key) == (pk, activity)), None)
    if one is None:
        raise Http404
    version = one.programme.framework.version_on(today)
    is_about_one_case = one.activity.is_about_one_case
    cases = CasesToChoose(one, version, request.user, today) if is_about_one_case else None
    form = StartAboutForm(sent(request), cases=cases) if cases else NothingToSayForm(sent(request))

    def start(values: dict[str, Any]) -> str:
        started = workflow.start_work(
            programme=one.programme,
            activity=activity,
            case=values.get("child_ref"),
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, _said(started))
        return notice_url(started.assignment)

    there = None if is_about_one_case else not_begun(one, None)
    page = {
        "title": f"Start: {one.activity.label}",
        "back": {"label": "Start a piece of work", "url": reverse("allocation:what_to_start")},
        "facts": _facts(one, version, cases),
        "text": ["You have one already that has not begun. It is opened in place of a new one."]
        if there
        else [],
        "button": "Open it" if there else "Start",
    }
    return form_page(request, form, start, page)


def _row(one: Startable, version: FrameworkVersion) -> list[Any]:
    tool = version.content["tools"][one.activity.tool]
    address = reverse("allocation:start_work", args=[one.programme.pk, one.activity.key])
    return [{"text": one.activity.label, "url": address}, tool["purpose"], f"{tool['minutes']} minutes"]


def _facts(one: Startable, version: FrameworkVersion, cases: CasesToChoose | None) -> list[dict[str, Any]]:
    today = local_today()
    work = one.unsaved(version, today)
    tool = version.content["tools"][one.activity.tool]
    facts = [
        {"label": "What it is for", "value": tool["purpose"]},
        {"label": "Usually takes", "value": f"{tool['minutes']} minutes"},
        {"label": "Due", "value": uk_date(workflow.deadline_for(work, today))},
    ]
    if cases is not None:
        lines = [f"{waiting.worker}: {_count(number)} this month" for waiting, number in cases.whose()]
        facts += [{"label": "Whose cases", "value": "\n".join(lines)}] if lines else []
    return facts


def _count(number: int) -> str:
    return f"{number} started" if number else "none"


def _said(started: workflow.Started) -> str:
    work: Assignment = started.assignment
    due = f"It is due by {uk_date(work.due_on)}."
    if started.is_new:
        return f"{subject_line(work)}: started. {due}"
    return f"{subject_line(work)}: you had this already, so it is opened in place of a new one. {due}"
