"""Turning the cells of an extract into values, as case systems really write them.

What cannot be read becomes a finding: a refusal when the row would say something false without the value,
else a warning and a blank.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any

import yaml
from dateutil.relativedelta import relativedelta

from qaframework.caseload.findings import Findings
from qaframework.people.tabular import Cell, Row, cell_date, cell_text

DATA = Path(__file__).parent / "data"
LONGEST_REFERENCE = 20
OLDEST_KNOWN_TO_THE_SERVICE = 26  # care leavers are entitled to support until 25

_ORDINAL = re.compile(r"^[a-z]\d?\)\s*", re.IGNORECASE)
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_BETWEEN_CODES = re.compile(r"[,;|\n]")
_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9/_.-]*")
_FAILED_LOOK_UP = frozenset({"#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!"})
_BLANK = frozenset({"", "n/a", "-", ".", "null", "<blank>"}) | _FAILED_LOOK_UP
_BANDS = ((1, "under_1"), (5, "1_to_4"), (10, "5_to_9"), (16, "10_to_15"), (18, "16_to_17"))


def words(text: str) -> str:
    """The text in small letters with nothing but letters, digits and single spaces, to compare by."""
    return _NOT_A_WORD.sub(" ", text.casefold().replace("&", " and ")).strip()


def is_blank(text: str) -> bool:
    """Whether a cell says nothing: empty, a dash, or the trace of a failed look-up such as #N/A."""
    return text.casefold() in _BLANK


def age_band(years: float) -> str:
    return next((band for limit, band in _BANDS if years < limit), "18_and_over")


def age_on(birth: date, day: date) -> int:
    return relativedelta(day, birth).years


@lru_cache(maxsize=4)
def data(name: str) -> Any:
    """One of the room's data files, read once."""
    return yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))


def picked(rows: Iterable[Row], indexes: Sequence[int | None]) -> Iterator[tuple[Row, tuple[Cell, ...]]]:
    """Each row with its cells at the indexes, None where the index is None or the row is shorter."""
    width = 1 + max((index for index in indexes if index is not None), default=0)
    pick = itemgetter(*(width if index is None else index for index in indexes))
    blank = (None,) * (width + 1)
    for row in rows:
        yield row, pick(row.cells[:width] + blank[len(row.cells[:width]) :])


class CodeList:
    """Finds the code that a cell means, whether it holds the code, its label or both."""

    def __init__(self, codes: Mapping[str, Sequence[str]]) -> None:
        self._codes = {words(way): code for code, ways in codes.items() for way in (code, *ways)}

    def find(self, text: str) -> str | None:
        text = _ORDINAL.sub("", text)
        pieces = [text, *re.split(r"\s*[:–-]\s*", text, maxsplit=1)]
        return next((code for piece in pieces if (code := self._codes.get(words(piece)))), None)


@lru_cache(maxsize=16)
def code_list(name: str) -> CodeList:
    return CodeList(data("codes")[name])


