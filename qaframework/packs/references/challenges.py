"""Slips in alerts and disputes: roles, ladders and kinds that are not there, stages that do not exist."""

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


def challenge_slips(framework: Mapping[str, Any]) -> Iterator[Slip]:
    rules = part_of(framework, "challenges")
    kinds = keys_of(rules, "kinds")
    yield from repeated("challenges › kinds", kinds)
    yield from repeated("challenges › themes", keys_of(rules, "themes"))
    for kind in entries_of(rules, "kinds"):
        yield from _kind_slips(f"challenges › {kind.get('key')}", kind, kinds, framework)


def _kind_slips(
    place: str, kind: Mapping[str, Any], kinds: list[str], framework: Mapping[str, Any]
) -> Iterator[Slip]:
    roles, ladders = keys_of(framework, "roles"), keys_of(framework, "ladders")
    stages, urgent = entries_of(kind, "stages"), kind.get("urgent_stage")
    yield from unknown(f"{place} › raised_by", texts_of(kind, "raised_by"), roles, "role")
    yield from unknown(
        f"{place} › settle › ladder", [part_of(kind, "settle").get("ladder")], ladders, "ladder"
    )
    for number, stage in enumerate(stages, 1):
        here = f"{place} › stage {number}"
        yield from unknown(f"{here} › answered_by", [stage.get("answered_by")], roles, "role")
        yield from unknown(f"{here} › ladder", [stage.get("ladder")], ladders, "ladder")
    if isinstance(urgent, int) and urgent > len(stages):
        many = f"There are {len(stages)} stages" if len(stages) != 1 else "There is one stage"
        yield f"{place} › urgent_stage", f"{many}, and this is number {urgent}.", "One of the stages."
    yield from unknown(f"{place} › becomes", [kind.get("becomes")], kinds, "kind of challenge")
    if kind.get("becomes") is not None and kind.get("becomes") == kind.get("key"):
        yield f"{place} › becomes", "It cannot become what it is already.", "Another kind, or leave it out."
