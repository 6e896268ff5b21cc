import random
from collections import Counter
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.sampling import (
    FrameEntry,
    Method,
    draw,
    frame_hash,
    largest_remainder,
    replay,
    share_to_choose,
    ticket,
)

SEED = "2026-12"
RECORDED_HASH = "01d23c6ae0cb692af2ce39928a98afac408480554ce6491fef3276f49255944b"
RECORDED_CHOSEN = ["CASE-5", "CASE-1", "CASE-3", "CASE-16", "CASE-22", "CASE-15"]
RECORDED_RESERVES = ["CASE-13", "CASE-6", "CASE-20"]
SIZES = {"care": 30, "need": 50, "protection": 20}


@st.composite
def frames(draw_from: st.DrawFn) -> list[FrameEntry]:
    n = draw_from(st.integers(0, 40))
    letters = st.sampled_from(["", "a", "b", "c", "d", "e"])
    return [
        FrameEntry(f"CASE-{i}", draw_from(letters), draw_from(letters), draw_from(letters)) for i in range(n)
    ]


def plain_frame(sizes: dict[str, int] = SIZES) -> list[FrameEntry]:
    return [FrameEntry(f"{name}-{i}", name) for name, size in sizes.items() for i in range(size)]


def references(picks: object) -> list[str]:
    return [pick.reference for pick in picks]  # type: ignore[attr-defined]


def test_a_ticket_is_the_hash_that_anyone_can_compute() -> None:
    assert ticket("seed", "CASE-1") == sha256(b"seed:CASE-1").hexdigest()


