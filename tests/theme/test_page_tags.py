"""Dates, grades and states say the same on every page."""

import re
from datetime import UTC, date, datetime

import pytest
from django.template.loader import render_to_string

from qaframework.people.templatetags import page
from tests.theme.drawing import draw


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 10, 14, 5, tzinfo=UTC), "10 November 2026, 2:05pm"),
        (datetime(2026, 7, 1, 8, 0, tzinfo=UTC), "1 July 2026, 9am"),
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "2 July 2026, 12:30am"),
        (datetime(2026, 11, 10, 12, 0, tzinfo=UTC), "10 November 2026, midday"),
        (datetime(2026, 11, 10, 0, 0, tzinfo=UTC), "10 November 2026, midnight"),
        (None, ""),
    ],
)
def test_moments_are_told_in_london_time(moment: datetime | None, words: str) -> None:
    assert page.uk_datetime(moment) == words


def test_a_date_stays_the_date_it_is() -> None:
    assert page.uk_date(date(2026, 3, 1)) == "1 March 2026"
    assert page.short_date(date(2026, 3, 1)) == "1 Mar 2026"
    assert page.uk_date(None) == page.short_date(None) == page.uk_time(None) == ""


def test_a_moment_late_in_the_evening_of_summer_belongs_to_the_london_day() -> None:
    assert page.short_date(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "1 Jul 2026"


def test_a_grade_carries_its_word_and_its_pattern() -> None:
    html = draw("{% load page %}{% grade_tag 'requires_improvement' 'Needs improving' %}")
    assert "app-grade--fair" in html
    assert "Needs improving" in html


def test_a_grade_without_label_is_put_into_words_and_no_grade_says_so() -> None:
    assert "Requires improvement" in draw("{% load page %}{% grade_tag 'requires_improvement' %}")
    assert "Not graded" in draw("{% load page %}{% grade_tag '' %}")


def test_a_grade_outside_the_known_scales_is_neutral() -> None:
    assert page.grade_tone("7") == "neutral"


def test_a_label_written_by_an_administrator_is_escaped() -> None:
    html = draw("{% load page %}{% grade_tag 'good' label %}{% status_tag 'open' label %}", label="<script>")
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 2


def test_a_row_must_have_a_cell_for_each_column() -> None:
    columns = [{"label": "A"}, {"label": "B", "numeric": True}]
    shown = page.table_rows([["a", {"text": "b", "url": "/"}]], columns)
    assert shown == (
        '<tr class="govuk-table__row" role="row">'
        '<th scope="row" role="rowheader" class="govuk-table__header">a</th>'
        '<td role="cell" data-label="B" class="govuk-table__cell govuk-table__cell--numeric">'
        '<a class="govuk-link" href="/">b</a></td></tr>'
    )
    with pytest.raises(ValueError, match="shorter"):
        page.table_rows([["a"]], columns)


def test_what_people_wrote_is_escaped_in_a_table() -> None:
    cells = ["<b>", "<i>\n<u>", {"text": "<a>", "url": '"'}, {"text": "<s>", "status": "open"}]
    shown = page.table_rows([cells], [{"label": f"<{place}>"} for place in range(4)])
    assert not set(re.findall(r"</?(?:b|i|u|s|\d)>", shown))
    assert "&lt;i&gt;<br>&lt;u&gt;" in shown
    assert 'href="&quot;"' in shown


def test_a_cell_with_nothing_is_marked_so_that_phones_leave_it_out() -> None:
    shown = render_to_string(
        "components/table.html",
        {
            "caption": "Work",
            "columns": [{"label": "What"}, {"label": "Case"}],
            "rows": [["A", "–"], ["B", "1"]],
        },
    )
    assert shown.count("app-table__nothing") == 1
    assert shown.index("app-table__nothing") < shown.index(">B<")
