"""The quality assurance team's inbox: every audit that was handed in, the newest first (BED-12).

Leaders come here from the grades on their dashboard and find the audits of their units.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from audits.models import CaseAudit, Moderation
from audits.qa_access import handed_in_audits
from audits.qa_forms import InboxFilter
from qaframework.allocation.models import Assignment
from qaframework.allocation.reading import packs_on, with_rules
from qaframework.allocation.wording import subject_line
from qaframework.packs.definition import Pack
from qaframework.people.access import has_capability
from qaframework.people.models import User
from qaframework.people.paging import KeysetPage, keyset_page
from qaframework.people.roles import Capability
from qaframework.people.templatetags.page import short_date

Row = list[Any]

RELATED = ("assignment__post", "assignment__case", "auditor", "result")
SHOWN = (
    *("submitted_at", "overall_grade", "final_grade", "auditor__full_name", "result__in_time"),
    *("assignment__activity", "assignment__period", "assignment__state", "assignment__framework_version"),
    *("assignment__post__title", "assignment__case__child_ref"),
)

MODERATIONS = {
    "undecided": Q(assignment__state=Assignment.State.SUBMITTED),
    "open": Q(assignment__state=Assignment.State.MODERATING),
    "done": Q(assignment__state=Assignment.State.FINAL, moderations__state=Moderation.State.COMPLETED),
    "none": Q(assignment__state=Assignment.State.FINAL, moderations__isnull=True),
}


@dataclass(frozen=True)
class Inbox:
    """``has_surveys``: a framework asks people about their audits, and the reader may know what they say."""

    rows: list[Row]
    page: KeysetPage[CaseAudit]
    filter: InboxFilter
    has_surveys: bool


def inbox_for(user: User, query: QueryDict, today: date) -> Inbox:
    """The inbox as one person may see it, narrowed by the filters in the address. Four queries."""
    packs = packs_on(today)
    chosen = InboxFilter(
        query,
        today=today,
        activities=_audit_activities(packs),
        grades=_grades(packs),
    )
    audits = _narrowed(handed_in_audits(user, today), chosen).select_related(*RELATED).only(*SHOWN)
    page = keyset_page(audits, moment="submitted_at", query=query, newest_first=True)
    with_rules([audit.assignment for audit in page.rows])
    latest = _latest_moderations(page.rows)
    runs_qa = has_capability(user, Capability.RUN_QUALITY_ASSURANCE, today)
    has_surveys = runs_qa and any(pack.survey_rule for pack in packs.values())
    rows = [_row(audit, latest.get(audit.pk), runs_qa) for audit in page.rows]
    return Inbox(rows, page, chosen, has_surveys)


def grade_cell(assignment: Assignment, grade: str) -> Any:
    """A grade as a tag, in the words of the framework that the work began with."""
    if not grade:
        return "Not graded"
    pack = assignment.framework_version.pack
    scheme = pack.activity(assignment.activity).grade_scheme
    labels = {one.key: one.label for one in pack.scheme(scheme).grades} if scheme else {}
    return {"grade": grade, "text": labels.get(grade, grade)}


def _narrowed(audits: QuerySet[CaseAudit], chosen: InboxFilter) -> QuerySet[CaseAudit]:
    if month := chosen.chosen("month"):
        audits = audits.filter(result__month=month)
    if activity := chosen.chosen("activity"):
        audits = audits.filter(assignment__activity=activity)
    if grade := chosen.chosen("grade"):
        audits = audits.filter(Q(final_grade=grade) | Q(final_grade="", overall_grade=grade))
    if in_time := chosen.chosen("in_time"):
        audits = audits.filter(result__in_time=in_time == "yes")
    if moderation := chosen.chosen("moderation"):
        # By key, because one audit may have been moderated twice.
        matching = CaseAudit.objects.filter(MODERATIONS[moderation]).values("pk")
        audits = audits.filter(pk__in=matching)
    return audits


def _latest_moderations(audits: Iterable[CaseAudit]) -> dict[int, tuple[int, str]]:
    """By the audit's key, the key of its latest moderation and what came of that or how it stands."""
    found = Moderation.objects.filter(audit__in=[audit.pk for audit in audits]).order_by("opened_at", "pk")
    results, states = dict(Moderation.Result.choices), dict(Moderation.State.choices)
    return {
        audit: (pk, str(results.get(result) or states[state]))
        for audit, pk, result, state in found.values_list("audit", "pk", "result", "state")
    }


def _row(audit: CaseAudit, moderation: tuple[int, str] | None, runs_qa: bool) -> Row:
    assignment = audit.assignment
    result = getattr(audit, "result", None)
    in_time = result is not None and result.in_time
    return [
        {"text": subject_line(assignment), "url": reverse("audits:audit", args=[audit.pk])},
        short_date(audit.submitted_at),
        "Yes" if in_time else {"status": "late", "text": "Late"},
        f"{audit.auditor or 'Nobody is recorded'}\n{assignment.post.title}",
        grade_cell(assignment, audit.final_grade or audit.overall_grade),
        _moderation_cell(audit, moderation, runs_qa),
    ]


def _moderation_cell(audit: CaseAudit, moderation: tuple[int, str] | None, runs_qa: bool) -> Any:
    """Moderations themselves are opened by the quality assurance team only."""
    if moderation is None:
        waits = audit.assignment.state == Assignment.State.SUBMITTED
        return "Waits for the month’s draw" if waits else "Not moderated"
    pk, text = moderation
    return {"text": text, "url": reverse("audits:moderation", args=[pk])} if runs_qa else text


def _audit_activities(packs: Mapping[int, Pack]) -> list[tuple[str, str]]:
    found = {
        key: one.label
        for pack in packs.values()
        for key, one in pack.activities.items()
        if one.kind == "case_audit"
    }
    return list(found.items())


def _grades(packs: Mapping[int, Pack]) -> list[tuple[str, str]]:
    found = {
        grade.key: grade.label
        for pack in packs.values()
        for scheme in pack.grade_schemes.values()
        for grade in scheme.scheme.grades
    }
    return list(found.items())
