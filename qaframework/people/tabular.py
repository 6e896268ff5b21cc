"""Reading tables that people upload, CSV or XLSX, without trusting them.

Sizes are bounded before anything is unpacked, workbooks are streamed, XML goes through defusedxml.
Text comes out tidy: non-breaking spaces are spaces, nothing at the ends, nothing invisible.
"""

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

Cell = str | int | float | bool | date | datetime | time | timedelta | None

NumberedCells = tuple[int, Sequence[Cell]]

MEGABYTE = 1024 * 1024
LARGEST_FILE = 20 * MEGABYTE
LARGEST_UNPACKED = 400 * MEGABYTE
MOST_PARTS = 2_000  # a workbook has a part per sheet and picture; a bomb has many more
MOST_ROWS = 200_000
MOST_COLUMNS = 400
LAST_EXCEL_ROW = 1_048_576
ROWS_AT_A_TIME = 1_000

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_FORMULA_START = re.compile(rb"<(?:\w+:)?f[ />]")
_BROKEN_WORKBOOK = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    DefusedXmlException,
    ParseError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    NotImplementedError,
)


class TableUnreadable(Exception):
    """The file cannot be read as a table. The message says why and what would be right."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Row:
    """One row that is not blank. ``number`` is the one a spreadsheet shows beside it."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """A sheet with at least one row. ``rows`` are those after the header and can be read once."""

    name: str
    header: tuple[str, ...]
    header_row: int
    rows: Iterator[Row]


@dataclass(frozen=True)
class Table:
    file_name: str
    sheets: list[Sheet]


def read_table(
    file: IO[bytes], name: str, *, max_bytes: int = LARGEST_FILE, max_rows: int = MOST_ROWS
) -> Table:
    """The sheets of a CSV or XLSX file; a CSV file is one sheet with the file's name.

    The kind is taken from the content, not from the name. A formula gives the result that was saved
    with it, or its own text (beginning with '=') when none was saved. Rows are read as they are asked
    for, so TableUnreadable may also come while iterating.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > max_bytes:
        raise TableUnreadable(
            f"{name} is {size / MEGABYTE:.0f} MB. The largest file that can be read is "
            f"{max_bytes / MEGABYTE:.0f} MB. Leave out columns and sheets that are not needed."
        )
    start = file.read(8)
    file.seek(0)
    if not start:
        raise TableUnreadable(f"{name} is empty. Export it again, with a header row and at least one row.")
    if start.startswith(b"PK"):
        sheets = _read_workbook(file, name, max_rows)
    elif start.startswith(b"%PDF"):
        raise TableUnreadable(f"{name} is a PDF, not a table. Export the table as CSV or .xlsx.")
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableUnreadable(
            f"{name} is an old .xls workbook or is protected by a password. "
            "Save it as .xlsx without a password."
        )
    else:
        sheets = _read_csv(file.read(), name, max_rows)
    if not sheets:
        raise TableUnreadable(f"{name} has no rows. It needs a header row and at least one row under it.")
    return Table(name, sheets)


