"""Writing a change together with its history entry: the person, the moment and the reason.

Every verb goes through these functions, so that no change is without its entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import models, transaction

from qaframework.people.models import User

M = TypeVar("M", bound=models.Model)


BATCH = 500


class SomebodyElseWasFirst(Exception):
    """The record was changed by somebody else between reading and writing."""


@dataclass(frozen=True)
class Change(Generic[M]):
    """The new values of one row's fields, and why."""

    instance: M
    reason: str
    values: Mapping[str, Any]


def create(instance: M, *, by: User | None, now: datetime, reason: str = "") -> M:
    """Insert ``instance`` with its first history entry and return it."""
    _mark(instance, by=by, now=now, reason=reason)
    instance.save(force_insert=True)
    return instance


def create_all(instances: Sequence[M], *, by: User | None, now: datetime, reason: str = "") -> list[M]:
    """Insert many rows of one model with their first history entries, in two statements."""
    if not instances:
        return []
    model = type(instances[0])
    created = model._default_manager.bulk_create(instances, batch_size=BATCH)
    record(model, created, by=by, now=now, reason=reason, is_update=False)
    return created


def change(
    instance: M,
    *,
    by: User | None,
    now: datetime,
    reason: str,
    only_if: Mapping[str, Any] | None = None,
    **changes: Any,
) -> M:
    """Write ``changes`` in one conditional UPDATE and add one history entry.

    ``only_if`` holds the look-ups that must still be true in the database, for instance
    ``{"state__in": ["allocated", "in_progress"]}``. Raises SomebodyElseWasFirst when they are
    not; then nothing is written.
    """
    model = type(instance)
    rows = model._default_manager.filter(pk=instance.pk, **(only_if or {})).update(**changes)
    if rows != 1:
        raise SomebodyElseWasFirst(f"{model._meta.verbose_name} {instance.pk} has changed in the meantime.")
    for name, value in changes.items():
        setattr(instance, name, value)
    _read_again([instance])
    record(model, [instance], by=by, now=now, reason=reason, is_update=True)
    return instance


@transaction.atomic
def change_all(
    changes: Sequence[Change[M]], *, by: User | None, now: datetime, only_if: Mapping[str, Any]
) -> None:
    """As ``change``, for many rows of one model, whose changes name the same fields, in three statements.

    Raises SomebodyElseWasFirst when ``only_if`` is not true of all of them; then nothing is written.
    """
    if not changes:
        return
    instances = [one.instance for one in changes]
    for one in changes:
        for name, value in one.values.items():
            setattr(one.instance, name, value)
    model = type(instances[0])
    fitting = model._default_manager.filter(**only_if)
    if fitting.bulk_update(instances, list(changes[0].values), batch_size=BATCH) != len(instances):
        raise SomebodyElseWasFirst(f"One {model._meta.verbose_name} of many has changed in the meantime.")
    _read_again(instances)
    for one in changes:
        _mark(one.instance, by=by, now=now, reason=one.reason)
    _write_entries(model, instances, is_update=True)


def remove(instance: models.Model, *, by: User | None, now: datetime, reason: str) -> None:
    """Delete a row that never began, leaving its history."""
    _mark(instance, by=by, now=now, reason=reason)
    instance.delete()


def record(
    model: type[models.Model],
    instances: Sequence[models.Model],
    *,
    by: User | None,
    now: datetime,
    reason: str,
    is_update: bool,
) -> None:
    """Write the history entries of rows that were just inserted or changed set-based."""
    # Marked one by one: an instance that another verb wrote before still carries that verb's marks, and the
    # library would believe those rather than its defaults.
    for instance in instances:
        _mark(instance, by=by, now=now, reason=reason)
    _write_entries(model, instances, is_update=is_update)


def _write_entries(model: type[models.Model], instances: Sequence[models.Model], *, is_update: bool) -> None:
    _entries(model).bulk_history_create(list(instances), batch_size=BATCH, update=is_update)


@cache
def _entries(model: type[models.Model]) -> Any:
    """The manager of a model's entries: it never changes, and building it takes longer than an INSERT."""
    return model.history  # type: ignore[attr-defined]


def _mark(instance: Any, *, by: User | None, now: datetime, reason: str) -> None:
    instance._history_user = by
    instance._history_date = now
    instance._change_reason = reason


def _read_again(instances: Sequence[models.Model]) -> None:
    """Take every column as it now stands, so that the entries show others' changes too.

    Unlike refresh_from_db this keeps related objects that are already loaded.
    """
    model = type(instances[0])
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._default_manager.filter(pk__in=[one.pk for one in instances]).values("pk", *names)
    as_it_stands = {row.pop("pk"): row for row in rows}
    for instance in instances:
        for name, value in as_it_stands[instance.pk].items():
            setattr(instance, name, value)
