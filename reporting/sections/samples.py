"""What dip samples of finished work have found, as blocks."""

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
    return Section("samples", "Dip samples of finished work", (*blocks, explained))


def _blocks(one: SampleFigures) -> list[Block]:
    if not one.samples:
        return [Paragraph(f"{one.label}: none was handed in.")]
    told = f"{one.label}: {count(one.samples, 'sample')} handed in, {count(one.records, 'record')} looked at."
    blocks: list[Block] = [Paragraph(told)]
    if one.records and one.choices:
        rows = tuple((f"{choice.question.text} {choice.label}", choice.number) for choice in one.choices)
        blocks.append(Table(f"{one.label}: what was chosen", CHOICES, rows))
    if one.records:
        lines = tuple(
            (it.question.text, it.yes, it.partly, it.no, percent(it.met), interval(it.met))
            for it in one.questions
        )
        blocks.append(Table(one.label, QUESTIONS, lines))
    return blocks
