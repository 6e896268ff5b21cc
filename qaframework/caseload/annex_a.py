"""Annex A workbooks: the lists of children that inspectors ask for, made into one entry per child.

A list is recognised by its headers, whatever its sheet is called, because sheets are renamed and swapped.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any

from qaframework.caseload.cells import RowReader, data, words
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
from qaframework.people.tabular import Cell, Row, Sheet

LAYOUT = "annex_a"
GOOD_MATCH = 0.5
ALWAYS_GIVEN = frozenset(
    {
        "status",
        "plan_type",
        "age_band",
        "sex",
        "ethnicity",
        "disability",
        "team_name",
        "worker_name",
        "opened_on",
        "plan_started_on",
        "closed_on",
        "closure_reason",
        "last_visit_on",
        "last_review_on",
    }
)
# Not every list has a column for these, so that a blank does not mean that there is no such day.
NOT_ON_EVERY_LIST = frozenset({"opened_on", "plan_started_on", "last_visit_on", "last_review_on"})
# Which plan a child is on when several lists name it. A care leaver is one unless in care (again).
PRECEDENCE = ("assessment", "child_in_need", "child_protection", "care_leaver", "child_in_care")
MOST_TELLING = ("8", "7", "6", "9", "4", "3", "10")  # of lists that say the same, the first is believed


@dataclass(frozen=True)
class ListLayout:
    """One list: ``titles`` are its headers as words, ``fields`` the field under each of them that we read."""

    key: str
    title: str
    use: str
    plan_type: str
    titles: frozenset[str]
    fields: dict[str, str]


@dataclass(slots=True)
class Episode:
    """One row of one list."""

    child_ref: str
    list_key: str
    plan_type: str
    is_open: bool
    started_on: date | None
    ended_on: date | None
    closure_reason: str
    age_band: str
    sex: str
    ethnicity: str
    disability: bool | None
    team_name: str
    worker_name: str
    last_visit_on: date | None
    last_review_on: date | None
    family_ref: str
    is_restricted: bool
    last_supervision_on: date | None
    initials: str
    sheet: str
    row: int

    @property
    def rank(self) -> tuple[bool, int, int, date]:
        """The highest of a child's episodes says which plan it is on, and who works with it."""
        plan = PRECEDENCE.index(self.plan_type) if self.plan_type in PRECEDENCE else -1
        return self.is_open, plan, -MOST_TELLING.index(self.list_key), self.started_on or date.min


@lru_cache(maxsize=1)
def list_layouts() -> dict[str, ListLayout]:
    contents = data("annex_a")
    return {key: _layout(key, entry, contents) for key, entry in contents["lists"].items()}


def recognise(header: Sequence[str]) -> ListLayout | None:
    """The list whose headers these are, by the share of headers in common; None when no list fits well."""
    titles = {canonical(title) for title in header if title}
    best = max(list_layouts().values(), key=lambda layout: _share(layout.titles, titles))
    has_reference = "child unique id" in titles or best.key == "11"
    return best if has_reference and _share(best.titles, titles) >= GOOD_MATCH else None


def canonical(title: str) -> str:
    """A header as words, with other spellings replaced by that of the published layout."""
    spoken = words(title)
    if "child" in spoken.split() and {"id", "identifier"} & set(spoken.split()):
        return "child unique id"
    return _spellings().get(spoken, spoken)


def read(sheets: Iterable[tuple[Sheet, ListLayout | None]], reader: RowReader) -> Extract:
    """One entry for each child on the lists of cases; other lists add a team, worker or family to it."""
    extract = Extract(LAYOUT, reader.findings, says_nothing_when_blank=NOT_ON_EVERY_LIST)
    episodes: dict[str, list[Episode]] = defaultdict(list)
    local: set[str] = set()
    for sheet, layout in sheets:
        if layout is None or layout.use == "ignored":
            extract.sheets.append(_not_used(sheet, layout, reader))
            continue
        _warn_about_name(sheet, layout, reader)
        columns = _columns(sheet.header, layout)
        local |= set(columns) & set(data("annex_a")["local"])
        count = 0
        for row in sheet.rows:
            count += 1
            reader.begin(sheet.name, row.number)
            episode = _episode(row, columns, sheet.header, layout, reader)
            if reader.refused:
                extract.leave_out([episode.child_ref] if episode.child_ref else [])
            else:
                episodes[episode.child_ref].append(episode)
        extract.sheets.append(SheetRead(sheet.name, _name(layout), count))
    extract.fields = ALWAYS_GIVEN | local
    for child_ref, found in episodes.items():
        if child_ref not in extract.refused_refs and (entry := _merge(found, reader)):
            extract.rows[child_ref] = entry
    return extract


def _layout(key: str, entry: dict[str, Any], contents: dict[str, Any]) -> ListLayout:
    titles = frozenset(canonical(title) for title in entry["columns"])
    fields = {words(title): name for name, title in contents["shared"].items()}
    fields |= {words(title): name for name, title in entry.get("fields", {}).items()}
    fields |= {words(way): name for name, ways in contents["local"].items() for way in ways}
    return ListLayout(key, entry["title"], entry["use"], entry.get("plan_type", ""), titles, fields)


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    spellings = data("annex_a")["spellings"]
    return {words(way): words(title) for title, ways in spellings.items() for way in ways}


def _share(titles: frozenset[str], found: set[str]) -> float:
    return len(titles & found) / len(titles | found)


def _columns(header: Sequence[str], layout: ListLayout) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, title in enumerate(header):
        name = layout.fields.get(canonical(title))
        if name and name not in columns:
            columns[name] = index
    return columns


def _name(layout: ListLayout) -> str:
    return f"list {layout.key}, {layout.title.lower()}"


