"""What the library of good practice gained, as blocks (BF-20, LAN-23)."""

from reporting.document import Column, Explanation, Paragraph, Section, Table
from reporting.figures.good_practice import Shared
from reporting.wording import count

COLUMNS = (Column("Function"), Column("Entries", True), Column("What they are about"))


def good_practice_section(shared: tuple[Shared, ...]) -> Section:
    """How much each function gave, and what."""
    number = sum(len(one.titles) for one in shared)
    rows = tuple((one.function, len(one.titles), "; ".join(one.titles)) for one in shared)
    explained = Explanation(
        rule="Entries of the library of good practice that were published in the period and have not been "
        "withdrawn, by the function of the work that they come from.",
        numerator="Entries of each function.",
        denominator="Entries of all functions.",
    )
    gained = Paragraph(f"The library of good practice gained {count(number, 'entry', 'entries')}.")
    return Section(
        "good_practice",
        "Good practice shared",
        (gained, Table("Entries by function", COLUMNS, rows), explained),
    )
