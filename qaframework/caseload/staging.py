"""Comparing an extract with the register, and keeping what would change until somebody decides."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import Any

from django.db import connection

from qaframework.caseload.findings import Findings
from qaframework.caseload.matching import Directory
from qaframework.caseload.models import Case, CaseImport, CaseStatus, RegisterEntry, StagedCase
from qaframework.caseload.rows import CaseRow, Extract

REGISTER_FIELDS = tuple(entry_field.attname for entry_field in RegisterEntry._meta.local_fields)
Values = Sequence[Any]  # an entry of the register, in the order of REGISTER_FIELDS
entry_of = attrgetter(*REGISTER_FIELDS)
STATUS, REASON, RESTRICTED, TEAM, WORKER, TEAM_NAME, WORKER_NAME = map(
    REGISTER_FIELDS.index,
    ("status", "closure_reason", "is_restricted", "unit_id", "worker_id", "team_name", "worker_name"),
)
PLAN, PLAN_STARTED = map(REGISTER_FIELDS.index, ("plan_type", "plan_started_on"))
SPELLINGS = ((TEAM, TEAM_NAME), (WORKER, WORKER_NAME))
STAGED_FIELDS = ("case_import_id", "child_ref", "change", "differences", *REGISTER_FIELDS)
ROWS_AT_A_TIME = 5_000
# In a list of changes a team or worker that is known stands for its spelling too.
SPELT = {"team_name": "unit_id", "worker_name": "worker_id"}
COUNTED = {"unit_id": "changed_team", "worker_id": "changed_worker", "plan_type": "changed_plan"}


@dataclass
class Comparison:
    """Gives the rows to stage and, while they are taken, counts what they are."""

    extract: Extract
    directory: Directory
    findings: Findings
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        given = self.extract.fields
        matched = {"unit_id": "team_name", "worker_id": "worker_name"}
        self._kept = [REGISTER_FIELDS.index(name) for name in self.extract.says_nothing_when_blank]
        self._given = [matched.get(name, name) in given for name in REGISTER_FIELDS]

    def staged(self, case_import: CaseImport) -> Iterator[tuple[Any, ...]]:
        """A row of STAGED_FIELDS for every child whose entry would change, or that the extract lacks."""
        for child_ref, change, differences, entry in self._changes():
            self.counts[change] += 1
            told = json.dumps(differences, separators=(",", ":")) if differences else "{}"
            yield case_import.pk, child_ref, change, told, *entry

    def _changes(self) -> Iterator[tuple[str, str, dict[str, Any], Values]]:
        rows = self.extract.rows
        known = Case.objects.order_by().values_list("child_ref", *REGISTER_FIELDS)
        for child_ref, *before in known.iterator(chunk_size=ROWS_AT_A_TIME):
            row = rows.pop(child_ref, None)
            if row is not None:
                yield from self._change(row, before)
            elif before[STATUS] == CaseStatus.OPEN and child_ref not in self.extract.refused_refs:
                yield child_ref, StagedCase.Change.MISSING.value, {}, before
        for child_ref in list(rows):
            row = rows.pop(child_ref)
            self.directory.match(row)
            yield child_ref, StagedCase.Change.NEW.value, {}, entry_of(row)

    def _change(self, row: CaseRow, before: Values) -> Iterator[tuple[str, str, dict[str, Any], Values]]:
        self.directory.match(row)
        after = self._overlay(entry_of(row), before)
        if after == before:
            self.counts["unchanged"] += 1
            return
        was, becomes = (dict(zip(REGISTER_FIELDS, entry, strict=True)) for entry in (before, after))
        opened_on, closed_on = becomes["opened_on"], becomes["closed_on"]
        if opened_on and closed_on and closed_on < opened_on:
            self._refuse(row, opened_on, closed_on)
            return
        for name, count in COUNTED.items():
            self.counts[count] += was[name] != becomes[name]
        yield row.child_ref, _kind(was, becomes), self._differences(was, becomes), after

    def _overlay(self, read: Values, before: Values) -> list[Any]:
        """The entry afterwards: the file's values where it has the column, what was there elsewhere."""
        after = [new if given else old for new, old, given in zip(read, before, self._given, strict=True)]
        for key, spelling in SPELLINGS:
            if after[key] is not None and after[key] == before[key]:
                after[spelling] = before[spelling]
        self._keep_what_is_known(after, before)
        # A restriction made here is lifted here: a file that does not know of it must not open the case.
        after[RESTRICTED] = before[RESTRICTED] or after[RESTRICTED]
        if after[STATUS] == CaseStatus.OPEN:
            after[REASON] = ""
        return after

    def _keep_what_is_known(self, after: list[Any], before: Values) -> None:
        """A day that is blank stays as it was: the list that the child is on may have no column for it.
        Only the start of a plan goes with the plan."""
        is_same_plan = after[PLAN] == before[PLAN]
        for place in self._kept:
            if after[place] is None and (is_same_plan or place != PLAN_STARTED):
                after[place] = before[place]

    def _differences(self, was: dict[str, Any], becomes: dict[str, Any]) -> dict[str, Any]:
        return {
            name: [self._shown(name, was), self._shown(name, becomes)]
            for name in REGISTER_FIELDS
            if was[name] != becomes[name] and not (name in SPELT and was[SPELT[name]] != becomes[SPELT[name]])
        }

    def _shown(self, name: str, entry: dict[str, Any]) -> Any:
        value = entry[name]
        if name == "unit_id":
            return self.directory.unit_names.get(value, entry["team_name"])
        if name == "worker_id":
            return self.directory.worker_names.get(value, entry["worker_name"])
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    def _refuse(self, row: CaseRow, opened_on: date, closed_on: date) -> None:
        """A file without closing dates says that a closed case opened after it closed."""
        self.findings.refuse(
            row.sheet,
            row.row,
            "opened_on",
            f"{opened_on:%d/%m/%Y}",
            f"The register has this case as closed on {closed_on:%d/%m/%Y}, before it opened.",
            "Give the file a column closed_on, empty for cases that are open again.",
        )


