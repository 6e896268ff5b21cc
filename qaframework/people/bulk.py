"""Writing any number of rows with one statement, on PostgreSQL and SQLite alike."""

import json
from collections.abc import Sequence

from django.db import connection, models


def insert_new(rows: Sequence[models.Model]) -> int:
    """Insert unsaved rows of one model; leave out those that a unique constraint already has.

    Returns how many were new, which ``bulk_create(ignore_conflicts=True)`` cannot say, and takes one
    statement however many rows there are. The rows keep no primary key, and no history is written.
    Not for models with JSON fields.
    """
    if not rows:
        return 0
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    values = [
        {field.column: field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields}
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, fields), [json.dumps(values, default=str)])
        return int(cursor.rowcount)


def _statement(model: type[models.Model], fields: Sequence[models.Field]) -> str:
    columns = column_list(fields)
    if connection.vendor == "postgresql":
        typed = ", ".join(f"{column_list([field])} {field.db_type(connection)}" for field in fields)
        source = f"SELECT {columns} FROM jsonb_to_recordset(%s::jsonb) AS new_rows({typed})"
    else:
        picked = ", ".join(f"json_extract(value, '$.{field.column}')" for field in fields)
        source = f"SELECT {picked} FROM json_each(%s) WHERE true"
    table = connection.ops.quote_name(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) {source} ON CONFLICT DO NOTHING"


def count_anew() -> None:
    """Have PostgreSQL count its tables after thousands of rows were written in this transaction.

    Its own counting sees no row before the transaction ends, and plans as if there were none.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def column_list(fields: Sequence[models.Field]) -> str:
    """The columns of the fields as SQL wants them."""
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
