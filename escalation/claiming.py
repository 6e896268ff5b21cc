"""The statements of a sweep: each works on everything that is due, and runs on PostgreSQL and SQLite.

``escalation_escalationstep`` has one row per clock, round and rung, whoever inserts it first: that is
what makes a sweep safe to run twice, late, or beside another.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Field

from escalation.models import EscalationStep
from qaframework.people.bulk import column_list

LATE_AFTER = timedelta(days=1)

# Locks the clocks, in one order for all, so that a clock that is being stopped or paused is looked at again
# once that is done: then the stop or pause wins. SQLite has one writer at a time and no such clause.
LOCK = "FOR NO KEY UPDATE OF clock"

TAKE = """
INSERT INTO escalation_escalationstep
    (clock_id, round, position, name, is_reminder, falls_at, taken_at, sweep, was_late, acknowledgement)
SELECT moment.clock_id, moment.round, moment.position, moment.name, moment.is_reminder, moment.falls_at,
       %(now)s, %(sweep)s, moment.falls_at < %(late_before)s, ''
  FROM clocks_moment moment
  JOIN clocks_clock clock ON clock.id = moment.clock_id
 WHERE moment.is_open AND moment.falls_at <= %(now)s
   AND clock.stopped_at IS NULL AND clock.paused_at IS NULL AND moment.round = clock.round
 ORDER BY clock.id, moment.position
 {lock}
ON CONFLICT (clock_id, round, position) DO NOTHING
"""

CLOSE_MOMENTS = """
UPDATE clocks_moment SET is_open = false
 WHERE is_open AND falls_at <= %(now)s
   AND EXISTS (SELECT 1 FROM escalation_escalationstep step
                WHERE step.clock_id = clocks_moment.clock_id AND step.round = clocks_moment.round
                  AND step.position = clocks_moment.position)
"""

REMEMBER = """
INSERT INTO escalation_historicalescalationstep
    ({columns}, history_date, history_type, history_change_reason, history_user_id)
SELECT {columns}, %(now)s, '+', 'Fell due', NULL
  FROM escalation_escalationstep WHERE sweep = %(sweep)s
"""

# Who was reached, with the keys of the steps beneath each person: far less to send than a row for each pair.
REACH = """
INSERT INTO escalation_steprecipient (step_id, user_id, asked_for, note)
SELECT {step}, {user_id}, {asked_for}, {note} FROM {source} ORDER BY 1, reach.{place}
"""
REACH_PARTS = {
    "postgresql": {
        "step": "step.pk::bigint",
        "user_id": "(reach.item->>0)::bigint",
        "asked_for": "reach.item->>1",
        "note": "reach.item->>2",
        "source": "jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS reach(item, place), "
        "jsonb_array_elements(reach.item->3) AS step(pk)",
        "place": "place",
    },
    "sqlite": {
        "step": "step.value",
        "user_id": "json_extract(reach.value, '$[0]')",
        "asked_for": "json_extract(reach.value, '$[1]')",
        "note": "json_extract(reach.value, '$[2]')",
        "source": "json_each(%s) AS reach, json_each(reach.value, '$[3]') AS step",
        "place": "key",
    },
}


class Reach(NamedTuple):
    """A person whom these steps reach, the ladder's word that led there, and why them."""

    user_id: int
    asked_for: str
    note: str
    steps: Sequence[int]


def take_due_steps(*, sweep: UUID, now: datetime) -> int:
    """Turn every open moment of a running clock that has come into a step; return how many became one."""
    lock = LOCK if connection.features.has_select_for_update else ""
    return _execute(TAKE.format(lock=lock), sweep=sweep, now=now, late_before=now - LATE_AFTER)


def close_moments_taken(*, now: datetime) -> None:
    _execute(CLOSE_MOMENTS, now=now)


def remember_steps(*, sweep: UUID, now: datetime) -> None:
    """The steps' first history entries, the same as the history library would write one by one."""
    columns = column_list(EscalationStep._meta.concrete_fields)
    _execute(REMEMBER.format(columns=columns), sweep=sweep, now=now)


def record_reached(reached: Sequence[Reach]) -> None:
    """Write down whom each step reached, in the order given."""
    if reached:
        with connection.cursor() as cursor:
            cursor.execute(REACH.format(**REACH_PARTS[connection.vendor]), [json.dumps(reached)])


def _execute(statement: str, **values: datetime | UUID) -> int:
    prepared = {
        name: _FIELDS[type(value)].get_db_prep_value(value, connection) for name, value in values.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, prepared)
        return int(cursor.rowcount)


_FIELDS: dict[type, Field] = {
    datetime: EscalationStep._meta.get_field("taken_at"),
    UUID: EscalationStep._meta.get_field("sweep"),
}
