"""Results by standard of practice, as blocks."""

from collections.abc import Sequence

from reporting.document import Column, Explanation, Paragraph, Section, Table
from reporting.figures.standards import StandardMet
from reporting.wording import interval, percent


def standards_section(figures: Sequence[StandardMet]) -> Section:
    """For each standard how many audits met it in full (RBWM-01)."""
    columns = (
        Column("Standard"),
        Column("Audits", True),
        Column("Met in full", True),
        Column("Likely between", True),
    )
    headings = list(dict.fromkeys(one.heading for one in figures))
    tables = tuple(
        Table(
            heading or "Standards",
            columns,
            tuple(
                (one.label, one.met.whole, percent(one.met), interval(one.met))
                for one in figures
                if one.heading == heading
            ),
        )
        for heading in headings
    )
    explained = Explanation(
        rule="Audits drawn at random and handed in in the period. The framework says which questions look at "
        "which standard; an audit counts once for a standard, however many of them it answers.",
        numerator="Audits in which every question about the standard that applied was answered yes.",
        denominator="Audits in which at least one question about the standard applied.",
    )
    told = Paragraph("How far audits found what the framework holds practice to, in its own order.")
    return Section("standards", "Results by standard", (told, *tables, explained))
