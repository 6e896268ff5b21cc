"""Finding the team and the person that a register means, by code, staff reference or name."""

import hashlib
from collections import defaultdict
from datetime import date

from qaframework.caseload.cells import words
from qaframework.caseload.findings import Findings
from qaframework.caseload.rows import CaseRow
from qaframework.people.models import Unit, User

TEAM_REMEDY = "Use a team's code or name from the organisation page, or add the team there."
WORKER_REMEDY = "Use the staff reference or full name from the people list, or add the person there."


class Directory:
    """The teams and people of the authority by everything they may be called, read in two queries.

    What cannot be matched is warned about once per value, and the register's own spelling stays.
    """

    def __init__(self, findings: Findings, extract_date: date) -> None:
        self.findings = findings
        self.extract_date = extract_date
        self.unit_names: dict[int, str] = {}
        self.worker_names: dict[int, str] = {}
        self._units: dict[str, set[int]] = defaultdict(set)
        self._people: dict[str, set[int]] = defaultdict(set)
        self._left: dict[int, date] = {}
        self._teams_found: dict[str, tuple[int | None, str]] = {}
        self._workers_found: dict[str, tuple[int | None, str]] = {}
        digest = hashlib.sha256()
        for unit in Unit.objects.filter(is_active=True).order_by("pk").values_list("pk", "code", "name"):
            digest.update(repr(unit).encode())
            self._add_unit(*unit)
        people = User.objects.order_by("pk").values_list("pk", "full_name", "staff_reference", "left_on")
        for person in people:
            digest.update(repr(person).encode())
            self._add_person(*person)
        self.fingerprint = digest.hexdigest()

    def match(self, row: CaseRow) -> None:
        """Fill in the row's unit and worker."""
        if row.team_name:
            row.unit_id, problem = self._team(row.team_name)
            if problem:
                self._warn(row, "team", row.team_name, f"{problem} The case has no team.", TEAM_REMEDY)
        if row.worker_name:
            row.worker_id, problem = self._worker(row.worker_name)
            if problem:
                self._warn(row, "worker", row.worker_name, f"{problem} Only the name is kept.", WORKER_REMEDY)
            elif row.status == "open" and row.worker_id in self._left:
                self._warn(
                    row,
                    "worker",
                    row.worker_name,
                    f"This person left on {self._left[row.worker_id]:%d/%m/%Y} and has an open case.",
                    "Give the case its present worker in the case system.",
                )

    def _team(self, name: str) -> tuple[int | None, str]:
        if name not in self._teams_found:
            found = self._units.get(words(name), set())
            problem = "Several teams have this name." if found else "No team of this code or name is known."
            self._teams_found[name] = _only(found, problem)
        return self._teams_found[name]

    def _worker(self, name: str) -> tuple[int | None, str]:
        if name not in self._workers_found:
            found = self._people.get(words(name), set())
            problem = "Several people have this name." if found else "Nobody of this name is known."
            self._workers_found[name] = _only(found, problem)
        return self._workers_found[name]

    def _add_unit(self, pk: int, code: str, name: str) -> None:
        self.unit_names[pk] = name
        self._units[words(code)].add(pk)
        self._units[words(name)].add(pk)

    def _add_person(self, pk: int, name: str, reference: str | None, left_on: date | None) -> None:
        self.worker_names[pk] = name
        if left_on and left_on < self.extract_date:
            self._left[pk] = left_on
        first, _, last = words(name).rpartition(" ")
        for way in {words(name), f"{last} {first}".strip(), words(reference or "")} - {""}:
            self._people[way].add(pk)

    def _warn(self, row: CaseRow, column: str, value: str, problem: str, remedy: str) -> None:
        self.findings.warn(row.sheet, row.row, column, value, problem, remedy)


def _only(found: set[int], problem: str) -> tuple[int | None, str]:
    return (next(iter(found)), "") if len(found) == 1 else (None, problem)
