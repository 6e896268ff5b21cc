"""What the dip samples of a function show, in the words on which both sides agreed (LAN-12)."""

from reporting.document import Block, Explanation, Paragraph, Section
from reporting.figures.narratives import Narrative


def narratives_section(narratives: tuple[Narrative, ...]) -> Section:
    """Each month's text as it was signed, and which months have none yet."""
    agreed = [one for one in narratives if one.text]
    waiting = [f"{one.theme} ({one.month})" for one in narratives if not one.text]
    blocks: list[Block] = [Paragraph(one.text, f"{one.month}: {one.theme}") for one in agreed]
    if waiting:
        blocks.append(Paragraph(f"Not agreed yet: {'; '.join(waiting)}."))
    return Section(
        "narratives",
        "What dip samples show",
        (
            *blocks,
            Explanation(
                rule="The text on what the dip samples of a month show, as the service and the quality "
                "assurance team signed it.",
                numerator="Themes on which both sides have signed a text.",
                denominator="Themes that were chosen for the months of the quarter.",
            ),
        ),
    )
