"""Files as case systems and people make them: every child and worker is invented."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

REGISTER_COLUMNS = (
    "child_ref",
    "initials",
    "plan_type",
    "age",
    "sex",
    "ethnicity",
    "disability",
    "flags",
    "family_ref",
    "team",
    "worker",
    "opened_on",
    "plan_started_on",
    "closed_on",
    "closure_reason",
    "last_visit_on",
    "last_review_on",
    "last_supervision_on",
    "restricted",
)
CHILD = {
    "child_ref": "1001",
    "initials": "AB",
    "plan_type": "Child in need",
    "age": "6",
    "sex": "F",
    "ethnicity": "WBRI",
    "disability": "No",
    "team": "duty-1",
    "worker": "Practitioner Example",
    "opened_on": "02/03/2026",
    "plan_started_on": "09/03/2026",
}


def child(**values: Any) -> dict[str, Any]:
    """A row of the register in which nothing is wrong, except what ``values`` say."""
    return {**CHILD, **values}


def register_csv(
    rows: Iterable[Mapping[str, Any]],
    *,
    columns: Sequence[str] = REGISTER_COLUMNS,
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> io.BytesIO:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode(encoding))


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> io.BytesIO:
    """An .xlsx file with the sheets' rows, headers first."""
    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def register_xlsx(rows: Iterable[Mapping[str, Any]], *, above: Sequence[Sequence[Any]] = ()) -> io.BytesIO:
    body = [[row.get(column) for column in REGISTER_COLUMNS] for row in rows]
    return workbook({"Register": [*above, REGISTER_COLUMNS, *body]})
