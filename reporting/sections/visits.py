"""Visits and what they found, as blocks (SAN-43)."""

from reporting.document import Block, Column, Explanation, Paragraph, Section, Table
from reporting.figures.visits import Visits
from reporting.wording import count, interval, percent


def visits_section(visits: tuple[Visits, ...], period: str) -> Section:
    """How many were owed and made of each kind, then a table for each kind whose form can be added up."""
    made, owed = sum(one.made for one in visits), sum(one.owed for one in visits)
    columns = (Column("Visit"), Column("Owed", True), Column("Made", True))
    numbers = Table("Visits owed and made", columns, tuple((one.label, one.owed, one.made) for one in visits))
    blocks: list[Block] = [
        Paragraph(f"Of {count(owed, 'visit')} due in {period}, {count(made, 'note')} came in."),
        numbers,
        *(_found(one) for one in visits if one.found),
        Explanation(
            rule="Visits count in the period in which they were first due. What was found is counted over "
            "all children whom the visits were about; what was written in words stays with the visits.",
            numerator="Visits whose note was handed in; and answers of yes.",
            denominator="Visits that were due; and children to whom the question applied.",
        ),
    ]
    return Section("visits", "Visits", tuple(blocks))


def _found(visits: Visits) -> Table:
    headings = ("Yes", "Partly", "No", "Does not apply", "Share of yes", "Likely between")
    columns = (Column("Question"), *(Column(heading, True) for heading in headings))
    rows = tuple(
        (one.question, one.yes, one.partly, one.no, one.not_applicable, percent(one.met), interval(one.met))
        for one in visits.found
    )
    return Table(f"What was found: {visits.label}", columns, rows)
