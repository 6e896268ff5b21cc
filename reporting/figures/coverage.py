"""Coverage: of the children whose cases are open, how many had an audit within twelve months."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from audits.models import AuditResult
from qaframework.caseload.models import Case, PlanType
from qaframework.rules.statistics import Share, share, suppress_small
from reporting.figures.scope import Scope


@dataclass(frozen=True)
class Covered:
    """A team or plan type; None where so few cases are open that a person might be recognised."""

    label: str
    covered: Share | None


@dataclass(frozen=True)
class CoverageFigures:
    total: Share
    by_team: tuple[Covered, ...]
    by_plan_type: tuple[Covered, ...]


def coverage_figures(scope: Scope) -> CoverageFigures:
    """In one query."""
    audited = AuditResult.objects.filter(
        audit__assignment__case__isnull=False,
        framework=scope.framework_id,
        month__gte=scope.months[0].key,
        month__lte=scope.months[-1].key,
    ).values("audit__assignment__case")
    cases = Case.objects.filter(scope.of_units("unit"), scope.countable_cases(), status=Case.Status.OPEN)
    was_audited = ExpressionWrapper(Q(pk__in=audited), output_field=BooleanField())
    grouped = cases.annotate(audited=was_audited).order_by().values_list("unit__name", "plan_type", "audited")
    rows = list(grouped.annotate(n=Count("pk")))
    plan_types = dict(PlanType.choices)
    return CoverageFigures(
        total=share(sum(n for *_, seen, n in rows if seen), sum(n for *_, n in rows)),
        by_team=_groups([(team, seen, n) for team, _, seen, n in rows]),
        by_plan_type=_groups([(str(plan_types[plan]), seen, n) for _, plan, seen, n in rows]),
    )


def _groups(rows: list[tuple[str, bool, int]]) -> tuple[Covered, ...]:
    """In the order of their names, small ones hidden."""
    whole: Counter[str] = Counter()
    part: Counter[str] = Counter()
    for label, seen, n in rows:
        whole[label] += n
        part[label] += n if seen else 0
    shown = suppress_small(whole)
    return tuple(
        Covered(label, None if n is None else share(part[label], n)) for label, n in sorted(shown.items())
    )