def _not_used(sheet: Sheet, layout: ListLayout | None, reader: RowReader) -> SheetRead:
    if layout is None:
        reader.findings.warn(
            sheet.name,
            sheet.header_row,
            "",
            ", ".join(title for title in sheet.header if title),
            "The headers are not those of an Annex A list; the sheet was left out.",
            "Name the columns as in the Annex A guidance if the sheet should be read.",
        )
    return SheetRead(sheet.name, _name(layout) if layout else "not an Annex A list", 0)


def _warn_about_name(sheet: Sheet, layout: ListLayout, reader: RowReader) -> None:
    named = words(sheet.name).split()
    if "list" in named[:-1]:
        number = named[named.index("list") + 1]
        if number.isdecimal() and number != layout.key:
            reader.findings.warn(
                sheet.name,
                None,
                "",
                sheet.name,
                f"The columns are those of {_name(layout)}; read as that list.",
                "Nothing, if that is right. Otherwise check that the sheets were not swapped.",
            )


def _episode(
    row: Row, columns: dict[str, int], header: Sequence[str], layout: ListLayout, reader: RowReader
) -> Episode:
    def at(name: str) -> tuple[Cell, str]:
        index = columns.get(name)
        if index is None:
            return None, name
        return (row.cells[index] if index < len(row.cells) else None), header[index]

    started_on = reader.day(*at("started_on"), decides=True)
    ended_on = reader.day(*at("ended_on"), decides=True)
    case_status = reader.code(*at("case_status"), "case_status")
    worker = reader.text(*at("worker_name"), WORKER_LENGTH)
    episode = Episode(
        child_ref=reader.reference(*at("child_ref")),
        list_key=layout.key,
        plan_type=case_status if case_status not in ("", "closed") else layout.plan_type,
        is_open=ended_on is None and case_status != "closed",
        started_on=started_on,
        ended_on=ended_on,
        closure_reason=reader.text(*at("closure_reason"), REASON_LENGTH),
        age_band=reader.age_band(*at("age"), birth=at("birth_date")[0]),
        sex=reader.code(*at("sex"), "sex"),
        ethnicity=reader.code(*at("ethnicity"), "ethnicity"),
        disability=reader.flag(*at("disability")),
        team_name=reader.text(*at("team_name"), TEAM_LENGTH),
        worker_name=worker or reader.text(*at("personal_adviser"), WORKER_LENGTH),
        last_visit_on=reader.day(*at("last_visit_on"), decides=False),
        last_review_on=reader.day(*at("last_review_on"), decides=False),
        family_ref=reader.text(*at("family_ref"), FAMILY_LENGTH),
        is_restricted=reader.restriction(*at("is_restricted")),
        last_supervision_on=reader.day(*at("last_supervision_on"), decides=False),
        initials=reader.text(*at("initials"), INITIALS_LENGTH).upper(),
        sheet=reader.sheet,
        row=reader.row,
    )
    reader.check_order(started_on, ended_on, at("ended_on")[1])
    return episode


def _merge(episodes: list[Episode], reader: RowReader) -> CaseRow | None:
    """The child's one entry; None when only lists that are no evidence of a case name it."""
    ranked = sorted(episodes, key=lambda episode: episode.rank, reverse=True)
    layouts = list_layouts()
    cases = [e for e in ranked if _is_case(e, layouts[e.list_key].use)]
    if not cases:
        return None
    best = cases[0]
    _warn_about_two_open(cases, reader)
    open_ones = [e for e in cases if e.is_open]
    ended = [e for e in cases if e.ended_on] if not open_ones else []
    last = max(ended, key=lambda e: e.ended_on or date.min, default=None)
    reason = last.closure_reason if last else "" if open_ones else best.closure_reason
    return CaseRow(
        child_ref=best.child_ref,
        initials=_first(e.initials for e in ranked) or "",
        status=status_of(not open_ones, reason),
        plan_type=best.plan_type,
        age_band=next((e.age_band for e in ranked if e.age_band != "unknown"), "unknown"),
        sex=_first(e.sex for e in ranked) or "",
        ethnicity=_first(e.ethnicity for e in ranked) or "",
        disability=next((e.disability for e in ranked if e.disability is not None), None),
        family_ref=_first(e.family_ref for e in ranked) or "",
        team_name=_first(e.team_name for e in chain([best], ranked)) or "",
        worker_name=_first(e.worker_name for e in chain([best], ranked)) or "",
        opened_on=min((e.started_on for e in open_ones or cases if e.started_on), default=None),
        plan_started_on=best.started_on,
        closed_on=last.ended_on if last else None,
        closure_reason=reason,
        last_visit_on=_latest(e.last_visit_on for e in cases),
        last_review_on=_latest(e.last_review_on for e in cases),
        last_supervision_on=_latest(e.last_supervision_on for e in ranked),
        is_restricted=any(e.is_restricted for e in ranked),
        sheet=best.sheet,
        row=best.row,
    )


def _is_case(episode: Episode, use: str) -> bool:
    return use == "cases" or (use == "open_only" and episode.is_open)


def _warn_about_two_open(cases: list[Episode], reader: RowReader) -> None:
    best = cases[0]
    for other in cases[1:]:
        if not (other.is_open and best.is_open and other.list_key == best.list_key):
            return
        if (other.team_name, other.worker_name) != (best.team_name, best.worker_name):
            reader.findings.warn(
                other.sheet,
                other.row,
                "Child Unique ID",
                other.child_ref,
                f"Row {best.row} has the same child with another team or worker; that row was taken.",
                "Keep the row that is right, or give the older one an end date.",
            )


def _first(values: Iterable[str]) -> str | None:
    return next((value for value in values if value), None)


def _latest(values: Iterable[date | None]) -> date | None:
    return max((value for value in values if value), default=None)
