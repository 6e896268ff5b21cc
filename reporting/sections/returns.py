"""Returns and the rest of the programme as blocks."""

from reporting.document import Block, Column, Explanation, Paragraph, Section, Stat, Stats, Table
from reporting.figures.returns import ReturnFigures, Returns
from reporting.wording import change, count, interval, percent, stat

HEADINGS = ("Due", "In time", "Late", "Not in", "More time", "Excluded")


def returns_section(figures: ReturnFigures, period: str, board_url: str = "") -> Section:
    total = figures.total
    blocks: list[Block] = [
        Paragraph(returns_sentence(figures, period)),
        Stats(
            (
                stat("Handed in in time", total.rate, "due", url=board_url),
                Stat("Handed in late", str(total.late), total.due, "due"),
                Stat(
                    "Not handed in",
                    str(total.outstanding),
                    total.due,
                    "due",
                    note=f"{total.overdue} of these past the deadline",
                ),
                Stat("Excluded", str(total.excluded), note="Not part of the other figures"),
            )
        ),
        _table("By role", "Role", figures.by_role, total),
        _table("By kind of work", "Work", figures.by_activity, total),
    ]
    if figures.expected:
        blocks.append(_expected(figures))
    blocks.append(
        Explanation(
            rule="Work counts in the month in which it was first due, so that more time does not move it. "
            "Work "
            "that was withdrawn is left out; excluded work stands on its own.",
            numerator="Work handed in on or before its deadline, which is the later one where more time was "
            "given.",
            denominator="All work that was due, without what was excluded.",
            url=board_url,
            link="See the work on the return board",
        )
    )
    return Section("returns", "Returns", tuple(blocks))


def returns_run(figures: ReturnFigures) -> Section:
    begun = [index for index, one in enumerate(figures.by_month) if one.due]
    months = figures.by_month[begun[0] :] if begun else ()
    rows = tuple((one.label, one.due, percent(one.rate), interval(one.rate)) for one in months)
    columns = (Column("Month"), Column("Due", True), Column("In time", True), Column("Likely between", True))
    return Section(
        "run",
        "Returns over twelve months",
        (Table("Twelve months", columns, rows, empty="No work was due in the twelve months."),),
    )


def returns_sentence(figures: ReturnFigures, period: str) -> str:
    total = figures.total
    if not total.due:
        return f"No work was due in {period}."
    due = f"Of {count(total.due, 'piece')} of work due in {period}"
    few = f"{total.in_time} {'was' if total.in_time == 1 else 'were'}"
    in_time = few if total.rate.percent is None else f"{total.rate.in_words} were"
    told = f"{due}, {in_time} handed in in time."
    out = f"{total.outstanding} {'is' if total.outstanding == 1 else 'are'} not in"
    late = f"{total.late} came in late and {out}."
    return f"{told} {change(figures.before.rate, total.rate, figures.before.label)} {late}"


def _table(caption: str, first: str, lines: tuple[Returns, ...], total: Returns) -> Table:
    columns = (
        Column(first),
        *(Column(heading, True) for heading in HEADINGS),
        Column("Return rate", True),
        Column("Likely between", True),
    )
    every = (*lines, total) if len(lines) > 1 else lines
    rows = tuple(
        (
            one.label,
            one.due,
            one.in_time,
            one.late,
            one.outstanding,
            one.extended,
            one.excluded,
            percent(one.rate),
            interval(one.rate),
        )
        for one in every
    )
    return Table(caption, columns, rows, empty="No work was due.")


def _expected(figures: ReturnFigures) -> Table:
    columns = (
        Column("Work"),
        Column("Period"),
        Column("Expected", True),
        Column("Allocated", True),
        Column("Handed in", True),
    )
    rows = tuple((one.label, one.period, one.expected, one.allocated, one.done) for one in figures.expected)
    return Table("Expected and actual", columns, rows)
