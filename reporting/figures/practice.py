"""What audits say about practice: grades over time, parts of the audits, taking part, feedback.

Final grades, of audits that are final. Audits drawn at random and those chosen for a reason are never pooled.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Value

from audits.models import AuditResult
from qaframework.allocation.models import Assignment
from qaframework.caseload.models import PlanType
from qaframework.rules.grades import GradeScheme
from qaframework.rules.periods import Month, Quarter
from qaframework.rules.statistics import FEWEST_FOR_PERCENT, FEWEST_WITHOUT_NOTE, Share, share, suppress_small
from reporting.figures.scope import Scope

RANDOM = Assignment.Selection.RANDOM


@dataclass(frozen=True)
class Grades:
    """How audits divide into grades, best first. ``waiting`` were handed in and are not final yet."""

    label: str
    counts: tuple[tuple[str, str, int], ...]
    waiting: int
    good_or_better: Share

    @property
    def graded(self) -> int:
        return self.good_or_better.whole


@dataclass(frozen=True)
class Group:
    """A team or plan type. ``n`` is None where it is hidden; the share is there from 10 audits on."""

    label: str
    n: int | None
    good_or_better: Share | None


@dataclass(frozen=True)
class PracticeFigures:
    """``random`` is the period's, ``before`` that of the period before it; ``by_month`` and ``by_quarter``
    go back a year. ``targeted`` are the period's audits that were chosen for a reason."""

    random: Grades
    before: Grades
    year: Grades
    targeted: Grades
    by_month: tuple[Grades, ...]
    by_quarter: tuple[Grades, ...]
    by_team: tuple[Group, ...]
    by_plan_type: tuple[Group, ...]
    inadequate: Share
    worker_took_part: Share
    feedback_obtained: Share


def practice_figures(scope: Scope) -> PracticeFigures:
    """In two queries: counts of a year by month, by unit and by plan type, and who took part."""
    scheme = scope.scheme
    year = _year(scope)
    took_part = _taking_part(scope)
    by_month = _tallies(year, "month")

    def grades(label: str, *months: Month) -> Grades:
        return _grades(label, scheme, sum((by_month[month.key] for month in months), Counter()))

    now = grades(scope.period.label, *scope.period.months)
    worst = scheme.worst.key if scheme and scheme.grades else ""
    return PracticeFigures(
        random=now,
        before=grades(scope.period.previous().label, *scope.period.previous().months),
        year=grades("Twelve months", *scope.months),
        targeted=_targeted(scope, scheme, year),
        by_month=tuple(grades(f"{month.start:%b %y}", month) for month in scope.months),
        by_quarter=tuple(grades(_short(quarter), *quarter.months) for quarter in _quarters(scope)),
        by_team=_groups(scheme, year, "unit__name", {}),
        by_plan_type=_groups(scheme, year, "plan_type", dict(PlanType.choices)),
        inadequate=share(sum(n for key, _, n in now.counts if key == worst), now.graded),
        worker_took_part=share(took_part["worker"], took_part["audits"]),
        feedback_obtained=share(took_part["feedback"], took_part["asked"]),
    )


def results(scope: Scope) -> Any:
    """Results of audits that may stand in one figure with each other."""
    return AuditResult.objects.filter(
        scope.of_units("unit"),
        scope.countable(AuditResult, "audit__assignment__case"),
        framework=scope.framework_id,
        activity__in=scope.graded_activities,
    )


@dataclass(frozen=True)
class PartFigures:
    """How the graded parts of the period's audits came out, the one with the fewest good or better first.
    ``few`` names those that fewer audits grade than make a percentage."""

    shown: tuple[Grades, ...]
    few: tuple[str, ...]


def part_figures(scope: Scope) -> PartFigures:
    """In one query."""
    scheme, titles = scope.scheme, section_titles(scope)
    tallies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for graded in _drawn_in(scope).values_list("section_grades", flat=True):
        for key, grade in graded.items():
            tallies[titles.get(key, key)][grade] += 1
    profile = [_grades(title, scheme, tally) for title, tally in tallies.items()]
    shown = [one for one in profile if one.graded >= FEWEST_FOR_PERCENT]
    shown.sort(key=lambda one: (one.good_or_better.part / one.graded, one.label))
    few = sorted(one.label for one in profile if 0 < one.graded < FEWEST_FOR_PERCENT)
    return PartFigures(tuple(shown), tuple(few))


