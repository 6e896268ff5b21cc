"""Writing a checked import into the register: three statements, however many cases it changes.

The same SQL runs on PostgreSQL and SQLite. Each case that changes gets its history entry here, because
set-based writes pass by the library that otherwise makes them.
"""

from datetime import datetime

from django.db import connection

from qaframework.caseload.models import Case, CaseImport, StagedCase
from qaframework.caseload.staging import REGISTER_FIELDS
from qaframework.people.models import User

RESTRICTION_REASON = "Marked as restricted in the case register"
_CHANGES = ("changed", "closed", "reopened")

_cases = Case._meta.db_table
_staged = StagedCase._meta.db_table
_history = Case.history.model._meta.db_table  # type: ignore[attr-defined]

_RESTRICTION = (
    f"CASE WHEN s.is_restricted AND {{reason}} = '' THEN '{RESTRICTION_REASON}' ELSE {{reason}} END"
)


def write_register(case_import: CaseImport, *, by: User | None, now: datetime) -> int:
    """Insert and update the cases of the import with their history; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_update_statement(), [case_import.pk])
        changed = cursor.rowcount
        cursor.execute(_insert_statement(), [case_import.pk])
        changed += cursor.rowcount
        cursor.execute(
            _history_statement(),
            [
                connection.ops.adapt_datetimefield_value(now),
                f"Import of the register as of {case_import.extract_date:%d/%m/%Y}",
                by.pk if by else None,
                case_import.pk,
            ],
        )
    return int(changed)


def _update_statement() -> str:
    names = [name for name in REGISTER_FIELDS if name != "is_restricted"]
    copied = ", ".join(f"{name} = s.{name}" for name in names)
    return f"""
        UPDATE {_cases} SET {copied}, last_import_id = s.case_import_id,
            is_restricted = ({_cases}.is_restricted OR s.is_restricted),
            restriction_reason = {_RESTRICTION.format(reason=f"{_cases}.restriction_reason")}
        FROM {_staged} AS s
        WHERE s.case_import_id = %s AND s.change IN {_CHANGES!r} AND s.child_ref = {_cases}.child_ref
    """


def _insert_statement() -> str:
    names = ", ".join(REGISTER_FIELDS)
    return f"""
        INSERT INTO {_cases} (child_ref, {names}, restriction_reason, on_hold_reason, last_import_id)
        SELECT child_ref, {names}, {_RESTRICTION.format(reason="''")}, '', case_import_id
        FROM {_staged} AS s WHERE s.case_import_id = %s AND s.change = 'new'
    """


def _history_statement() -> str:
    columns = [str(entry_field.column) for entry_field in Case._meta.local_concrete_fields]
    return f"""
        INSERT INTO {_history}
            ({", ".join(columns)}, history_date, history_change_reason, history_type, history_user_id)
        SELECT {", ".join(f"c.{column}" for column in columns)},
            %s, %s, CASE WHEN s.change = 'new' THEN '+' ELSE '~' END, %s
        FROM {_staged} AS s JOIN {_cases} AS c ON c.child_ref = s.child_ref
        WHERE s.case_import_id = %s AND s.change IN {("new", *_CHANGES)!r}
    """
