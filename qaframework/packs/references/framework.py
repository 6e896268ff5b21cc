"""Slips in framework.yaml."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from qaframework.packs.library import ready_made
from qaframework.packs.references.activities import activity_slips
from qaframework.packs.references.challenges import challenge_slips
from qaframework.packs.references.coverage import coverage_slips
from qaframework.packs.references.leadership import leadership_slips
from qaframework.packs.references.lookups import (
    Slip,
    entries_of,
    grades_of,
    keys_of,
    part_of,
    repeated,
    texts_of,
    unknown,
)
from qaframework.packs.references.practice import practice_slips
from qaframework.packs.references.quotas import quota_slips
from qaframework.packs.references.survey import survey_slips
from qaframework.people.roles import ROLES

RELATIVE_RECIPIENTS = ("owner", "line_manager")


def framework_slips(framework: Any, tools: Mapping[str, Any]) -> Iterator[Slip]:
    if not isinstance(framework, dict):
        return
    yield from _date_slips(framework)
    for name in ("roles", "grade_schemes", "ladders", "activities"):
        yield from repeated(name, keys_of(framework, name))
    yield from unknown("roles", keys_of(framework, "roles"), ROLES, "role of the product")
    yield from _ready_made_slips(framework)
    yield from _scheme_slips(framework)
    yield from _recipient_slips(framework)
    for activity in entries_of(framework, "activities"):
        yield from activity_slips(activity, framework, tools)
    yield from quota_slips(framework)
    yield from leadership_slips(framework)
    yield from practice_slips(framework, tools)
    yield from coverage_slips(framework, tools)
    yield from _rule_slips(framework)
    yield from challenge_slips(framework)
    yield from survey_slips(framework, tools)


def _date_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    day = framework.get("effective_from")
    try:
        date.fromisoformat(str(day))
    except ValueError:
        yield (
            "effective_from",
            f"“{day}” is not a day of the calendar.",
            "A day such as 2026-04-01.",
        )


def _ready_made_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    """Names that stand where an entry could be written out, and that the library does not have."""
    for name, what in (("grade_schemes", "ready-made grade scheme"), ("ladders", "ready-made ladder")):
        yield from unknown(name, texts_of(framework, name), ready_made(name), what)


def _scheme_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    for scheme in entries_of(framework, "grade_schemes"):
        place, grades = f"grade_schemes › {scheme.get('key')}", keys_of(scheme, "grades")
        yield from repeated(place, grades)
        threshold = scheme.get("good_or_better")
        if isinstance(threshold, int) and threshold >= max(len(grades), 1):
            yield (
                f"{place} › good_or_better",
                f"{threshold} leaves no grade that is not good.",
                f"1 to {len(grades) - 1}.",
            )


def _recipient_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    roles = keys_of(framework, "roles")
    for ladder in entries_of(framework, "ladders"):
        for number, rung in enumerate(entries_of(ladder, "rungs"), 1):
            place = f"ladders › {ladder.get('key')} › step {number} › recipients"
            yield from unknown(
                place, texts_of(rung, "recipients"), [*roles, *RELATIVE_RECIPIENTS], "recipient"
            )


def _rule_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    roles, ladders = keys_of(framework, "roles"), keys_of(framework, "ladders")
    actions, loop = part_of(framework, "actions"), part_of(framework, "loop")
    concern, praise = part_of(framework, "concern"), part_of(framework, "praise")
    all_grades = {
        grade for scheme in keys_of(framework, "grade_schemes") for grade in grades_of(framework, scheme)
    }
    yield from unknown("actions › ladder", [actions.get("ladder")], ladders, "ladder")
    yield from unknown("actions › notify_ladder", [actions.get("notify_ladder")], ladders, "ladder")
    yield from unknown("concern › ladder", [concern.get("ladder")], ladders, "ladder")
    yield from unknown("loop › ladder", [loop.get("ladder")], ladders, "ladder")
    yield from unknown("loop › senior_role", [loop.get("senior_role")], roles, "role")
    yield from unknown("loop › authorised_by", [loop.get("authorised_by")], roles, "role")
    yield from unknown("loop › grades", texts_of(loop, "grades"), all_grades, "grade")
    yield from unknown("praise › grades", texts_of(praise, "grades"), all_grades, "grade")
    yield from unknown("praise › told", [praise.get("told")], roles, "role")
