import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.case_criteria import CaseCriteria

SEND_IN_CARE = CaseCriteria(plan_types=("child_in_care", "care_leaver"), flags=("send", "ehc_plan"))


@pytest.mark.parametrize(
    ("plan_type", "flags", "fits"),
    [
        ("child_in_care", ("missing", "send"), True),
        ("care_leaver", ("ehc_plan",), True),
        ("child_in_need", ("send",), False),
        ("child_in_care", ("missing",), False),
        ("child_in_care", (), False),
    ],
)
def test_a_case_needs_one_of_each_kind_that_is_named(
    plan_type: str, flags: tuple[str, ...], fits: bool
) -> None:
    assert SEND_IN_CARE.fits(plan_type=plan_type, age_band="5_to_9", flags=flags) is fits


def test_an_age_band_counts_when_it_is_named() -> None:
    teenagers = CaseCriteria(age_bands=("10_to_15", "16_to_17"))
    assert teenagers.fits(plan_type="child_in_need", age_band="16_to_17", flags=())
    assert not teenagers.fits(plan_type="child_in_need", age_band="5_to_9", flags=())


keys = st.lists(st.sampled_from("abcd"), max_size=3, unique=True).map(tuple)


@given(keys, keys, keys)
def test_criteria_are_kept_and_read_again(
    plan_types: tuple[str, ...], age_bands: tuple[str, ...], flags: tuple[str, ...]
) -> None:
    criteria = CaseCriteria(plan_types, age_bands, flags)
    assert CaseCriteria.of(criteria.as_data()) == criteria
    assert CaseCriteria.of({}).fits(plan_type="a", age_band="b", flags=())
