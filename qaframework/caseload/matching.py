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
        digest = hashlib.sha256()
        for unit in Unit.objects.filter(is_active=True).order_by("pk").values_list("pk", "code", "name"):
            digest.update(repr(unit).encode())
            self._add_unit(*unit)
        people = User.objects.order_by("pk").values_list("pk", "full_name", "staff_reference", "left_on")
        for person in people:
            digest.update(repr(person).encode())
            self._add_person(*person)
        self.fingerprint = digest.hexdigest()

    def unit_id(self, row: CaseRow) -> int | None:
        if not row.team_name:
            return None
        found = self._units.get(words(row.team_name), set())
        if len(found) == 1:
            return next(iter(found))
        problem = "Several teams have this name." if found else "No team of this code or name is known."
        self._warn(row, "team", row.team_name, f"{problem} The case has no team.", TEAM_REMEDY)
        return None

    def worker_id(self, row: CaseRow) -> int | None:
        if not row.worker_name:
            return None
        found = self._people.get(words(row.worker_name), set())
        if len(found) != 1:
            problem = (
                "Several people have this name." if found else "Nobody of this name or reference is known."
            )
            self._warn(row, "worker", row.worker_name, f"{problem} Only the name is kept.", WORKER_REMEDY)
            return None
        pk = next(iter(found))
        left_on = self._left.get(pk)
        if left_on and left_on < self.extract_date and row.status == "open":
            self._warn(
                row,
                "worker",
                row.worker_name,
                f"This person left on {left_on:%d/%m/%Y} and has an open case.",
                "Give the case its present worker in the case system.",
            )
        return pk

    def _add_unit(self, pk: int, code: str, name: str) -> None:
        self.unit_names[pk] = name
        self._units[words(code)].add(pk)
        self._units[words(name)].add(pk)

    def _add_person(self, pk: int, name: str, reference: str | None, left_on: date | None) -> None:
        self.worker_names[pk] = name
        if left_on:
            self._left[pk] = left_on
        first, _, last = words(name).rpartition(" ")
        for way in {words(name), f"{last} {first}".strip(), words(reference or "")} - {""}:
            self._people[way].add(pk)

    def _warn(self, row: CaseRow, column: str, value: str, problem: str, remedy: str) -> None:
        self.findings.warn(row.sheet, row.row, column, value, problem, remedy)
