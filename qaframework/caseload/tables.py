"""The lists of the case register, as the pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import Truncator

from qaframework.caseload.models import (
    AgeBand,
    Case,
    CaseImport,
    CaseStatus,
    ImportFinding,
    PlanType,
    StagedCase,
    flag_labels,
)
from qaframework.people.templatetags.page import short_date, uk_datetime

PAGE_SIZE = 25
LONGEST_VALUE = 40  # letters of a refused value that fit a column; its row number leads to the rest
Cell = Any

REGISTER_COLUMNS = ["Child", "Plan", "Age", "Team", "Worker", "Opened", "Last visit", "Status"]
_REGISTER_VALUES = (
    "pk",
    "child_ref",
    "plan_type",
    "age_band",
    "unit__name",
    "team_name",
    "worker__full_name",
    "worker_name",
    "opened_on",
    "last_visit_on",
    "status",
    "is_restricted",
    "on_hold_reason",
)
FIELD_LABELS = {
    "initials": "Initials",
    "status": "Status",
    "plan_type": "Plan",
    "age_band": "Age",
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "disability": "Disability",
    "flags": "Needs and risks",
    "family_ref": "Family",
    "unit_id": "Team",
    "worker_id": "Worker",
    "team_name": "Team as written",
    "worker_name": "Worker as written",
    "opened_on": "Opened",
    "plan_started_on": "Plan started",
    "closed_on": "Closed",
    "closure_reason": "Reason for closing",
    "last_visit_on": "Last visit",
    "last_review_on": "Last review",
    "last_supervision_on": "Last supervision",
    "is_restricted": "Restricted",
}
_SPOKEN = {
    "status": dict(CaseStatus.choices),
    "plan_type": dict(PlanType.choices),
    "age_band": dict(AgeBand.choices),
}


@dataclass(frozen=True)
class ReferencePage:
    """Rows of one page in the order of their references; page 400 costs what page 1 costs."""

    rows: list[Any]
    previous_url: str
    next_url: str


def reference_page(rows: QuerySet[Any], query: QueryDict, *, size: int = PAGE_SIZE) -> ReferencePage:
    """The page after, or before, the reference in the query; the first one without either.

    The rows have a unique ``child_ref``; they may be objects or dictionaries.
    """
    after, before = query.get("after", ""), query.get("before", "")
    backwards = bool(before and not after)
    if backwards:
        found = list(rows.filter(child_ref__lt=before).order_by("-child_ref")[: size + 1])
    else:
        found = list(rows.filter(child_ref__gt=after).order_by("child_ref")[: size + 1])
    shown, has_more = found[:size], len(found) > size
    if backwards:
        shown.reverse()
    has_previous, has_next = (has_more, True) if backwards else (bool(after), has_more)
    return ReferencePage(
        shown,
        _pointing(query, "before", shown[0]) if shown and has_previous else "",
        _pointing(query, "after", shown[-1]) if shown and has_next else "",
    )


def _pointing(query: QueryDict, direction: str, row: Any) -> str:
    kept = query.copy()
    for pointer in ("after", "before"):
        kept.pop(pointer, None)
    kept[direction] = row["child_ref"] if isinstance(row, dict) else row.child_ref
    return f"?{kept.urlencode()}"


def narrowed(
    cases: QuerySet[Case], *, reference: str, team: str, worker: str, plan_type: str, status: str
) -> QuerySet[Case]:
    """The cases that match every filter that is set."""
    if reference:
        cases = cases.filter(child_ref__startswith=reference.upper())
    if team:
        cases = cases.filter(
            Q(unit__name__icontains=team)
            | Q(unit__code__iexact=team)
            | Q(unit=None, team_name__icontains=team)
        )
    if worker:
        cases = cases.filter(
            Q(worker__full_name__icontains=worker) | Q(worker=None, worker_name__icontains=worker)
        )
    if plan_type:
        cases = cases.filter(plan_type=plan_type)
    if status == "held":
        return cases.exclude(on_hold_reason="")
    return cases.filter(status=status) if status else cases


def register_values(cases: QuerySet[Case]) -> QuerySet[Any]:
    return cases.values(*_REGISTER_VALUES)


def register_row(case: Mapping[str, Any]) -> list[Cell]:
    return [
        {"text": case["child_ref"], "url": reverse("caseload:case", args=[case["pk"]])},
        _SPOKEN["plan_type"][case["plan_type"]],
        _SPOKEN["age_band"][case["age_band"]],
        case["unit__name"] or case["team_name"] or "No team",
        case["worker__full_name"] or case["worker_name"] or "No worker",
        short_date(case["opened_on"]),
        short_date(case["last_visit_on"]),
        _status(case),
    ]


def _status(case: Mapping[str, Any]) -> Cell:
    if case["is_restricted"]:
        return {"text": "Restricted", "status": "restricted"}
    if case["on_hold_reason"]:
        return {"text": "Held", "status": "overdue"}
    return {"text": _SPOKEN["status"][case["status"]], "status": case["status"]}


def case_facts(case: Case) -> list[dict[str, Any]]:
    """What the register knows of a case, as rows of a summary list."""
    facts = {
        "Status": {"value": case.get_status_display(), "status": case.status},
        "Plan": {"value": case.get_plan_type_display()},
        "Team": {"value": str(case.unit) if case.unit else case.team_name or "No team"},
        "Worker": {"value": str(case.worker) if case.worker else case.worker_name or "No worker"},
        "Initials": {"value": case.initials or "Not recorded"},
        "Age": {"value": case.get_age_band_display()},
        "Sex": {"value": {"F": "Female", "M": "Male"}.get(case.sex, "Not recorded")},
        "Ethnicity": {"value": case.ethnicity or "Not recorded"},
        "Disability": {"value": {True: "Yes", False: "No", None: "Not recorded"}[case.disability]},
        "Needs and risks": {"value": flag_labels(case.flags) or "None recorded"},
        "Family": {"value": case.family_ref or "Not recorded"},
    }
    for name in ("opened_on", "plan_started_on", "last_visit_on", "last_review_on", "last_supervision_on"):
        facts[FIELD_LABELS[name]] = {"value": short_date(getattr(case, name)) or "Not recorded"}
    if case.status != CaseStatus.OPEN:
        facts["Closed"] = {"value": short_date(case.closed_on) or "Not recorded"}
        facts["Reason for closing"] = {"value": case.closure_reason or "Not recorded"}
    if case.is_restricted:
        facts["Restricted"] = {"value": case.restriction_reason}
    if case.on_hold_reason:
        facts["Held out of draws"] = {"value": case.on_hold_reason}
    return [{"label": label, **fact} for label, fact in facts.items()]


def history_rows(case: Case) -> list[list[Cell]]:
    """When, what and by whom: the latest changes first."""
    entries = case.history.select_related("history_user").order_by("-history_date", "-history_id")[:PAGE_SIZE]
    return [
        [
            uk_datetime(entry.history_date),
            entry.history_change_reason or "Recorded",
            str(entry.history_user or "The system"),
        ]
        for entry in entries
    ]


# Imports


def import_row(case_import: CaseImport) -> list[Cell]:
    counts = case_import.counts
    return [
        {"text": case_import.file_name, "url": reverse("caseload:import", args=[case_import.pk])},
        short_date(case_import.extract_date),
        f"{counts.get('children', 0):,}",
        f"{counts.get('refused', 0):,}",
        uk_datetime(case_import.uploaded_at),
        str(case_import.uploaded_by or "The system"),
        case_import.get_state_display(),
    ]


def finding_row(finding: ImportFinding) -> list[Cell]:
    return [
        f"{finding.sheet}, row {finding.row:,}" if finding.row else finding.sheet,
        finding.column,
        Truncator(finding.value).chars(LONGEST_VALUE),
        finding.problem,
        finding.remedy,
    ]


def staged_row(staged: StagedCase) -> list[Cell]:
    """One child of an import: what would change, from what to what."""
    told = [
        f"{FIELD_LABELS[name]}: {_spoken(name, before)} → {_spoken(name, after)}"
        for name, (before, after) in staged.differences.items()
    ]
    return [
        staged.child_ref,
        "\n".join(told) or staged.get_plan_type_display(),
        staged.team_name or "No team",
        staged.worker_name or "No worker",
    ]


def _spoken(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "flags":
        return flag_labels(value) or "not recorded"
    return str(_SPOKEN.get(name, {}).get(value, value) or "not recorded")
