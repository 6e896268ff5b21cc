"""Moderation: how many audits were judged twice, and how far the two judgements agree (LAN-34).

Original grades against moderated ones. Audits moderated because of their grade say nothing about how far
judgements agree in general, so the agreement is of those chosen at random or because all are.
"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from audits.models import Moderation
from qaframework.rules.periods import Month
from qaframework.rules.statistics import Agreement, Share, agreement, share
from qaframework.rules.working_days import local_date
from reporting.figures.practice import results
from reporting.figures.scope import Scope

FOR_ITS_GRADE = Moderation.Because.INADEQUATE
RESULTS = (
    Moderation.Result.UPHELD,
    Moderation.Result.RAISED,
    Moderation.Result.LOWERED,
    Moderation.Result.SENT_BACK,
)


@dataclass(frozen=True)
class Outcomes:
    """Completed moderations by result, in the order of RESULTS."""

    label: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class ModerationFigures:
    """``chosen`` is of the audits handed in in the period; ``outcomes`` of moderations completed in it;
    ``agreement`` of the twelve months that end with it."""

    chosen: Share
    outcomes: tuple[Outcomes, ...]
    agreement: Agreement
    grades: tuple[str, ...]


def moderation_figures(scope: Scope) -> ModerationFigures:
    """In two queries."""
    handed_in = results(scope).filter(month__in=[month.key for month in scope.period.months])
    moderated = Exists(Moderation.objects.filter(audit=OuterRef("audit")))
    flags = list(handed_in.order_by().annotate(moderated=moderated).values_list("moderated", flat=True))
    scheme = scope.scheme
    order = [grade.key for grade in scheme.grades] if scheme else []
    completed = _completed(scope)
    months = {month.key for month in scope.period.months}
    now = [row for row in completed if row.month in months]
    pairs = [
        (row.original, row.moderated)
        for row in completed
        if row.because != FOR_ITS_GRADE and row.original in order and row.moderated in order
    ]
    return ModerationFigures(
        chosen=share(sum(flags), len(flags)),
        outcomes=tuple(
            _outcomes(label, [row.result for row in now if row.because == because])
            for because, label in Moderation.Because.choices
            if any(row.because == because for row in now)
        ),
        agreement=agreement(pairs, order),
        grades=tuple(grade.label for grade in scheme.grades) if scheme else (),
    )


@dataclass(frozen=True)
class _Completed:
    month: str
    because: str
    result: str
    original: str
    moderated: str


def _completed(scope: Scope) -> list[_Completed]:
    rows = Moderation.objects.filter(
        scope.of_units("audit__assignment__unit"),
        scope.countable(Moderation, "audit__assignment__case"),
        audit__assignment__programme__framework=scope.framework_id,
        audit__assignment__activity__in=scope.graded_activities,
        state=Moderation.State.COMPLETED,
        completed_at__range=(scope.year_from, scope.last_moment),
    ).values_list("completed_at", "because", "result", "original_grade", "moderated_grade")
    return [
        _Completed(Month.of(local_date(completed_at)).key, *rest)
        for completed_at, *rest in rows
        if completed_at is not None
    ]


def _outcomes(label: str, found: list[str]) -> Outcomes:
    tally = Counter(found)
    return Outcomes(label, tuple(tally[result] for result in RESULTS))
