"""Grade schemes, and what the grades of the sections suggest for the overall grade."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class OverallRule(StrEnum):
    AUDITOR_JUDGES = "auditor_judges"
    LOWEST_OF = "lowest_of"
    CAP = "cap"
    MEDIAN = "median"


@dataclass(frozen=True)
class Grade:
    """``rank`` 1 is the best."""

    key: str
    label: str
    rank: int


@dataclass(frozen=True)
class GradeScheme:
    """Grades from best to worst. The first ``good_or_better`` of them count as good or better.

    Raises ValueError unless the ranks are 1, 2, 3 and so on and the keys differ.
    """

    key: str
    grades: tuple[Grade, ...]
    has_overall: bool = True
    good_or_better: int = 2

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.grades, key=lambda grade: grade.rank))
        if [grade.rank for grade in ordered] != list(range(1, len(ordered) + 1)):
            raise ValueError(f"Grade scheme {self.key}: the ranks must be 1, 2, 3 and so on, each once.")
        if len({grade.key for grade in ordered}) < len(ordered):
            raise ValueError(f"Grade scheme {self.key}: each grade needs a key of its own.")
        object.__setattr__(self, "grades", ordered)

    @property
    def best(self) -> Grade:
        """Raises IndexError for a scheme of words only, which has no grades."""
        return self.grades[0]

    @property
    def worst(self) -> Grade:
        """Raises IndexError for a scheme of words only, which has no grades."""
        return self.grades[-1]

    def grade(self, key: str) -> Grade:
        """Raises ValueError for a key that the scheme does not have."""
        for grade in self.grades:
            if grade.key == key:
                return grade
        allowed = ", ".join(grade.key for grade in self.grades)
        raise ValueError(f"“{key}” is not a grade of {self.key}. Its grades are: {allowed}.")

    def rank(self, key: str) -> int:
        """1 for the best. Raises ValueError for a key that the scheme does not have."""
        return self.grade(key).rank

    def is_good_or_better(self, key: str) -> bool:
        return self.rank(key) <= self.good_or_better


@dataclass(frozen=True)
class Suggestion:
    """A grade's key or None, and why in a sentence for the auditor."""

    grade: str | None
    reason: str


def suggest_overall(
    scheme: GradeScheme,
    section_grades: Mapping[str, str | None],
    *,
    rule: str,
    limiting: Collection[str] = (),
) -> Suggestion:
    """What the graded sections suggest; sections with None were not graded and do not count.

    ``auditor_judges`` suggests nothing: impact on the child decides. ``lowest_of`` is the lowest of the
    limiting sections, or of all when none is limiting. ``median`` is the middle grade, the lower of two.
    ``cap`` is the median, but no better than one step above the lowest limiting section, and below good
    when a limiting section has the worst grade. Raises ValueError for an unknown rule or grade.
    """
    chosen = OverallRule(rule)
    ranks = {name: scheme.rank(key) for name, key in section_grades.items() if key is not None}
    if not scheme.has_overall:
        return Suggestion(None, "This grade scheme has no overall grade; each section stands for itself.")
    if chosen is OverallRule.AUDITOR_JUDGES:
        return Suggestion(None, "You judge the overall grade: the impact on the child decides.")
    if not ranks:
        return Suggestion(None, "No section has a grade yet.")
    limits = {name: rank for name, rank in ranks.items() if name in limiting}
    if chosen is OverallRule.LOWEST_OF:
        return _lowest(scheme, limits if limiting else ranks)
    middle = sorted(ranks.values())[len(ranks) // 2]
    if chosen is OverallRule.CAP and limits:
        return _capped(scheme, middle, limits)
    return _suggestion(scheme, middle, "This is the middle of the section grades.")


def indicators_need_reason(scheme: GradeScheme, overall: str, unmet: Collection[str]) -> bool:
    """Whether a good or better overall grade with unmet indicators needs a written reason. Source: BF-18."""
    return bool(unmet) and scheme.is_good_or_better(overall)


def _lowest(scheme: GradeScheme, ranks: Mapping[str, int]) -> Suggestion:
    if not ranks:
        return Suggestion(None, "None of the sections that decide has a grade yet.")
    return _suggestion(scheme, max(ranks.values()), f"This is the lowest grade, in {_lowest_name(ranks)}.")


def _capped(scheme: GradeScheme, middle: int, limits: Mapping[str, int]) -> Suggestion:
    lowest = max(limits.values())
    cap, name = max(lowest - 1, 1), _lowest_name(limits)
    why = f"{name} limits the overall grade to one step above its own."
    below_good = min(scheme.good_or_better + 1, scheme.worst.rank)
    if lowest == scheme.worst.rank and below_good >= cap:
        cap, why = below_good, f"{name} has the lowest grade, so the overall grade cannot be good or better."
    if middle >= cap:
        return _suggestion(scheme, middle, "This is the middle of the section grades.")
    return _suggestion(scheme, cap, why)


def _lowest_name(ranks: Mapping[str, int]) -> str:
    return max(ranks, key=lambda name: ranks[name])


def _suggestion(scheme: GradeScheme, rank: int, reason: str) -> Suggestion:
    return Suggestion(scheme.grades[rank - 1].key, reason)