def read_as_written(
    file: IO[bytes], name: str, *, max_bytes: int, max_rows: int
) -> dict[str, list[NumberedCells]]:
    """The rows of each sheet of a workbook that are not blank, with texts as they are, line breaks included.

    For small workbooks whose texts are kept. Raises TableUnreadable for anything else, for more rows than
    ``max_rows`` in all, and for a formula, whose cell it names: what a formula says can change.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > max_bytes:
        raise TableUnreadable(f"{name} is larger than {max_bytes / MEGABYTE:.0f} MB.")
    _check_archive(file, name, largest=20 * max_bytes)
    workbook = _open(file, name, saved_results=False)
    found: dict[str, list[NumberedCells]] = {}
    for worksheet in workbook.worksheets:
        rows = found.setdefault(worksheet.title, [])
        for number, cells in enumerate(_as_written(worksheet, name), start=1):
            values = [cell.value for cell in cells]
            formula = next((cell for cell in cells if cell.data_type == "f"), None)
            if formula is not None:
                raise TableUnreadable(
                    f"{name}, sheet {worksheet.title}, cell {formula.coordinate} is a formula. "
                    "Put its result there as a value."
                )
            if any(value is not None for value in values):
                rows.append((number, values))
            if sum(map(len, found.values())) > max_rows:
                raise TableUnreadable(f"{name} has more than {max_rows:,} rows.")
    return found


def _as_written(worksheet: Any, name: str) -> Iterator[Any]:
    rows = worksheet.iter_rows(max_row=LAST_EXCEL_ROW, max_col=MOST_COLUMNS)
    while True:
        try:
            row = next(rows, None)
        except _BROKEN_WORKBOOK as error:
            raise _damaged(name) from error
        if row is None:
            return
        yield row


def tidy(text: str) -> str:
    """The text without invisible characters, with single ordinary spaces and none at the ends."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # nearly every cell of a large file
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def cell_text(cell: Cell) -> str:
    """The cell as text: whole numbers without a decimal point, dates as 2026-11-30, blank as ''."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return tidy(str(cell))


def cell_date(cell: Cell) -> date | None:
    """The cell as a date, None when blank; text may be 30/11/2026 (day first) or 2026-11-30.

    Raises ValueError for anything else.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = cell_text(cell)
    if not text:
        return None
    text = re.sub(r"[ T]00:00(:00)?(\.0+)?$", "", text)
    for layout in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, layout).date()
        except ValueError:
            continue
    raise ValueError(f"'{text}' is not a date. Write dates as 30/11/2026.")


# CSV


def _read_csv(raw: bytes, name: str, max_rows: int) -> list[Sheet]:
    text = _decode(raw, name)
    first_line, _, rest = text.partition("\n")
    marked = re.fullmatch(r"sep=(.)\s*", first_line)  # Excel's own mark of the delimiter
    delimiter = marked[1] if marked else _delimiter(text)
    if marked:
        text = rest
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    sheet = _sheet(name, _csv_rows(reader, name, 2 if marked else 1), name, max_rows)
    return [sheet] if sheet else []


def _csv_rows(reader: Any, name: str, first_row: int) -> Iterator[NumberedCells]:
    try:
        yield from enumerate(reader, start=first_row)
    except csv.Error as error:
        raise TableUnreadable(
            f"{name}, line {reader.line_num}: the quotation marks or line breaks are not those of a CSV "
            f"file ({error}). Save it again as 'CSV UTF-8' or as .xlsx."
        ) from error


