"""Bringing the register up to date: upload, report, decision."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qaframework.caseload import access, tables, workflow
from qaframework.caseload.forms import ImportForm
from qaframework.caseload.models import CaseImport, ImportFinding, StagedCase
from qaframework.people.access import requires_whole_authority
from qaframework.people.exports import csv_response
from qaframework.people.models import RecordRead
from qaframework.people.paging import keyset_page
from qaframework.people.reads import log_read
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability
from qaframework.people.tables import columns

# A file may change the case of any child, whatever its team.
may_import = requires_whole_authority(Capability.CONFIGURE, Capability.RUN_QUALITY_ASSURANCE)

MOST_FINDINGS_SHOWN = 100
FINDING_COLUMNS = ["Where", "Column", "Value", "What is wrong", "What would be right"]
# The counts of the report in the order of the page, each with its label and the list it leads to.
COUNTS = [
    ("new", "New", "new"),
    ("changed", "Changed", "changed"),
    ("changed_team", "With another team", "team"),
    ("changed_worker", "With another worker", "worker"),
    ("changed_plan", "On another plan", "plan"),
    ("closed", "Closed", "closed"),
    ("reopened", "Open again", "reopened"),
    ("missing", "Missing from this extract", "missing"),
    ("unchanged", "Unchanged", ""),
    ("refused", "Rows refused", ""),
    ("warnings", "Warnings", ""),
]
LABELS = {kind: label for _, label, kind in COUNTS if kind}


@may_import
@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    found = CaseImport.objects.select_related("uploaded_by")
    page = keyset_page(found, moment="uploaded_at", query=request.GET, newest_first=True)
    labels = ["File", "As of", "Children", "Rows refused", "Checked", "By", "State"]
    context = {
        "page": page,
        "rows": [tables.import_row(shown) for shown in page.rows],
        "columns": columns(*labels),
    }
    return render(request, "caseload/imports.html", context)


@may_import
@require_http_methods(["GET", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            checked = workflow.check_import(
                file=file.file,
                file_name=file.name,
                extract_date=form.cleaned_data["extract_date"],
                by=request.user,
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if checked.state == CaseImport.State.APPLIED:
                messages.info(request, "This file is already applied, and nothing has changed since.")
            return redirect("caseload:import", checked.pk)
    return render(request, "caseload/import_new.html", {"form": form})


@may_import
@require_safe
def import_report(request: HttpRequest, pk: int) -> HttpResponse:
    shown = access.get_import(pk)
    findings = list(shown.findings.order_by("severity", "pk")[: MOST_FINDINGS_SHOWN + 1])
    counts = shown.counts
    context = {
        "import": shown,
        "counts": [
            {"label": label, "value": f"{counts.get(key, 0):,}", "kind": kind if counts.get(key) else ""}
            for key, label, kind in COUNTS
        ],
        "sheets": [[sheet, holds, f"{rows:,}"] for sheet, holds, rows in counts.get("sheets", [])],
        "sheet_columns": columns("Sheet", "Read as", "Rows"),
        "findings": [tables.finding_row(finding) for finding in findings[:MOST_FINDINGS_SHOWN]],
        "finding_columns": columns(*FINDING_COLUMNS),
        "has_more_findings": len(findings) > MOST_FINDINGS_SHOWN,
        "refused": counts.get("refused", 0),
        "changed": workflow.changed_cases(shown),
        "waits": shown.state == CaseImport.State.CHECKED,
    }
    return render(request, "caseload/import.html", context)


@may_import
@require_safe
def import_changes(request: HttpRequest, pk: int, change: str) -> HttpResponse:
    shown = access.get_import(pk)
    moved = StagedCase.MOVES.get(change)
    staged = shown.staged_cases.filter(**{"differences__has_key": moved} if moved else {"change": change})
    page = tables.reference_page(staged.filter(is_restricted=False), request.GET)
    context = {
        "import": shown,
        "change": LABELS[change],
        "columns": columns("Child", "What changes", "Team", "Worker"),
        "rows": [tables.staged_row(row) for row in page.rows],
        "page": page,
        "restricted": staged.filter(is_restricted=True).count(),
    }
    return render(request, "caseload/import_changes.html", context)


@may_import
@require_safe
def import_findings(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All findings as CSV, for whoever mends the file."""
    shown = access.get_import(pk)
    log_read(
        reader=request.user,
        kind=RecordRead.Kind.REPORT,
        record_id=shown.pk,
        label=f"Findings of import {shown.pk}",
        now=timezone.now(),
    )
    return csv_response(f"findings-{shown.pk}.csv", _findings_rows(shown))


@may_import
@require_POST
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Applies the import, with ``skip`` without its refused rows, or with ``discard`` drops it."""
    decided = access.get_import(pk)
    now = timezone.now()
    try:
        if "discard" in request.POST:
            workflow.discard_import(case_import=decided, by=request.user, now=now)
            messages.success(request, f"{decided.file_name} has been discarded. No case was changed.")
        else:
            workflow.apply_import(
                case_import=decided, skip_bad_rows="skip" in request.POST, by=request.user, now=now
            )
            count = workflow.changed_cases(decided)
            cases = "case has" if count == 1 else "cases have"
            messages.success(request, f"{count:,} {cases} been brought up to date.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("caseload:import", pk)


def _findings_rows(shown: CaseImport) -> Iterator[list[Any]]:
    yield ["Sheet", "Row", "Severity", *FINDING_COLUMNS[1:]]
    for finding in shown.findings.order_by("severity", "pk").iterator():
        severity = ImportFinding.Severity(finding.severity).label
        yield [finding.sheet, finding.row or "", severity, *tables.finding_row(finding)[1:]]