@dataclass(frozen=True)
class Counted:
    """How many audits of the year have this ``value`` of the field that they are counted ``by``."""

    by: str
    value: str
    selection: str
    grade: str
    n: int


COUNTED_BY = ("month", "unit__name", "plan_type")


def _year(scope: Scope) -> list[Counted]:
    """Counted by one field after the other: by all at once would be nearly as many rows as audits."""
    within = results(scope).filter(month__range=(scope.months[0].key, scope.months[-1].key)).order_by()
    first, *others = (
        within.values(by=Value(field), value=F(field), one=F("selection"), grade=F("final_grade"))
        .annotate(n=Count("pk"))
        .values_list("by", "value", "one", "grade", "n")
        for field in COUNTED_BY
    )
    return [Counted(*row) for row in first.union(*others, all=True)]


def _drawn_in(scope: Scope) -> Any:
    """Results of the period's audits that were drawn at random."""
    months = [month.key for month in scope.period.months]
    return results(scope).filter(month__in=months, selection=RANDOM).order_by()


def _taking_part(scope: Scope) -> dict[str, int]:
    """``asked`` are those whose form asks for the family's feedback."""
    counts: dict[str, int] = _drawn_in(scope).aggregate(
        audits=Count("pk"),
        worker=Count("pk", filter=Q(worker_took_part=True)),
        asked=Count("feedback_obtained"),
        feedback=Count("pk", filter=Q(feedback_obtained=True)),
    )
    return counts


def _tallies(year: Iterable[Counted], by: str, *, is_random: bool = True) -> defaultdict[str, Counter[str]]:
    """How many of each grade, by the value of a field."""
    tallies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in year:
        if row.by == by and (row.selection == RANDOM) is is_random:
            tallies[row.value][row.grade] += row.n
    return tallies


def _targeted(scope: Scope, scheme: GradeScheme | None, year: list[Counted]) -> Grades:
    chosen = _tallies(year, "month", is_random=False)
    return _grades(
        "Chosen for a reason", scheme, sum((chosen[month.key] for month in scope.period.months), Counter())
    )


def _grades(label: str, scheme: GradeScheme | None, tally: Counter[str]) -> Grades:
    known = scheme.grades if scheme else ()
    counts = tuple((grade.key, grade.label, tally[grade.key]) for grade in known)
    good = sum(n for key, _, n in counts if scheme and scheme.is_good_or_better(key))
    return Grades(label, counts, tally[""], share(good, sum(n for _, _, n in counts)))


def section_titles(scope: Scope) -> dict[str, str]:
    """What the tools of the framework call their sections."""
    tools = scope.version.content["tools"]
    used = [tools[scope.pack.activity(key).tool] for key in scope.graded_activities]
    return {section["key"]: section["title"] for tool in used for section in tool["sections"]}


def _groups(
    scheme: GradeScheme | None, year: list[Counted], field: str, labels: dict[str, str]
) -> tuple[Group, ...]:
    """In the order of their names, never of their results; small ones hidden so that none can be reckoned."""
    graded = {
        str(labels.get(value, value)): _grades(str(value), scheme, tally)
        for value, tally in _tallies(year, field).items()
    }
    shown = suppress_small({label: one.graded for label, one in graded.items()})
    return tuple(
        Group(label, n, graded[label].good_or_better if n and n >= FEWEST_WITHOUT_NOTE else None)
        for label, n in sorted(shown.items())
        if n != 0
    )


def _quarters(scope: Scope) -> list[Quarter]:
    quarters = [Quarter.of(scope.period.end, scope.pack.year_starts_in)]
    while len(quarters) < 4:
        quarters.insert(0, quarters[0].previous())
    return quarters


def _short(quarter: Quarter) -> str:
    return f"Q{quarter.number} from {quarter.months[0].start:%b %y}"
