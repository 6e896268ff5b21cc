"""Values that entries of every kind hold."""

from calendar import month_name
from collections.abc import Mapping
from typing import Any

from qaframework.rules.deadlines import Offset

Json = Mapping[str, Any]


def clauses_of(data: Json) -> tuple[str, ...]:
    return tuple(data.get("clauses", ()))


def offset_of(text: str | None) -> Offset | None:
    return Offset.parse(text) if text else None


def month_number(name: str) -> int:
    """1 for “january”. Raises ValueError."""
    return [month.lower() for month in month_name].index(name)