def _kind(was: dict[str, Any], becomes: dict[str, Any]) -> str:
    was_open, is_open = (entry["status"] == CaseStatus.OPEN for entry in (was, becomes))
    if was_open == is_open:
        return StagedCase.Change.CHANGED.value
    return StagedCase.Change.REOPENED.value if is_open else StagedCase.Change.CLOSED.value


def write_staged(rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert staged rows in blocks: COPY on PostgreSQL, one prepared statement on SQLite."""
    rows = iter(rows)
    while block := list(islice(rows, ROWS_AT_A_TIME)):
        if connection.vendor == "postgresql":
            _copy(block)
        else:
            _insert(block)


def _columns() -> str:
    return ", ".join(connection.ops.quote_name(name) for name in STAGED_FIELDS)


def _copy(block: list[tuple[Any, ...]]) -> None:
    """As CSV, which both sides have built in; there an empty cell is NULL unless the statement says not."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(block)
    text.seek(0)
    filled = ", ".join(
        name for name in STAGED_FIELDS if not StagedCase._meta.get_field(name.removesuffix("_id")).null
    )
    statement = (
        f"COPY {StagedCase._meta.db_table} ({_columns()}) FROM STDIN "
        f"WITH (FORMAT csv, FORCE_NOT_NULL ({filled}))"
    )
    with connection.cursor() as cursor:
        cursor.copy_expert(statement, text)


def _insert(block: list[tuple[Any, ...]]) -> None:
    marks = ", ".join(["%s"] * len(STAGED_FIELDS))
    statement = f"INSERT INTO {StagedCase._meta.db_table} ({_columns()}) VALUES ({marks})"
    with connection.cursor() as cursor:
        cursor.executemany(statement, [tuple(_stored(value) for value in row) for row in block])


def _stored(value: Any) -> Any:
    """A date as SQLite keeps it."""
    return value.isoformat() if isinstance(value, date) else value
