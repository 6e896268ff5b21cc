"""Slips in when one case is looked at between two of its reviews, or after an audit."""

from collections.abc import Iterator, Mapping
from typing import Any

from qaframework.packs.references.lookups import (
    Slip,
    entries_of,
    keys_of,
    part_of,
    texts_of,
    unknown,
)

KIND = "case_review"


def case_review_slips(
    place: str, activity: Mapping[str, Any], framework: Mapping[str, Any], tool: Any
) -> Iterator[Slip]:
    """Slips in ``midway`` and ``follow_up`` of an activity, and in how they go with the rest of it."""
    midway, follow_up = entries_of(activity, "midway"), part_of(activity, "follow_up")
    for name, rule in (("midway", midway), ("follow_up", follow_up)):
        if rule and activity.get("kind") != KIND:
            yield f"{place} › {name}", "Only a review of one case falls due like this.", f"kind: {KIND}."
    if activity.get("kind") == KIND:
        begins = {"midway": midway, "follow_up": follow_up, "started_by": activity.get("started_by")}
        yield from _fit_slips(place, activity, tool, [name for name, rule in begins.items() if rule])
    is_started = activity.get("kind") == KIND and activity.get("started_by") and not activity.get("subjects")
    if activity.get("of_any_team") and not is_started:
        yield (
            f"{place} › of_any_team",
            "Only who starts a review of one case, with nobody named whose cases these are, names any case.",
            f"Leave it out, or kind: {KIND} with started_by and without subjects.",
        )
    roles = keys_of(framework, "roles")
    for number, rule in enumerate(midway, 1):
        here = f"{place} › midway › {number}"
        yield from unknown(f"{here} › owed_by", texts_of(rule, "owed_by"), roles, "role")
        if str(rule.get("reviews_every")).split(" ")[0].strip("0") == "":
            yield f"{here} › reviews_every", "No day lies between two reviews.", "For instance 6 months."
    audits = [
        one["key"]
        for one in entries_of(framework, "activities")
        if isinstance(one.get("key"), str) and one.get("kind") == "case_audit"
    ]
    yield from unknown(f"{place} › follow_up › owed_by", texts_of(follow_up, "owed_by"), roles, "role")
    yield from unknown(f"{place} › follow_up › of", texts_of(follow_up, "of"), audits, "audit of a case")


def _fit_slips(place: str, activity: Mapping[str, Any], tool: Any, begins: list[str]) -> Iterator[Slip]:
    if len(begins) != 1:
        said = f"{', '.join(begins)} stand side by side." if begins else "When it begins is not said."
        yield place, said, "One of midway, follow_up or started_by."
    if activity.get("draw"):
        yield f"{place} › draw", "Its cases are not drawn: each falls due by itself.", "Leave it out."
    if isinstance(tool, dict) and tool.get("rows"):
        yield f"{place} › tool", "It is about one case, and this tool has rows.", "A tool without rows."
