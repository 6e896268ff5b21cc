"""What is wrong, or doubtful, in an imported file: in which cell, and what would be right."""

from collections.abc import Iterator
from dataclasses import dataclass

REFUSED = "refused"
WARNING = "warning"
VALUE_LENGTH = 120


@dataclass(slots=True)
class Finding:
    """``row`` is the number a spreadsheet shows; of a warning about several rows, the first of them."""

    severity: str
    sheet: str
    row: int | None
    column: str
    value: str
    problem: str
    remedy: str
    rows: int = 1

    @property
    def told(self) -> str:
        """The problem, with how many rows have it when it is more than one."""
        return self.problem if self.rows == 1 else f"{self.problem} In {self.rows:,} rows."


class Findings:
    """Collects findings. A refusal counts for its row; a warning about one value is said once."""

    def __init__(self) -> None:
        self.refusals: list[Finding] = []
        self._warnings: dict[tuple[str, str, str, str], Finding] = {}

    def __iter__(self) -> Iterator[Finding]:
        yield from self.refusals
        yield from self._warnings.values()

    @property
    def warnings(self) -> int:
        """How many rows or values were warned about."""
        return len(self._warnings)

    def refuse(self, sheet: str, row: int, column: str, value: str, problem: str, remedy: str) -> None:
        self.refusals.append(Finding(REFUSED, sheet, row, column, _shown(value), problem, remedy))

    def warn(self, sheet: str, row: int | None, column: str, value: str, problem: str, remedy: str) -> None:
        key = (sheet, column, value, problem)
        known = self._warnings.get(key)
        if known is not None:
            known.rows += 1
            return
        self._warnings[key] = Finding(WARNING, sheet, row, column, _shown(value), problem, remedy)


def _shown(value: str) -> str:
    return value if len(value) <= VALUE_LENGTH else value[: VALUE_LENGTH - 1] + "…"
