"""Values that entries of every kind hold."""

from collections.abc import Mapping
from typing import Any

from qaframework.rules.deadlines import Offset

Json = Mapping[str, Any]


def clauses_of(data: Json) -> tuple[str, ...]:
    return tuple(data.get("clauses", ()))


def offset_of(text: str | None) -> Offset | None:
    return Offset.parse(text) if text else None
