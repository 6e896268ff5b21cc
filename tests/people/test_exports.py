"""Lists as files: no cell acts as a formula, and a spreadsheet program reads every letter."""

import csv
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.http.response import HttpResponseBase
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from qaframework.people.exports import csv_response, without_formula, xlsx_response

# Ending a response tidies up database connections.
pytestmark = pytest.mark.django_db

ROWS: list[list[Any]] = [
    ["Case", "What", "Due", "Days late"],
    ["C1", '=HYPERLINK("http://example.org")', date(2026, 11, 27), 3],
    ["C2", "Zoë’s plan", None, -2],
]


def content_of(response: HttpResponseBase) -> bytes:
    content = b"".join(response)
    response.close()
    return content


@given(st.text(max_size=60))
def test_no_text_reaches_a_spreadsheet_as_a_formula(text: str) -> None:
    assert not without_formula(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_csv_is_streamed_with_every_text_made_harmless() -> None:
    response = csv_response("actions.csv", iter(ROWS))
    assert response.streaming
    assert response["Content-Disposition"] == 'attachment; filename="actions.csv"'
    text = content_of(response).decode("utf-8-sig")
    assert list(csv.reader(StringIO(text)))[1:] == [
        ["C1", '\'=HYPERLINK("http://example.org")', "2026-11-27", "3"],
        ["C2", "Zoë’s plan", "", "-2"],
    ]


def test_a_workbook_holds_dates_as_dates_and_texts_as_texts() -> None:
    response = xlsx_response("actions.xlsx", "Actions", iter(ROWS))
    sheet = load_workbook(BytesIO(content_of(response)))["Actions"]
    formula, due = sheet["B2"], sheet["C2"]
    assert (formula.data_type, formula.value) == ("s", '=HYPERLINK("http://example.org")')
    assert due.value.date() == date(2026, 11, 27)
    assert sheet["D3"].value == -2
