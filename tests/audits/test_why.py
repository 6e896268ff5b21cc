"""Why this case: a person who has never seen a draw can follow how it came about, on one page."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from audits.models import DrawnCase, SampleDraw
from audits.workflow import replace_case
from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.people.models import RecordRead
from qaframework.rules.sampling import ticket
from tests.audits.test_draw_rules import DRAW_DAY, SEND, House, theme
from tests.factories.audits import Setting, allocated_audit
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory

pytestmark = pytest.mark.usefixtures("today_is_10_november")


@pytest.fixture
def house(authority: Authority) -> House:
    """Twenty cases of two kinds; the manager of team 1 may not audit those of its practitioner."""
    house = House(authority, strata="plan_type", independence="not_own_team")
    for number in range(20):
        kind = "child_protection" if number % 4 == 0 else "child_in_need"
        mine = number % 2 == 0
        house.case(
            plan_type=kind,
            unit=authority.duty_team_1 if mine else authority.care_team_1,
            worker=authority.practitioner if mine else authority.care_practitioner,
        )
    house.case("HELD", on_hold_reason="A complaint")
    house.case("SECRET", restricted=True)
    return house


AUDITORS = ("team_manager", "senior_manager", "head_of_service", "director")


def drawn(house: House) -> SampleDraw:
    house.owe(*AUDITORS)
    (draw,) = house.draw().draws
    return draw


def page(client, row: DrawnCase) -> Any:
    return client.get(reverse("audits:drawn_case", args=[row.pk]))


def words(response: Any) -> str:
    return " ".join(response.content.decode().replace("&#x27;", "’").split())


def allocated(draw: SampleDraw, **values: Any) -> DrawnCase:
    row = draw.cases.filter(state="allocated", **values).select_related("case", "assignment__post").first()
    assert row is not None
    return row


@pytest.fixture
def qa(client, authority):
    client.force_login(authority.qa_officer)
    return client


def step(response: Any, title: str) -> Any:
    (found,) = (one for one in response.context["why"].steps if one.title == title)
    return found


def test_it_goes_from_all_cases_to_this_one_and_its_auditor(qa, house):
    draw = drawn(house)
    row = allocated(draw, assignment__post__role="senior_manager")
    shown = page(qa, row)
    assert [one.title for one in shown.context["why"].steps] == [
        "Which cases could be drawn",
        "How many of each kind",
        "The place of this case",
        "Why this auditor",
    ]
    first = step(shown, "Which cases could be drawn")
    assert first.text == [
        "On 2 November 2026, Northmoor had 22 open cases. 20 cases could be drawn. 2 could not:"
    ]
    assert sorted(first.table.rows) == [
        ["On hold because of a complaint or review", 1],
        ["Restricted case", 1],
    ]
    kinds = {
        line[0].removesuffix(" (this case)"): line[1:]
        for line in step(shown, "How many of each kind").table.rows
    }
    assert kinds == {"Child in need": [15, 3, 1], "Child protection": [5, 1, 1]}
    text = words(shown)
    assert row.ticket in text
    assert draw.seed in text
    assert "Senior manager" in text


def test_its_place_is_counted_among_its_kind_and_among_all(qa, house):
    draw = drawn(house)
    row = draw.cases.get(is_reserve=False, position=1)
    numbers = {"child_in_need": 15, "child_protection": 5}
    kind = row.case.get_plan_type_display()
    text = step(page(qa, row), "The place of this case").text
    assert text[1] == (
        f"Of the {numbers[row.stratum]} cases of the kind “{kind}”, this case came up as number 1. "
        "Of all 20 cases it was number 1."
    )
    assert text[2] == "So it was drawn as one of the sample."


def test_a_reserve_says_what_it_is_for(qa, house):
    row = drawn(house).cases.filter(is_reserve=True).first()
    assert step(page(qa, row), "The place of this case").text[-1] == (
        "So it was drawn as a reserve, for when a drawn case has to be replaced."
    )


def test_posts_that_could_not_audit_the_case_are_named_with_the_reason(qa, house, authority):
    draw = drawn(house)
    row = allocated(draw, case__worker=authority.practitioner)
    table = step(page(qa, row), "Why this auditor").table
    post = authority.post_of[authority.team_manager]
    assert table.rows == [[post.title, "The auditor manages the practitioner of this case."]]
    text = step(page(qa, row), "Why this auditor").text
    assert text[0].endswith("nor a case of their own team.")
    place = [turn["post"] for turn in draw.turns].index(row.assignment.post.code) + 1
    assert text[-1] == f"The post “{row.assignment.post.title}” was number {place} of 4, and got this case."


def test_of_a_drawn_case_that_nobody_got_it_says_why(qa, authority):
    """One post may audit none of three cases, the other all: of two drawn of them, one is left over."""
    house = House(authority, independence="not_own_team")
    for _ in range(3):
        house.case(unit=authority.duty_team_1, worker=authority.practitioner)
    house.case("CARE")
    house.owe("team_manager", "director")

    def number_of_the_other(seed: str) -> int:
        whole = f"{seed}:learning_space:2026-12:{authority.root.code}"
        references = ("CARE", "CASE-001", "CASE-002", "CASE-003")
        return sorted(references, key=lambda reference: ticket(whole, reference)).index("CARE") + 1

    (draw,) = house.draw(seed=next(seed for seed in "0123456789" if number_of_the_other(seed) > 2)).draws
    explained = step(page(qa, draw.cases.get(state="unused")), "Why nobody audits it")
    post = authority.post_of[authority.team_manager]
    assert explained.table.rows == [[post.title, "The auditor manages the practitioner of this case."]]
    assert "either may not audit it or got another case" in explained.text[0]


def test_cases_passed_over_for_a_brother_or_sister_are_counted(qa, authority):
    """Eleven of one family and one alone, for two places: the alone one is drawn wherever it comes up."""
    house = House(authority)
    for _ in range(11):
        house.case(family_ref="F1")
    house.case("ALONE", family_ref="F2")
    house.owe("senior_manager", "head_of_service")
    (draw,) = house.draw().draws
    row = draw.cases.get(case__child_ref="ALONE")
    sooner = sum(ticket(draw.seed, f"CASE-{n:03}") < row.ticket for n in range(1, 12))
    assert sooner > 2
    text = step(page(qa, row), "The place of this case").text
    assert (
        f"{sooner - 1} that came up before it were passed over: of each family only one child is drawn."
        in text
    )


def test_weights_a_least_share_and_a_theme_are_explained(qa, authority):
    house = House(
        authority, new_workers={"within": "4 months", "weight": 2}, minimum_share={**SEND, "percent": 50}
    )
    authority.care_practitioner.holdings.update(starts_on=date(2026, 10, 1))
    for number in range(12):
        house.case(flags="send" if number < 6 else "")
    house.owe("senior_manager", "head_of_service")
    (draw,) = house.draw().draws
    text = words(page(qa, allocated(draw, is_marked=True)))
    assert "it counted 2 times." in text
    assert "At least 50% of the year’s sample are to be SEND. The draws before had given 0 cases" in text
    assert "0 of them SEND, so this draw needed 1 for that." in text
    assert "SEND (this case)" in text


def test_a_theme_is_named_with_the_cases_that_fit(qa, authority):
    house = House(authority, by_theme=True)
    house.case(plan_type="child_in_care", flags="missing")
    house.case(plan_type="child_in_need")
    theme(house)
    house.owe("senior_manager")
    (draw,) = house.draw().draws
    shown = page(qa, allocated(draw))
    assert step(shown, "Which cases could be drawn").text[0] == (
        "The theme of the month was “Children missing from care”. These cases fit it: Child in care; "
        "has gone missing."
    )
    assert ["Does not fit the month’s theme", 1] in step(shown, "Which cases could be drawn").table.rows


# What was changed


def replaced(house: House, draw: SampleDraw, row: DrawnCase) -> DrawnCase:
    return replace_case(
        drawn=row, reason="family_crisis", note="A death", by=house.authority.qa_officer, now=DRAW_DAY
    )


def test_every_replacement_that_led_to_the_case_is_told_in_order(qa, house):
    draw = drawn(house)
    first = allocated(draw, assignment__post__role="director")
    second = replaced(house, draw, first)
    third = replaced(house, draw, second)
    third.refresh_from_db()
    told = step(page(qa, third), "What was changed afterwards").text
    by = "On 2 November 2026, Qa Officer Example put"
    why = "The reason: the family is in crisis. A death"
    one, two = f"drawn case {first.position}", f"reserve {second.position}"
    assert told == [
        f"{by} {two} ({second.case}) in the place of {one} ({first.case}). {why}",
        f"{by} this case in the place of {two} ({second.case}). {why}",
    ]
    assert "nobody got this case" in " ".join(step(page(qa, third), "Why this auditor").text)
    first.refresh_from_db()
    (own,) = step(page(qa, first), "What was changed afterwards").text
    assert f"put reserve {second.position} ({second.case.child_ref}) in the place of this case" in own


# Who may read it


def test_auditor_and_practitioner_learn_of_no_other_child_and_of_no_restriction(client, house, authority):
    draw = drawn(house)
    first = allocated(draw, assignment__post__role="director")
    second = replaced(house, draw, first)
    for user in (authority.director, second.case.worker):
        client.force_login(user)
        shown = page(client, second)
        text = words(shown)
        assert first.case.child_ref not in text
        assert "A death" not in text
        assert "drawn case" in step(shown, "What was changed afterwards").text[0]
        assert step(shown, "Which cases could be drawn").table.rows == [["On hold, or restricted", 2]]
        assert reverse("audits:draw", args=[draw.pk]) not in text
        assert "Replace this case" not in text


def test_a_restricted_case_is_explained_only_to_those_who_are_cleared(client, house, authority):
    secret = Case.objects.get(child_ref="SECRET")
    clearance = CaseClearanceFactory(case=secret, user=authority.director)
    house.owe("director")
    Case.objects.exclude(pk=secret.pk).update(on_hold_reason="A complaint")
    (draw,) = house.draw().draws
    row = allocated(draw)
    assert row.case == secret
    for user, status in ((authority.director, 200), (authority.qa_officer, 404), (authority.qa_manager, 404)):
        client.force_login(user)
        assert page(client, row).status_code == status
        assert client.get(reverse("why_case", args=[row.assignment_id])).status_code == (
            302 if status == 200 else 404
        )
    clearance.delete()
    client.force_login(authority.director)
    assert page(client, row).status_code == 404


# The ways to it


def test_audit_draw_and_board_lead_to_it(client, house, authority):
    draw = drawn(house)
    row = allocated(draw, assignment__post__role="senior_manager")
    why, direct = reverse("why_case", args=[row.assignment_id]), reverse("audits:drawn_case", args=[row.pk])
    client.force_login(authority.senior_manager)
    assert client.get(why).url == direct
    audit = client.get(reverse("open_work", args=[row.assignment_id]), follow=True)
    assert f'href="{why}"' in audit.content.decode()
    client.force_login(authority.qa_officer)
    assert f'href="{direct}"' in client.get(reverse("audits:draw", args=[draw.pk])).content.decode()
    board = client.get(reverse("allocation:return_board"), {"month": "2026-12"})
    assert f'href="{why}"' in board.content.decode()
    assert RecordRead.objects.filter(reader=authority.senior_manager, kind="case").count() == 0
    client.force_login(authority.senior_manager)
    client.get(why, follow=True)
    assert RecordRead.objects.filter(reader=authority.senior_manager, kind="case").count() == 1


def test_of_a_case_that_was_chosen_it_says_that_nothing_was_drawn(client, where: Setting):
    audit = allocated_audit(where)
    Assignment.objects.filter(pk=audit.assignment_id).update(selection="targeted", theme="Purposeful visits")
    client.force_login(where.auditor)
    text = words(client.get(reverse("why_case", args=[audit.assignment_id])))
    assert "was not drawn at random. It was chosen for the theme “Purposeful visits”" in text


def test_of_a_second_look_it_says_what_it_follows(client, where: Setting):
    first, second = allocated_audit(where), allocated_audit(where)
    type(second).objects.filter(pk=second.pk).update(follow_up_of=first)
    client.force_login(where.auditor)
    text = words(client.get(reverse("why_case", args=[second.assignment_id])))
    assert "It follows another audit of the same practitioner" in text


def test_somebody_elses_work_is_not_explained(client, house, authority):
    row = allocated(drawn(house))
    client.force_login(authority.practitioner_2)
    assert client.get(reverse("why_case", args=[row.assignment_id])).status_code == 404
