"""Thousands of draws: whether chance does what it should, in a way that comes out the same every time."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import sqrt

import pytest

from qaframework.rules.catching_up import MinimumDue
from qaframework.rules.sampling import FrameEntry, Method, draw

pytestmark = pytest.mark.slow

DRAWS = 3000
ONLY = Method(reserve_share=0)


def plausible(freedom: int) -> tuple[float, float]:
    """Between these lie 998 of 1,000 values of chi-squared with so many degrees of freedom (Wilson and
    Hilferty's approximation)."""
    spread = 2 / (9 * freedom)
    low, high = (freedom * (1 - spread + z * sqrt(spread)) ** 3 for z in (-3.09, 3.09))
    return low, high


def chi_squared(counts: Mapping[str, int], members: Iterable[str], places: int, draws: int) -> float:
    """Of how often each of the members came up when each draw takes so many of them, none of them twice."""
    members = list(members)
    share = places / len(members)
    expected = draws * share
    deviation = sum((counts[one] - expected) ** 2 for one in members) / (expected * (1 - share))
    return deviation * (len(members) - 1) / len(members)


def frame_of(**sizes: int) -> list[FrameEntry]:
    return [FrameEntry(f"{name}-{n}", name) for name, size in sizes.items() for n in range(size)]


def test_within_each_stratum_every_case_comes_up_equally_often() -> None:
    frame = frame_of(care=12, need=30, protection=18)
    counts = Counter(pick.reference for n in range(DRAWS) for pick in draw(frame, 10, str(n), ONLY).chosen)
    for stratum, places in (("care", 2), ("need", 5), ("protection", 3)):
        members = [entry.reference for entry in frame if entry.stratum == stratum]
        assert sum(counts[one] for one in members) == DRAWS * places
        low, high = plausible(len(members) - 1)
        assert low < chi_squared(counts, members, places, DRAWS) < high


def test_with_a_minimum_marked_cases_and_others_each_come_up_equally_often() -> None:
    frame = [entry._replace(is_marked=n % 10 == 0) for n, entry in enumerate(frame_of(care=60))]
    method = replace(ONLY, minimum_marked=3)
    counts = Counter(pick.reference for n in range(DRAWS) for pick in draw(frame, 12, str(n), method).chosen)
    for is_marked, places in ((True, 3), (False, 9)):
        members = [entry.reference for entry in frame if entry.is_marked is is_marked]
        assert sum(counts[one] for one in members) == DRAWS * places
        low, high = plausible(len(members) - 1)
        assert low < chi_squared(counts, members, places, DRAWS) < high


def test_reserves_are_as_random_as_the_sample() -> None:
    frame = frame_of(care=20)
    method = Method(reserve_share=0.5)
    counts = Counter(pick.reference for n in range(DRAWS) for pick in draw(frame, 6, str(n), method).reserves)
    low, high = plausible(19)
    assert low < chi_squared(counts, [entry.reference for entry in frame], 3, DRAWS) < high


def test_the_first_case_comes_up_in_proportion_to_its_weight() -> None:
    """Not merely more often: a weight of 3 is three times a weight of 1."""
    frame = [
        FrameEntry(f"CASE-{n}", weight=weight) for n, weight in enumerate((3.0, 2.0, 2.0, 1.0, 1.0, 0.5))
    ]
    counts = Counter(draw(frame, 1, str(n), ONLY).chosen[0].reference for n in range(DRAWS * 2))
    expected = {entry.reference: DRAWS * 2 * entry.weight / 9.5 for entry in frame}
    statistic = sum((counts[one] - number) ** 2 / number for one, number in expected.items())
    low, high = plausible(5)
    assert low < statistic < high


def test_cases_with_double_weight_are_drawn_about_twice_as_often() -> None:
    frame = [FrameEntry(f"CASE-{n}", weight=2.0 if n < 10 else 1.0) for n in range(100)]
    counts = Counter(pick.reference for n in range(2000) for pick in draw(frame, 5, str(n), ONLY).chosen)
    heavy = sum(counts[f"CASE-{n}"] for n in range(10)) / 10
    light = sum(counts[f"CASE-{n}"] for n in range(10, 100)) / 90
    # The first pick is twice as likely, later ones a little less, because heavy ones run out.
    assert 1.8 < heavy / light < 2.1


@pytest.mark.parametrize(("marked", "percent"), [(8, 10), (30, 10), (4, 25)])
def test_a_minimum_share_holds_after_every_draw_of_a_year(marked: int, percent: int) -> None:
    """Of 200 cases, so many marked ones; in 300 years of twelve draws of four to nine cases."""
    frame = [FrameEntry(f"CASE-{n}", is_marked=n < marked) for n in range(200)]
    in_all = had = 0
    for year in range(300):
        drawn_before = marked_before = 0
        for month in range(12):
            size = 4 + (year + month) % 6
            due = MinimumDue(percent, size, drawn_before, marked_before)
            method = replace(ONLY, minimum_marked=due.marked)
            picks = draw(frame, size, f"{year}:{month}", method).chosen
            drawn_before += len(picks)
            marked_before += sum(pick.is_marked for pick in picks)
            assert marked_before * 100 >= drawn_before * percent
        in_all, had = in_all + drawn_before, had + marked_before
    # No more than the minimum where marked cases are rarer than that, else about their share of all cases.
    wanted = max(percent / 100, marked / 200)
    assert wanted <= had / in_all < wanted + 0.04
