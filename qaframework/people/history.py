"""Writing a change together with its history entry: the person, the moment and the reason.

Every verb goes through these functions, so that no change is without its entry.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db import models

from qaframework.people.models import User

M = TypeVar("M", bound=models.Model)


class SomebodyElseWasFirst(Exception):
    """The record was changed by somebody else between reading and writing."""


def create(instance: M, *, by: User | None, now: datetime, reason: str = "") -> M:
    """Insert ``instance`` with its first history entry and return it."""
    _mark(instance, by=by, now=now, reason=reason)
    instance.save(force_insert=True)
    return instance


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
    _read_again(instance)
    record(model, [instance], by=by, now=now, reason=reason, is_update=True)
    return instance


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
    _entries(model).bulk_history_create(list(instances), batch_size=500, update=is_update)


@cache
def _entries(model: type[models.Model]) -> Any:
    """The manager of a model's entries: it never changes, and building it takes longer than an INSERT."""
    return model.history  # type: ignore[attr-defined]


def _mark(instance: Any, *, by: User | None, now: datetime, reason: str) -> None:
    instance._history_user = by
    instance._history_date = now
    instance._change_reason = reason


def _read_again(instance: models.Model) -> None:
    """Take every column as it now stands, so that the entry shows others' changes too.

    Unlike refresh_from_db this keeps related objects that are already loaded.
    """
    names = [field.attname for field in instance._meta.concrete_fields]
    row = type(instance)._default_manager.filter(pk=instance.pk).values(*names).get()
    for name, value in row.items():
        setattr(instance, name, value)
