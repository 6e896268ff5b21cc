"""Scales of grades, and what each grade means."""

from collections.abc import Mapping
from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of
from qaframework.rules.grades import Grade, GradeScheme


@dataclass(frozen=True)
class PackGradeScheme:
    """``descriptors`` says in a paragraph, for each grade, what it means for a child."""

    label: str
    scheme: GradeScheme
    descriptors: Mapping[str, str]
    clauses: tuple[str, ...] = ()


def grade_scheme_from(data: Json) -> PackGradeScheme:
    """Grades are listed from best to worst. Raises ValueError for two grades with one key."""
    grades = tuple(Grade(grade["key"], grade["label"], rank) for rank, grade in enumerate(data["grades"], 1))
    return PackGradeScheme(
        label=data["label"],
        scheme=GradeScheme(data["key"], grades, data["has_overall"], data["good_or_better"]),
        descriptors={grade["key"]: grade["descriptor"] for grade in data["grades"]},
        clauses=clauses_of(data),
    )
