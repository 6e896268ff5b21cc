"""Why a case is audited, for somebody who has never seen a draw: step by step, from its record."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from audits.draw_pages import (
    activity_of,
    cases_in_words,
    kind_label,
    place_of,
    proof_facts,
)
from audits.frames import ON_HOLD, RESTRICTED, Frame, thaw
from audits.models import CaseAudit, CaseReview, DrawnCase, SampleDraw
from audits.theme_pages import criteria_in_words
from qaframework.allocation.models import Assignment
from qaframework.packs.wording import who_may_audit
from qaframework.people.models import Post
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import uk_date, uk_datetime
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.periods import Month
from qaframework.rules.sampling import FrameEntry, in_draw_order

Row = list[Any]
Fact = dict[str, Any]
State = DrawnCase.State

TURNS = (
    "The posts that owed an audit came in an order of their own, worked out from the seed and the code of "
    "each post. The drawn cases were given out in their order, each to the first post without one that may "
    "audit it. Posts change cases where that gives one more of them a case."
)
TWICE_RUNNING = "Nobody audits the same practitioner twice running while there is another case for them."
NOBODY = (
    "It was drawn, but every post that owed an audit either may not audit it or got another case. Where a "
    "post may audit a reserve, that takes its place."
)
NOT_NOW = "On hold, or restricted"


@dataclass(frozen=True)
class Table:
    caption: str
    columns: list[dict[str, Any]]
    rows: list[Row]
    is_narrow: bool = False


@dataclass(frozen=True)
class Step:
    title: str
    text: list[str]
    table: Table | None = None


@dataclass(frozen=True)
class Why:
    """``steps`` are in the order in which the draw was made."""

    facts: list[Fact]
    steps: list[Step]
    proof: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class _Record:
    """The record of a draw, read once: its frame and all its drawn cases."""

    draw: SampleDraw
    frame: Frame
    cases: list[DrawnCase]

    @classmethod
    def of(cls, draw: SampleDraw) -> "_Record":
        return cls(draw, thaw(draw.frame), list(draw.cases.select_related("case")))

    @property
    def chosen(self) -> list[DrawnCase]:
        return [one for one in self.cases if not one.is_reserve]

    @property
    def reserves(self) -> list[DrawnCase]:
        return [one for one in self.cases if one.is_reserve]


def why_drawn(row: DrawnCase, *, sees_the_draw: bool, holder: str) -> Why:
    """All that led to this case. Who does not run quality assurance is told of no other child by reference,
    nor how many cases are restricted. ``holder`` is who holds the auditor's post."""
    record = _Record.of(row.draw)
    steps = [
        _who_could_be_drawn(row.draw, sees_the_draw),
        _how_many_of_each_kind(row, record),
        _its_place(row, record),
    ]
    if row.assignment is not None:
        steps.append(_why_this_auditor(row, row.assignment, record))
    elif row.state == State.UNUSED:
        steps.append(Step("Why nobody audits it", [NOBODY], _could_not_have(row, record)))
    if changes := list(_changes(row, sees_the_draw)):
        steps.append(Step("What was changed afterwards", changes))
    return Why(_facts(row, holder), steps, [{"label": "Ticket", "value": row.ticket}, *proof_facts(row.draw)])


def why_chosen(assignment: Assignment, audit: CaseAudit | None, review: CaseReview | None) -> list[str]:
    """For work whose case was not drawn."""
    if review is not None:
        return [_why_now(review)]
    if audit is not None and audit.follow_up_of is not None:
        return [
            "This case was not drawn at random. It follows another audit of the same practitioner, after "
            "which the loop was closed. A different child is looked at, to see whether practice has changed.",
        ]
    about = f" for the theme “{assignment.theme}”" if assignment.theme else " for a reason"
    return [f"This case was not drawn at random. It was chosen{about}, and counts in no random sample."]


def _why_now(review: CaseReview) -> str:
    if review.audit_id is None and review.last_review_on is None:
        return (
            "This case was not drawn at random. Whoever does the work chose it, and it counts in no random "
            "sample."
        )
    if review.last_review_on is None:
        return (
            "This case was not drawn at random. An audit of it is final, and somebody who had no part in it "
            "looks whether its actions were done and whether things are better for the child."
        )
    return (
        f"This case was not drawn at random. It was last reviewed on {uk_date(review.last_review_on)}, and "
        "every such case is looked at halfway to its next review."
    )


def _facts(row: DrawnCase, holder: str) -> list[Fact]:
    draw = row.draw
    facts = [
        {"label": "Work", "value": f"{activity_of(draw).label}, {Month.parse(draw.period).label}"},
        {"label": "Drawn", "value": f"{uk_datetime(draw.drawn_at)}, {draw.drawn_by or 'by the system'}"},
        {
            "label": "Drawn as",
            "value": f"{place_of(row)} of {draw.size}" if not row.is_reserve else place_of(row),
        },
    ]
    if draw.theme:
        facts.append({"label": "Theme", "value": draw.theme})
    if row.assignment and row.state == State.ALLOCATED:
        auditor = f"{holder or 'Nobody holds this post'}\n{row.assignment.post.title}"
        facts.append({"label": "Audited by", "value": auditor})
    status = {State.REPLACED: "withdrawn", State.ALLOCATED: "allocated"}.get(State(row.state), "planned")
    return [*facts, {"label": "State", "value": row.get_state_display(), "status": status}]


