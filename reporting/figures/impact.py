"""From finding to change: actions verified, and the next audit of the same worker (LAN-27, BF-21)."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, F, Q

from audits.models import AuditResult
from qaframework.actions.models import LoopClosure
from qaframework.rules.statistics import Share, share
from reporting.figures.loops import ISSUED
from reporting.figures.scope import Scope


@dataclass(frozen=True)
class Pair:
    """So many re-audits went from one final grade to another."""

    before: str
    after: str
    count: int


@dataclass(frozen=True)
class ImpactFigures:
    """All of the twelve months that end with the period. The chain counts loops, their issued actions, those
    verified, those with a difference recorded, loops authorised, and re-audits with a final grade."""

    loops: int
    actions: int
    verified: int
    with_difference: int
    authorised: int
    reaudits: int
    better: Share
    same: int
    worse: int
    pairs: tuple[Pair, ...]


def impact_figures(scope: Scope) -> ImpactFigures:
    """In two queries."""
    chain = _chain(scope)
    scheme = scope.scheme
    places = {grade.key: grade.rank for grade in scheme.grades} if scheme else {}
    labels = {grade.key: grade.label for grade in scheme.grades} if scheme else {}
    found = [pair for pair in _reaudits(scope) if pair[0] in places and pair[1] in places]
    moves = [places[before] - places[after] for before, after in found]
    pairs = sorted(Counter(found).items(), key=lambda item: (places[item[0][0]], places[item[0][1]]))
    return ImpactFigures(
        **chain,
        reaudits=len(found),
        better=share(sum(move > 0 for move in moves), len(moves)),
        same=sum(move == 0 for move in moves),
        worse=sum(move < 0 for move in moves),
        pairs=tuple(Pair(labels[before], labels[after], count) for (before, after), count in pairs),
    )


def _chain(scope: Scope) -> dict[str, int]:
    verified = Q(plan__actions__state="verified")
    loops = LoopClosure.objects.filter(
        scope.of_units("unit"),
        scope.countable(LoopClosure, "case"),
        plan__framework_version__framework=scope.framework_id,
        opened_at__range=(scope.year_from, scope.last_moment),
    )
    return loops.aggregate(
        loops=Count("pk", distinct=True),
        actions=Count("plan__actions", filter=Q(plan__actions__state__in=ISSUED)),
        verified=Count("plan__actions", filter=verified),
        with_difference=Count("plan__actions", filter=verified & Q(plan__actions__difference_made__gt="")),
        authorised=Count("pk", filter=Q(state=LoopClosure.State.AUTHORISED), distinct=True),
    )


def _reaudits(scope: Scope) -> list[tuple[str, str]]:
    """Final grades before and after; the first audit's case must be countable too."""
    rows = AuditResult.objects.filter(
        scope.of_units("unit"),
        scope.countable(AuditResult, "audit__assignment__case"),
        scope.countable(AuditResult, "audit__follow_up_of__assignment__case"),
        framework=scope.framework_id,
        audit__follow_up_of__isnull=False,
        month__gte=scope.months[0].key,
        month__lte=scope.months[-1].key,
    )
    return list(rows.order_by().values_list(F("audit__follow_up_of__result__final_grade"), F("final_grade")))
