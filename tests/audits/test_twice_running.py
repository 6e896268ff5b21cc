"""No auditor gets a case of the same practitioner twice running while there is another."""

from datetime import date

import pytest
from django.urls import reverse

from audits.models import DrawnCase
from audits.workflow import replace_case, verify_draw
from qaframework.allocation.models import Assignment
from qaframework.people.models import User
from qaframework.rules.periods import Month
from tests.audits.test_draw_rules import DRAW_DAY, House
from tests.factories.authority import Authority

NOVEMBER = Month(2026, 11)


@pytest.fixture
def house(authority: Authority) -> House:
    return House(authority, one_per_worker=False)


def audited(house: House, auditor: str, worker: User, period: str = "2026-10") -> None:
    """An audit of a case of the practitioner, which the auditor's post has handed in."""
    (assignment,) = house.owe(auditor, period=period)
    Assignment.objects.filter(pk=assignment.pk).update(
        worker=worker,
        case=house.case(worker=worker, status="closed"),
        state="final",
        submitted_at=DRAW_DAY,
        due_on=date(2026, 10, 31),
    )


def cases_of(house: House, worker: User, number: int) -> None:
    for _ in range(number):
        house.case(worker=worker)


def two_auditors_who_had_two_practitioners(house: House) -> tuple[User, User]:
    """Each has had one of the practitioners, and each practitioner has one more case; both owe an audit."""
    first, second = house.authority.care_practitioner, house.authority.practitioner_2
    audited(house, "team_manager", first)
    audited(house, "senior_manager", second)
    house.case(worker=first)
    house.case(worker=second)
    house.owe("team_manager", "senior_manager")
    return first, second


def given(house: House) -> dict[str, str]:
    """Whose case the post of each owner got in December."""
    rows = Assignment.objects.filter(period="2026-12", worker__isnull=False)
    return {row.post.code: row.worker.email for row in rows.select_related("post", "worker")}


@pytest.mark.parametrize("seed", list("abcdefgh"))
def test_the_cases_are_given_out_so_that_nobody_has_the_same_practitioner_again(
    house: House, seed: str
) -> None:
    first, second = two_auditors_who_had_two_practitioners(house)
    drawn = house.draw(seed=seed)
    assert given(house) == {"team-manager": second.email, "senior-manager": first.email}
    assert verify_draw(drawn.draws[0]).matches


def test_a_reserve_comes_before_the_same_practitioner_again_and_the_page_says_so(
    house: House, authority: Authority, client
) -> None:
    """Tickets of the seed put the case of the same practitioner first."""
    again, other = authority.care_practitioner, authority.practitioner_2
    audited(house, "team_manager", again)
    cases_of(house, again, 6)
    house.case("OTHER", worker=other)
    house.owe("team_manager")
    (draw,) = house.draw().draws
    assert draw.cases.get(is_reserve=False).case.worker == again
    assert given(house) == {"team-manager": other.email}
    client.force_login(authority.qa_officer)
    row = DrawnCase.objects.get(case__child_ref="OTHER")
    page = client.get(reverse("why_case", args=[row.assignment_id]), follow=True).content.decode()
    assert "Nobody audits the same practitioner twice running" in page
    assert verify_draw(draw).matches


def test_where_there_is_no_other_case_the_same_practitioner_comes_again_and_the_page_says_so(
    house: House, authority: Authority, client
) -> None:
    audited(house, "team_manager", authority.care_practitioner)
    cases_of(house, authority.care_practitioner, 3)
    house.owe("team_manager")
    (draw,) = house.draw().draws
    assert given(house) == {"team-manager": authority.care_practitioner.email}
    assert verify_draw(draw).matches
    client.force_login(authority.qa_officer)
    work = Assignment.objects.get(period="2026-12")
    page = client.get(reverse("why_case", args=[work.pk]), follow=True).content.decode()
    assert "no other case was left for it" in page


def test_only_the_last_one_counts_and_not_what_was_withdrawn(house: House, authority: Authority) -> None:
    first, second = authority.care_practitioner, authority.practitioner_2
    audited(house, "team_manager", first, period="2026-09")
    audited(house, "team_manager", second, period="2026-10")
    audited(house, "team_manager", first, period="2026-11")
    Assignment.objects.filter(period="2026-11").update(state="withdrawn")
    house.case(worker=first)
    house.case(worker=second)
    house.owe("team_manager")
    (draw,) = house.draw().draws
    assert given(house) == {"team-manager": first.email}
    assert [len(turn["had_last"]) for turn in draw.turns] == [1]


def test_a_record_that_gives_the_same_practitioner_again_without_need_does_not_match(house: House) -> None:
    two_auditors_who_had_two_practitioners(house)
    (draw,) = house.draw().draws
    cases = [turn["case"] for turn in draw.turns]
    draw.turns = [{**turn, "case": case} for turn, case in zip(draw.turns, reversed(cases), strict=True)]
    draw.save()
    assert "would get another case" in verify_draw(draw).difference


def test_a_case_is_replaced_by_one_of_another_practitioner_while_there_is_one(authority: Authority) -> None:
    house = House(authority, one_per_worker=False, reserve_share=1.0)
    again, other = authority.care_practitioner, authority.practitioner_2
    audited(house, "team_manager", again)
    cases_of(house, again, 4)
    cases_of(house, other, 2)
    house.owe("team_manager", "senior_manager", "head_of_service")
    (draw,) = house.draw(seed="SEED").draws
    row = draw.cases.get(assignment__post__code="team-manager")
    assert row.case.worker == other
    left = draw.cases.filter(assignment=None).order_by("position")
    assert {one.case.worker for one in left} == {again, other}
    assert left[0].case.worker == again
    new = replace_case(drawn=row, reason="conflict", note="", by=authority.qa_officer, now=DRAW_DAY)
    assert new.case.worker == other
