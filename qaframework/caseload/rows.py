"""What a file says about each child, whichever layout it has."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from qaframework.caseload.cells import code_list
from qaframework.caseload.findings import Findings

INITIALS_LENGTH = 4
FAMILY_LENGTH = 40
TEAM_LENGTH = 120
WORKER_LENGTH = 150
REASON_LENGTH = 80


@dataclass(slots=True)
class CaseRow:
    """One child as the file has it; ``sheet`` and ``row`` say where and do not count in comparisons."""

    child_ref: str
    initials: str = ""
    status: str = "open"
    plan_type: str = "unknown"
    age_band: str = "unknown"
    sex: str = ""
    ethnicity: str = ""
    disability: bool | None = None
    flags: str = ""
    family_ref: str = ""
    team_name: str = ""
    worker_name: str = ""
    opened_on: date | None = None
    plan_started_on: date | None = None
    closed_on: date | None = None
    closure_reason: str = ""
    last_visit_on: date | None = None
    last_review_on: date | None = None
    last_supervision_on: date | None = None
    is_restricted: bool = False
    unit_id: int | None = None  # these two are found by the names, when the file is compared
    worker_id: int | None = None
    sheet: str = field(default="", compare=False)
    row: int = field(default=0, compare=False)


@dataclass(frozen=True)
class SheetRead:
    """One sheet of the file: what it was recognised as, and how many rows it gave (0 when not used)."""

    sheet: str
    holds: str
    rows: int


@dataclass
class Extract:
    """A file that was read. ``fields`` are those that it has columns for; the others stay as they are, and
    so do days that it leaves blank where a blank ``says_nothing``.

    A child with any refused row is not in ``rows``: half of what a file says about a child may be wrong.
    """

    layout: str
    findings: Findings
    fields: frozenset[str] = frozenset()
    says_nothing_when_blank: frozenset[str] = frozenset()
    rows: dict[str, CaseRow] = field(default_factory=dict)
    refused_refs: set[str] = field(default_factory=set)
    sheets: list[SheetRead] = field(default_factory=list)

    @property
    def row_count(self) -> int:
        return sum(sheet.rows for sheet in self.sheets)

    def leave_out(self, refs: Iterable[str]) -> None:
        for ref in refs:
            self.refused_refs.add(ref)
            self.rows.pop(ref, None)


def status_of(is_closed: bool, reason: str) -> str:
    """open, closed, or transferred when the case ended because another authority has it now."""
    if not is_closed:
        return "open"
    return "transferred" if reason and _is_transfer(reason) else "closed"


@lru_cache(maxsize=1_024)
def _is_transfer(reason: str) -> bool:
    return code_list("transferred").find(reason) is not None
