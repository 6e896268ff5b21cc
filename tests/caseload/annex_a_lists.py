"""Annex A lists of invented children, with the published headers and only the cells a test needs."""

from collections.abc import Mapping, Sequence
from typing import Any

from qaframework.caseload.cells import data

Rows = list[list[Any]]


def headers(number: str) -> list[str]:
    return list(data("annex_a")["lists"][number]["columns"])


def annex_list(number: str, rows: Sequence[Mapping[str, Any]], *, extra: Sequence[str] = ()) -> Rows:
    """The sheet of one list: its headers (and ``extra`` local ones), then a row for each mapping."""
    titles = [*headers(number), *extra]
    return [titles, *([row.get(title) for title in titles] for row in rows)]


def in_need(ref: Any = "1001", **cells: Any) -> dict[str, Any]:
    return {
        "Child Unique ID": ref,
        "Gender": "b) Female",
        "Ethnicity": "a) WBRI",
        "Age of Child (Years)": 6.138,
        "Does the Child have a Disability": "b) No",
        "CIN Start Date": "02/03/2026",
        "Case Status": "c) Child in need plan",
        "Allocated Team": "Duty team 1",
        "Allocated Worker": "Practitioner Example",
        **cells,
    }


def on_plan(ref: Any = "1001", **cells: Any) -> dict[str, Any]:
    return {
        "Child Unique ID": ref,
        "Gender": "Female",
        "Child Protection Plan Start Date": "01/06/2026",
        "Date of the Last Statutory Visit": "20/10/2026",
        "Allocated Team": "Duty team 2",
        "Allocated Worker": "Practitioner 2 Example",
        **cells,
    }


def in_care(ref: Any = "1001", **cells: Any) -> dict[str, Any]:
    return {
        "Child Unique ID": ref,
        "Date Started to be Looked After": "01/08/2026",
        "Date of Latest Statutory Review": "01/09/2026",
        "Allocated Team": "Children in care team 1",
        "Allocated Worker": "Care Practitioner Example",
        **cells,
    }


def leaving_care(ref: Any = "1001", **cells: Any) -> dict[str, Any]:
    return {
        "Child Unique ID": ref,
        "Age of Child (Years)": 19,
        "Allocated Team": "Children in care team 1",
        "Allocated Personal Advisor": "Care Practitioner Example",
        "Eligibility Category": "b) Former relevant",
        **cells,
    }