def _who_could_be_drawn(draw: SampleDraw, sees_the_draw: bool) -> Step:
    left_out = sum(draw.exclusions.values())
    all_cases = draw.frame_size + left_out
    text = [
        f"On {uk_date(draw.drawn_at)}, {draw.pool.name} had {cases_in_words(all_cases, 'open ')}. "
        f"{cases_in_words(draw.frame_size)} could be drawn. "
        + (f"{left_out} could not:" if left_out else "None was left out.")
    ]
    if draw.theme:
        cases = criteria_in_words(CaseCriteria.of(draw.theme_criteria))
        text.insert(0, f"The theme of the month was “{draw.theme}”. These cases fit it: {cases}.")
    reasons: Counter[str] = Counter()
    for reason, number in draw.exclusions.items():
        shown = reason if sees_the_draw or reason not in (RESTRICTED, ON_HOLD) else NOT_NOW
        reasons[shown] += number
    rows: list[Row] = [[reason, number] for reason, number in reasons.most_common()]
    table = Table(
        "Cases that were left out", columns("Reason", "Cases", numeric=("Cases",)), rows, is_narrow=True
    )
    return Step("Which cases could be drawn", text, table if rows else None)


def _how_many_of_each_kind(row: DrawnCase, record: _Record) -> Step:
    draw, chosen, reserves = record.draw, record.chosen, record.reserves
    audits = "One audit was" if draw.size == 1 else f"{draw.size} audits were"
    text = [
        f"{audits} owed, so {cases_in_words(len(chosen))} {'was' if len(chosen) == 1 else 'were'} drawn, and "
        f"{len(reserves)} more in reserve."
    ]
    if draw.shortfall:
        text.append(f"{draw.shortfall} too few: no more cases could be drawn. No case is drawn twice.")
    text += _minimum_share(draw)
    could = Counter((entry.stratum, entry.is_marked) for entry in record.frame.entries)
    if len(could) == 1:
        return Step("How many were drawn", text)
    text.append("Each kind of case gets places by its share of all that could be drawn.")
    drawn, kept = (Counter((one.stratum, one.is_marked) for one in cases) for cases in (chosen, reserves))
    rows: list[Row] = [
        [_kind(draw, *kind, is_this=kind == (row.stratum, row.is_marked)), number, drawn[kind], kept[kind]]
        for kind, number in sorted(could.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    numeric = ("Could be drawn", "Drawn", "In reserve")
    table = Table("Kinds of case", columns("Kind", *numeric, numeric=numeric), rows)
    return Step("How many of each kind", text, table)


def _kind(draw: SampleDraw, stratum: str, is_marked: bool, *, is_this: bool) -> str:
    label = kind_label(draw, stratum, is_marked) or "All others"
    return f"{label} (this case)" if is_this else label


def _minimum_share(draw: SampleDraw) -> list[str]:
    share = draw.minimum_share
    if not share:
        return []
    return [
        f"At least {share['percent']}% of the year’s sample are to be {share['label']}. The draws before "
        f"had given {cases_in_words(share['drawn_before'])}, {share['marked_before']} of them "
        f"{share['label']}, so this draw needed {draw.settings['minimum_marked'] or 'none'} for that."
    ]


def _its_place(row: DrawnCase, record: _Record) -> Step:
    ordered = in_draw_order(record.frame.entries, row.draw.seed)
    alike = [one for one in ordered if (one.stratum, one.is_marked) == (row.stratum, row.is_marked)]
    place = [one.reference for one in alike].index(row.case.child_ref)
    kind = kind_label(row.draw, row.stratum, row.is_marked)
    among = f"the {cases_in_words(len(alike))} of the kind “{kind}”" if kind else f"all {len(alike)} cases"
    text = [
        "Every case has a ticket, worked out from the draw’s seed and the case’s reference. Nobody can "
        "choose it, and whoever works it out again gets the same. The lowest tickets come first.",
        *_weighing(record.frame, alike[place]),
        f"Of {among}, this case came up as number {place + 1}.{_of_all(ordered, alike, row)}",
        *_passed_over(row, record, alike[:place]),
        f"So it was drawn as {_drawn_as(row, record)}.",
    ]
    return Step("The place of this case", text)


def _of_all(ordered: Sequence[FrameEntry], alike: Sequence[FrameEntry], row: DrawnCase) -> str:
    if len(ordered) == len(alike):
        return ""
    number = [one.reference for one in ordered].index(row.case.child_ref) + 1
    return f" Of all {len(ordered)} cases it was number {number}."


def _weighing(frame: Frame, entry: FrameEntry) -> list[str]:
    if all(one.weight == 1 for one in frame.entries):
        return []
    if entry.weight == 1:
        return ["Cases of practitioners who are new in their post come up sooner. This is not one of them."]
    return [
        "Cases of practitioners who are new in their post come up sooner. This is one of them: it counted "
        f"{entry.weight:g} times."
    ]


def _passed_over(row: DrawnCase, record: _Record, before: Sequence[FrameEntry]) -> list[str]:
    """Cases that came up sooner and are not among the drawn ones."""
    drawn = {one.case.child_ref for one in (record.cases if row.is_reserve else record.chosen)}
    number = sum(entry.reference not in drawn for entry in before)
    if not number:
        return []
    alone = [
        "of each family only one child is drawn" if row.draw.settings["one_per_family"] else "",
        "of each practitioner only one case is drawn" if row.draw.settings["one_per_worker"] else "",
    ]
    why = " and ".join(filter(None, alone))
    came = "One that came up before it was" if number == 1 else f"{number} that came up before it were"
    return [f"{came} passed over: {why}."] if why else []


def _drawn_as(row: DrawnCase, record: _Record) -> str:
    if not row.is_reserve:
        return "one of the sample"
    further = row.draw.further_reserves
    if further and row.position > len(record.reserves) - further:
        return "a further reserve, because there was none for a post among the cases before it"
    return "a reserve, for when a drawn case has to be replaced"


def _why_this_auditor(row: DrawnCase, assignment: Assignment, record: _Record) -> Step:
    draw, turns = row.draw, row.draw.turns
    rule = activity_of(draw).independence_in(Month.parse(draw.period))
    text = [f"{who_may_audit(rule)}.", TWICE_RUNNING]
    if len(turns) > 1:
        text.append(TURNS)
    place = _place(row, record)
    title = f"The post “{assignment.post.title}”"
    own = [number for number, turn in enumerate(turns, 1) if turn["case"] == place]
    if not own:
        text.append(f"At the draw nobody got this case. {title} got it afterwards.")
    elif len(turns) == 1:
        text.append(f"{title} was the only one that owed an audit, and got this case.")
    else:
        text.append(f"{title} was number {own[0]} of {len(turns)}, and got this case.")
    if any(turn["case"] == place and place in turn["had_last"] for turn in turns):
        text.append("Its last audit was of the same practitioner, because no other case was left for it.")
    return Step("Why this auditor", text, _could_not_have(row, record))


def _place(row: DrawnCase, record: _Record) -> int:
    """Its place among all drawn cases, the reserves after the others, from 0."""
    return row.position - 1 + (len(record.chosen) if row.is_reserve else 0)


def _could_not_have(row: DrawnCase, record: _Record) -> Table | None:
    """The posts that owed an audit and may not audit this case, with the reason of each; None without any."""
    place, turns = _place(row, record), row.draw.turns
    titles = dict(Post.objects.filter(code__in=[turn["post"] for turn in turns]).values_list("code", "title"))
    reasons = {
        titles.get(turn["post"], turn["post"]): turn["may_not"][str(place)]
        for turn in turns
        if str(place) in turn["may_not"]
    }
    reasons |= {
        titles.get(turn["post"], turn["post"]): "Its last audit was of the same practitioner."
        for turn in turns
        if place in turn["had_last"] and str(place) not in turn["may_not"] and turn["case"] != place
    }
    rows: list[Row] = [[title, reason] for title, reason in reasons.items()]
    return Table("Posts that could not have this case", columns("Post", "Why"), rows) if rows else None


def _changes(row: DrawnCase, sees_the_draw: bool) -> Iterator[str]:
    """The replacements that led to this case, the first of them first, and its own."""
    earlier, before = [], getattr(row, "replaces", None)
    while before is not None:
        earlier.append(before)
        before = getattr(before, "replaces", None)
    for one in [*reversed(earlier), *([row] if row.state == State.REPLACED else [])]:
        yield _replacement(one, row, sees_the_draw)


def _replacement(row: DrawnCase, this: DrawnCase, sees_the_draw: bool) -> str:
    entry = row.history.filter(state=State.REPLACED).order_by("history_date").first()
    when = f"On {uk_date(entry.history_date)}, " if entry else ""
    who = f"{entry.history_user}" if entry and entry.history_user else "the quality assurance team"
    note = f" {row.replacement_note}" if row.replacement_note and sees_the_draw else ""
    assert row.replaced_by is not None
    old, new = (_named(one, this, sees_the_draw) for one in (row, row.replaced_by))
    why = row.get_replacement_reason_display()
    return f"{when}{who} put {new} in the place of {old}. The reason: {why[:1].lower()}{why[1:]}.{note}"


def _named(row: DrawnCase, this: DrawnCase, sees_the_draw: bool) -> str:
    if row == this:
        return "this case"
    place = f"reserve {row.position}" if row.is_reserve else f"drawn case {row.position}"
    is_shown = sees_the_draw and not row.case.is_restricted
    return f"{place} ({row.case.child_ref})" if is_shown else place
