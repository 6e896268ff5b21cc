"""Slips in whom work looks at."""

from collections.abc import Iterator, Mapping
from typing import Any

from qaframework.packs.references.lookups import (
    Slip,
    entries_of,
    keys_of,
    part_of,
    repeated,
    texts_of,
    unknown,
)
from qaframework.people.roles import ROLES

ABOUT_PEOPLE = ("observation", "supervision_audit", "peer_review", "appraisal")


def subject_slips(place: str, activity: Mapping[str, Any], framework: Mapping[str, Any]) -> Iterator[Slip]:
    """Slips in ``subjects`` and ``same_person_as`` of an activity."""
    rules, roles = entries_of(activity, "subjects"), keys_of(framework, "roles")
    is_of_one_worker = part_of(activity, "sample").get("of") == "worker_cases"
    is_started = activity.get("kind") == "case_review" and bool(activity.get("started_by"))
    if rules and activity.get("kind") not in ABOUT_PEOPLE and not is_of_one_worker and not is_started:
        yield (
            f"{place} › subjects",
            "Only an observation, an audit of supervision, a peer review, an appraisal, a dip sample of "
            "one worker's cases or a review of a case that somebody starts is about a person who is chosen.",
            f"Leave it out, or kind: {' or '.join(ABOUT_PEOPLE)}, or sample › of: worker_cases, or kind: "
            "case_review with started_by.",
        )
    owners = [role for rule in rules for role in texts_of(rule, "by")]
    yield from repeated(f"{place} › subjects › by", owners)
    for rule in rules:
        for part in ("by", "whose"):
            yield from unknown(f"{place} › subjects › {part}", texts_of(rule, part), roles, "role")
        yield from _looks_up(f"{place} › subjects › whose", texts_of(rule, "by"), texts_of(rule, "whose"))
    yield from _pair_slips(f"{place} › same_person_as", activity, framework)


def _looks_up(place: str, by: list[str], whose: list[str]) -> Iterator[Slip]:
    """Nobody looks at the practice of those above them; the quality assurance team may look at anybody's."""
    seniority = [ROLES[role].seniority for role in by if role in ROLES and not ROLES[role].serves_everyone]
    for role in whose:
        if role in ROLES and any(ROLES[role].seniority > own for own in seniority):
            yield place, f"“{role}” is above somebody who would look at them.", "Roles not above those in by."


def _pair_slips(place: str, activity: Mapping[str, Any], framework: Mapping[str, Any]) -> Iterator[Slip]:
    other = activity.get("same_person_as")
    if not isinstance(other, str):
        if activity.get("months_later"):
            yield place, "After which other work it comes is not said.", "Add same_person_as."
        return
    leads = [
        one["key"]
        for one in entries_of(framework, "activities")
        if isinstance(one.get("key"), str) and one.get("subjects") and not one.get("same_person_as")
    ]
    yield from unknown(place, [other], leads, "activity that chooses people in turn")
    if not activity.get("subjects"):
        yield (
            place,
            "This work does not say itself whom it looks at.",
            "Add subjects: they hold where a post does not owe both.",
        )
