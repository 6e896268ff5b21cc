from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.caseload.cells import RowReader, age_band, age_on, code_list, data, is_blank, words
from qaframework.caseload.findings import Findings
from qaframework.caseload.models import AgeBand, Case, CaseFlag, CaseStatus, PlanType
from qaframework.caseload.rows import status_of

DAY = date(2026, 11, 9)


def test_the_codes_of_the_data_are_those_of_the_register():
    assert set(data("codes")["plan_type"]) == set(PlanType.values)
    assert set(data("codes")["age_band"]) == set(AgeBand.values)
    assert set(data("codes")["flags"]) == set(CaseFlag.values)
    assert len(",".join(CaseFlag.values)) <= Case._meta.get_field("flags").max_length
    assert {status_of(False, ""), status_of(True, ""), status_of(True, "RC5")} == set(CaseStatus.values)
    longest = Case._meta.get_field("ethnicity").max_length
    assert all(len(code) <= longest for code in data("codes")["ethnicity"])


@pytest.mark.parametrize("name", list(data("codes")))
def test_every_spelling_of_a_code_means_that_code_only(name):
    for code, ways in data("codes")[name].items():
        for way in (code, *ways):
            assert code_list(name).find(way) == code
            assert code_list(name).find(f"b) {way.upper()}") == code


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("a) WBRI", "WBRI"),
        ("WBRI - White British", "WBRI"),
        ("White British", "WBRI"),
        ("A1", "WBRI"),
        ("martian", None),
    ],
)
def test_a_code_is_found_by_code_label_or_both(cell, code):
    assert code_list("ethnicity").find(cell) == code


@pytest.mark.parametrize(
    ("years", "band"),
    [
        (0, "under_1"),
        (0.99, "under_1"),
        (1, "1_to_4"),
        (4.999, "1_to_4"),
        (5, "5_to_9"),
        (9.99, "5_to_9"),
        (10, "10_to_15"),
        (16, "16_to_17"),
        (17.99, "16_to_17"),
        (18, "18_and_over"),
    ],
)
def test_age_bands_change_on_the_birthday(years, band):
    assert age_band(years) == band


@given(st.dates(date(2000, 1, 1), DAY))
def test_an_age_is_reached_on_the_birthday_and_not_before(birth):
    years = age_on(birth, DAY)
    assert (DAY.year - birth.year) - 1 <= years <= DAY.year - birth.year
    assert (years == DAY.year - birth.year) == ((birth.month, birth.day) <= (DAY.month, DAY.day))


@given(st.text())
def test_words_are_the_same_when_taken_twice(text):
    assert words(words(text)) == words(text)


@given(
    st.one_of(
        st.none(), st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.dates()
    )
)
def test_no_cell_breaks_the_reader_and_none_is_too_long(cell):
    reader = RowReader(Findings(), DAY)
    reader.begin("sheet", 2)
    assert len(reader.reference(cell, "child_ref")) <= 20
    assert len(reader.text(cell, "team", 10)) <= 10
    day = reader.day(cell, "opened_on", decides=True)
    assert day is None or day <= DAY
    assert reader.age_band(cell, "age") in AgeBand.values
    assert reader.code(cell, "plan", "plan_type") in {"", *PlanType.values}
    for finding in reader.findings:
        assert len(finding.value) <= 120
        assert finding.problem
        assert finding.remedy


@pytest.mark.parametrize("cell", ["", "#N/A", "#REF!", "-", ".", "<blank>", "N/A"])
def test_traces_of_nothing_are_blank(cell):
    assert is_blank(cell)
