"""The geometry of charts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting import charts
from reporting.charts import BarRow, Part, Point, StackedRow

KEYS = ("outstanding", "good", "requires_improvement", "inadequate")
counts = st.lists(st.integers(0, 500), min_size=4, max_size=4)


def row_of(numbers: list[int]) -> StackedRow:
    parts = [Part(key, key, number) for key, number in zip(KEYS, numbers, strict=True)]
    return StackedRow("North", tuple(parts))


@given(counts)
def test_pieces_of_a_stacked_bar_fill_its_width_without_gap_or_overlap(numbers: list[int]) -> None:
    pieces = charts.stacked_bars([row_of(numbers)]).rows[0].pieces
    end = 0.0
    for piece in pieces:
        assert piece.x == pytest.approx(end, abs=0.011)
        end = piece.x + piece.width
    assert end == pytest.approx(100 if sum(numbers) else 0, abs=0.011)
    assert sum(piece.count for piece in pieces) == sum(numbers)


def test_a_grade_nobody_got_is_not_drawn_but_stays_in_the_legend() -> None:
    chart = charts.stacked_bars([row_of([0, 3, 1, 0])])
    assert [piece.key for piece in chart.rows[0].pieces] == ["good", "requires_improvement"]
    assert [part.key for part in chart.legend] == list(KEYS)


def test_a_number_is_left_out_of_a_piece_too_narrow_for_it() -> None:
    narrow, wide = charts.stacked_bars([row_of([1, 99, 0, 0])]).rows[0].pieces
    assert not narrow.shows_count
    assert wide.shows_count
    phone_narrow = charts.stacked_bars([row_of([5, 95, 0, 0])]).rows[0].pieces[0]
    assert phone_narrow.shows_count
    assert not phone_narrow.shows_count_on_phones


def test_rows_stand_beneath_each_other_inside_the_chart() -> None:
    chart = charts.stacked_bars([row_of([1, 1, 1, 1])] * 3)
    assert [row.bar_y - row.top for row in chart.rows] == [charts.BAR_TOP] * 3
    assert all(row.bar_y + chart.bar_height <= row.top + charts.ROW_HEIGHT for row in chart.rows)
    assert chart.height == 3 * charts.ROW_HEIGHT


def test_a_negative_count_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="North: good is -1"):
        charts.stacked_bars([row_of([0, -1, 0, 0])])


@given(st.lists(st.floats(0, 100), min_size=1, max_size=24))
def test_points_stand_higher_the_larger_their_share_and_in_order_of_time(values: list[float]) -> None:
    points = [Point(str(i), value, value, value, 10) for i, value in enumerate(values)]
    chart = charts.line_with_interval(points)
    assert [mark.x for mark in chart.marks] == sorted({mark.x for mark in chart.marks})
    assert chart.left < chart.marks[0].x
    assert chart.marks[-1].x < chart.right
    for mark in chart.marks:
        assert mark.y == pytest.approx(chart.bottom - charts.PLOT_HEIGHT * (mark.value or 0) / 100, abs=0.01)


def test_a_period_with_too_few_breaks_the_line() -> None:
    points = [
        Point("Jan", 50, 30, 70, 20),
        Point("Feb", None, None, None, 3),
        Point("Mar", 60, 40, 80, 20),
        Point("Apr", 60, 40, 80, 20),
    ]
    chart = charts.line_with_interval(points)
    assert chart.marks[1].y is None
    march, april = chart.marks[2:]
    assert [(line.x1, line.x2) for line in chart.segments] == [(march.x, april.x)]


def test_a_year_of_months_is_labelled_every_third_month_on_phones() -> None:
    year = charts.line_with_interval([Point(str(i), 50, 40, 60, 20) for i in range(12)])
    assert [mark.is_labelled_on_phones for mark in year.marks] == [True, False, False] * 4
    half = charts.line_with_interval([Point(str(i), 50, 40, 60, 20) for i in range(6)])
    assert all(mark.is_labelled_on_phones for mark in half.marks)


@pytest.mark.parametrize("value", [-0.1, 100.1])
def test_a_share_outside_nought_to_a_hundred_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        charts.line_with_interval([Point("Jan", value, None, None, 20)])


def test_no_points_make_an_empty_chart() -> None:
    chart = charts.line_with_interval([])
    assert chart.marks == ()
    assert [tick.label for tick in chart.ticks] == ["0%", "25%", "50%", "75%", "100%"]


def test_the_longest_figure_or_target_fills_the_width() -> None:
    chart = charts.bars([BarRow("A", 30, "30 of 40", target=40), BarRow("B", 10, "10")])
    assert [row.width for row in chart.rows] == [75.0, 25.0]
    assert chart.rows[0].target_x == pytest.approx(99.6)
    assert chart.rows[1].target_x is None
    assert chart.has_targets


def test_bars_of_nothing_have_no_length() -> None:
    assert [row.width for row in charts.bars([BarRow("A", 0, "0")]).rows] == [0.0]


@pytest.mark.parametrize("row", [BarRow("A", -1, "-1"), BarRow("A", 1, "1", target=-1)])
def test_a_bar_shorter_than_nothing_is_refused(row: BarRow) -> None:
    with pytest.raises(ValueError, match="A: a bar cannot be shorter"):
        charts.bars([row])
