"""Which cases a person may see: their own, their units', and restricted ones only with a clearance."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from qaframework.caseload.models import Case, CaseClearance, CaseImport
from qaframework.people.access import capability_q, has_capability
from qaframework.people.models import RecordRead, User
from qaframework.people.reads import log_read
from qaframework.people.roles import Capability


def visible_cases(user: User, on: date) -> QuerySet[Case]:
    """Cases the person may open on that local date.

    Their own as worker, those of units whose work they see, and for the quality assurance team also those
    without a team, because somebody has to sort them out.
    """
    return Case.objects.filter(_scope(user, on)).filter(_cleared(user, on, "", "pk"))


def cleared_cases(user: User, on: date) -> QuerySet[Case]:
    """Cases of every team, restricted ones only with a clearance: for rules by which a role decides whose
    cases somebody looks at, and not their unit."""
    return Case.objects.filter(_cleared(user, on, "", "pk"))


def cleared_q(user: User, on: date, case_field: str = "case") -> Q:
    """Rows that concern no case, one that is not restricted, or one the person is cleared for."""
    return Q(**{f"{case_field}__isnull": True}) | _cleared(user, on, f"{case_field}__", case_field)


def hidden_cases(user: User | None, on: date) -> QuerySet[Case]:
    """Restricted cases that the person is not cleared for on that date; without a person, all of them."""
    restricted = Case.objects.filter(is_restricted=True)
    return restricted.exclude(pk__in=_clearances(user, on)) if user else restricted


def is_cleared(user: User, case: Case, on: date) -> bool:
    """Whether the case is not restricted, or the person has a clearance not past its review date."""
    return not case.is_restricted or case.clearances.filter(user=user, review_on__gte=on).exists()


def get_case(user: User, pk: int, on: date, *, now: datetime | None = None) -> Case:
    """The case, its team and worker; the reading is logged. Raises Http404 when it is not theirs to see."""
    case = visible_cases(user, on).select_related("unit", "worker").filter(pk=pk).first()
    if case is None:
        raise Http404
    log_read(
        reader=user,
        kind=RecordRead.Kind.CASE,
        record_id=case.pk,
        label=case.child_ref,
        now=now or timezone.now(),
    )
    return case


def find_case(user: User, reference: str, on: date) -> Case | None:
    """The case with a reference that somebody typed, in any capitals, out of those that they may open."""
    found = visible_cases(user, on).select_related("unit", "worker")
    return found.filter(child_ref__iexact=reference).first()


def get_case_to_change(user: User, pk: int, on: date) -> Case:
    """A case that the person sees as one of the quality assurance team. Raises Http404."""
    scope = _unit_scope(user, Capability.RUN_QUALITY_ASSURANCE, on)
    case = visible_cases(user, on).filter(scope, pk=pk).first()
    if case is None:
        raise Http404
    return case


def may_change(user: User, case: Case, on: date) -> bool:
    """Whether the person may hold, restrict or close a case that they see."""
    return has_capability(user, Capability.RUN_QUALITY_ASSURANCE, on, case.unit)


def with_clearance_counts(cases: QuerySet[Case], on: date) -> QuerySet[Case]:
    """The cases with ``cleared``: how many people have a clearance on that day."""
    return cases.annotate(cleared=Count("clearances", filter=Q(clearances__review_on__gte=on)))


def restricted_cases(user: User, on: date) -> QuerySet[Case]:
    """Restricted cases whose clearances the person keeps. It shows their reference, never what is in them."""
    return Case.objects.filter(_unit_scope(user, Capability.RUN_QUALITY_ASSURANCE, on), is_restricted=True)


def get_restricted_case(user: User, pk: int, on: date) -> Case:
    """A restricted case, for its clearances only. Raises Http404."""
    case = restricted_cases(user, on).filter(pk=pk).first()
    if case is None:
        raise Http404
    return case


def get_import(pk: int) -> CaseImport:
    """An import, for those whose page it is. Raises Http404."""
    case_import = CaseImport.objects.select_related("uploaded_by", "decided_by").filter(pk=pk).first()
    if case_import is None:
        raise Http404
    return case_import


def _scope(user: User, on: date) -> Q:
    return (
        Q(worker=user)
        | capability_q(user, Capability.SEE_TEAM_WORK, on)
        | _unit_scope(user, Capability.RUN_QUALITY_ASSURANCE, on)
    )


def _unit_scope(user: User, capability: Capability, on: date) -> Q:
    scope = capability_q(user, capability, on)
    if has_capability(user, capability, on):
        scope |= Q(unit__isnull=True)
    return scope


def _cleared(user: User, on: date, prefix: str, case_key: str) -> Q:
    return Q(**{f"{prefix}is_restricted": False}) | Q(**{f"{case_key}__in": _clearances(user, on)})


def _clearances(user: User, on: date) -> QuerySet[CaseClearance, Any]:
    return CaseClearance.objects.filter(user=user, review_on__gte=on).values("case")
