"""A document as blocks, written once and drawn as page, PDF, Word or workbook. It travels as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from typing import Any, ClassVar

from reporting import charts
from reporting.charts import Part, Point, StackedRow

Json = Mapping[str, Any]
Cell = str | int
FEW_COLUMNS = 4


class Drawn:
    """What every block has: its kind, and the template that draws it on a page."""

    kind: ClassVar[str]

    @property
    def template(self) -> str:
        return f"reporting/blocks/{self.kind}.html"


@dataclass(frozen=True)
class Paragraph(Drawn):
    kind: ClassVar = "paragraph"
    text: str
    heading: str = ""

    @property
    def lines(self) -> list[str]:
        """Its paragraphs: blank lines only stand between them."""
        return [line for line in self.text.splitlines() if line.strip()]


@dataclass(frozen=True)
class Stat:
    """One figure with what it rests on. ``is_faint`` where it rests on fewer than 10."""

    label: str
    value: str
    n: int | None = None
    of: str = ""
    low: str = ""
    high: str = ""
    note: str = ""
    url: str = ""
    is_faint: bool = False


@dataclass(frozen=True)
class Stats(Drawn):
    kind: ClassVar = "stats"
    stats: tuple[Stat, ...]


@dataclass(frozen=True)
class Column:
    label: str
    numeric: bool = False


@dataclass(frozen=True)
class Table(Drawn):
    """``links`` has for each row the address that its first cell leads to, or is empty."""

    kind: ClassVar = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = "There is nothing to show yet."
    note: str = ""
    links: tuple[str, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether a name and a few numbers stand in a row, which fit on a phone."""
        return len(self.columns) <= FEW_COLUMNS and all(column.numeric for column in self.columns[1:])

    @property
    def cells(self) -> list[list[Any]]:
        """The rows as the component for tables takes them."""
        return [
            [{"text": row[0], "url": url} if url else row[0], *row[1:]]
            for row, url in zip_longest(self.rows, self.links, fillvalue="")
        ]


@dataclass(frozen=True)
class StackedChart(Drawn):
    kind: ClassVar = "stacked"
    key: str
    title: str
    description: str
    rows: tuple[StackedRow, ...]
    of: str = "audits"

    @property
    def drawing(self) -> charts.StackedBars:
        return charts.stacked_bars(self.rows)


@dataclass(frozen=True)
class LineChart(Drawn):
    kind: ClassVar = "line"
    key: str
    title: str
    description: str
    points: tuple[Point, ...]
    of: str = "audits"

    @property
    def drawing(self) -> charts.LineChart:
        return charts.line_with_interval(self.points)


@dataclass(frozen=True)
class Explanation(Drawn):
    """How a figure is reckoned; ``url`` leads to the rows that the reader may see."""

    kind: ClassVar = "explanation"
    rule: str
    numerator: str
    denominator: str
    url: str = ""
    link: str = ""


Block = Paragraph | Stats | Table | StackedChart | LineChart | Explanation


@dataclass(frozen=True)
class Section:
    key: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """``facts`` are name and value: what it covers, when it was made, how it stands."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...] = field(default=())


def to_json(sections: tuple[Section, ...]) -> list[dict[str, Any]]:
    return [
        {
            "key": section.key,
            "heading": section.heading,
            "blocks": [{"kind": block.kind, **asdict(block)} for block in section.blocks],
        }
        for section in sections
    ]


def from_json(sections: list[dict[str, Any]]) -> tuple[Section, ...]:
    """What ``to_json`` wrote. Raises KeyError for a kind of block that there is not."""
    return tuple(
        Section(one["key"], one["heading"], tuple(_block(block) for block in one["blocks"]))
        for one in sections
    )


def _block(data: Json) -> Any:
    return _READERS[data["kind"]]({name: value for name, value in data.items() if name != "kind"})


def _stats(data: Json) -> Stats:
    return Stats(tuple(Stat(**stat) for stat in data["stats"]))


def _table(data: Json) -> Table:
    columns = tuple(Column(**column) for column in data["columns"])
    rows = tuple(tuple(row) for row in data["rows"])
    return Table(**{**data, "columns": columns, "rows": rows, "links": tuple(data["links"])})


def _stacked(data: Json) -> StackedChart:
    rows = tuple(
        StackedRow(row["label"], tuple(Part(**part) for part in row["parts"])) for row in data["rows"]
    )
    return StackedChart(**{**data, "rows": rows})


def _line(data: Json) -> LineChart:
    return LineChart(**{**data, "points": tuple(Point(**point) for point in data["points"])})


_READERS = {
    Paragraph.kind: lambda data: Paragraph(**data),
    Explanation.kind: lambda data: Explanation(**data),
    Stats.kind: _stats,
    Table.kind: _table,
    StackedChart.kind: _stacked,
    LineChart.kind: _line,
}