@given(frames(), st.integers(0, 50), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(frame: list[FrameEntry], size: int, rng: random.Random) -> None:
    shuffled = rng.sample(frame, len(frame))
    assert draw(shuffled, size, SEED) == draw(frame, size, SEED)
    assert frame_hash(shuffled, {"x": "closed", "y": "new"}) == frame_hash(frame, {"y": "new", "x": "closed"})


@given(frames(), st.integers(0, 50), st.booleans(), st.booleans())
def test_nobody_is_drawn_twice_and_limits_hold(
    frame: list[FrameEntry], size: int, one_per_family: bool, one_per_worker: bool
) -> None:
    drawing = draw(frame, size, SEED, Method(one_per_family=one_per_family, one_per_worker=one_per_worker))
    drawn = references(drawing.chosen) + references(drawing.reserves)
    entries = {entry.reference: entry for entry in frame}
    assert len(drawn) == len(set(drawn))
    assert set(drawn) <= entries.keys()
    assert len(drawing.chosen) + drawing.shortfall == size
    for limited, name in ((one_per_family, "family"), (one_per_worker, "worker")):
        known = [getattr(entries[reference], name) for reference in drawn]
        assert not limited or max(Counter(filter(None, known)).values(), default=0) <= 1


@given(frames(), st.integers(0, 50))
def test_the_draw_falls_short_only_when_families_run_out(frame: list[FrameEntry], size: int) -> None:
    available = len({entry.family or entry.reference for entry in frame})
    assert len(draw(frame, size, SEED).chosen) == min(size, available)


@given(frames(), st.integers(0, 50), st.integers(0, 3))
def test_strata_get_their_places_by_largest_remainder(
    frame: list[FrameEntry], size: int, minimum: int
) -> None:
    drawing = draw(frame, size, SEED, Method(one_per_family=False, minimum_per_stratum=minimum))
    places = largest_remainder(size, Counter(entry.stratum for entry in frame), minimum)
    assert Counter(pick.stratum for pick in drawing.chosen) == Counter(places)


@given(st.integers(0, 120))
def test_each_stratum_is_drawn_in_the_order_of_its_tickets(size: int) -> None:
    frame = plain_frame()
    drawing = draw(frame, size, SEED)
    for stratum in SIZES:
        tickets = sorted(ticket(SEED, entry.reference) for entry in frame if entry.stratum == stratum)
        chosen = [pick.ticket for pick in drawing.chosen if pick.stratum == stratum]
        reserves = [pick.ticket for pick in drawing.reserves if pick.stratum == stratum]
        assert chosen + reserves == tickets[: len(chosen) + len(reserves)]


@given(frames(), st.integers(0, 50), st.integers(0, 8), st.integers(0, 3))
def test_marked_cases_have_their_share_and_never_less_than_the_minimum(
    frame: list[FrameEntry], size: int, minimum: int, every: int
) -> None:
    frame = [entry._replace(is_marked=n % 4 < every, family="") for n, entry in enumerate(frame)]
    drawing = draw(frame, size, SEED, Method(minimum_marked=minimum))
    marked, others = (sum(entry.is_marked is kind for entry in frame) for kind in (True, False))
    proportional = largest_remainder(size, {"marked": marked, "others": others})["marked"]
    drawn = sum(pick.is_marked for pick in drawing.chosen)
    assert drawn == min(max(proportional, minimum), marked, size)
    assert len(drawing.chosen) == min(size, len(frame))


@given(frames(), st.integers(0, 50), st.integers(1, 8))
def test_a_minimum_is_met_whatever_the_families_as_long_as_there_are_marked_ones(
    frame: list[FrameEntry], size: int, minimum: int
) -> None:
    """A sister who is not marked never takes the place of one who is."""
    frame = [entry._replace(is_marked=n % 5 == 0) for n, entry in enumerate(frame)]
    families = {entry.family or entry.reference for entry in frame if entry.is_marked}
    drawing = draw(frame, size, SEED, Method(minimum_marked=minimum))
    assert sum(pick.is_marked for pick in drawing.chosen) >= min(minimum, size, len(families))


def test_marked_cases_and_others_are_each_spread_over_the_strata() -> None:
    frame = plain_frame({"care": 60, "need": 40})
    frame = [entry._replace(is_marked=n % 10 == 0) for n, entry in enumerate(frame)]
    drawing = draw(frame, 20, SEED, Method(minimum_marked=5))
    spread = Counter((pick.is_marked, pick.stratum) for pick in drawing.chosen)
    assert spread == {(True, "care"): 3, (True, "need"): 2, (False, "care"): 9, (False, "need"): 6}
    reserves = Counter((pick.is_marked, pick.stratum) for pick in drawing.reserves)
    assert reserves == {(True, "care"): 1, (True, "need"): 1, (False, "care"): 2, (False, "need"): 2}


def test_a_record_of_today_is_drawn_alike_in_years_to_come() -> None:
    """A change that makes this fail makes every draw that was ever recorded fail."""
    frame = [
        FrameEntry(
            f"CASE-{n}", "care" if n % 3 else "need", f"W{n % 7}", f"F{n // 2}", 1.0 + n % 2, n % 5 == 0
        )
        for n in range(24)
    ]
    drawing = draw(frame, 6, "21 November", Method(minimum_marked=2, minimum_per_stratum=1))
    assert frame_hash(frame, {"CASE-X": "closed"}) == RECORDED_HASH
    assert references(drawing.chosen) == RECORDED_CHOSEN
    assert references(drawing.reserves) == RECORDED_RESERVES


def test_a_frame_smaller_than_the_draw_gives_all_of_it_and_says_what_is_missing() -> None:
    drawing = draw(plain_frame({"care": 3}), 5, SEED)
    assert sorted(references(drawing.chosen)) == ["care-0", "care-1", "care-2"]
    assert drawing.shortfall == 2
    assert drawing.reserves == ()


def test_reserves_are_a_fifth_of_each_stratum_rounded_up() -> None:
    drawing = draw(plain_frame(), 10, SEED)
    assert Counter(pick.stratum for pick in drawing.chosen) == {"need": 5, "care": 3, "protection": 2}
    assert Counter(pick.stratum for pick in drawing.reserves) == {"need": 1, "care": 1, "protection": 1}
    assert [pick.position for pick in drawing.reserves] == [1, 2, 3]
    # 35 × 0.2 is a hair above 7 in floating point.
    assert len(draw(plain_frame({"care": 60}), 35, SEED).reserves) == 7


def test_reserves_are_counted_from_the_cases_a_stratum_gave_not_from_those_it_should_have_given() -> None:
    siblings = [FrameEntry(f"CARE-{i}", "care", family="F1") for i in range(12)]
    drawing = draw([*siblings, *plain_frame({"need": 12})], 12, SEED)
    assert Counter(pick.stratum for pick in drawing.chosen) == {"care": 1, "need": 11}
    drawing = draw([*siblings, *plain_frame({"need": 20})], 10, SEED, Method(reserve_share=0.5))
    assert Counter(pick.stratum for pick in drawing.chosen) == {"care": 1, "need": 9}
    assert Counter(pick.stratum for pick in drawing.reserves) == {"need": 5}


def test_siblings_are_drawn_once_and_the_place_goes_to_another_family() -> None:
    siblings = [FrameEntry(f"CASE-{i}", "care", family="F1") for i in range(6)]
    others = [FrameEntry("CASE-7", "care", family="F2"), FrameEntry("CASE-8", "need")]
    drawing = draw([*siblings, *others], 3, SEED)
    assert {"CASE-7", "CASE-8"} < set(references(drawing.chosen))
    assert len(drawing.chosen) == 3


def test_another_seed_draws_other_cases() -> None:
    frame = plain_frame()
    assert references(draw(frame, 10, "one").chosen) != references(draw(frame, 10, "two").chosen)


def test_weights_of_one_keep_ticket_order_and_equal_weights_change_nothing() -> None:
    frame = plain_frame()
    doubled = [entry._replace(weight=2.0) for entry in frame]
    assert references(draw(frame, 30, SEED).chosen) == references(draw(doubled, 30, SEED).chosen)


@pytest.mark.parametrize(
    ("frame", "size", "message"),
    [
        ([FrameEntry("CASE-1"), FrameEntry("CASE-1")], 1, "CASE-1 is in the frame more than once"),
        ([FrameEntry("CASE-1", weight=0)], 1, "CASE-1 has weight 0"),
        ([FrameEntry("CASE-1", weight=float("inf"))], 1, "CASE-1 has weight inf"),
        ([FrameEntry("CASE-1", weight=float("nan"))], 1, "CASE-1 has weight nan"),
        ([FrameEntry("CASE-1")], -1, "must be 0 or more"),
    ],
)
def test_a_frame_that_cannot_be_drawn_from_is_refused(
    frame: list[FrameEntry], size: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        draw(frame, size, SEED)


@pytest.mark.parametrize("field", ["reference", "stratum", "worker", "family"])
def test_the_hash_of_the_frame_notices_every_change(field: str) -> None:
    entry = FrameEntry("CASE-1", "care", "W1", "F1")
    changed = entry._replace(**{field: "other"})  # type: ignore[arg-type]
    assert frame_hash([entry], {}) != frame_hash([changed], {})
    assert frame_hash([entry], {}) != frame_hash([entry], {"CASE-2": "closed"})
    assert frame_hash([entry], {"CASE-2": "new"}) != frame_hash([entry], {"CASE-2": "closed"})
    assert frame_hash([entry], {}) != frame_hash([entry._replace(weight=2.0)], {})
    assert frame_hash([entry], {}) != frame_hash([entry._replace(is_marked=True)], {})


@given(frames(), st.integers(0, 50))
def test_the_rest_are_all_other_cases_in_the_order_of_their_tickets(
    frame: list[FrameEntry], size: int
) -> None:
    drawing = draw(frame, size, SEED, Method(one_per_family=False))
    every = [*drawing.chosen, *drawing.reserves, *drawing.rest]
    assert sorted(references(every)) == sorted(entry.reference for entry in frame)
    tickets = [pick.ticket for pick in drawing.rest]
    assert tickets == sorted(tickets)
    places = [pick.position for pick in (*drawing.reserves, *drawing.rest)]
    assert places == list(range(1, len(places) + 1))


def test_a_replay_knows_how_many_of_the_rest_were_reserves_too() -> None:
    frame = plain_frame()
    drawing = draw(frame, 10, SEED)
    chosen, reserves = references(drawing.chosen), references(drawing.reserves + drawing.rest[:2])
    assert replay(frame, 10, SEED, chosen=chosen, reserves=reserves, further_reserves=2).matches
    for number in (0, 1, 3):
        other = replay(frame, 10, SEED, chosen=chosen, reserves=reserves, further_reserves=number)
        assert other.difference.startswith("Reserve")


def test_a_replay_matches_its_record_and_names_the_first_difference() -> None:
    frame = plain_frame()
    drawing = draw(frame, 10, SEED)
    chosen, reserves = references(drawing.chosen), references(drawing.reserves)
    recorded_hash = frame_hash(frame, {"CASE-X": "closed"})
    exclusions = {"CASE-X": "closed"}

    same = replay(
        frame, 10, SEED, chosen=chosen, reserves=reserves, recorded_hash=recorded_hash, exclusions=exclusions
    )
    assert same.matches
    assert same.difference == ""

    swapped = [*chosen[:2], "care-99", *chosen[3:]]
    other = replay(frame, 10, SEED, chosen=swapped)
    assert not other.matches
    assert "Chosen case 3 is care-99 in the record" in other.difference
    assert "Reserve 1" in replay(frame, 10, SEED, chosen=chosen, reserves=["x", "y", "z"]).difference
    assert "the record has 9, drawing again gives 10" in replay(frame, 10, SEED, chosen=chosen[:9]).difference
    assert (
        "not the one recorded"
        in replay(
            frame[1:], 10, SEED, chosen=chosen, recorded_hash=recorded_hash, exclusions=exclusions
        ).difference
    )
    assert not replay(frame, 10, "another seed", chosen=chosen).matches


sizes_of_strata = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 200), max_size=8)


