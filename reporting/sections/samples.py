"""What dip samples have found, of which the program drew what they look at, as blocks."""

from collections.abc import Sequence

from reporting.document import Block, Column, Explanation, Paragraph, Section, Table
from reporting.figures.samples import SampleFigures
from reporting.wording import count, interval, percent

QUESTIONS = (
    Column("Question"),
    *(Column(label, True) for label in ("Yes", "Partly", "No", "Share of yes", "Likely between")),
)
CHOICES = (Column("Question and answer"), Column("Records", True))


def samples_section(figures: Sequence[SampleFigures]) -> Section:
    """For each kind of dip sample what was found in all that were handed in (BED-17, SAN-10, SAN-37)."""
    explained = Explanation(
        rule="Dip samples handed in in the period, of which the program drew what they look at. All records "
        "that were looked at count once.",
        numerator="Records for which the question was answered yes.",
        denominator="Records to which the question applied.",
    )
    blocks = [block for one in figures for block in _blocks(one)]
    return Section("samples", "What dip samples found", (*blocks, explained))


def _blocks(one: SampleFigures) -> list[Block]:
    if not one.records:
        return [Paragraph(f"{one.label}: {_handed_in(one)}, so there is nothing to say.")]
    lines = tuple(
        (it.question.text, it.yes, it.partly, it.no, percent(it.met), interval(it.met))
        for it in one.questions
    )
    blocks: list[Block] = [Table(f"{one.label}: {_handed_in(one)}", QUESTIONS, lines)]
    if one.choices:
        rows = tuple((f"{choice.question.text} {choice.label}", choice.number) for choice in one.choices)
        blocks.append(Table(f"{one.label}: what was chosen", CHOICES, rows))
    return blocks


def _handed_in(one: SampleFigures) -> str:
    """For instance “2 samples with 9 records”."""
    return f"{count(one.samples, 'sample')} with {count(one.records, 'record')}"
