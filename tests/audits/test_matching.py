"""Who gets which thing: as many owners as possible, and the earliest things."""

from itertools import combinations, permutations

from hypothesis import given
from hypothesis import strategies as st

from audits.matching import match

Suits = set[tuple[int, int]]

relations = st.sets(st.tuples(st.integers(0, 3), st.integers(0, 5)))


def matched(suits: Suits, owners: int = 4, things: int = 6) -> list[int | None]:
    return match(range(owners), range(things), lambda owner, thing: (owner, thing) in suits)


def can_all_be_put_to_use(things: tuple[int, ...], suits: Suits) -> bool:
    return any(
        all(pair in suits for pair in zip(owners, things, strict=True))
        for owners in permutations(range(4), len(things))
    )


def test_posts_swap_so_that_each_gets_a_case() -> None:
    suits = {("a", 1), ("a", 2), ("b", 1), ("c", 2), ("c", 3)}
    assert match("abc", [1, 2, 3], lambda owner, case: (owner, case) in suits) == [2, 1, 3]
    assert match("abcd", [1, 2, 3], lambda owner, case: (owner, case) in suits) == [2, 1, 3, None]


@given(relations)
def test_everybody_gets_another_thing_that_suits(suits: Suits) -> None:
    got = [(owner, thing) for owner, thing in enumerate(matched(suits)) if thing is not None]
    assert set(got) <= suits
    assert len({thing for _, thing in got}) == len(got)


@given(relations)
def test_as_many_as_possible_get_one_and_of_the_things_the_earliest(suits: Suits) -> None:
    """Compared with every set of things that could be put to use."""
    usable = (
        things
        for size in range(4, -1, -1)
        for things in combinations(range(6), size)
        if can_all_be_put_to_use(things, suits)
    )
    assert tuple(sorted(thing for thing in matched(suits) if thing is not None)) == next(usable)


def test_nothing_is_looked_at_once_everybody_has_one() -> None:
    asked: list[int] = []

    def suits(owner: str, thing: int) -> bool:
        asked.append(thing)
        return True

    assert match("ab", range(1000), suits) == [0, 1]
    assert set(asked) == {0, 1}
