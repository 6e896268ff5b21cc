"""Charts and figures as tables, for writers that draw no pictures and beneath those that are drawn."""

from reporting.document import Column, LineChart, StackedChart, Stats, Table


def table_of_stacked(chart: StackedChart) -> Table:
    labels = list(dict.fromkeys(part.label for row in chart.rows for part in row.parts))
    columns = (
        Column("Group"),
        *(Column(label, True) for label in labels),
        Column(f"All {chart.of}", True),
    )
    rows: list[tuple[str | int, ...]] = []
    for row in chart.rows:
        counts = {part.label: part.count for part in row.parts}
        rows.append((row.label, *(counts.get(label, 0) for label in labels), row.total))
    return Table(chart.title, columns, tuple(rows))


def table_of_line(chart: LineChart) -> Table:
    columns = (
        Column("Period"),
        Column("Share", True),
        Column("Likely between", True),
        Column(chart.of.capitalize(), True),
    )
    rows = tuple(
        (
            point.label,
            "too few" if point.value is None else f"{point.value:.0f}%",
            "–" if point.low is None else f"{point.low:.0f}% to {point.high:.0f}%",
            point.n,
        )
        for point in chart.points
    )
    return Table(chart.title, columns, rows)


def table_of_stats(stats: Stats) -> Table:
    rows = tuple(
        (
            stat.label,
            stat.value,
            "–" if stat.n is None else f"{stat.n} {stat.of}",
            f"{stat.low} to {stat.high}" if stat.low else "–",
            stat.note,
        )
        for stat in stats.stats
    )
    columns = (Column("Figure"), Column("Value"), Column("From"), Column("Likely between"), Column("Note"))
    return Table("Figures", columns, rows)
