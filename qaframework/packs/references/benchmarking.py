"""Slips in exercises in which a group audits one case, each alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from qaframework.packs.references.lookups import Slip, entries_of

KIND = "benchmarking"
# What decides otherwise whose case is looked at, or what follows from one audit.
NOT_WITH_IT = ("draw", "started_by", "moderation", "opens_loop")


def benchmarking_slips(place: str, activity: Mapping[str, Any], tool: Any) -> Iterator[Slip]:
    """Slips in an activity of the kind, and in how its form fits it."""
    if activity.get("kind") != KIND:
        return
    for name in NOT_WITH_IT:
        if activity.get(name):
            said = "The quality assurance team chooses the case, and the group agrees the grade."
            yield f"{place} › {name}", said, "Leave it out."
    if activity.get("grade_scheme") is None:
        yield f"{place} › grade_scheme", "Without grades there is nothing to compare.", "A grade scheme."
    if not isinstance(tool, dict):
        return
    sections = entries_of(tool, "sections")
    if tool.get("rows") or not any(section.get("graded") for section in sections):
        yield (
            f"{place} › tool",
            "Grades of its sections are compared.",
            "A form without rows and with graded sections.",
        )
    asked = (question for section in sections for question in entries_of(section, "questions"))
    if any(question.get("type") == "actions" for question in asked):
        said = "It asks for actions, and what has to follow is agreed by the group, not on each form."
        yield f"{place} › tool", said, "A form without type: actions."
