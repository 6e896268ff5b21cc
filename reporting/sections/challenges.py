"""Alerts and disputes as blocks (RBWM-17, RBWM-20, SAN-27)."""

from reporting.document import Block, Column, Explanation, Paragraph, Section, Table
from reporting.figures.challenges import ChallengeFigures
from reporting.wording import count


def challenges_section(figures: ChallengeFigures, period: str) -> Section:
    """How many of each kind, what they were about, and at which stage they were settled."""
    return Section(
        "challenges",
        "Alerts and disputes",
        (
            Paragraph(_told(figures, period)),
            _kinds(figures),
            *([_themes(figures), _functions(figures)] if figures.raised else []),
            *_stages(figures),
            Explanation(
                rule="Alerts and disputes about cases of these units. What was raised, answered and settled "
                "is counted in the period; what is not settled, as it stands on the day of these figures. "
                "Each counts as what it has become; withdrawn ones are not counted as raised. One can have "
                "several themes.",
                numerator="Answers given by the end of the last day of their stage.",
                denominator="Answers given in the period.",
            ),
        ),
    )


def _told(figures: ChallengeFigures, period: str) -> str:
    if not figures.raised:
        first = f"No alert or dispute was raised in {period}."
    else:
        first = (
            f"{count(figures.raised, 'alert or dispute', 'alerts and disputes')} raised in {period}. A high "
            "number is no bad sign: people speak up for children."
        )
    answered = f" {figures.in_time.in_words} answered in time." if figures.in_time.whole else ""
    talked = figures.in_supervision
    followed = f" Followed up in supervision so far: {talked.in_words}." if talked else ""
    return f"{first}{answered}{followed}"


def _kinds(figures: ChallengeFigures) -> Table:
    numbers = ("Raised", "Settled", "Withdrawn", "Not settled now")
    columns = (Column("Kind"), *(Column(label, True) for label in numbers))
    rows = tuple((one.label, one.raised, one.settled, one.withdrawn, one.running) for one in figures.kinds)
    return Table("Raised and settled", columns, rows)


def _themes(figures: ChallengeFigures) -> Table:
    return Table("What they were about", (Column("Theme"), Column("Raised", True)), figures.by_theme)


def _functions(figures: ChallengeFigures) -> Table:
    return Table("Where they were raised", (Column("Function"), Column("Raised", True)), figures.by_function)


def _stages(figures: ChallengeFigures) -> list[Block]:
    """A table for each kind of which some were settled."""
    columns = (Column("Stage"), Column("Settled", True))
    return [
        Table(f"At which stage it was settled: {one.label}", columns, one.settled_at)
        for one in figures.kinds
        if one.settled
    ]
