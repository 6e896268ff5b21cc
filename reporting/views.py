"""The dashboard, coverage, and reports: read, written, released, issued again, taken away as files."""

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from qaframework.people.access import TooManyReadings, get_person_of_calendar, local_today, requires
from qaframework.people.exports import csv_response
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import RecordRead
from qaframework.people.paging import keyset_page
from qaframework.people.reads import log_read
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import short_date
from reporting import access, workflow
from reporting.coverage import MOST_SHOWN, coverage_for
from reporting.dashboard import about, dashboard_for
from reporting.forms import ReissueForm, ReportFilter, WordsForm, mark_of
from reporting.learning_needs import MOST_SHOWN as MOST_NEEDS
from reporting.learning_needs import learning_needs_for
from reporting.models import Report
from reporting.own_dates import calendar_of
from reporting.pages import as_data, document_of, sentences_of, with_links
from reporting.writers import WRITERS

FILES = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "json": "JSON"}


@require_safe
def own_dates(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads, without signing in: the secret in the address says whose dates."""
    now = timezone.now()
    try:
        content = calendar_of(get_person_of_calendar(token, now=now), now=now)
    except TooManyReadings:
        response = HttpResponse("Read too often. Try again in an hour.", "text/plain", status=429)
        response["Retry-After"] = "3600"
    else:
        response = HttpResponse(content, "text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="practice-quality.ics"'
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@requires(Capability.SEE_FIGURES)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    shown = dashboard_for(request.user, request.GET, local_today())
    context = {"dashboard": shown, "month": shown.filter.month_chosen.label, "about": about(shown)}
    return render(request, "reporting/dashboard.html", context)


@requires(*access.OVERSIGHT)
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """The people whose work the reader oversees."""
    shown = coverage_for(request.user, request.GET, local_today())
    context = {
        "coverage": shown,
        "columns": columns(*shown.columns, numeric=("Days since",)),
        "unit_columns": columns(*shown.unit_columns, numeric=shown.unit_columns[1:]),
        "more": len(shown.people) > MOST_SHOWN,
        "is_narrowed": any(shown.filter.chosen(name) for name in shown.filter.fields),
    }
    return render(request, "reporting/coverage.html", context)


@requires(*access.OVERSIGHT)
@require_safe
def coverage_file(request: HttpRequest) -> HttpResponseBase:
    """All of them, as the page is narrowed; the download is logged like a reading."""
    shown = coverage_for(request.user, request.GET, local_today())
    _log_download(request, "Coverage, file")
    return csv_response("coverage.csv", shown.file_rows)


@requires(*access.OVERSIGHT)
@require_safe
def learning_needs(request: HttpRequest) -> HttpResponse:
    """What observations say people need to learn and teams could do better."""
    shown = learning_needs_for(request.user, request.GET, local_today())
    context = {
        "needs": shown,
        "columns": columns(*shown.columns),
        "more": len(shown.needs) > MOST_NEEDS,
        "is_narrowed": any(shown.filter.chosen(name) for name in shown.filter.fields),
    }
    return render(request, "reporting/learning_needs.html", context)


@requires(*access.OVERSIGHT)
@require_safe
def learning_needs_file(request: HttpRequest) -> HttpResponseBase:
    """All of them, as the page is narrowed; the download is logged like a reading."""
    shown = learning_needs_for(request.user, request.GET, local_today())
    _log_download(request, "Training needs, file")
    return csv_response("training-needs.csv", shown.file_rows)


@requires(Capability.SEE_FIGURES)
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    visible = access.visible_reports(request.user, local_today()).defer("figures")
    chosen = ReportFilter(request.GET, units=access.units_reported_on(visible))
    page = keyset_page(chosen.narrow(visible), moment="built_at", query=request.GET, newest_first=True)
    context = {
        "filter": chosen,
        "columns": columns("Report", "About", "Framework", "Built", "State"),
        "rows": [_row(report) for report in page.rows],
        "page": page,
    }
    return render(request, "reporting/reports.html", context)


@requires(Capability.SEE_FIGURES)
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_report(request.user, pk, local_today(), now=timezone.now())
    edits = access.may_edit(request.user, shown, local_today())
    links = access.links_of(request.user, shown.period, local_today())
    document = with_links(document_of(shown), links)
    context = {
        "document": document,
        "facts": [{"label": label, "value": value} for label, value in document.facts],
        "files": [
            {"label": label, "url": reverse("reporting:file", args=[shown.pk, kind])}
            for kind, label in FILES.items()
        ],
        "edit_url": reverse("reporting:words", args=[shown.pk]) if edits and _is_draft(shown) else "",
        "reissue_url": reverse("reporting:reissue", args=[shown.pk])
        if edits and not _is_draft(shown)
        else "",
        "crumbs": _crumbs(),
    }
    return render(request, "reporting/report.html", context)


@requires(Capability.SEE_FIGURES)
@require_safe
def file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The report to take away; the download is logged like a reading."""
    shown = access.get_report(
        request.user, pk, local_today(), now=timezone.now(), purpose=f"Downloaded as {FILES[kind]}"
    )
    if kind == "json":
        content_type, content = "application/json", json.dumps(as_data(shown), indent=2).encode()
    else:
        content_type, write = WRITERS[kind]
        content = write(document_of(shown))
    of = f"{shown.unit.code}-" if shown.unit else ""
    name = f"{shown.framework.key}-{of}{shown.kind}-{shown.period}-v{shown.version}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


@requires(Capability.RUN_QUALITY_ASSURANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest, pk: int) -> HttpResponse:
    """What a person says about the figures; two who write at once lose neither text."""
    draft = access.get_edited_report(request.user, pk, local_today())
    if not _is_draft(draft):
        return redirect("reporting:report", pk=pk)
    initial = {"so_what": draft.so_what, "now_what": draft.now_what, "read": mark_of(draft)}
    form = WordsForm(request.POST or None, initial=initial)
    theirs, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            return _keep(request, draft, form.cleaned_data, timezone.now())
        except SomebodyElseWasFirst:
            draft.refresh_from_db()
            form = WordsForm(initial={**form.cleaned_data, "read": mark_of(draft)})
            theirs, status = f"{draft.so_what}\n\n{draft.now_what}", 409
        except Refused as refusal:
            form = WordsForm({**form.cleaned_data, "read": mark_of(draft)})
            form.add_error(None, str(refusal))
            status = 422
    context = {
        "report": draft,
        "form": form,
        "theirs": theirs,
        "sentences": sentences_of(draft),
        "crumbs": [*_crumbs(), {"label": draft.title, "url": reverse("reporting:report", args=[pk])}],
    }
    return render(request, "reporting/words.html", context, status=status)


@requires(Capability.RUN_QUALITY_ASSURANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def reissue(request: HttpRequest, pk: int) -> HttpResponse:
    released = access.get_edited_report(request.user, pk, local_today())
    form = ReissueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            again = workflow.reissue_report(
                report=released, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{again.title} is a draft now.")
            return redirect("reporting:report", pk=again.pk)
    crumbs = [*_crumbs(), {"label": released.title, "url": reverse("reporting:report", args=[pk])}]
    context = {"report": released, "form": form, "crumbs": crumbs}
    return render(request, "reporting/reissue.html", context, status=422 if form.errors else 200)


def _log_download(request: HttpRequest, label: str) -> None:
    """Of a list that is about no one record."""
    kind = RecordRead.Kind.REPORT
    log_read(reader=request.user, kind=kind, record_id=0, label=label, now=timezone.now())


def _keep(request: HttpRequest, draft: Report, typed: dict[str, Any], now: datetime) -> HttpResponse:
    """Raises SomebodyElseWasFirst and Refused as the verbs do; what was typed is kept in any case."""
    if typed["read"] != mark_of(draft):
        raise SomebodyElseWasFirst
    workflow.write_words(
        report=draft,
        so_what=typed["so_what"],
        now_what=typed["now_what"],
        was=(draft.so_what, draft.now_what),
        by=request.user,
        now=now,
    )
    if request.POST.get("then") == "release":
        workflow.release_report(report=draft, by=request.user, now=now)
        messages.success(request, f"{draft.title} has been released, and its readers have been told.")
    else:
        messages.success(request, "Your words have been kept.")
    return redirect("reporting:report", pk=draft.pk)


def _row(report: Report) -> list[Any]:
    return [
        {"text": report.name, "url": reverse("reporting:report", args=[report.pk])},
        report.unit.name if report.unit else "All units",
        report.framework.name,
        short_date(report.built_at),
        {"text": report.get_state_display(), "status": "final" if not _is_draft(report) else "in_progress"},
    ]


def _is_draft(report: Report) -> bool:
    return report.state == Report.State.DRAFT


def _crumbs() -> list[dict[str, str]]:
    return [{"label": "Reports", "url": reverse("reporting:reports")}]
