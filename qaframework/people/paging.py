"""Pages of a long list found by key: page 400 costs what page 1 costs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db.models import DateTimeField, Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)

PAGE_SIZE = 25
SEPARATOR = "~"


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """Rows of one page, and the addresses (query strings) of the pages before and after it, if any."""

    rows: list[Row]
    previous_url: str
    next_url: str


def keyset_page(
    queryset: QuerySet[Row],
    *,
    moment: str,
    query: QueryDict,
    newest_first: bool = False,
    size: int = PAGE_SIZE,
) -> KeysetPage[Row]:
    """The page that the request's ``after`` or ``before`` points to; the first one without them.

    The list is ordered by ``moment``, a date or date-time field or look-up of the rows, then by primary key.
    A pointer that cannot be read gives the first page.
    """
    read = datetime.fromisoformat if _is_moment(queryset.model, moment) else date.fromisoformat
    after, before = (_pointer(query.get(name, ""), read) for name in ("after", "before"))
    backwards = before is not None and after is None
    descending = newest_first is not backwards
    pointer = before if backwards else after
    if pointer is not None:
        queryset = queryset.filter(_beyond(moment, pointer, descending=descending))
    sign = "-" if descending else ""
    found = list(queryset.order_by(f"{sign}{moment}", f"{sign}pk")[: size + 1])
    rows, has_more = found[:size], len(found) > size
    if backwards:
        rows.reverse()
    has_previous = has_more if backwards else after is not None
    has_next = True if backwards else has_more
    return KeysetPage(
        rows,
        _url(query, "before", rows[0], moment) if rows and has_previous else "",
        _url(query, "after", rows[-1], moment) if rows and has_next else "",
    )


def _is_moment(model: type[Model], look_up: str) -> bool:
    *relations, name = look_up.split("__")
    options = model._meta
    for relation in relations:
        options = options.get_field(relation).related_model._meta  # type: ignore[union-attr]
    return isinstance(options.get_field(name), DateTimeField)


def _pointer(text: str, read: Callable[[str], date]) -> tuple[date, int] | None:
    moment, _, key = text.partition(SEPARATOR)
    try:
        at, pk = read(moment), int(key)
    except ValueError:
        return None
    is_naive = isinstance(at, datetime) and at.tzinfo is None
    return None if is_naive else (at, pk)


def _beyond(moment: str, pointer: tuple[date, int], *, descending: bool) -> Q:
    """Rows after the pointer in the order; the first condition lets the database use its index."""
    at, pk = pointer
    way = "lt" if descending else "gt"
    return Q(**{f"{moment}__{way}e": at}) & (Q(**{f"{moment}__{way}": at}) | Q(**{f"pk__{way}": pk}))


def _url(query: QueryDict, direction: str, row: Model, moment: str) -> str:
    kept = query.copy()
    for pointer in ("after", "before"):
        kept.pop(pointer, None)
    kept[direction] = f"{_value(row, moment.split('__')).isoformat()}{SEPARATOR}{row.pk}"
    return f"?{kept.urlencode()}"


def _value(row: Any, path: Sequence[str]) -> Any:
    for name in path:
        row = getattr(row, name)
    return row
