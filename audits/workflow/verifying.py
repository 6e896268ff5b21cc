"""Making a recorded draw again, years later and from the record alone."""

from audits.drawing import method_of, minimum_share_data
from audits.frames import Frame, thaw
from audits.matching import match
from audits.models import SampleDraw
from qaframework.packs.definition import DrawRule
from qaframework.rules.catching_up import MinimumDue
from qaframework.rules.sampling import Method, Replay, replay, ticket


def verify_draw(sample: SampleDraw) -> Replay:
    """Make the draw again from its record alone, and say whether it gives the same cases.

    The rules, tickets and counts that the record shows have to follow from it too.
    """
    rule = sample.framework_version.pack.activity(sample.activity).draw
    if rule is None or not _follows(sample, rule):
        return Replay(False, "The recorded settings are not those of the framework that was in force.")
    try:
        frame = thaw(sample.frame)
    except ValueError as error:
        return Replay(False, str(error))
    drawn = list(sample.cases.order_by("position").values_list("is_reserve", "case__child_ref", "ticket"))
    again = replay(
        frame.entries,
        sample.size,
        sample.seed,
        Method(**sample.settings),
        chosen=[reference for is_reserve, reference, _ in drawn if not is_reserve],
        reserves=[reference for is_reserve, reference, _ in drawn if is_reserve],
        further_reserves=sample.further_reserves,
        recorded_hash=sample.frame_hash,
        exclusions=frame.exclusions,
    )
    if not again.matches:
        return again
    slips = [
        f"The ticket of case {case} is not its own." for _, case, t in drawn if t != ticket(sample.seed, case)
    ]
    slips += _wrong_turns(sample, len(drawn)) + _wrong_counts(sample, frame)
    return Replay(not slips, slips[0] if slips else "")


def _follows(sample: SampleDraw, rule: DrawRule) -> bool:
    """Whether the recorded settings follow from the rule, and from what the draws before had given."""
    due = None
    if rule.minimum_share is not None:
        before = sample.minimum_share
        due = MinimumDue(
            rule.minimum_share.percent, sample.size, before["drawn_before"], before["marked_before"]
        )
    is_same_method = Method(**sample.settings) == method_of(rule, due)
    return is_same_method and sample.minimum_share == minimum_share_data(rule, due)


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


def _wrong_counts(sample: SampleDraw, frame: Frame) -> list[str]:
    """What the record's summary says that its frame does not."""
    chosen = sample.cases.filter(is_reserve=False).count()
    counts = [
        ("number of cases that could be drawn", sample.frame_size, len(frame.entries)),
        ("shortfall", sample.shortfall, sample.size - chosen),
        ("reasons for leaving cases out", sample.exclusions, frame.exclusion_counts),
    ]
    return [
        f"The recorded {name}: {said}, and worked out again: {is_}."
        for name, said, is_ in counts
        if said != is_
    ]
