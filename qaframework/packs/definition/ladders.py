"""Ladders of reminders and escalations."""

from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of
from qaframework.rules.deadlines import Offset
from qaframework.rules.ladders import Ladder, Rung


@dataclass(frozen=True)
class LadderNotes:
    """What people call a ladder, what it is for, and where it comes from."""

    label: str
    note: str
    clauses: tuple[str, ...]


def ladder_from(data: Json) -> Ladder:
    rungs = (
        Rung(
            position=position,
            offset=Offset.parse(rung["offset"]),
            before=rung.get("before", False),
            recipients=tuple(rung["recipients"]),
            name=rung["name"],
        )
        for position, rung in enumerate(data["rungs"], 1)
    )
    return Ladder(data["key"], tuple(rungs))


def ladder_notes_from(data: Json) -> LadderNotes:
    return LadderNotes(data["label"], data.get("note", ""), clauses_of(data))
