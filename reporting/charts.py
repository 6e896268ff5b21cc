"""The geometry of charts: where each bar, point and line stands.

Pure Python. Horizontal positions and lengths are per cent of the chart's width and vertical ones are
pixels, so that a chart fills a phone as well as a page while its text keeps its size. Each chart keeps the
figures it was made from, and the templates in templates/components/charts show them as a table beneath.
"""

from collections.abc import Sequence
from dataclasses import dataclass

ROW_HEIGHT = 58  # a line of words, and a bar beneath it
BAR_TOP = 26
BAR_HEIGHT = 24
PLOT_TOP = 16
PLOT_HEIGHT = 200
LABEL_HEIGHT = 56  # beneath the plot: the period, and the number it rests on
PLOT_LEFT = 10.0  # per cent, for the scale at the side
PLOT_RIGHT = 97.0
SMALLEST_NUMBERED = 3.0  # per cent of the width; a number does not fit into a narrower piece
SMALLEST_NUMBERED_ON_PHONES = 8.0


@dataclass(frozen=True)
class Part:
    """How many of a row have this grade; ``key`` decides colour and pattern."""

    key: str
    label: str
    count: int


@dataclass(frozen=True)
class StackedRow:
    label: str
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        return sum(part.count for part in self.parts)


@dataclass(frozen=True)
class Piece:
    """One part of a stacked bar as it is drawn."""

    key: str
    label: str
    count: int
    x: float
    width: float
    middle: float
    shows_count: bool
    shows_count_on_phones: bool


@dataclass(frozen=True)
class StackedBar:
    label: str
    total: int
    top: int
    text_y: int
    bar_y: int
    number_y: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class StackedBars:
    """Bars of full width, one a row, divided by grade. ``legend`` has each key once, in order."""

    height: int
    bar_height: int
    rows: tuple[StackedBar, ...]
    legend: tuple[Part, ...]


@dataclass(frozen=True)
class Point:
    """A share at one time, between 0 and 100, with its interval; None where there were too few to say."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Mark:
    """A point as it is drawn; y, low_y and high_y are None where there is no value."""

    label: str
    n: int
    value: float | None
    low: float | None
    high: float | None
    x: float
    y: float | None
    low_y: float | None
    high_y: float | None
    is_labelled_on_phones: bool


@dataclass(frozen=True)
class Segment:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Tick:
    label: str
    y: float


@dataclass(frozen=True)
class LineChart:
    height: int
    left: float
    right: float
    bottom: int
    label_y: int
    n_y: int
    marks: tuple[Mark, ...]
    segments: tuple[Segment, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class BarRow:
    """One figure. ``target`` draws a line across its bar at what was expected; ``key`` is a grade, if any."""

    label: str
    value: float
    display: str
    target: float | None = None
    key: str = ""


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    display: str
    target: float | None
    key: str
    text_y: int
    bar_y: int
    width: float
    target_x: float | None


@dataclass(frozen=True)
class Bars:
    height: int
    bar_height: int
    rows: tuple[Bar, ...]
    has_targets: bool


def _share(part: float, whole: float) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def _pieces(row: StackedRow) -> tuple[Piece, ...]:
    pieces = []
    before = 0
    for part in row.parts:
        if part.count:
            x, end = _share(before, row.total), _share(before + part.count, row.total)
            width = round(end - x, 2)
            middle = round(x + width / 2, 2)
            pieces.append(
                Piece(
                    key=part.key,
                    label=part.label,
                    count=part.count,
                    x=x,
                    width=width,
                    middle=middle,
                    shows_count=width >= SMALLEST_NUMBERED,
                    shows_count_on_phones=width >= SMALLEST_NUMBERED_ON_PHONES,
                )
            )
            before += part.count
    return tuple(pieces)


def stacked_bars(rows: Sequence[StackedRow]) -> StackedBars:
    """How each row divides into grades. Raises ValueError for a count below zero."""
    for row in rows:
        for part in row.parts:
            if part.count < 0:
                raise ValueError(f"{row.label}: {part.label} is {part.count}. A count cannot be below zero.")
    legend = {part.key: part for row in rows for part in row.parts}
    drawn = tuple(
        StackedBar(
            label=row.label,
            total=row.total,
            top=index * ROW_HEIGHT,
            text_y=index * ROW_HEIGHT + 18,
            bar_y=index * ROW_HEIGHT + BAR_TOP,
            number_y=index * ROW_HEIGHT + BAR_TOP + 17,
            pieces=_pieces(row),
        )
        for index, row in enumerate(rows)
    )
    return StackedBars(len(rows) * ROW_HEIGHT, BAR_HEIGHT, drawn, tuple(legend.values()))


def _height_of(value: float | None) -> float | None:
    """The vertical place of a share between 0 and 100."""
    if value is None:
        return None
    if not 0 <= value <= 100:
        raise ValueError(f"{value} is not a share. It must be between 0 and 100.")
    return round(PLOT_TOP + PLOT_HEIGHT * (1 - value / 100), 2)


def line_with_interval(points: Sequence[Point]) -> LineChart:
    """A share over time with its interval. A period without a value breaks the line.

    Raises ValueError for a value or bound outside 0 to 100.
    """
    step = (PLOT_RIGHT - PLOT_LEFT) / max(len(points), 1)
    every = 1 if len(points) <= 6 else 3
    marks = tuple(
        Mark(
            label=point.label,
            n=point.n,
            value=point.value,
            low=point.low,
            high=point.high,
            x=round(PLOT_LEFT + step * (index + 0.5), 2),
            y=_height_of(point.value),
            low_y=_height_of(point.low),
            high_y=_height_of(point.high),
            is_labelled_on_phones=index % every == 0,
        )
        for index, point in enumerate(points)
    )
    segments = tuple(
        Segment(one.x, one.y, two.x, two.y)
        for one, two in zip(marks, marks[1:], strict=False)
        if one.y is not None and two.y is not None
    )
    bottom = PLOT_TOP + PLOT_HEIGHT
    ticks = tuple(Tick(f"{value}%", bottom - PLOT_HEIGHT * value / 100) for value in (0, 25, 50, 75, 100))
    return LineChart(
        height=bottom + LABEL_HEIGHT,
        left=PLOT_LEFT,
        right=PLOT_RIGHT,
        bottom=bottom,
        label_y=bottom + 22,
        n_y=bottom + 44,
        marks=marks,
        segments=segments,
        ticks=ticks,
    )


def bars(rows: Sequence[BarRow]) -> Bars:
    """Figures side by side; the longest of values and targets fills the width.

    Raises ValueError for a figure below zero.
    """
    for row in rows:
        if row.value < 0 or (row.target is not None and row.target < 0):
            raise ValueError(f"{row.label}: a bar cannot be shorter than nothing.")
    longest = max((max(row.value, row.target or 0) for row in rows), default=0)
    drawn = tuple(
        Bar(
            label=row.label,
            value=row.value,
            display=row.display,
            target=row.target,
            key=row.key,
            text_y=index * ROW_HEIGHT + 18,
            bar_y=index * ROW_HEIGHT + BAR_TOP,
            width=_share(row.value, longest),
            target_x=None if row.target is None else min(_share(row.target, longest), 99.6),
        )
        for index, row in enumerate(rows)
    )
    has_targets = any(row.target is not None for row in rows)
    return Bars(len(rows) * ROW_HEIGHT, BAR_HEIGHT, drawn, has_targets)
