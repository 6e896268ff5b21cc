"""The standards of practice that an authority holds its work to."""

from collections.abc import Mapping
from dataclasses import dataclass

from qaframework.packs.definition.values import Json, clauses_of


@dataclass(frozen=True)
class Standard:
    """``questions`` are those that look at it, by the key of their tool.

    Standards of one ``heading`` are shown together.
    Sources: RBWM-01, RBWM-16, SAN-07, BF-15.
    """

    key: str
    label: str
    heading: str
    text: str
    questions: Mapping[str, tuple[str, ...]]
    clauses: tuple[str, ...]


def standard_from(data: Json) -> Standard:
    return Standard(
        key=data["key"],
        label=data["label"],
        heading=data.get("heading", ""),
        text=data["text"],
        questions={tool: tuple(keys) for tool, keys in data.get("questions", {}).items()},
        clauses=clauses_of(data),
    )
