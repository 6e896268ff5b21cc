"""Making a recorded draw again, years later and from the record alone."""

from collections.abc import Sequence
from typing import NamedTuple

from audits.drawing import method_of, minimum_share_data
from audits.frames import Frame, thaw
from audits.matching import match
from audits.models import DipSampleDraw, RecordedDraw, SampleDraw
from audits.samples import rule_of
from audits.workflow.sampling import method_of as method_of_sample
from qaframework.packs.definition import DrawRule
from qaframework.rules.catching_up import MinimumDue
from qaframework.rules.sampling import Method, Replay, replay, ticket

NOT_ITS_RULES = "The recorded settings are not those of the framework that was in force."


class _Drawn(NamedTuple):
    """One thing that was drawn, as the record has it."""

    is_reserve: bool
    reference: str
    ticket: str


def verify_draw(sample: SampleDraw) -> Replay:
    """Make the draw again from its record alone, and say whether it gives the same cases.

    The rules, tickets and counts that the record shows have to follow from it too.
    """
    rule = sample.framework_version.pack.activity(sample.activity).draw
    method = _recorded_method(sample)
    if rule is None or method is None or not _follows(sample, rule, method):
        return Replay(False, NOT_ITS_RULES)
    rows = sample.cases.order_by("position").values_list("is_reserve", "case__child_ref", "ticket")
    drawn = list(map(_Drawn._make, rows))
    again = _made_again(sample, drawn, method, sample.further_reserves)
    wrong = _wrong_turns(sample, len(drawn)) if again.matches else []
    return Replay(False, wrong[0]) if wrong else again


def verify_sample(draw: DipSampleDraw) -> Replay:
    """The same for what a dip sample looks at."""
    rule = rule_of(draw.sample)
    if rule is None or rule.count != draw.size:
        return Replay(False, NOT_ITS_RULES)
    rows = draw.records.order_by("position").values_list("reference", "ticket")
    return _made_again(draw, [_Drawn(False, *row) for row in rows], method_of_sample(rule))


def _made_again(
    draw: RecordedDraw, drawn: Sequence[_Drawn], method: Method, further_reserves: int = 0
) -> Replay:
    try:
        frame = thaw(draw.frame)
        again = replay(
            frame.entries,
            draw.size,
            draw.seed,
            method,
            chosen=[one.reference for one in drawn if not one.is_reserve],
            reserves=[one.reference for one in drawn if one.is_reserve],
            further_reserves=further_reserves,
            recorded_hash=draw.frame_hash,
            exclusions=frame.exclusions,
        )
    except ValueError as error:  # no draw could have come from such a frame
        return Replay(False, str(error))
    if not again.matches:
        return again
    slips = [
        f"The ticket of {one.reference} is not its own."
        for one in drawn
        if one.ticket != ticket(draw.seed, one.reference)
    ]
    slips += _wrong_counts(draw, frame, sum(not one.is_reserve for one in drawn))
    return Replay(not slips, slips[0] if slips else "")


def _recorded_method(sample: SampleDraw) -> Method | None:
    """None when the record has settings that no draw has."""
    try:
        return Method(**sample.settings)
    except TypeError:
        return None


def _follows(sample: SampleDraw, rule: DrawRule, method: Method) -> bool:
    """Whether the recorded settings follow from the rule, and from what the draws before had given."""
    due = None
    if rule.minimum_share is not None:
        before = sample.minimum_share
        due = MinimumDue(
            rule.minimum_share.percent, sample.size, before["drawn_before"], before["marked_before"]
        )
    return method == method_of(rule, due) and sample.minimum_share == minimum_share_data(rule, due)


def _wrong_turns(sample: SampleDraw, drawn: int) -> list[str]:
    """Whether the posts came in the order of their tickets, and each got the case that was its own."""
    turns = sample.turns
    keys = [f"{turn['post']}/{turn['ordinal']}" for turn in turns]
    if len(keys) != sample.size or keys != sorted(keys, key=lambda key: ticket(sample.seed, key)):
        return ["The posts that owed an audit do not stand in the order of their tickets."]
    given = match(
        turns,
        range(drawn),
        lambda turn, place: str(place) not in turn["may_not"],
        unless_none_is_left=lambda turn, place: place in turn["had_last"],
    )
    wrong = [key for key, turn, case in zip(keys, turns, given, strict=True) if turn["case"] != case]
    return [f"Post {key} would get another case when they are given out again." for key in wrong]


def _wrong_counts(draw: RecordedDraw, frame: Frame, chosen: int) -> list[str]:
    """What the record's summary says that its frame does not."""
    counts = [
        ("number that could be drawn", draw.frame_size, len(frame.entries)),
        ("shortfall", draw.shortfall, draw.size - chosen),
        ("reasons for leaving some out", draw.exclusions, frame.exclusion_counts),
    ]
    return [
        f"The recorded {name}: {said}, and worked out again: {is_}."
        for name, said, is_ in counts
        if said != is_
    ]
