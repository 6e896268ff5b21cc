"""Finds what may identify a child or family in free text, so that the writer can be warned."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

# Children's ages: an earlier year in a full date is more likely a birthday than a date of the work.
YEARS_OF_RECENT_WORK = 2

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(
    rf"\b\d{{1,2}}(?:[/.-]\d{{1,2}}[/.-]|(?:st|nd|rd|th)? (?:{_MONTHS})[a-z]{{0,6}} )(\d{{4}}|\d{{2}})\b",
    re.IGNORECASE,
)
_BIRTH = re.compile(r"\b(?:born|birth|birthday|d\.?o\.?b\.?)\W{0,3}(?:\w{1,4}\W{1,2}){0,2}$", re.IGNORECASE)
_EMAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\b")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE)
_TEN_DIGITS = re.compile(r"(?<![\d+])\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
_PHONE = re.compile(r"(?<![\d+])(?:\+44[ ]?(?:\(0\)[ ]?)?|\(?0)\d(?:[ ()-]{0,2}\d){8,9}(?!\d)")
_NAME = re.compile(r"\b([A-Z][a-z]+(?:['’-][A-Z][a-z]+)?) ([A-Z](?:['’][A-Z])?[a-z]+(?:-[A-Z][a-z]+)?)\b")

# Words that are written with a capital in this field without being anybody's name.
_NOT_NAMES = frozenset(
    """
    Advanced Agency Annex April Assessment Assistant Audit August Board Boxing Child Children Childrens
    Christmas Conference Core Council County Court Crown December Director Early Easter Education
    Executive Family February Federal Friday Good Group Head Health Help High Home House Independent
    January July June Learning Legal Live Local Manager March May Monday Multi National New North
    November October Officer Ofsted Personal Planning Police Practice Practitioner Principal Protection
    Quality Quarter Review Reviewing Safeguarding Safety Saturday School Senior September Service
    Services Signs Social South Space Strategy Sunday Supervision Support Team The This Thursday Trust
    Tuesday Visit Wednesday Week Worker Year Young Youth
    """.split()  # noqa: SIM905 - a hundred quotes would hide the words
)

IN_WORDS = {
    "nhs_number": "an NHS number",
    "postcode": "a postcode",
    "phone": "a phone number",
    "date_of_birth": "a date of birth",
    "email": "an e-mail address",
    "name": "a name",
}


@dataclass(frozen=True)
class Finding:
    """``kind`` is nhs_number, postcode, phone, date_of_birth, email or name."""

    kind: str
    excerpt: str


def likely_identifiers(text: str, *, today: date | None = None) -> list[Finding]:
    """What in the text may identify somebody, in its order. A reason to warn, never to refuse.

    With ``today``, a full date counts as a date of birth after a word such as "born", or when its year
    lies at least two years back; without ``today`` every full date counts.
    """
    found: list[tuple[int, int, Finding]] = []
    for start, end, kind in _candidates(text, today):
        if not any(start < other_end and other_start < end for other_start, other_end, _ in found):
            found.append((start, end, Finding(kind, text[start:end])))
    return [finding for _, _, finding in sorted(found, key=lambda item: item[0])]


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits carry the check digit of an NHS number (modulus 11)."""
    if len(digits) != 10 or not digits.isdecimal():
        return False
    remainder = (
        sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    )
    return (11 - remainder) % 11 == int(digits[9])


def _candidates(text: str, today: date | None) -> Iterator[tuple[int, int, str]]:
    """Start, end and kind; the surer kinds first, so that they win where two overlap."""
    for match in _EMAIL.finditer(text):
        yield *match.span(), "email"
    for match in _DATE.finditer(text):
        if _may_be_birthday(match, today):
            yield *match.span(), "date_of_birth"
    for match in _TEN_DIGITS.finditer(text):
        if is_nhs_number(re.sub(r"\D", "", match[0])):
            yield *match.span(), "nhs_number"
    for match in _PHONE.finditer(text):
        yield *match.span(), "phone"
    for match in _POSTCODE.finditer(text):
        yield *match.span(), "postcode"
    for match in _NAME.finditer(text):
        if not {match[1], match[2]} & _NOT_NAMES:
            yield *match.span(), "name"


def _may_be_birthday(match: re.Match[str], today: date | None) -> bool:
    if today is None or _BIRTH.search(match.string, max(0, match.start() - 40), match.start()):
        return True
    year = int(match[1])
    if len(match[1]) == 2:
        year += 2000 if year <= today.year % 100 else 1900
    return year <= today.year - YEARS_OF_RECENT_WORK
