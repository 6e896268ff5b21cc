"""The tracker: who finds which action in it, how it is narrowed, and the list as a file."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from openpyxl import load_workbook

from qaframework.actions.models import Action
from qaframework.actions.workflow import may_verify
from qaframework.people.models import PostHolding, RecordRead, User
from tests.factories.actions import add_action, done_action, draft_plan, issued_action, verified_action
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory

pytestmark = pytest.mark.usefixtures("today_is_10_november")

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)

Page = Callable[..., Any]


def late_action(northmoor: Authority, due_on: date, **values: Any) -> Action:
    return issued_action(northmoor, now=LONG_AGO, due_on=due_on, longer_reason="A course.", **values)


def found(shown: Any) -> list[str]:
    """What the rows of the page begin with."""
    return [row[0]["text"] for row in shown.context["tracker"].rows]


@pytest.mark.clause("LAN-28", "BED-08")
def test_a_manager_oversees_what_the_team_owes_and_sees_it_verified(
    northmoor: Authority, page: Page, send: Page
) -> None:
    action = issued_action(northmoor, due_on=date(2026, 11, 13))
    row = page(northmoor.team_manager, "tracker", whose="team").context["tracker"].rows[0]
    assert row == [
        {"text": "Agree a safety plan with the family.", "url": reverse("actions:action", args=[action.pk])},
        action.plan.case.child_ref,
        "Practitioner Example",
        "13 Nov 2026, in 3 days",
        {"text": "Open", "status": "open"},
        "No",
    ]
    send(northmoor.practitioner, "finish", action.pk, evidence="On the record.")
    assert found(page(northmoor.team_manager, "tracker", state="done")) == [row[0]["text"]]
    send(northmoor.team_manager, "verify", action.pk, difference_made="She sleeps at night.")
    assert found(page(northmoor.team_manager, "tracker")) == []
    assert found(page(northmoor.team_manager, "tracker", state="verified")) == [row[0]["text"]]


@pytest.mark.clause("SAN-17")
def test_each_finds_their_own_and_those_they_oversee(northmoor: Authority, page: Page) -> None:
    issued_action(northmoor, what="The practitioner's.")
    plan = draft_plan(northmoor, worker=None, unit=northmoor.care_team_1)
    issued_action(northmoor, plan=plan, owner=northmoor.care_practitioner, what="In the other function.")
    expected = {
        "practitioner": ["The practitioner's."],
        "practitioner_2": [],
        "team_manager": ["The practitioner's."],
        "team_manager_2": [],
        "senior_manager": ["The practitioner's."],
        "head_of_service": ["The practitioner's."],
        "outsider": ["In the other function."],
        "director": ["The practitioner's.", "In the other function."],
        "qa_officer": ["The practitioner's.", "In the other function."],
        "admin": [],
    }
    assert {name: found(page(getattr(northmoor, name), "tracker")) for name in expected} == expected


def test_drafts_and_restricted_cases_are_in_nobodys_tracker(northmoor: Authority, page: Page) -> None:
    draft = add_action(draft_plan(northmoor), northmoor.post_of[northmoor.practitioner], what="A draft.")
    restricted = CaseFactory(unit=northmoor.duty_team_1, restricted=True)
    hidden = issued_action(northmoor, case=restricted, what="Restricted.")
    assert found(page(northmoor.team_manager, "tracker", state="all")) == []
    assert page(northmoor.team_manager, "action", draft.pk).status_code == 404
    assert page(northmoor.team_manager, "action", hidden.pk).status_code == 404
    CaseClearanceFactory(case=restricted, user=northmoor.team_manager)
    assert found(page(northmoor.team_manager, "tracker")) == ["Restricted."]


@pytest.mark.clause("LAN-28")
@pytest.mark.parametrize(
    ("due_on", "filters", "step"),
    [
        (date(2026, 11, 10), set(), "No"),
        (date(2026, 11, 9), {"late", "0-4"}, "No"),
        (date(2026, 10, 13), {"late", "0-4"}, "Four weeks late"),
        (date(2026, 10, 12), {"late", "4-6"}, "Four weeks late"),
        (date(2026, 9, 28), {"late", "6-12"}, "Six weeks late"),
        (date(2026, 8, 17), {"late", "12"}, "Twelve weeks late"),
    ],
)
def test_late_actions_are_found_by_weeks_with_the_step_they_have_come_to(
    northmoor: Authority, page: Page, due_on: date, filters: set[str], step: str
) -> None:
    late_action(northmoor, due_on)
    row = page(northmoor.team_manager, "tracker").context["tracker"].rows[0]
    assert row[-1] == step
    matching = {
        key
        for key in ("late", "0-4", "4-6", "6-12", "12")
        if found(page(northmoor.team_manager, "tracker", late=key))
    }
    assert matching == filters


def test_what_is_done_is_not_late(northmoor: Authority, page: Page) -> None:
    done_action(northmoor, at=NOW, now=LONG_AGO, due_on=date(2026, 7, 20))
    row = page(northmoor.team_manager, "tracker").context["tracker"].rows[0]
    assert row[3:] == [
        "20 Jul 2026",
        {"text": "To be verified", "status": "done"},
        "No",
    ]
    assert found(page(northmoor.team_manager, "tracker", late="late")) == []


@pytest.mark.clause("LAN-28")
def test_the_list_is_narrowed_by_whose_name_case_state_and_priority(northmoor: Authority, page: Page) -> None:
    case = CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner, child_ref="N-77")
    issued_action(northmoor, case=case, what="Of case 77.")
    issued_action(northmoor, owner=northmoor.team_manager, what="Of the manager.", priority="learning")
    verified_action(northmoor, at=NOW, what="Verified.")

    def narrowed(**query: str) -> list[str]:
        return sorted(found(page(northmoor.team_manager, "tracker", **query)))

    assert narrowed() == ["Of case 77.", "Of the manager."]
    assert narrowed(whose="mine") == ["Of the manager."]
    assert narrowed(owner="practitioner ex") == ["Of case 77."]
    assert narrowed(owner="team manager, duty") == ["Of the manager."]
    assert narrowed(owner="Nobody") == []
    assert narrowed(case=" n-77 ") == ["Of case 77."]
    assert narrowed(priority="learning") == ["Of the manager."]
    assert narrowed(state="all") == ["Of case 77.", "Of the manager.", "Verified."]
    assert narrowed(state="nonsense", late="never", whose="theirs") == ["Of case 77.", "Of the manager."]


def test_my_team_is_everybody_in_my_units_and_nobody_beside_them(northmoor: Authority, page: Page) -> None:
    issued_action(northmoor, what="Team 1.")
    plan = draft_plan(northmoor, unit=northmoor.duty_team_1)
    issued_action(northmoor, plan=plan, owner=northmoor.team_manager_2, what="Of the auditor.")
    assert found(page(northmoor.team_manager, "tracker")) == ["Team 1.", "Of the auditor."]
    assert found(page(northmoor.team_manager, "tracker", whose="team")) == ["Team 1."]
    assert len(found(page(northmoor.head_of_service, "tracker", whose="team"))) == 2


def test_those_that_i_may_verify_are_what_the_verb_lets_me_verify(northmoor: Authority, page: Page) -> None:
    done_action(northmoor, at=LONG_AGO, what="Of the practitioner.")
    done_action(northmoor, at=LONG_AGO, owner=northmoor.team_manager, what="My own.")
    done_action(northmoor, at=LONG_AGO, owner=northmoor.team_manager_2, what="Of another team.")
    for person in (northmoor.team_manager, northmoor.head_of_service, northmoor.qa_manager):
        allowed = {one.what for one in Action.objects.all() if may_verify(person, one, NOW.date())}
        assert set(found(page(person, "tracker", state="done", whose="verify"))) == allowed
    assert "My own." not in found(page(northmoor.team_manager, "tracker", state="done", whose="verify"))


def test_my_work_brings_in_how_many_actions_wait_for_a_manager_to_verify_them(
    client: Client, northmoor: Authority
) -> None:
    address, is_part = reverse("actions:to_verify"), {"HX-Request": "true"}
    my_work = reverse("allocation:my_work")

    def line(person: User) -> str:
        client.force_login(person)
        return " ".join(client.get(address, headers=is_part).content.decode().split())

    assert "No action waits for you" in line(northmoor.team_manager)
    assert f'hx-get="{address}"' in client.get(my_work).content.decode()
    done_action(northmoor, at=LONG_AGO)
    issued_action(northmoor)
    verified_action(northmoor, at=LONG_AGO)
    assert "1 action is done and waits for you to verify it" in line(northmoor.team_manager)
    done_action(northmoor, at=LONG_AGO)
    shown = line(northmoor.team_manager)
    assert "2 actions are done and wait for you to verify them" in shown
    there = client.get(address, follow=True)
    assert f'href="{escape(there.redirect_chain[0][0])}"' in shown
    assert len(there.context["tracker"].rows) == 2
    assert "No action waits" in line(northmoor.practitioner)
    assert address not in client.get(my_work).content.decode()


def test_how_many_wait_for_me_is_asked_once_however_many_there_are(
    client: Client, northmoor: Authority, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        done_action(northmoor, at=LONG_AGO)
    client.force_login(northmoor.team_manager)
    ask = partial(client.get, reverse("actions:to_verify"), headers={"HX-Request": "true"})
    ask()
    with django_assert_num_queries(5):  # of which one counts; the others are of every page
        ask()


def test_a_vacant_post_says_so(northmoor: Authority, page: Page) -> None:
    issued_action(northmoor)
    PostHolding.objects.filter(user=northmoor.practitioner).delete()
    row = page(northmoor.team_manager, "tracker").context["tracker"].rows[0]
    assert row[2] == "Practitioner, Duty team 1 (vacant)"


def test_a_long_list_has_pages_and_keeps_its_filter(northmoor: Authority, page: Page) -> None:
    plan = draft_plan(northmoor)
    for day in range(30):
        due_on = date(2026, 11, 3) + timedelta(days=day % 7)
        add_action(plan, northmoor.post_of[northmoor.practitioner], what=f"{day:02}.", due_on=due_on)
    issued_action(northmoor, plan=plan, what="Last.", due_on=date(2026, 12, 1))
    first = page(northmoor.practitioner, "tracker", whose="mine")
    assert len(found(first)) == 25
    next_url = first.context["tracker"].page.next_url
    assert "whose=mine" in next_url
    second = first.client.get(reverse("actions:tracker") + next_url)
    assert len(found(second)) == 6
    assert found(second)[-1] == "Last."
    assert not set(found(first)) & set(found(second))


def test_an_empty_tracker_says_what_fills_it(northmoor: Authority, page: Page) -> None:
    assert b"No actions to finish" in page(northmoor.practitioner, "tracker").content
    assert b"No action matches these filters" in page(northmoor.practitioner, "tracker", state="done").content


def test_the_number_of_queries_does_not_grow_with_the_list(
    northmoor: Authority, client: Client, django_assert_num_queries: Any
) -> None:
    client.force_login(northmoor.team_manager)
    late_action(northmoor, date(2026, 10, 1))
    plan = draft_plan(northmoor)
    for count in (1, 12):
        for _ in range(count):
            add_action(plan, northmoor.post_of[northmoor.practitioner])
        issued_action(northmoor, plan=plan)
        client.get(reverse("actions:tracker"))
        # Session, person, unread notices; posts, actions, holders, steps; frameworks, for the tabs.
        with django_assert_num_queries(8):
            client.get(reverse("actions:tracker"))


# The list as a file


@pytest.mark.clause("LAN-28")
def test_the_narrowed_list_is_exported_with_evidence_and_without_formulas(
    northmoor: Authority, page: Page
) -> None:
    issued_action(northmoor, what="=cmd|' /C calc'!A0", due_on=date(2026, 11, 3))
    done_action(northmoor, at=NOW, what="Done.")
    response = page(northmoor.team_manager, "export", "csv", state="owed")
    assert response.streaming
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(StringIO(text))
    assert row["What"] == "'=cmd|' /C calc'!A0"
    assert (row["Held by"], row["Due"], row["Days late"], row["State"]) == (
        "Practitioner Example",
        "2026-11-03",
        "7",
        "Open",
    )
    both = page(northmoor.team_manager, "export", "xlsx")
    sheet = load_workbook(BytesIO(b"".join(both.streaming_content)))["Actions"]
    both.close()
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 3
    assert rows[1][2] == "=cmd|' /C calc'!A0"
    assert sheet["C2"].data_type == "s"
    assert rows[2][12] == "The plan is on the record."


def test_an_export_holds_only_what_its_reader_may_see_and_is_noted(northmoor: Authority, page: Page) -> None:
    issued_action(northmoor)
    response = page(northmoor.outsider, "export", "csv")
    assert len(b"".join(response.streaming_content).splitlines()) == 1
    noted = RecordRead.objects.get(kind="report")
    assert (noted.reader, noted.label) == (northmoor.outsider, "Action tracker, file")


# A case's actions


def test_a_case_has_its_actions_as_a_part_of_its_page(
    northmoor: Authority, page: Page, client: Client
) -> None:
    case = CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner)
    verified_action(northmoor, at=NOW, case=case, what="Verified.")
    issued_action(northmoor, what="Of another case.")
    whole = page(northmoor.team_manager, "case_actions", case.pk)
    assert [row[0]["text"] for row in whole.context["rows"]] == ["Verified."]
    assert b"<html" in whole.content
    part = client.get(reverse("actions:case_actions", args=[case.pk]), headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert b"Verified." in part.content
    assert page(northmoor.outsider, "case_actions", case.pk).status_code == 404
