from collections import Counter
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qaframework.rules.statistics import (
    Interval,
    Share,
    agreement,
    clear_change,
    difference_interval,
    share,
    suppress_small,
    wilson,
)

ORDER = ("outstanding", "good", "requires_improvement", "inadequate")
pairs_of_grades = st.lists(st.tuples(st.sampled_from(ORDER), st.sampled_from(ORDER)), max_size=40)
shares = st.integers(1, 300).flatmap(lambda n: st.builds(share, st.integers(0, n), st.just(n)))


def percent(interval: Interval | None) -> tuple[int, int]:
    assert interval is not None
    return interval.percent


@pytest.mark.parametrize(
    ("successes", "n", "interval"),
    [(24, 40, (45, 74)), (72, 120, (51, 68)), (84, 140, (52, 68)), (0, 10, (0, 28)), (10, 10, (72, 100))],
)
def test_wilson_gives_known_intervals(successes: int, n: int, interval: tuple[int, int]) -> None:
    assert percent(wilson(successes, n)) == interval


def test_an_empty_share_has_no_interval_and_an_impossible_one_is_refused() -> None:
    assert wilson(0, 0) is None
    for successes, n in ((3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="is not a share"):
            wilson(successes, n)


@given(shares)
def test_an_interval_holds_its_share_and_mirrors(it: Share) -> None:
    interval, other = wilson(it.part, it.whole), wilson(it.whole - it.part, it.whole)
    assert interval is not None
    assert other is not None
    assert 0 <= interval.low <= it.part / it.whole <= interval.high <= 1
    assert interval.low == pytest.approx(1 - other.high)


@given(shares)
def test_more_cases_give_a_narrower_interval(it: Share) -> None:
    once, four_times = wilson(it.part, it.whole), wilson(it.part * 4, it.whole * 4)
    assert once is not None
    assert four_times is not None
    assert four_times.high - four_times.low < once.high - once.low


@pytest.mark.parametrize(
    ("part", "whole", "shown", "note"),
    [
        (0, 0, None, "There are none yet."),
        (3, 4, None, "No percentage is shown for fewer than 5."),
        (3, 5, 60, "Fewer than 10: read the percentage with care."),
        (6, 9, 67, "Fewer than 10: read the percentage with care."),
        (6, 10, 60, ""),
    ],
)
def test_small_numbers_hide_or_footnote_the_percentage(
    part: int, whole: int, shown: int | None, note: str
) -> None:
    it = share(part, whole)
    assert (it.percent, it.note) == (shown, note)
    assert (it.interval is None) is (shown is None)


@pytest.mark.parametrize(
    ("before", "after", "clear"),
    [
        ((72, 120), (80, 120), False),  # 60% to 67%
        ((72, 120), (84, 120), False),  # 60% to 70%, within the twelve points of noise
        ((72, 120), (90, 120), True),  # 60% to 75%
        ((90, 120), (72, 120), True),
        ((0, 4), (4, 4), False),  # too few to say anything
        ((0, 0), (40, 40), False),
    ],
)
def test_a_change_is_clear_only_beyond_the_noise(
    before: tuple[int, int], after: tuple[int, int], clear: bool
) -> None:
    assert clear_change(share(*before), share(*after)) is clear


def test_newcombes_published_example() -> None:
    # Newcombe 1998, method 10: 56 of 70 against 48 of 80 gives 0.0524 to 0.3339.
    interval = difference_interval(share(48, 80), share(56, 70))
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@given(shares, shares)
def test_there_and_back_are_the_same_change(a: Share, b: Share) -> None:
    assert clear_change(a, b) is clear_change(b, a)
    assert not clear_change(a, a)


def naive_kappa(pairs: list[tuple[str, str]]) -> float | None:
    """Weighted kappa from its definition: agreement weights, all pairs of first with all second grades."""

    def weight(first: str, second: str) -> float:
        return 1 - abs(ORDER.index(first) - ORDER.index(second)) / (len(ORDER) - 1)

    crossed = [weight(a, b) for (a, _), (_, b) in product(pairs, pairs)]
    if not crossed or sum(crossed) == len(crossed):
        return None
    observed = sum(weight(a, b) for a, b in pairs) / len(pairs)
    expected = sum(crossed) / len(crossed)
    return (observed - expected) / (1 - expected)


@given(pairs_of_grades)
def test_kappa_equals_an_independent_reckoning(pairs: list[tuple[str, str]]) -> None:
    expected = naive_kappa(pairs)
    found = agreement(pairs, ORDER).kappa_weighted
    assert found == (None if expected is None else pytest.approx(expected))


@given(pairs_of_grades)
def test_counts_of_agreement_add_up(pairs: list[tuple[str, str]]) -> None:
    it = agreement(pairs, ORDER)
    assert it.n == len(pairs) == sum(map(sum, it.matrix))
    assert it.exact + it.change_up + it.change_down == it.n
    assert it.exact <= it.within_one <= it.n
    counted = Counter(pairs)
    assert all(it.matrix[i][j] == counted[a, b] for i, a in enumerate(ORDER) for j, b in enumerate(ORDER))


def test_agreement_of_a_small_example() -> None:
    pairs = [("good", "good"), ("good", "requires_improvement"), ("inadequate", "outstanding")]
    it = agreement(pairs, ORDER)
    assert (it.n, it.exact, it.within_one, it.change_up, it.change_down) == (3, 1, 2, 1, 1)
    assert not it.shows_kappa
    assert agreement(pairs * 7, ORDER).shows_kappa


def test_gwets_coefficient_by_hand() -> None:
    # 3 of 4 agree; grades used 5/8 and 3/8, chance 2 × 5/8 × 3/8 = 15/32; (3/4 - 15/32) / (17/32) = 9/17.
    pairs = [("yes", "yes"), ("yes", "yes"), ("no", "no"), ("yes", "no")]
    assert agreement(pairs, ("yes", "no")).gwet_ac2 == pytest.approx(9 / 17)


@given(pairs_of_grades)
def test_gwets_coefficient_is_one_exactly_for_full_agreement(pairs: list[tuple[str, str]]) -> None:
    assume(pairs)
    it = agreement(pairs, ORDER)
    assert it.gwet_ac2 is not None
    assert (it.gwet_ac2 > 1 - 1e-9) is (it.exact == it.n)
    assert it.gwet_ac2 <= 1 + 1e-9


def test_coefficients_are_undefined_where_nothing_can_differ() -> None:
    nothing = agreement([], ORDER)
    assert (nothing.kappa_weighted, nothing.gwet_ac2) == (None, None)
    same = agreement([("good", "good")] * 30, ORDER)
    assert same.kappa_weighted is None
    assert same.gwet_ac2 == pytest.approx(1)
    assert agreement([("done", "done")], ("done",)).gwet_ac2 is None


def test_an_unknown_grade_is_refused() -> None:
    with pytest.raises(ValueError, match="“fine” is not one of"):
        agreement([("good", "fine")], ORDER)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 12, "b": 9, "c": 0}, {"a": 12, "b": 9, "c": 0}),
        ({"a": 12, "b": 4, "c": 1}, {"a": 12, "b": None, "c": None}),
        ({"a": 12, "b": 4, "c": 8}, {"a": 12, "b": None, "c": None}),  # or the total would give b away
        ({"a": 4, "b": 0}, {"a": None, "b": None}),
        ({"a": 4}, {"a": None}),
        ({"a": 5}, {"a": 5}),
        ({}, {}),
    ],
)
def test_small_counts_are_hidden(counts: dict[str, int], shown: dict[str, int | None]) -> None:
    assert suppress_small(counts) == shown


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12)), st.integers(1, 10))
def test_no_small_count_shows_and_none_can_be_worked_out(counts: dict[str, int], minimum: int) -> None:
    shown = suppress_small(counts, minimum)
    assert all(n is None or n == 0 or n >= minimum for n in shown.values())
    assert all(n in (None, counts[name]) for name, n in shown.items())
    hidden = [name for name, n in shown.items() if n is None]
    assert len(hidden) != 1 or len(counts) == 1
