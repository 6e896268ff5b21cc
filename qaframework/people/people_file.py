"""The rows of a people file: units, posts and people in one table, every refused value named."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from qaframework.people.models import Unit
from qaframework.people.roles import ROLES
from qaframework.people.tabular import Row, TableUnreadable, cell_date, cell_text, read_table

NEEDED = (
    "unit_code",
    "unit_name",
    "unit_kind",
    "parent_code",
    "post_code",
    "post_title",
    "role",
    "reports_to",
    "full_name",
    "email",
)
OPTIONAL = ("staff_reference", "newly_qualified_until", "starts_on", "ends_on", "acting")
LONGEST = {
    "unit_code": 60,
    "unit_name": 120,
    "parent_code": 60,
    "post_code": 80,
    "post_title": 120,
    "reports_to": 80,
    "full_name": 150,
    "email": 254,
    "staff_reference": 40,
}
MOST_ROWS = 20_000
LONGEST_SHOWN = 60
KINDS = {word.lower(): kind for kind in Unit.Kind for word in (kind.value, kind.label)}
ROLE_KEYS = {word.lower(): role.key for role in ROLES.values() for word in (role.key, role.title)}
DATES = ("newly_qualified_until", "starts_on", "ends_on")
YES, NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0"}
ACTING = {"": None, "yes": True, "no": False}


@dataclass(frozen=True)
class Mistake:
    """One value that cannot be taken, where it stands and what would be right."""

    file: str
    row: int
    column: str
    value: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}, {self.column} '{self.value}': {self.problem}"


class ImportRefused(Exception):
    """Nothing of the file was taken. ``mistakes`` names every value; without them the message says all."""

    def __init__(self, message: str, mistakes: list[Mistake] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.mistakes = mistakes or []


@dataclass(frozen=True)
class PeopleRow:
    """One row as typed values; '' and None where the row says nothing."""

    number: int
    unit_code: str
    unit_name: str
    unit_kind: str
    parent_code: str
    post_code: str
    post_title: str
    role: str
    reports_to: str
    full_name: str
    email: str
    staff_reference: str
    newly_qualified_until: date | None
    starts_on: date | None
    ends_on: date | None
    is_acting: bool | None


@dataclass(frozen=True)
class PeopleFile:
    """The rows of a file; with mistakes in it nothing of it may be written."""

    name: str
    rows: list[PeopleRow]
    mistakes: list[Mistake]
    warnings: list[str]

    def as_json(self) -> dict[str, Any]:
        """For keeping a checked file until somebody applies it."""
        rows = [
            {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
            for row in map(asdict, self.rows)
        ]
        return {"rows": rows, "warnings": self.warnings}

    @classmethod
    def from_json(cls, name: str, content: dict[str, Any]) -> "PeopleFile":
        rows = [
            PeopleRow(
                **{
                    **row,
                    **{name: _iso_date(row[name]) for name in DATES},
                }
            )
            for row in content["rows"]
        ]
        return cls(name, rows, [], content["warnings"])


def _iso_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def read_people_file(file: IO[bytes], name: str) -> PeopleFile:
    """The rows of the first sheet, and everything that is wrong with single values.

    Raises ImportRefused when the file cannot be read, lacks columns or has no rows.
    """
    try:
        sheet = read_table(file, name, max_rows=MOST_ROWS).sheets[0]
        columns = [re.sub(r"\W+", "_", title.lower()).strip("_") for title in sheet.header]
        _check_columns(columns, name)
        reader = _RowReader(name, columns)
        rows = [reader.read(row) for row in sheet.rows]
    except TableUnreadable as error:
        raise ImportRefused(error.message) from error
    if not rows:
        raise ImportRefused(f"{name} has a header and no rows under it. Export it again.")
    unknown = [column for column in columns if column and column not in NEEDED + OPTIONAL]
    warnings = [f"Column {column} is not used." for column in unknown]
    return PeopleFile(name, rows, reader.mistakes, warnings)


def _check_columns(columns: list[str], name: str) -> None:
    missing = [column for column in NEEDED if column not in columns]
    if missing:
        raise ImportRefused(
            f"{name} has no column {', '.join(missing)}. "
            f"The first row must name the columns {', '.join(NEEDED)}, and may name {', '.join(OPTIONAL)}."
        )
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise ImportRefused(f"{name} has the column {', '.join(twice)} more than once. Keep one of them.")


class _RowReader:
    """Turns the cells of a row into values; remembers what was wrong and goes on."""

    def __init__(self, file_name: str, columns: list[str]) -> None:
        self.file_name = file_name
        self.columns = columns
        self.mistakes: list[Mistake] = []

    def read(self, row: Row) -> PeopleRow:
        self.number = row.number
        self.cells = dict(zip(self.columns, row.cells, strict=False))
        read = PeopleRow(
            number=row.number,
            unit_code=self._value("unit_code", _code),
            unit_name=self._value("unit_name", str),
            unit_kind=self._value("unit_kind", _kind),
            parent_code=self._value("parent_code", _code),
            post_code=self._value("post_code", _code),
            post_title=self._value("post_title", str),
            role=self._value("role", _role),
            reports_to=self._value("reports_to", _code),
            full_name=self._value("full_name", str),
            email=self._value("email", _email),
            staff_reference=self._value("staff_reference", str),
            newly_qualified_until=self._date("newly_qualified_until"),
            starts_on=self._date("starts_on"),
            ends_on=self._date("ends_on"),
            is_acting=ACTING[self._value("acting", _yes_no)],
        )
        self._check_together(read)
        return read

    def refuse(self, column: str, problem: str) -> None:
        value = cell_text(self.cells.get(column))
        self.mistakes.append(Mistake(self.file_name, self.number, column, _shown(value), problem))

    def _value(self, column: str, convert: Callable[[str], str]) -> str:
        text = cell_text(self.cells.get(column))
        try:
            if text.startswith(("=", "#N/A", "#REF!", "#VALUE!", "#NAME?")):
                raise ValueError("is a formula without a result. Paste the values into the file.")
            if len(text) > LONGEST.get(column, 120):
                raise ValueError(f"has {len(text)} characters. Use at most {LONGEST.get(column, 120)}.")
            return convert(text)
        except ValueError as error:
            self.refuse(column, str(error))
            return ""

    def _date(self, column: str) -> date | None:
        try:
            return cell_date(self.cells.get(column))
        except ValueError:
            self.refuse(column, "is not a date. Write dates as 30/11/2026.")
            return None

    def _check_together(self, row: PeopleRow) -> None:
        said = {column for column in self.columns if cell_text(self.cells.get(column))}
        if "unit_code" not in said:
            self.refuse("unit_code", "is empty. Every row names its unit.")
        if not said & {"post_code"} and said & {"post_title", "role", "reports_to"}:
            self.refuse("post_code", "is empty, but the row describes a post. Give the post a code.")
        if "email" not in said and said & {"full_name", "staff_reference", "newly_qualified_until"}:
            self.refuse("email", "is empty, but the row names a person. Give the work e-mail address.")
        if "email" not in said and said & {"starts_on", "ends_on", "acting"}:
            self.refuse("email", "is empty, but the row has dates. Say who holds the post.")
        if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
            self.refuse("ends_on", "is before starts_on. The last day must not be before the first.")


def _shown(value: str) -> str:
    return value if len(value) <= LONGEST_SHOWN else f"{value[: LONGEST_SHOWN - 1]}…"


def _code(text: str) -> str:
    code = text.lower()
    if code and not re.fullmatch(r"[a-z0-9_-]+", code):
        raise ValueError("is not a code. Use letters, digits and hyphens, such as duty-team-1.")
    return code


def _kind(text: str) -> str:
    if text and text.lower() not in KINDS:
        raise ValueError(f"is not a kind of unit. Use one of: {', '.join(Unit.Kind.values)}.")
    return KINDS[text.lower()].value if text else ""


def _role(text: str) -> str:
    if text and text.lower() not in ROLE_KEYS:
        raise ValueError(f"is not a role. Use one of: {', '.join(ROLES)}.")
    return ROLE_KEYS.get(text.lower(), "")


def _email(text: str) -> str:
    try:
        if text:
            validate_email(text)
    except ValidationError:
        raise ValueError("is not an e-mail address. Write it as name@council.example.") from None
    return text.lower()


def _yes_no(text: str) -> str:
    word = text.lower()
    if word and word not in YES | NO:
        raise ValueError("is neither yes nor no. Write one of them, or leave it empty.")
    return "yes" if word in YES else "no" if word else ""