def _decode(raw: bytes, name: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in raw:
        raise TableUnreadable(f"{name} is not a text file. Save it as 'CSV UTF-8' or as .xlsx.")
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableUnreadable(f"{name} has characters that cannot be read. Save it as 'CSV UTF-8' or as .xlsx.")


def _delimiter(text: str) -> str:
    """The one of , ; tab | that cuts the first filled line into most pieces."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    return max(",;\t|", key=unquoted.count)


# XLSX


def _read_workbook(file: IO[bytes], name: str, max_rows: int) -> list[Sheet]:
    has_formulas = _check_archive(file, name)
    saved = _open(file, name, saved_results=True)
    formulas = _open(file, name, saved_results=False) if has_formulas else None
    sheets = []
    for worksheet in saved.worksheets:
        rows = _workbook_rows(worksheet, name)
        if formulas is not None:
            rows = _with_formulas(rows, _workbook_rows(formulas[worksheet.title], name))
        sheet = _sheet(worksheet.title, rows, name, max_rows)
        if sheet:
            sheets.append(sheet)
    return sheets


def _check_archive(file: IO[bytes], name: str, largest: int = LARGEST_UNPACKED) -> bool:
    """Refuse what would fill the memory; say whether any sheet holds a formula.

    zipfile never unpacks more of a part than its declared size, so that declared sizes can be trusted.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > largest:
                raise TableUnreadable(
                    f"{name} unpacks to more than {largest // MEGABYTE} MB, "
                    "which a table of this kind never needs. Export it again without other sheets."
                )
            if any(part.flag_bits & 1 for part in parts):
                raise TableUnreadable(f"{name} is protected by a password. Save it without one.")
            if "xl/workbook.xml" not in archive.namelist():
                raise TableUnreadable(f"{name} is not a workbook. Save it as .xlsx or as CSV.")
            return any(
                _holds_formula(archive, part)
                for part in parts
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
            )
    except _BROKEN_WORKBOOK as error:
        raise _damaged(name) from error


def _holds_formula(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as stream:
        end = b""
        while chunk := stream.read(MEGABYTE):
            if _FORMULA_START.search(end + chunk):
                return True
            end = chunk[-32:]
    return False


def _open(file: IO[bytes], name: str, *, saved_results: bool) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that hold no values
            return openpyxl.load_workbook(
                file, read_only=True, data_only=saved_results, keep_links=False, keep_vba=False
            )
    except _BROKEN_WORKBOOK as error:
        raise _damaged(name) from error


def _workbook_rows(worksheet: Any, name: str) -> Iterator[NumberedCells]:
    """The rows that are not blank. Between two distant rows openpyxl repeats one and the same blank row."""
    rows = enumerate(
        worksheet.iter_rows(max_row=LAST_EXCEL_ROW, max_col=MOST_COLUMNS, values_only=True), start=1
    )
    blank: Sequence[Cell] | None = None
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                some = list(islice(rows, ROWS_AT_A_TIME))
        except _BROKEN_WORKBOOK as error:
            raise _damaged(name) from error
        if not some:
            return
        for number, cells in some:
            if cells is blank:
                continue
            if all(cell is None for cell in cells):
                blank = cells
            else:
                yield number, cells


def _with_formulas(
    saved: Iterator[NumberedCells], originals: Iterator[NumberedCells]
) -> Iterator[NumberedCells]:
    """The saved results; where a formula has none, the formula's own text."""
    saved_number, results = next(saved, (0, ()))
    for number, cells in originals:
        if saved_number == number:
            shown = results
            saved_number, results = next(saved, (0, ()))
        else:
            shown = (None,) * len(cells)
        yield (
            number,
            [
                result if result is not None or cell is None else str(getattr(cell, "text", cell))
                for result, cell in zip(shown, cells, strict=True)
            ],
        )


def _damaged(name: str) -> TableUnreadable:
    return TableUnreadable(
        f"{name} is damaged or is not an .xlsx workbook. Open it in a spreadsheet program and save it again."
    )


# Both


def _sheet(title: str, rows: Iterator[NumberedCells], file_name: str, max_rows: int) -> Sheet | None:
    """The sheet whose header is its first filled row; None when it has no rows."""
    filled = _filled(rows)
    header = next(filled, None)
    if header is None:
        return None
    names = tuple(cell_text(cell) for cell in header.cells)
    return Sheet(title, names, header.number, _bounded(filled, title, file_name, max_rows))


def _filled(rows: Iterator[NumberedCells]) -> Iterator[Row]:
    tidied = _Tidied()
    for number, cells in rows:
        values = list(map(tidied.__getitem__, cells))
        while values and (values[-1] is None or values[-1] == ""):
            values.pop()
        if values:
            yield Row(number, tuple(values))


class _Tidied(dict[Cell, Cell]):
    """Each text of a file, tidied once: most cells of a large file repeat others. Other cells as they are."""

    def __missing__(self, cell: Cell) -> Cell:
        if type(cell) is not str:
            return cell
        self[cell] = tidy(cell)
        return self[cell]


def _bounded(rows: Iterator[Row], title: str, file_name: str, max_rows: int) -> Iterator[Row]:
    for count, row in enumerate(rows, start=1):
        if count > max_rows:
            raise TableUnreadable(
                f"{file_name}, sheet {title}: more than {max_rows:,} rows. Split the file or leave rows out."
            )
        yield row
