"""The record of a draw: spoiled in whatever way it is found out, and replacing keeps to what makes sense."""

import zlib
from datetime import UTC, datetime
from typing import Any

import pytest

from audits.frames import freeze, thaw
from audits.models import DrawnCase, SampleDraw
from audits.workflow import replace_case, verify_draw
from qaframework.caseload.models import Case
from qaframework.people.refusal import Refused
from qaframework.rules.sampling import frame_hash
from tests.audits.test_draw_rules import House
from tests.factories.authority import Authority

DRAW_DAY = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)


@pytest.fixture
def house(authority: Authority) -> House:
    house = House(authority)
    for _ in range(12):
        house.case()
    return house


@pytest.fixture
def draw(house: House) -> SampleDraw:
    house.owe("senior_manager", "head_of_service")
    (draw,) = house.draw().draws
    return draw


def one_case_twice(draw: SampleDraw) -> dict[str, Any]:
    """A frame that no draw could have come from, with a hash to fit."""
    frame = thaw(draw.frame)
    entries = (*frame.entries, frame.entries[0])
    return {
        "frame": freeze(type(frame)(entries, frame.exclusions)),
        "frame_hash": frame_hash(entries, frame.exclusions),
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda draw: {"frame": zlib.compress(b"nonsense")}, "damaged"),
        (lambda draw: {"frame": zlib.compress(b'{"entries": []}')}, "damaged"),
        (lambda draw: {"frame": zlib.compress(b'{"entries": [[]], "exclusions": {}}')}, "damaged"),
        (one_case_twice, "more than once"),
        (lambda draw: {"settings": {"share_of_reserves": 0.2}}, "settings"),
    ],
)
def test_a_spoiled_record_does_not_match(draw, change, said):
    SampleDraw.objects.filter(pk=draw.pk).update(**change(draw))
    replayed = verify_draw(SampleDraw.objects.get(pk=draw.pk))
    assert not replayed.matches
    assert said in replayed.difference


def test_a_case_of_somebody_who_is_away_is_not_replaced_by_another_of_theirs(house, draw, authority):
    one = draw.cases.get(assignment__post=authority.post_of[authority.senior_manager])
    with pytest.raises(Refused, match="No suitable reserve"):
        replaced_by(one, "worker_away", authority)
    reserve = draw.cases.get(is_reserve=True)
    Case.objects.filter(pk=reserve.case_id).update(worker=authority.practitioner)
    assert replaced_by(one, "worker_away", authority) == reserve


def replaced_by(one: DrawnCase, reason: str, authority: Authority) -> DrawnCase:
    return replace_case(drawn=one, reason=reason, note="", by=authority.qa_officer, now=DRAW_DAY)
