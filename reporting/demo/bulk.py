"""Writing the invented past: many rows at once, each with history entries of its own moment."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import DateTimeField

from qaframework.people.bulk import column_list
from qaframework.people.models import User

M = TypeVar("M", bound=models.Model)

BATCH = 1000


def insert(
    rows: Sequence[M], *, at: str = "", by: str = "", moment: datetime | None = None, reason: str
) -> Sequence[M]:
    """Insert rows with their first history entry.

    ``at`` names the field that holds each row's moment, or ``moment`` is that of all; ``by`` names the field
    that holds the person, if any.
    """
    if rows:
        model = type(rows[0])
        model._default_manager.bulk_create(rows, batch_size=BATCH)
        _remember_inserted(model, rows, at, by, moment, reason)
    return rows


def change(rows: Sequence[M], fields: Sequence[str]) -> None:
    """Write these fields of rows that exist."""
    if rows:
        model = type(rows[0])
        model._default_manager.bulk_create(
            rows, batch_size=BATCH, update_conflicts=True, unique_fields=["pk"], update_fields=fields
        )


def remember(row: M, *, at: datetime, by: User | None, reason: str) -> models.Model:
    """A history entry that shows the row as it is in memory now; ``write_entries`` writes it."""
    entries = _entries(type(row))
    tracked = {field.attname: getattr(row, field.attname) for field in entries.tracked_fields}
    return entries(
        **tracked, history_date=at, history_type="~", history_user=by, history_change_reason=reason
    )


@cache
def _entries(model: type[models.Model]) -> Any:
    """The model of the history entries; asking for it builds a manager each time, which takes long."""
    return model.history.model  # type: ignore[attr-defined]


def write_entries(*entries: Sequence[models.Model]) -> None:
    """Write history entries of one model."""
    together = list(chain(*entries))
    if together:
        type(together[0])._default_manager.bulk_create(together, batch_size=BATCH)


def _remember_inserted(
    model: type[M], rows: Sequence[M], at: str, by: str, moment: datetime | None, reason: str
) -> None:
    """One statement for all: the entries are the rows themselves."""
    history = _entries(model)
    columns = column_list(history.tracked_fields)
    name = connection.ops.quote_name
    source = column_list([_field(model, at)]) if at else "%s"
    person = column_list([_field(model, by)]) if by else "NULL"
    given = [] if at else [DateTimeField().get_db_prep_value(moment, connection)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {name(history._meta.db_table)} ({columns}, history_date, history_type, "
            f"history_change_reason, history_user_id) SELECT {columns}, {source}, '+', %s, {person} "
            f"FROM {name(model._meta.db_table)} WHERE id BETWEEN %s AND %s ORDER BY id",
            [*given, reason, rows[0].pk, rows[-1].pk],
        )


def _field(model: type[models.Model], name: str) -> models.Field:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field