@given(st.integers(0, 300), sizes_of_strata, st.integers(0, 5))
def test_places_add_up_and_stay_within_each_stratum(total: int, sizes: dict[str, int], minimum: int) -> None:
    places = largest_remainder(total, sizes, minimum)
    assert places.keys() == sizes.keys()
    assert sum(places.values()) == min(total, sum(sizes.values()))
    assert all(0 <= places[name] <= size for name, size in sizes.items())
    if sum(min(minimum, size) for size in sizes.values()) <= total:
        assert all(places[name] >= min(minimum, size) for name, size in sizes.items())


@given(st.integers(0, 300), sizes_of_strata)
def test_without_minimum_nobody_is_a_whole_place_off_proportion(total: int, sizes: dict[str, int]) -> None:
    population = sum(sizes.values())
    places = largest_remainder(total, sizes)
    for name, size in sizes.items():
        assert not population or abs(places[name] - min(total, population) * size / population) < 1


def test_the_largest_remainders_get_what_is_left() -> None:
    assert largest_remainder(10, {"a": 47, "b": 16, "c": 37}) == {"a": 5, "b": 1, "c": 4}
    assert largest_remainder(5, {"a": 97, "b": 2, "c": 1}, minimum=1) == {"a": 3, "b": 1, "c": 1}
    assert largest_remainder(2, {"a": 5, "b": 5, "c": 5}, minimum=1) == {"a": 1, "b": 1, "c": 0}
    # Three each cannot be afforded, nor two: one each can, and that is kept.
    assert largest_remainder(4, {"a": 97, "b": 3, "c": 3}, minimum=3) == {"a": 2, "b": 1, "c": 1}
    # Both remainders are a half: the larger stratum goes first, then the name.
    assert largest_remainder(2, {"a": 1, "b": 3}) == {"a": 0, "b": 2}
    assert largest_remainder(1, {"b": 2, "a": 2}) == {"b": 0, "a": 1}
    with pytest.raises(ValueError, match="0 or more"):
        largest_remainder(1, {"a": -1})


@pytest.mark.parametrize(
    ("population", "percent", "chosen"),
    [(40, 15, 6), (120, 15, 18), (41, 15, 7), (1, 15, 1), (0, 15, 0), (7, 100, 7), (1000, Decimal("0.1"), 1)],
)
def test_a_share_is_rounded_up(population: int, percent: Decimal | int, chosen: int) -> None:
    assert share_to_choose(population, percent) == chosen


@pytest.mark.parametrize(("population", "percent"), [(-1, 15), (10, 101), (10, -1)])
def test_a_share_outside_0_to_100_percent_is_refused(population: int, percent: int) -> None:
    with pytest.raises(ValueError, match="cannot be chosen"):
        share_to_choose(population, percent)
