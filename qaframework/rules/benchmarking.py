"""How far several grades of one case lie apart, and each auditor's from what all agreed (SAN-23)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from qaframework.rules.grades import GradeScheme
from qaframework.rules.statistics import Agreement, agreement

# The grade of each auditor by what was graded: grades[auditor][section].
Grades = Mapping[int, Mapping[str, str]]


@dataclass(frozen=True)
class Comparison:
    """``agreement`` is of all grades that were given with the agreed ones. ``leans`` is by auditor: the mean
    number of steps by which they graded above (positive) or below what was agreed; only of those who graded
    something that was agreed."""

    agreement: Agreement
    leans: Mapping[int, float]


def steps_apart(scheme: GradeScheme, grades: Sequence[str]) -> int | None:
    """Steps of the scale between the best and the worst of the grades; None for fewer than two grades.

    Raises ValueError for a grade that the scheme does not have.
    """
    ranks = [scheme.rank(grade) for grade in grades]
    return max(ranks) - min(ranks) if len(ranks) > 1 else None


def compare(scheme: GradeScheme, given: Grades, agreed: Mapping[str, str]) -> Comparison:
    """All given grades against the agreed ones; what was not agreed, or not graded, does not count.

    Raises ValueError for a grade that the scheme does not have.
    """
    pairs = {
        auditor: [(grade, agreed[section]) for section, grade in graded.items() if section in agreed]
        for auditor, graded in given.items()
    }
    order = [grade.key for grade in scheme.grades]
    return Comparison(
        agreement=agreement((pair for own in pairs.values() for pair in own), order),
        leans={
            auditor: fmean(scheme.rank(agreed_on) - scheme.rank(grade) for grade, agreed_on in own)
            for auditor, own in pairs.items()
            if own
        },
    )
