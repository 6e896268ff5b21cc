"""Moderation, actions, loops, escalations and what came of it all, as blocks."""

from reporting.document import Block, Column, Explanation, Paragraph, Section, Stat, Stats, Table
from reporting.figures.actions import ActionFigures
from reporting.figures.coverage import CoverageFigures, Covered
from reporting.figures.escalations import EscalationFigures, Step
from reporting.figures.impact import ImpactFigures
from reporting.figures.loops import LoopFigures
from reporting.figures.moderation import RESULTS, ModerationFigures
from reporting.links import Links
from reporting.wording import count, stat


def moderation_section(figures: ModerationFigures, links: Links, *, matrix: bool) -> Section:
    agreed = figures.agreement
    told = (
        f"{figures.chosen.in_words} of the audits handed in were chosen for moderation."
        if figures.chosen.whole
        else "No audit was handed in."
    )
    outcomes = Table(
        "Moderations completed in the period",
        (Column("Chosen"), *(Column(str(result.label), True) for result in RESULTS)),
        tuple((one.label, *one.counts) for one in figures.outcomes),
        empty="No moderation was completed in the period.",
    )
    blocks: list[Block] = [Paragraph(told), outcomes, Paragraph(agreement_sentence(figures))]
    if matrix and agreed.n:
        columns = (
            Column("Auditor"),
            *(Column(grade, True) for grade in figures.grades),
        )
        pairs = zip(figures.grades, agreed.matrix, strict=True)
        rows: tuple[tuple[str | int, ...], ...] = tuple((grade, *counts) for grade, counts in pairs)
        blocks.append(
            Table("Auditor’s grade (down) and moderated grade (across), twelve months", columns, rows)
        )
    blocks.append(
        Explanation(
            rule="Moderations completed in the twelve months that end with the period, of audits chosen at "
            "random or "
            "because all are moderated. Those moderated because of their grade are left out here: they say "
            "nothing "
            "about how far two judgements agree in general.",
            numerator="Pairs in which the auditor’s original grade and the moderated grade are the same, or "
            "one apart.",
            denominator="All pairs.",
            url=links.moderation,
            link="See the moderations",
        )
    )
    return Section("moderation", "Moderation", tuple(blocks))


def agreement_sentence(figures: ModerationFigures) -> str:
    agreed = figures.agreement
    if not agreed.n:
        return "There are no pairs of grades yet to compare."
    told = (
        f"Over twelve months, {agreed.exact} of {count(agreed.n, 'pair')} of grades were the same and "
        f"{agreed.within_one} at most one apart; moderation was more favourable in {agreed.change_up} and "
        "less "
        f"favourable in {agreed.change_down}."
    )
    if not agreed.shows_kappa or agreed.kappa_weighted is None or agreed.gwet_ac2 is None:
        return f"{told} There are too few pairs for a coefficient of agreement."
    return (
        f"{told} Weighted kappa is {_number(agreed.kappa_weighted)} and Gwet’s AC2 "
        f"{_number(agreed.gwet_ac2)}, where "
        "1 is full "
        "agreement and 0 what chance would give."
    )


def _number(coefficient: float) -> str:
    return f"{coefficient:.2f}".replace("-", "−")


def loops_section(figures: LoopFigures, links: Links) -> Section:
    told = (
        f"{count(figures.opened, 'loop')} opened and {figures.authorised} authorised in the period; "
        f"{figures.still_open} still open, {figures.late} of these past the day of the meeting."
    )
    columns = (
        Column("Case"),
        Column("State"),
        Column("Days open", True),
        Column("Actions", True),
        Column("Verified", True),
    )
    rows = tuple(
        (
            f"Case {number}",
            f"{loop.state_label}{', late' if loop.is_late else ''}",
            loop.days,
            loop.actions,
            loop.verified,
        )
        for number, loop in enumerate(figures.loops, 1)
    )
    explained = Explanation(
        rule="Every case with a final grade that asks for closing the loop: those open today, and those "
        "opened or "
        "authorised in the period. Days are calendar days since the loop was opened.",
        numerator="Loops sent to the Head of Service by their due day.",
        denominator="Loops authorised in the period.",
        url=links.loops,
        link="See the cases that you may see",
    )
    return Section(
        "loops",
        "Closing the loop",
        (
            Paragraph(told),
            Stats((stat("Met in time", figures.in_time, "authorised loops", url=links.loops),)),
            Table("Cases, longest open first", columns, rows, empty="No case needs closing the loop."),
            explained,
        ),
    )


def actions_section(figures: ActionFigures, links: Links) -> Section:
    told = (
        f"{count(figures.opened, 'action')} opened, {figures.done} done and {figures.verified} verified in "
        "the period. "
        f"{figures.owed} {'is' if figures.owed == 1 else 'are'} owed today, {figures.overdue_total} of "
        "these late."
    )
    days = "–" if figures.median_days is None else f"{figures.median_days:g} days"
    overdue = Table(
        "Late actions today",
        (Column("How late"), Column("Actions", True)),
        tuple((step.label, step.count) for step in figures.overdue),
        links=tuple(links.actions_late(step.key) for step in figures.overdue),
    )
    return Section(
        "actions",
        "Actions",
        (
            Paragraph(told),
            Stats(
                (
                    stat("Done in time", figures.in_time, "actions done", url=links.actions),
                    Stat(
                        "Time to done",
                        days,
                        figures.done,
                        "actions done",
                        note="Median, calendar days from issue",
                    ),
                    stat("Difference recorded", figures.with_difference, "verified actions"),
                )
            ),
            overdue,
            Explanation(
                rule="Issued actions of action plans about practice in these units. What happened is "
                "counted in the "
                "period; what is owed and late is as it stands on the day of these figures.",
                numerator="Actions done on or before their due day.",
                denominator="Actions done in the period.",
                url=links.actions,
                link="See the actions that you may see",
            ),
        ),
    )


