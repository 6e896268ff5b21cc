"""Queries of every page: their statement is made once per process.

Django takes several times as long to make such a statement as the database takes to answer it.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

Value = int | date

# Values that no row has, one for each place, so that the statement shows where each value goes.
STAND_INS: dict[type, Callable[[int], Value]] = {
    int: lambda place: -1_000_001 - place,
    date: lambda place: date.min + timedelta(days=place),
}


class Prepared:
    """A query that is made with stand-ins and asked with the values of the moment.

    ``make`` gets a stand-in for each of ``kinds``, int or date, and may only compare columns with it.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], *kinds: type) -> None:
        self._make = make
        self._kinds = kinds

    def rows(self, *values: Value) -> list[tuple[Any, ...]]:
        """What the database answers, as it is; ``values`` in the order of ``kinds``."""
        statement, parts = self._statement
        with connection.cursor() as cursor:
            cursor.execute(statement, [part if at is None else _sent(values[at]) for at, part in parts])
            return cursor.fetchall()

    @cached_property
    def _statement(self) -> tuple[str, list[tuple[int | None, Any]]]:
        """The SQL and its parameters: for each the place of its value, if any, and the stand-in."""
        stand_ins = [STAND_INS[kind](place) for place, kind in enumerate(self._kinds)]
        places = {_sent(value): place for place, value in enumerate(stand_ins)}
        statement, parameters = self._make(*stand_ins).query.sql_with_params()
        return statement, [(places.get(one), one) for one in parameters]


def _sent(value: Value) -> Any:
    """As this kind of database is sent it."""
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
