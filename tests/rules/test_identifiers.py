from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.identifiers import is_nhs_number, likely_identifiers

TODAY = date(2026, 11, 10)


def kinds(text: str, today: date | None = TODAY) -> list[tuple[str, str]]:
    return [(finding.kind, finding.excerpt) for finding in likely_identifiers(text, today=today)]


@pytest.mark.parametrize(
    ("text", "kind", "excerpt"),
    [
        ("NHS no. 999 000 0018 on file", "nhs_number", "999 000 0018"),
        ("number 9990000018.", "nhs_number", "9990000018"),
        ("lives at QF1 1AA now", "postcode", "QF1 1AA"),
        ("lives at qf11aa now", "postcode", "qf11aa"),
        ("ring 01632 960 123 first", "phone", "01632 960 123"),
        ("ring (01632) 960123", "phone", "(01632) 960123"),
        ("text +44 7700 900123", "phone", "+44 7700 900123"),
        ("she was born on 3 May 2026", "date_of_birth", "3 May 2026"),
        ("DOB: 03/05/26", "date_of_birth", "03/05/26"),
        ("(14.02.2013)", "date_of_birth", "14.02.2013"),
        ("on 1st March 2012 he", "date_of_birth", "1st March 2012"),
        ("write to sam@example.org soon", "email", "sam@example.org"),
        ("her uncle Sam Example visits", "name", "Sam Example"),
        ("with Niamh O'Sample today", "name", "Niamh O'Sample"),
    ],
)
def test_warns_of_what_may_identify_somebody(text: str, kind: str, excerpt: str) -> None:
    assert (kind, excerpt) in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The Team Manager met the Head of Service before Christmas Day.",
        "Case 100482, seen alone on 3 November 2026 and on 12/10/2026.",
        "Reviewed within 45 working days, 12 of 14 visits in time.",
        "Number 1234567890 is the invoice.",
    ],
)
def test_leaves_ordinary_recording_alone(text: str) -> None:
    assert kinds(text) == []


def test_a_date_counts_as_a_birthday_from_two_years_back() -> None:
    assert kinds("on 5 May 2024 and 5 May 2025") == [("date_of_birth", "5 May 2024")]


def test_every_full_date_counts_when_today_is_not_known() -> None:
    assert kinds("seen on 3 November 2026", None) == [("date_of_birth", "3 November 2026")]


def test_what_is_found_comes_in_the_order_of_the_text_and_once() -> None:
    text = "Sam Example, born 3 May 2014, QF1 1AA, sam.example@example.org"
    assert [kind for kind, _ in kinds(text)] == ["name", "date_of_birth", "postcode", "email"]


@pytest.mark.parametrize(
    ("digits", "valid"),
    [("9990000018", True), ("9990000019", False), ("999000001", False), ("99900000x8", False)],
)
def test_the_check_digit_of_an_nhs_number(digits: str, valid: bool) -> None:
    assert is_nhs_number(digits) is valid


@given(st.integers(10**9, 10**10 - 1))
def test_one_wrong_digit_is_noticed(number: int) -> None:
    digits = str(number)
    if is_nhs_number(digits):
        wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
        assert not is_nhs_number(wrong)


@given(st.text(max_size=200))
def test_excerpts_are_pieces_of_the_text(text: str) -> None:
    assert all(finding.excerpt in text for finding in likely_identifiers(text))
