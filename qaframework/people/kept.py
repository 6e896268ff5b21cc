"""Figures that are kept until something changes that they were counted from.

Every change of a row leaves an entry of history (people/history.py). So the newest entries of the tables tell
whether figures that were reckoned a moment ago would come out the same, and asking for them costs one query
however much there is to count.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar

from django.core.cache import caches
from django.db.models import BigIntegerField, Count, ExpressionWrapper, Max, Model, QuerySet, Subquery, Value

from qaframework.people.prepared import Prepared

T = TypeVar("T")

# The newest entry of a table, and how many of the last entries are there. The number shows an entry that was
# begun before the newest and written after it.
Stamp = tuple[int | None, int]
Stamps = Mapping[type[Model], Stamp]

LAST_ENTRIES = 250


def stamps_of(models: Iterable[type[Model]]) -> Stamps:
    """How far the history of each model is, in one query. Ask first, then reckon: what changes meanwhile is
    seen the next time."""
    asked = tuple(sorted(set(models), key=lambda model: model._meta.label))
    found = {label: (newest, n) for label, newest, n in _newest_entries(asked).rows()}
    return {model: found[model._meta.label] for model in asked}


def kept(reckon: Callable[[], T], *, key: Sequence[object], stamps: Iterable[Stamp]) -> T:
    """What ``reckon`` gives, or what it gave for the same ``key`` and ``stamps``.

    ``key`` has all that it depends on beside the tables, among it the day and who may see what; each part
    must show itself as text. The result is never None and names nobody. It stays in the memory of this
    process, for ten minutes at most: so even a transaction that was open while others wrote hundreds
    of entries of the same table is seen.
    """
    name = sha256(repr((tuple(key), tuple(stamps))).encode()).hexdigest()
    held = caches["kept"]
    found: T | None = held.get(name)
    if found is None:
        found = reckon()
        held.set(name, found)
    return found


@cache
def _newest_entries(models: tuple[type[Model], ...]) -> Prepared:
    def make() -> QuerySet[Any, Any]:
        first, *others = (_newest(model) for model in models)
        return first.union(*others, all=True)

    return Prepared(make)


def _newest(model: type[Model]) -> QuerySet[Any, Any]:
    entries: QuerySet[Any] = model.history.model._base_manager.order_by()  # type: ignore[attr-defined]
    newest = Subquery(entries.order_by("-history_id").values("history_id")[:1])
    after = ExpressionWrapper(newest - LAST_ENTRIES, output_field=BigIntegerField())
    last = entries.filter(history_id__gt=after).values(of_model=Value(model._meta.label))
    return last.annotate(newest_entry=Max("history_id"), last_entries=Count("history_id"))