class RowReader:
    """Reads the cells of one row after the other; ``refused`` says whether the present row must be."""

    def __init__(self, findings: Findings, extract_date: date) -> None:
        self.findings = findings
        self.extract_date = extract_date
        self.sheet = ""
        self.row = 0
        self.refused = False
        self._days: dict[Cell, date | None] = {}
        self._texts: dict[str, str] = {}
        self._codes: dict[tuple[str, Cell], str | None] = {}

    def begin(self, sheet: str, row: int) -> None:
        self.sheet, self.row, self.refused = sheet, row, False

    def refuse(self, column: str, value: str, problem: str, remedy: str) -> None:
        self.refused = True
        self.findings.refuse(self.sheet, self.row, column, value, problem, remedy)

    def warn(self, column: str, value: str, problem: str, remedy: str) -> None:
        self.findings.warn(self.sheet, self.row, column, value, problem, remedy)

    def reference(self, cell: Cell, column: str) -> str:
        """The child's reference in capitals; '' after a refusal."""
        written = cell_text(cell)
        text = written.upper()
        if is_blank(text):
            self.refuse(
                column, written, "The child's reference is missing.", "Give the case system's reference."
            )
        elif len(text) > LONGEST_REFERENCE:
            self.refuse(
                column,
                written,
                f"The child's reference has {len(text)} characters.",
                f"A reference has at most {LONGEST_REFERENCE}, such as 1042817.",
            )
        elif not _REFERENCE.fullmatch(text):
            self.refuse(
                column,
                written,
                "The child's reference is a formula." if text[0] == "=" else "This is not a reference.",
                "Use letters and digits only, such as 1042817 or CH-1042817.",
            )
        else:
            return text
        return ""

    def text(self, cell: Cell, column: str, longest: int) -> str:
        """Free text, cut to ``longest`` characters with a warning; '' when blank."""
        if cell is None or cell == "":
            return ""
        text = cell if isinstance(cell, str) else cell_text(cell)
        if text in self._texts:
            return self._texts[text]
        if is_blank(text):
            if text.casefold() in _FAILED_LOOK_UP:
                self.warn(
                    column,
                    text,
                    "A look-up failed in the spreadsheet; taken as blank.",
                    "Correct the look-up and export again.",
                )
            return ""
        if text[0] == "=":
            self.warn(column, text, "A formula without a result; taken as blank.", "Export values only.")
            return ""
        if len(text) > longest:
            self.warn(
                column,
                text,
                f"Longer than {longest} characters; the rest was cut off.",
                "Use a shorter text.",
            )
            text = text[:longest]
        self._texts[text] = text
        return text

    def day(self, cell: Cell, column: str, *, decides: bool) -> date | None:
        """A date up to the extract date. Where it ``decides`` what the case is, a wrong one is refused."""
        if cell is None or cell == "":
            return None
        try:
            day = self._days[cell]
        except KeyError:
            try:
                day = None if is_blank(cell_text(cell)) else cell_date(cell)
            except ValueError:
                self._wrong_day(cell, column, "This is not a date.", "Write dates as 30/11/2026.", decides)
                return None
            self._days[cell] = day
        if day is not None and day > self.extract_date:
            self._wrong_day(
                cell,
                column,
                f"The date is after the date of the extract, {self.extract_date:%d/%m/%Y}.",
                "Correct the date in the case system, or the date of the extract.",
                decides,
            )
            return None
        return day

    def code(self, cell: Cell, column: str, codes: str) -> str:
        """The code of the named list that the cell means; '' when blank or, with a warning, unknown."""
        key = (codes, cell)
        if key not in self._codes:
            text = cell_text(cell)
            self._codes[key] = "" if is_blank(text) else code_list(codes).find(text)
        code = self._codes[key]
        if code is None:
            self.warn(
                column,
                cell_text(cell),
                "This value is not known; taken as not recorded.",
                f"Use one of: {', '.join(data('codes')[codes])}.",
            )
        return code or ""

    def codes(self, cell: Cell, column: str, codes: str) -> str:
        """The codes of the named list that the cell means, in alphabetical order with commas between them."""
        if cell is None or cell == "":
            return ""
        parts = _BETWEEN_CODES.split(cell_text(cell))
        found = {self.code(part, column, codes) for part in parts}
        return ",".join(sorted(found - {""}))

    def flag(self, cell: Cell, column: str) -> bool | None:
        """Yes, no, or None for unknown."""
        return {"yes": True, "no": False}.get(self.code(cell, column, "yes_no"))

    def restriction(self, cell: Cell, column: str) -> bool:
        """Whether the record is restricted. Unreadable is refused: taken as 'no', many would see it."""
        if cell is None or cell == "":
            return False
        text = cell_text(cell)
        said = code_list("yes_no").find(text)
        if text.casefold() in _FAILED_LOOK_UP or (said is None and not is_blank(text)):
            self.refuse(column, text, "This does not say whether the record is restricted.", "Use yes or no.")
        return said == "yes"

    def check_order(self, opened: date | None, closed: date | None, column: str) -> None:
        """Refuse a row that says the case ended before it began."""
        if opened and closed and closed < opened:
            self.refuse(
                column,
                f"{closed:%d/%m/%Y}",
                f"The case closed before it opened, on {opened:%d/%m/%Y}.",
                "Correct one of the two dates in the case system.",
            )

    def age_band(self, age: Cell, column: str, birth: Cell = None) -> str:
        """The band of an age in years (decimals allowed), else of the date of birth, which is not kept."""
        text = cell_text(age)
        if is_blank(text):
            return self._band_of_birth(birth)
        try:
            years = float(text)
        except ValueError:
            band = code_list("age_band").find(text)
        else:
            band = age_band(years) if 0 <= years < OLDEST_KNOWN_TO_THE_SERVICE else None
        if band is None:
            self.warn(
                column,
                text,
                "This is not the age of a child or care leaver; taken as not recorded.",
                "Give the age in years, from 0 to 25, or a band such as 5 to 9.",
            )
        return band or "unknown"

    def _band_of_birth(self, birth: Cell) -> str:
        try:
            born = cell_date(birth)
        except ValueError:
            return "unknown"
        if born is None:
            return "unknown"
        return "unborn" if born > self.extract_date else age_band(age_on(born, self.extract_date))

    def _wrong_day(self, cell: Cell, column: str, problem: str, remedy: str, decides: bool) -> None:
        if decides:
            self.refuse(column, cell_text(cell), problem, remedy)
        else:
            self.warn(column, cell_text(cell), f"{problem} Left out.", remedy)
