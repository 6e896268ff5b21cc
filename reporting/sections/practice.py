"""What audits say about practice, as blocks."""

from qaframework.rules.statistics import FEWEST_FOR_PERCENT
from reporting.charts import Part, Point, StackedRow
from reporting.document import (
    Block,
    Column,
    Explanation,
    LineChart,
    Paragraph,
    Section,
    StackedChart,
    Stats,
    Table,
)
from reporting.figures.practice import Grades, Group, PartFigures, PracticeFigures
from reporting.wording import change, count, interval, percent, stat

RULE = (
    "Audits count in the month in which they were handed in, with their final grade, once it is final. Only "
    "audits drawn at random count; those chosen for a reason stand apart. Restricted cases count only for "
    "people who are cleared for them."
)


def grades_section(figures: PracticeFigures, period: str, *, by_quarter: bool, url: str = "") -> Section:
    """Grades over time: by month, or by quarter."""
    runs = _since_the_first(figures.by_quarter if by_quarter else figures.by_month)
    span = "four quarters" if by_quarter else "twelve months"
    sentence = grades_sentence(figures, period)
    blocks: list[Block] = [
        Paragraph(sentence),
        Stats(
            (
                stat("Good or better", figures.random.good_or_better, "final audits", url=url),
                stat("Lowest grade", figures.inadequate, "final audits"),
                stat("Good or better, twelve months", figures.year.good_or_better, "final audits"),
            )
        ),
        StackedChart("grades", f"Final grades over {span}", sentence, tuple(_row(one) for one in runs)),
        LineChart("good", f"Good or better over {span}", sentence, tuple(_point(one) for one in runs)),
    ]
    if figures.targeted.graded or figures.targeted.waiting:
        blocks.append(_targeted(figures.targeted))
    blocks.append(
        Explanation(
            rule=RULE,
            numerator="Audits with one of the grades that count as good or better.",
            denominator="Audits with a final grade.",
            url=url,
            link="See the audits",
        )
    )
    return Section("grades", "Grades of practice", tuple(blocks))


def _since_the_first(runs: tuple[Grades, ...]) -> tuple[Grades, ...]:
    """Without the empty months before anything was handed in; the last one stays in any case."""
    begun = [index for index, one in enumerate(runs) if one.graded or one.waiting]
    return runs[begun[0] :] if begun else runs[-1:]


def grades_sentence(figures: PracticeFigures, period: str) -> str:
    now = figures.random
    if not now.graded:
        waiting = (
            f" {count(now.waiting, 'audit')} handed in await{'s' if now.waiting == 1 else ''} a final grade."
        )
        return f"No audit drawn at random in {period} has a final grade yet.{waiting if now.waiting else ''}"
    told = f"In {period}, {now.good_or_better.in_words} of audits drawn at random were good or better."
    waiting = (
        f" {now.waiting} more {'waits' if now.waiting == 1 else 'wait'} for a final grade."
        if now.waiting
        else ""
    )
    return (
        f"{told} {change(figures.before.good_or_better, now.good_or_better, figures.before.label)}{waiting}"
    )


def sections_section(figures: PartFigures, period: str) -> Section:
    lowest = figures.shown[0] if figures.shown else None
    told = (
        f"The lowest part is “{lowest.label}”: {lowest.good_or_better.in_words} good or better."
        if lowest
        else f"No part of practice was graded in {FEWEST_FOR_PERCENT} or more audits in {period}."
    )
    blocks: list[Block] = [Paragraph(told)]
    if lowest:
        rows = tuple(_row(one) for one in figures.shown)
        blocks.append(StackedChart("sections", "Parts of the audits, lowest first", told, rows))
    if figures.few:
        blocks.append(
            Paragraph(
                f"Not shown, because fewer than {FEWEST_FOR_PERCENT} audits grade them: "
                f"{'; '.join(figures.few)}."
            )
        )
    blocks.append(
        Explanation(
            rule="Grades that auditors gave to each part of audits drawn at random and handed in in the "
            "period.",
            numerator="Audits in which the part was graded good or better.",
            denominator="Audits in which the part has a grade; “not enough evidence” and “not applicable” "
            "do not count.",
        )
    )
    return Section("sections", "Parts of practice", tuple(blocks))


def involvement_section(figures: PracticeFigures) -> Section:
    stats = Stats(
        (
            stat("Practitioner took part", figures.worker_took_part, "audits"),
            stat("Feedback of the family obtained", figures.feedback_obtained, "audits"),
        )
    )
    explained = Explanation(
        rule="Audits drawn at random and handed in in the period.",
        numerator="Audits in which the practitioner took part, in person or by call; audits with feedback "
        "from the "
        "child or family.",
        denominator="All of these audits; for feedback, those whose form asks for it.",
    )
    return Section("involvement", "Taking part", (stats, explained))


def groups_section(figures: PracticeFigures, heading: str = "Teams and kinds of plan") -> Section:
    blocks: list[Block] = [
        Paragraph(
            "Twelve months, in the order of their names. Teams are not compared with each other: with few "
            "audits, "
            "differences between them are chance."
        ),
        _groups("By team", "Team", figures.by_team),
        _groups("By kind of plan", "Plan", figures.by_plan_type),
        Explanation(
            rule=RULE,
            numerator="Audits graded good or better.",
            denominator="Audits with a final grade. A share is shown from 10 on; groups under 5 are hidden, "
            "with "
            "another one where the total would give a hidden one away.",
        ),
    ]
    return Section("groups", heading, tuple(blocks))


def _groups(caption: str, first: str, groups: tuple[Group, ...]) -> Table:
    columns = (
        Column(first),
        Column("Audits", True),
        Column("Good or better", True),
        Column("Likely between", True),
    )
    rows = tuple(
        (
            one.label,
            "few" if one.n is None else one.n,
            percent(one.good_or_better) if one.good_or_better else "–",
            interval(one.good_or_better) if one.good_or_better else "–",
        )
        for one in groups
    )
    return Table(caption, columns, rows, empty="No audit drawn at random has a final grade yet.")


def _targeted(grades: Grades) -> Table:
    columns = (Column("Grade"), Column("Audits", True))
    rows = tuple((label, n) for _, label, n in grades.counts)
    waiting = (("Not final yet", grades.waiting),) if grades.waiting else ()
    return Table("Audits chosen for a reason, such as re-audits", columns, (*rows, *waiting))


def _row(grades: Grades) -> StackedRow:
    parts = [Part(key, label, n) for key, label, n in grades.counts]
    if grades.waiting:
        parts.append(Part("not_final", "Not final yet", grades.waiting))
    return StackedRow(grades.label, tuple(parts))


def _point(grades: Grades) -> Point:
    """A point needs 5 audits, like any percentage."""
    found = grades.good_or_better
    if found.percent is None or found.interval is None:
        return Point(grades.label, None, None, None, found.whole)
    low, high = found.interval.percent
    return Point(grades.label, found.percent, low, high, found.whole)
