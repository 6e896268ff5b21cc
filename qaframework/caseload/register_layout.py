"""Our own layout of the register: one sheet, one row a child, columns by name."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from qaframework.caseload.cells import RowReader, data, picked, words
from qaframework.caseload.rows import (
    FAMILY_LENGTH,
    INITIALS_LENGTH,
    REASON_LENGTH,
    TEAM_LENGTH,
    WORKER_LENGTH,
    CaseRow,
    Extract,
    SheetRead,
    status_of,
)
from qaframework.people.tabular import Cell, Sheet, TableUnreadable

LAYOUT = "register"
FIELDS = tuple(data("register"))  # in the order in which _entry takes them apart
REQUIRED = ("child_ref", "plan_type", "team_name", "worker_name", "opened_on")
SHOWN_AS = {"team_name": "team", "worker_name": "worker", "is_restricted": "restricted"}


@lru_cache(maxsize=1)
def _fields_by_header() -> dict[str, str]:
    return {words(way): name for name, ways in data("register").items() for way in (name, *ways)}


def columns_of(header: Sequence[str]) -> dict[str, int]:
    """Which column holds which field; of two columns for one field, the first."""
    columns: dict[str, int] = {}
    for index, title in enumerate(header):
        name = _fields_by_header().get(words(title))
        if name and name not in columns:
            columns[name] = index
    return columns


def read(sheet: Sheet, reader: RowReader) -> Extract:
    """Every row of the sheet. Raises TableUnreadable when it lacks a column that decides what a case is."""
    _require_columns(sheet)
    columns = columns_of(sheet.header)
    extract = Extract(LAYOUT, reader.findings, _fields(columns))
    count = 0
    for reference, entry in _entries(sheet, columns, reader):
        count += 1
        if entry is None:
            extract.leave_out([reference] if reference else [])
            continue
        _add(extract, entry, reader)
    extract.leave_out(list(extract.refused_refs))
    extract.sheets.append(SheetRead(sheet.name, "case register", count))
    return extract


def missing_columns(header: Sequence[str]) -> list[str]:
    """Columns that our layout cannot do without and that this header lacks, as people write them."""
    columns = columns_of(header)
    return [SHOWN_AS.get(name, name) for name in REQUIRED if name not in columns]


def _require_columns(sheet: Sheet) -> None:
    if missing := missing_columns(sheet.header):
        found = ", ".join(title for title in sheet.header if title)
        raise TableUnreadable(
            f"{sheet.name}, row {sheet.header_row}: there is no column {', '.join(missing)}. The first row "
            f"must name the columns; it says {found[:200]}. Use the register's columns or an Annex A list."
        )


def _fields(columns: dict[str, int]) -> frozenset[str]:
    names = set(columns) - {"age", "child_ref"}
    if "age" in columns:
        names.add("age_band")
    if "closed_on" in columns:
        names.add("status")
    return frozenset(names)


def _entries(
    sheet: Sheet, columns: dict[str, int], reader: RowReader
) -> Iterator[tuple[str, CaseRow | None]]:
    """Each row's reference, and its entry unless it was refused."""
    titles = {name: sheet.header[columns[name]] if name in columns else name for name in FIELDS}
    for row, cells in picked(sheet.rows, [columns.get(name) for name in FIELDS]):
        reader.begin(sheet.name, row.number)
        entry = _entry(cells, titles, reader)
        yield entry.child_ref, None if reader.refused else entry


def _entry(cells: Sequence[Cell], titles: dict[str, str], reader: RowReader) -> CaseRow:
    (
        child_ref,
        initials,
        plan_type,
        age,
        age_band,
        sex,
        ethnicity,
        disability,
        flags,
        family_ref,
        team_name,
        worker_name,
        opened_on,
        plan_started_on,
        closed_on,
        closure_reason,
        last_visit_on,
        last_review_on,
        last_supervision_on,
        is_restricted,
    ) = cells
    closed = reader.day(closed_on, titles["closed_on"], decides=True)
    reason = reader.text(closure_reason, titles["closure_reason"], REASON_LENGTH)
    way = "age_band" if age is None or age == "" else "age"
    entry = CaseRow(
        child_ref=reader.reference(child_ref, titles["child_ref"]),
        initials=reader.text(initials, titles["initials"], INITIALS_LENGTH).upper(),
        status=status_of(closed is not None, reason),
        plan_type=reader.code(plan_type, titles["plan_type"], "plan_type") or "unknown",
        age_band=reader.age_band(age if way == "age" else age_band, titles[way]),
        sex=reader.code(sex, titles["sex"], "sex"),
        ethnicity=reader.code(ethnicity, titles["ethnicity"], "ethnicity"),
        disability=reader.flag(disability, titles["disability"]),
        flags=reader.codes(flags, titles["flags"], "flags"),
        family_ref=reader.text(family_ref, titles["family_ref"], FAMILY_LENGTH),
        team_name=reader.text(team_name, titles["team_name"], TEAM_LENGTH),
        worker_name=reader.text(worker_name, titles["worker_name"], WORKER_LENGTH),
        opened_on=reader.day(opened_on, titles["opened_on"], decides=True),
        plan_started_on=reader.day(plan_started_on, titles["plan_started_on"], decides=True),
        closed_on=closed,
        closure_reason=reason,
        last_visit_on=reader.day(last_visit_on, titles["last_visit_on"], decides=False),
        last_review_on=reader.day(last_review_on, titles["last_review_on"], decides=False),
        last_supervision_on=reader.day(last_supervision_on, titles["last_supervision_on"], decides=False),
        is_restricted=reader.restriction(is_restricted, titles["is_restricted"]),
        sheet=reader.sheet,
        row=reader.row,
    )
    reader.check_order(entry.opened_on, closed, titles["closed_on"])
    return entry


def _add(extract: Extract, entry: CaseRow, reader: RowReader) -> None:
    """A child may stand in the file twice only with the same values."""
    first = extract.rows.get(entry.child_ref)
    if first is None:
        extract.rows[entry.child_ref] = entry
        return
    if first == entry:
        reader.warn("child_ref", entry.child_ref, f"The same as row {first.row}.", "Keep one of the rows.")
        return
    reader.refuse(
        "child_ref",
        entry.child_ref,
        f"This child is also in row {first.row}, with other values.",
        "Keep the row that is right.",
    )
    extract.refused_refs.add(entry.child_ref)
