"""Slips in who leads: groups, how often they meet, the steps of the month, and who gets which report."""

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

COUNTED_IN_WEEKS = ("week", "two weeks")


def leadership_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    roles, groups = keys_of(framework, "roles"), keys_of(framework, "groups")
    yield from repeated("groups", groups)
    for group in entries_of(framework, "groups"):
        yield from _group_slips(group, roles)
    for number, step in enumerate(entries_of(framework, "cycle"), 1):
        yield from _step_slips(f"cycle › {number}", step, roles)
    for number, report in enumerate(entries_of(framework, "reports"), 1):
        place = f"reports › {number}"
        recipients = texts_of(report, "recipients")
        yield from unknown(f"{place} › recipients", recipients, [*roles, *groups], "role or group")
        if "for_each" in report and "units" in report:
            yield place, "for_each and units stand side by side.", "One of them, or neither for all units."


def _group_slips(group: Mapping[str, Any], roles: list[str]) -> Iterator[Slip]:
    place, meets = f"groups › {group.get('key')}", part_of(group, "meets")
    if group.get("key") in roles:
        yield place, "A role has this key too.", "A key of its own."
    yield from unknown(f"{place} › chair", [group.get("chair")], roles, "role")
    yield from unknown(f"{place} › members", texts_of(group, "members"), roles, "role")
    if meets.get("every") in COUNTED_IN_WEEKS and ("week" in meets or "month" in meets):
        yield (
            f"{place} › meets",
            "What is counted in weeks has no week of the month and no month.",
            "every, and a weekday where it is fixed.",
        )


def _step_slips(place: str, step: Mapping[str, Any], roles: list[str]) -> Iterator[Slip]:
    yield from unknown(f"{place} › by", [step.get("by")], roles, "role")
    first, last = step.get("week"), step.get("until_week")
    if isinstance(first, int) and isinstance(last, int) and last < first:
        yield f"{place} › until_week", f"Week {last} lies before week {first}.", "The week, or a later one."