def concerns_section(figures: ActionFigures, links: Links) -> Section:
    told = (
        f"{count(figures.concerns, 'concern')} about a child’s safety raised; "
        f"{figures.concerns_in_time.in_words} "
        "acknowledged in time. A high number is no bad sign: people speak up."
        if figures.concerns
        else "No concern about a child’s safety was raised in the period."
    )
    explained = Explanation(
        rule="Concerns that a child may be unsafe now, raised in the period about cases of these units.",
        numerator="Concerns acknowledged within the time that the framework gives.",
        denominator="Concerns raised.",
        url=links.concerns,
        link="See the concerns that you may see",
    )
    return Section("concerns", "Concerns raised", (Paragraph(told), explained))


def late_section(figures: EscalationFigures, links: Links) -> Section:
    """Where late audits and actions stand on the ladder today."""
    blocks = [
        _steps(caption, figures.standing_of(kind), links, empty)
        for kind, caption, empty in (
            ("assignment", "Late audits and other work", "No work is late enough for a step."),
            ("action", "Late actions", "No action is late enough for a step."),
        )
    ]
    explained = Explanation(
        rule="Each piece of late work at the step of its ladder that it has reached today.",
        numerator="Pieces of work whose last step is this one.",
        denominator="None: these are counts.",
        url=links.escalations,
        link="See the escalations that you may see",
    )
    return Section("late", "Late work by escalation step", (*blocks, explained))


def escalations_section(figures: EscalationFigures, links: Links) -> Section:
    total = sum(step.count for step in figures.taken)
    told = (
        f"{count(total, 'step')} of escalation taken in the period, reminders before a deadline not counted."
    )
    columns = (Column("Work"), Column("Step"), Column("Steps taken", True))
    rows = tuple((step.kind_label, step.name, step.count) for step in figures.taken)
    table = Table("Steps taken", columns, rows, empty="No step was taken in the period.")
    return Section(
        "escalations", "Escalations", (Paragraph(told), table, *late_section(figures, links).blocks)
    )


def impact_section(figures: ImpactFigures) -> Section:
    chain = (
        ("Cases with the lowest grade", figures.loops),
        ("Actions issued for them", figures.actions),
        ("Actions verified", figures.verified),
        ("Verified with the difference it made", figures.with_difference),
        ("Loops authorised", figures.authorised),
        ("Re-audits with a final grade", figures.reaudits),
    )
    told = (
        f"{figures.better.in_words} of the re-audits were better than the audit before, {figures.same} the "
        "same and "
        f"{figures.worse} worse."
        if figures.reaudits
        else "No re-audit has a final grade yet."
    )
    columns = (Column("Audit before"), Column("Re-audit"), Column("How many", True))
    rows = tuple((pair.before, pair.after, pair.count) for pair in figures.pairs)
    return Section(
        "impact",
        "From finding to change",
        (
            Table(
                "Twelve months, from finding to re-audit", (Column("Step"), Column("How many", True)), chain
            ),
            Paragraph(told),
            Table("Grades before and after", columns, rows, empty="No re-audit has a final grade yet."),
            Explanation(
                rule="Re-audits look at a different child of the same practitioner, three months after the "
                "loop was "
                "closed. They are chosen, not drawn, and stand in no other share.",
                numerator="Re-audits whose final grade is better than that of the audit before.",
                denominator="Re-audits with a final grade within the twelve months that end with the period.",
            ),
        ),
    )


def coverage_section(figures: CoverageFigures) -> Section:
    total = figures.total
    children = count(total.whole, "child", "children")
    told = f"Of {children} with an open case, {total.part} had an audit within twelve months."
    return Section(
        "coverage",
        "Coverage",
        (
            Paragraph(told if total.whole else "The case register has no open cases here."),
            _covered("By team", "Team", figures.by_team),
            _covered("By kind of plan", "Plan", figures.by_plan_type),
            Explanation(
                rule="Open cases in these units, and audits handed in within the twelve months that end "
                "with the period.",
                numerator="Open cases with at least one audit.",
                denominator="Open cases on the day of these figures.",
            ),
        ),
    )


def _covered(caption: str, first: str, groups: tuple[Covered, ...]) -> Table:
    columns = (Column(first), Column("Open cases", True), Column("Audited", True))
    rows = tuple(
        (one.label, one.covered.whole, one.covered.part) if one.covered else (one.label, "few", "–")
        for one in groups
    )
    return Table(caption, columns, rows, empty="There are no open cases.")


def _steps(caption: str, steps: tuple[Step, ...], links: Links, empty: str) -> Table:
    return Table(
        caption,
        (Column("Step"), Column("Pieces of work", True)),
        tuple((step.name, step.count) for step in steps),
        empty=empty,
        links=tuple(links.step(step.kind, step.name) for step in steps),
    )
