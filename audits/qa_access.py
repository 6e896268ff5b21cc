"""Which draws, moderations and requests for advice a person may see.

Somebody else's and those that do not exist give the same answer: Http404. Restricted cases need a clearance.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from audits.access import visible_audits
from audits.models import (
    AdviceRequest,
    CaseAudit,
    CaseReview,
    DrawnCase,
    Moderation,
    ModerationDraw,
    MonthTheme,
    SampleDraw,
)
from audits.reaudits import without_reaudit
from qaframework.actions.models import LoopClosure
from qaframework.allocation.access import visible_assignments, visible_frameworks
from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.access import cleared_q
from qaframework.people.access import capability_q
from qaframework.people.models import RecordRead, Unit, User
from qaframework.people.reads import log_read
from qaframework.people.roles import Capability
from qaframework.rules.working_days import local_date

QA = Capability.RUN_QUALITY_ASSURANCE

DRAWN_CASE = (
    "case",
    "draw__pool",
    "draw__framework_version",
    "assignment__post__unit",
    "assignment__case",
    "assignment__framework_version",
    "replaced_by__case",
    "replaces",
)
MODERATION = (
    "audit__assignment__case__unit",
    "audit__assignment__worker",
    "audit__assignment__post__unit",
    "audit__assignment__unit",
    "audit__assignment__framework_version",
    "audit__answer_set__tool_version",
    "audit__action_plan",
    "audit__auditor",
    "audit__advice_request__advised_by",
    "moderator",
    "clock",
)


def handed_in_audits(user: User, on: date) -> QuerySet[CaseAudit]:
    """Audits that were handed in, of the units and posts for which the person runs quality assurance or whose
    work they see."""
    seen = _audit_q(user, on) | _audit_q(user, on, capability=Capability.SEE_TEAM_WORK)
    return CaseAudit.objects.filter(seen, submitted_at__isnull=False)


def visible_draws(user: User, on: date) -> QuerySet[SampleDraw]:
    """Draws from units for which the person runs quality assurance on that local date."""
    return SampleDraw.objects.filter(capability_q(user, QA, on, "pool"))


def get_draw(user: User, pk: int, on: date) -> SampleDraw:
    """A draw with its programme, rules and pool. Raises Http404."""
    related = ("programme__framework", "framework_version", "pool", "drawn_by")
    return get_object_or_404(visible_draws(user, on).select_related(*related), pk=pk)


def drawn_cases(user: User, draw: SampleDraw, on: date) -> QuerySet[DrawnCase]:
    """The drawn and reserve cases of a draw that the person may see."""
    return draw.cases.filter(cleared_q(user, on))


def get_drawn_case(user: User, pk: int, *, now: datetime) -> DrawnCase:
    """One drawn case, for the quality assurance team and for those who audit it; logged. Raises Http404."""
    on = local_date(now)
    scope = capability_q(user, QA, on, "draw__pool") | Q(assignment__in=_seen_work(user, on).values("pk"))
    cases = DrawnCase.objects.filter(scope, cleared_q(user, on)).select_related(*DRAWN_CASE)
    drawn = get_object_or_404(cases, pk=pk)
    _log(user, RecordRead.Kind.CASE, drawn.case_id, drawn.case.child_ref, now)
    return drawn


@dataclass(frozen=True)
class Reason:
    """Work about a case, how the case was drawn if it was, and the audit or the review of it if it is one."""

    assignment: Assignment
    drawn: DrawnCase | None
    audit: CaseAudit | None
    review: CaseReview | None


def get_reason(user: User, pk: int, *, now: datetime) -> Reason:
    """Of work about a case that the person may see; logged unless it was drawn. Raises Http404."""
    on = local_date(now)
    work = _seen_work(user, on).filter(case__isnull=False).select_related("case", "post")
    assignment = get_object_or_404(work, pk=pk)
    drawn = DrawnCase.objects.filter(assignment=assignment, state=DrawnCase.State.ALLOCATED).first()
    if drawn is None:
        _log(user, RecordRead.Kind.CASE, assignment.case_id or 0, str(assignment.case), now)
    audit = CaseAudit.objects.filter(assignment=assignment).first()
    review = CaseReview.objects.filter(assignment=assignment).first()
    return Reason(assignment, drawn, audit, review)


def get_drawn_case_to_replace(user: User, pk: int, on: date) -> DrawnCase:
    """A drawn case that the person may replace, running quality assurance. Raises Http404."""
    scope = capability_q(user, QA, on, "draw__pool")
    cases = DrawnCase.objects.filter(scope, cleared_q(user, on)).select_related(*DRAWN_CASE)
    return get_object_or_404(cases, pk=pk)


def visible_themes(user: User, on: date) -> QuerySet[MonthTheme]:
    """Themes for units where the person runs quality assurance on that local date."""
    return MonthTheme.objects.filter(capability_q(user, QA, on, "unit"))


def get_theme(user: User, pk: int, on: date) -> MonthTheme:
    """A theme with its programme and unit. Raises Http404."""
    related = ("programme__framework", "unit")
    return get_object_or_404(visible_themes(user, on).select_related(*related), pk=pk)


def units_for_themes(user: User, programmes: Iterable[Programme], on: date) -> QuerySet[Unit]:
    """The authority, functions and services of the programmes' frameworks, where the person runs quality
    assurance."""
    there = Q(pk__in=[])
    frameworks = {programme.framework_id for programme in programmes}
    for path in Unit.objects.filter(frameworks__in=frameworks).values_list("path", flat=True):
        there |= Q(path__startswith=path)
    kinds = (Unit.Kind.AUTHORITY, Unit.Kind.FUNCTION, Unit.Kind.SERVICE)
    return Unit.objects.filter(there, capability_q(user, QA, on, ""), kind__in=kinds).order_by("path")


def visible_moderations(user: User, on: date) -> QuerySet[Moderation]:
    """Moderations for which the person runs quality assurance; whether they may judge is another question."""
    return Moderation.objects.filter(_audit_q(user, on, "audit__"))


def get_moderation(user: User, pk: int, *, now: datetime) -> Moderation:
    """A moderation with its audit, all in one query; the reading is logged. Raises Http404."""
    moderations = visible_moderations(user, local_date(now)).select_related(*MODERATION)
    moderation = get_object_or_404(moderations.defer("audit__answer_set__tool_version__content"), pk=pk)
    case = moderation.audit.assignment.case
    label = case.child_ref if case else f"Audit {moderation.audit_id}"
    _log(user, RecordRead.Kind.AUDIT, moderation.audit_id, label, now)
    return moderation


def get_moderation_to_follow(user: User, pk: int, *, now: datetime) -> Moderation:
    """How far a moderation is, for those who see the work of the audit's unit or post, or of the unit of the
    post that is late with it; the reading is logged. Raises Http404."""
    on = local_date(now)
    scope = _audit_q(user, on, "audit__", capability=Capability.SEE_TEAM_WORK)
    scope |= capability_q(user, Capability.SEE_TEAM_WORK, on, "clock__unit")
    cleared = cleared_q(user, on, case_field="audit__assignment__case")
    related = ("audit__assignment__case", "audit__assignment__framework_version", "moderator")
    moderation = get_object_or_404(Moderation.objects.filter(scope, cleared).select_related(*related), pk=pk)
    case = moderation.audit.assignment.case
    label = case.child_ref if case else f"Audit {moderation.audit_id}"
    _log(user, RecordRead.Kind.AUDIT, moderation.audit_id, label, now)
    return moderation


def visible_moderation_draws(user: User, on: date) -> QuerySet[ModerationDraw]:
    """Draws of the frameworks that hold for a unit where the person runs quality assurance."""
    frameworks = visible_frameworks(user, on, QA)
    return ModerationDraw.objects.filter(programme__framework__in=frameworks.values("pk"))


def get_moderation_draw(user: User, pk: int, on: date) -> ModerationDraw:
    """Raises Http404."""
    draws = visible_moderation_draws(user, on).select_related("programme__framework", "drawn_by")
    return get_object_or_404(draws, pk=pk)


def get_loop_to_follow_up(user: User, pk: int, *, now: datetime) -> LoopClosure:
    """A loop whose re-audit was not opened yet, running quality assurance; logged. Raises Http404."""
    on = local_date(now)
    loops = without_reaudit().filter(capability_q(user, QA, on, "unit"), cleared_q(user, on))
    loop = get_object_or_404(loops.select_related("case", "unit", "worker"), pk=pk)
    _log(user, RecordRead.Kind.CASE, loop.case_id, loop.case.child_ref, now)
    return loop


def visible_advice(user: User, on: date) -> QuerySet[AdviceRequest]:
    """Requests for advice on audits for which the person runs quality assurance."""
    return AdviceRequest.objects.filter(_audit_q(user, on, "audit__"))


def may_advise(user: User, asked: AdviceRequest, on: date) -> bool:
    """Whether it waits for the answer of this person. Asks the database only while nobody has answered."""
    return asked.advised_at is None and visible_advice(user, on).filter(pk=asked.pk).exists()


def get_advice(user: User, pk: int, *, now: datetime) -> AdviceRequest:
    """A request with its audit; the reading is logged. Raises Http404."""
    related = (
        "audit__assignment__case",
        "audit__assignment__worker",
        "audit__assignment__framework_version",
        "audit__answer_set__tool_version",
        "asked_by",
        "advised_by",
    )
    found = visible_advice(user, local_date(now)).select_related(*related)
    request = get_object_or_404(found.defer("audit__answer_set__tool_version__content"), pk=pk)
    case = request.audit.assignment.case
    label = case.child_ref if case else f"Audit {request.audit_id}"
    _log(user, RecordRead.Kind.AUDIT, request.audit_id, label, now)
    return request


def _seen_work(user: User, on: date) -> QuerySet[Assignment]:
    """Work that the person sees, or whose audit they may read."""
    read = visible_audits(user, on).values("assignment")
    return Assignment.objects.filter(Q(pk__in=visible_assignments(user, on).values("pk")) | Q(pk__in=read))


def _audit_q(user: User, on: date, audit: str = "", *, capability: Capability = QA) -> Q:
    scope = Q(pk__in=[])
    for unit in ("assignment__unit", "assignment__post__unit"):
        scope |= capability_q(user, capability, on, f"{audit}{unit}")
    return scope & cleared_q(user, on, case_field=f"{audit}assignment__case")


def _log(user: User, kind: str, record_id: int, label: str, now: datetime) -> None:
    log_read(reader=user, kind=kind, record_id=record_id, label=label, now=now)
