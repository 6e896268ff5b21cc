"""Whose turn it is."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.rotation import in_turn, next_turn

JUNE, JULY, MAY = date(2026, 6, 1), date(2026, 7, 1), date(2026, 5, 1)


def test_nobody_is_next_of_nobody() -> None:
    assert next_turn({}, None, "seed", {}) is None


def test_who_never_had_one_comes_before_whoever_waited_longest() -> None:
    turn = next_turn({"ana": JUNE, "ben": None, "cas": MAY}, None, "seed", {})
    assert turn is not None
    assert (turn.key, turn.last, turn.among, turn.waited_as_long) == ("ben", None, 3, 1)
    assert in_turn({"ana": JUNE, "ben": None, "cas": MAY}, "seed", {}) == ["ben", "cas", "ana"]


def test_the_lot_decides_between_those_who_waited_as_long_and_can_be_drawn_again() -> None:
    last = dict.fromkeys("abcdef", MAY)
    first = {seed: next_turn(last, None, seed, {}) for seed in map(str, range(40))}
    assert len({turn.key for turn in first.values() if turn}) == 6
    assert all(turn and turn.waited_as_long == 6 for turn in first.values())
    assert all(
        next_turn(dict(reversed(last.items())), None, seed, {}) == turn for seed, turn in first.items()
    )


def test_not_the_same_person_twice_running_unless_there_is_nobody_else() -> None:
    turn = next_turn({"ana": MAY, "ben": JUNE}, "ana", "seed", {})
    assert turn is not None
    assert (turn.key, turn.is_second) == ("ben", True)
    alone = next_turn({"ana": MAY}, "ana", "seed", {})
    assert alone is not None
    assert (alone.key, alone.is_second) == ("ana", False)


def test_whose_own_time_is_up_goes_before_those_who_waited_longer_also_twice_running() -> None:
    last = {"ana": JULY, "ben": None, "cas": MAY, "dan": JUNE}
    due = {"ana": date(2026, 8, 1), "dan": date(2026, 9, 1)}
    assert in_turn(last, "seed", due) == ["ana", "dan", "ben", "cas"]
    turn = next_turn(last, "ana", "seed", due)
    assert turn is not None
    assert (turn.key, turn.waited_as_long, turn.is_due) == ("ana", 1, True)
    waiting = next_turn(last, None, "seed", {})
    assert waiting is not None
    assert (waiting.key, waiting.is_due) == ("ben", False)


@given(people=st.integers(1, 9), rounds=st.integers(0, 60), seed=st.text(max_size=8))
def test_over_any_time_everybody_has_as_many_give_or_take_one(people: int, rounds: int, seed: str) -> None:
    last: dict[int, date | None] = dict.fromkeys(range(people))
    had = dict.fromkeys(range(people), 0)
    before = None
    for number in range(rounds):
        turn = next_turn(last, before, f"{seed}{number}", {})
        assert turn is not None
        assert turn.key != before or people == 1
        before = turn.key
        last[before], had[before] = JULY + timedelta(days=30 * number), had[before] + 1
    assert max(had.values()) - min(had.values()) <= 1
