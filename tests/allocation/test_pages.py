"""The pages: who may open them, what they say, and how many questions they ask the database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import Http404
from django.test import Client
from django.urls import reverse

from qaframework.allocation import workflow
from qaframework.allocation.access import get_visible_assignment
from qaframework.allocation.models import Assignment, ExtensionRequest
from tests.allocation.seeing import EVERYBODY, Page, statuses, texts
from tests.factories.actions import done_action, issued_action, raised_concern
from tests.factories.allocation import ExtensionRequestFactory, handed_in, owed, planned_year
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.packs import lancashire

pytestmark = pytest.mark.usefixtures("today_is_10_november")

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)


def work_of(northmoor: Authority, who: str = "team_manager", **values: Any) -> Assignment:
    post = northmoor.post_of[getattr(northmoor, who)]
    return owed(northmoor, post, **{"due_on": date(2026, 12, 8), "now": NOW - timedelta(days=30), **values})


# My work


def test_my_work_shows_late_work_first_with_its_distance(northmoor: Authority, page: Page) -> None:
    case = CaseFactory(unit=northmoor.duty_team_1, child_ref="N-77")
    work_of(northmoor, due_on=date(2026, 11, 15), period="2026-10")
    work_of(northmoor, due_on=date(2026, 11, 7), case=case)
    shown = page(northmoor.team_manager, "my_work")
    work = shown.context["work"]
    assert texts(work.owed, 1) == ["N-77", "No case"]
    assert texts(work.owed, 2) == ["7 Nov 2026, 3 days late", "15 Nov 2026, in 5 days"]
    assert texts(work.owed, 3) == ["Late", "Not started"]
    assert work.late == 1
    assert b"1 of these is late" in shown.content


@pytest.mark.clause("LAN-32")
def test_more_time_can_be_asked_for_until_the_deadline_and_then_the_way_is_gone(
    northmoor: Authority, page: Page
) -> None:
    today = work_of(northmoor, due_on=date(2026, 11, 10))
    work_of(northmoor, due_on=date(2026, 11, 9))
    asked = work_of(northmoor, due_on=date(2026, 11, 20))
    ExtensionRequestFactory(assignment=asked, asked_by=northmoor.team_manager)
    rows = page(northmoor.team_manager, "my_work").context["work"].owed
    assert texts(rows, 4) == ["No longer possible", "Ask for more time", "Asked, not decided yet"]
    assert rows[1][4]["url"] == reverse("allocation:ask_extension", args=[today.pk])


def test_my_work_shows_what_came_out_of_audits_and_waits_for_the_person(
    northmoor: Authority, page: Page, send: Page
) -> None:
    late = issued_action(northmoor, due_on=date(2026, 11, 6))
    concern = raised_concern(northmoor, now=NOW)
    done_action(northmoor, at=NOW)
    shown = page(northmoor.practitioner, "my_work")
    rows = shown.context["work"].waiting
    assert [row[0]["url"] for row in rows] == [reverse("actions:action", args=[late.pk])]
    assert texts(rows, 1) == ["6 Nov 2026, 4 days late"]
    assert texts(rows, 2) == ["Late"]
    assert b"You owe nothing" not in shown.content
    rows = page(northmoor.team_manager, "my_work").context["work"].waiting
    assert [row[0]["url"] for row in rows] == [reverse("actions:concern", args=[concern.pk])]
    assert page(northmoor.outsider, "my_work").context["work"].waiting == []


def test_a_practitioner_sees_what_they_take_part_in(northmoor: Authority, page: Page) -> None:
    case = CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner)
    work_of(northmoor, case=case, worker=northmoor.practitioner)
    work = page(northmoor.practitioner, "my_work").context["work"]
    assert (work.owed, len(work.taking_part)) == ([], 1)
    assert page(northmoor.practitioner_2, "my_work").context["work"].taking_part == []


def test_without_work_the_page_says_when_the_next_comes(northmoor: Authority, page: Page) -> None:
    planned_year(northmoor)
    Assignment.objects.filter(period__lt="2026-12").delete()
    assert "planned for December 2026" in page(northmoor.team_manager, "my_work").content.decode()
    assert "No quality assurance work is planned" in page(northmoor.admin, "my_work").content.decode()


def test_work_of_a_restricted_case_is_shown_to_the_cleared_only(northmoor: Authority, page: Page) -> None:
    case = CaseFactory(unit=northmoor.duty_team_1, restricted=True)
    work_of(northmoor, case=case)
    assert page(northmoor.team_manager, "my_work").context["work"].owed == []
    CaseClearanceFactory(case=case, user=northmoor.team_manager)
    assert len(page(northmoor.team_manager, "my_work").context["work"].owed) == 1


def test_my_work_asks_as_much_for_forty_pieces_as_for_one(
    northmoor: Authority, client: Client, django_assert_num_queries: Any
) -> None:
    planned_year(northmoor)
    case = CaseFactory(unit=northmoor.duty_team_1)
    for _ in range(3):
        work_of(northmoor, case=case)
    client.force_login(northmoor.team_manager)
    client.get(reverse("allocation:my_work"))
    with django_assert_num_queries(11):
        client.get(reverse("allocation:my_work"))


def test_nobody_sees_my_work_without_signing_in(client: Client, northmoor: Authority) -> None:
    assert client.get(reverse("allocation:my_work")).status_code == 302


# Asking for and deciding on more time


@pytest.mark.clause("LAN-32")
def test_the_owner_asks_and_the_head_of_service_grants(northmoor: Authority, page: Page, send: Page) -> None:
    work = work_of(northmoor)
    answer = send(
        northmoor.team_manager,
        "ask_extension",
        work.pk,
        kind="extension",
        new_due_on="2026-12-18",
        reason="On leave",
    )
    assert answer.status_code == 302
    asked = ExtensionRequest.objects.get()
    queue = page(northmoor.head_of_service, "extensions")
    assert texts(queue.context["rows"], 4) == ["Decide"]
    answer = send(
        northmoor.head_of_service, "decide_extension", asked.pk, decision="grant", decision_reason="Agreed"
    )
    assert answer.status_code == 302
    work.refresh_from_db()
    assert work.due_on == date(2026, 12, 18)
    past = page(northmoor.head_of_service, "extensions", show="decided")
    assert texts(past.context["rows"], 3) == ["Granted"]


@pytest.mark.clause("LAN-32")
def test_after_the_deadline_the_form_is_gone_and_the_endpoint_refuses(
    northmoor: Authority, page: Page, send: Page
) -> None:
    work = work_of(northmoor, due_on=date(2026, 11, 9))
    shown = page(northmoor.team_manager, "ask_extension", work.pk)
    assert b"The deadline passed on 9 November 2026" in shown.content
    assert b"Send the request" not in shown.content
    data = {"kind": "extension", "new_due_on": "2026-12-18", "reason": "On leave"}
    answer = send(northmoor.team_manager, "ask_extension", work.pk, **data)
    assert answer.status_code == 422
    assert b"The deadline passed on 9 November 2026" in answer.content
    assert not ExtensionRequest.objects.exists()
    asked = ExtensionRequestFactory(assignment=work, asked_by=northmoor.team_manager)
    assert b"Record the decision" not in page(northmoor.head_of_service, "decide_extension", asked.pk).content
    answer = send(
        northmoor.head_of_service, "decide_extension", asked.pk, decision="grant", decision_reason="Yes"
    )
    assert answer.status_code == 422
    work.refresh_from_db()
    assert work.due_on == date(2026, 11, 9)


def test_what_was_typed_stays_when_something_is_missing(northmoor: Authority, send: Page) -> None:
    work = work_of(northmoor)
    answer = send(northmoor.team_manager, "ask_extension", work.pk, kind="extension", reason="On leave")
    assert answer.status_code == 422
    assert "Give a day after the present deadline, 8 December 2026." in answer.content.decode()
    assert "On leave" in answer.content.decode()


def test_only_the_owner_asks_and_only_deciders_decide(northmoor: Authority, page: Page) -> None:
    work = work_of(northmoor)
    asked = ExtensionRequestFactory(assignment=work, asked_by=northmoor.team_manager)
    assert statuses(northmoor, page, "ask_extension", work.pk) == {
        "team_manager": 200,
        "senior_manager": 404,
        "head_of_service": 404,
        "qa_officer": 404,
        "practitioner": 404,
        "outsider": 404,
        "admin": 404,
    }
    assert statuses(northmoor, page, "decide_extension", asked.pk) == {
        "team_manager": 403,
        "senior_manager": 403,
        "head_of_service": 200,
        "qa_officer": 403,
        "practitioner": 403,
        "outsider": 403,
        "admin": 403,
    }
    assert page(northmoor.care_head_of_service, "decide_extension", asked.pk).status_code == 404
    assert page(northmoor.care_head_of_service, "extensions").context["rows"] == []
    assert texts(page(northmoor.qa_officer, "extensions").context["rows"], 4) == ["Not yours to decide"]


def test_a_lapsed_request_is_shown_with_its_outcome(northmoor: Authority, page: Page) -> None:
    work = work_of(northmoor, due_on=date(2026, 11, 9))
    ExtensionRequestFactory(assignment=work, asked_by=northmoor.team_manager)
    waiting = page(northmoor.head_of_service, "extensions").context["rows"]
    assert texts(waiting, 4) == ["No longer possible"]
    workflow.lapse_requests(now=NOW)
    rows = page(northmoor.head_of_service, "extensions", show="decided").context["rows"]
    assert texts(rows, 3) == ["Lapsed without a decision"]


def test_requests_ask_the_database_little(
    northmoor: Authority, client: Client, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        ExtensionRequestFactory(assignment=work_of(northmoor), asked_by=northmoor.team_manager)
    client.force_login(northmoor.head_of_service)
    client.get(reverse("allocation:extensions"))
    with django_assert_num_queries(9):
        client.get(reverse("allocation:extensions"))


# The return board


def november(northmoor: Authority) -> None:
    """Nine pieces of work first due in November 2026, one in each way it can go, and one in care."""
    then = NOW - timedelta(days=30)
    owner = northmoor.team_manager
    post = northmoor.post_of[owner]
    due = {"due_on": date(2026, 11, 9), "now": then}
    handed_in(northmoor, post, by=owner, at=datetime(2026, 11, 9, 23, 59, tzinfo=UTC), **due)
    handed_in(northmoor, post, by=owner, at=datetime(2026, 11, 10, 0, 1, tzinfo=UTC), **due)
    work_of(northmoor, due_on=date(2026, 11, 9), now=then)
    work_of(northmoor, due_on=date(2026, 11, 10), now=then)
    extended = work_of(northmoor, due_on=date(2026, 11, 30), now=then)
    excluded = work_of(northmoor, due_on=date(2026, 11, 30), now=then)
    for work, kind in ((extended, "extension"), (excluded, "exclusion")):
        asked = workflow.ask_extension(
            assignment=work, kind=kind, reason="Leave", new_due_on=date(2026, 12, 18), by=owner, now=then
        )
        workflow.decide_extension(
            request=asked, grant=True, decision_reason="Yes", by=northmoor.head_of_service, now=then
        )
    withdrawn = work_of(northmoor, due_on=date(2026, 11, 30), now=then)
    workflow.withdraw(assignment=withdrawn, reason="Closed", by=northmoor.qa_officer, now=then)
    work_of(northmoor, due_on=date(2026, 12, 1), now=then)
    work_of(northmoor, "outsider", due_on=date(2026, 11, 20), now=then)


def figures(shown: Any) -> dict[str, str]:
    return {stat.label: stat.value for stat in shown.context["board"].stats}


@pytest.mark.clause("LAN-32")
def test_the_board_counts_a_month_with_extensions_in_and_exclusions_apart(
    northmoor: Authority, page: Page
) -> None:
    november(northmoor)
    shown = page(northmoor.qa_officer, "return_board")
    assert figures(shown) == {
        "Due": "6",
        "Handed in on time so far": "1 of 6",
        "Handed in late": "1",
        "Late and still out": "1",
        "Not yet due": "3",
    }
    assert shown.context["board"].stats[0].note == "1 of these with more time. 1 more excluded, not counted."
    assert shown.context["board"].stats[1].note.startswith("3 of these not yet due.")
    assert len(shown.context["board"].rows) == 7


def test_a_month_gets_its_percentage_when_all_of_it_has_come_due(northmoor: Authority, page: Page) -> None:
    november(northmoor)
    with time_machine.travel(datetime(2026, 12, 20, 10, 0, tzinfo=UTC), tick=False):
        shown = page(northmoor.qa_officer, "return_board", month="2026-11")
    rate = shown.context["board"].stats[1]
    assert (rate.label, rate.value, rate.n) == ("Handed in on time", "17%", 6)
    assert rate.note == "1 handed in on time. Fewer than 10: read the percentage with care."


def test_each_figure_of_the_board_leads_to_its_work(northmoor: Authority, page: Page, client: Client) -> None:
    november(northmoor)
    stats = page(northmoor.qa_officer, "return_board").context["board"].stats
    for stat in stats[1:]:
        rows = client.get(stat.url).context["board"].rows
        assert len(rows) == int(stat.value.split()[0]), stat.label


def test_a_manager_sees_the_board_of_their_own_units_without_a_percentage_of_few(
    northmoor: Authority, page: Page
) -> None:
    november(northmoor)
    shown = page(northmoor.outsider, "return_board")
    assert figures(shown)["Due"] == "1"
    assert figures(shown)["Handed in on time so far"] == "0 of 1"
    assert shown.context["board"].expected == []
    assert figures(page(northmoor.team_manager_2, "return_board"))["Due"] == "0"


@pytest.mark.parametrize(
    ("show", "count"),
    [("overdue", 1), ("waiting", 3), ("in_time", 1), ("handed_in_late", 1), ("extended", 1), ("excluded", 1)],
)
def test_the_board_can_be_narrowed_to_each_figure(
    northmoor: Authority, page: Page, show: str, count: int
) -> None:
    november(northmoor)
    shown = page(northmoor.qa_officer, "return_board", show=show, activity="learning_space")
    assert len(shown.context["board"].rows) == count
    other = page(northmoor.qa_officer, "return_board", show=show, activity="dip_sample")
    assert other.context["board"].rows == []


def test_another_month_can_be_chosen_and_nonsense_shows_this_one(northmoor: Authority, page: Page) -> None:
    november(northmoor)
    assert figures(page(northmoor.qa_officer, "return_board", month="2026-12"))["Due"] == "1"
    assert figures(page(northmoor.qa_officer, "return_board", month="soon"))["Due"] == "6"


@pytest.mark.clause("LAN-11", "LAN-13")
def test_the_board_compares_with_the_expected_volumes(northmoor: Authority, page: Page) -> None:
    november(northmoor)
    expected = page(northmoor.qa_officer, "return_board").context["board"].expected
    assert expected == [
        ["Learning space", "November 2026", 40, 6, 2],
        ["Learning space", "Quarter 3, October to December 2026", 120, 7, 2],
        ["Dip sample", "Quarter 3, October to December 2026", 478, 0, 0],
    ]


def test_restricted_cases_are_neither_shown_nor_counted(northmoor: Authority, page: Page) -> None:
    case = CaseFactory(unit=northmoor.duty_team_1, restricted=True)
    work_of(northmoor, case=case, due_on=date(2026, 11, 20))
    assert figures(page(northmoor.qa_officer, "return_board"))["Due"] == "0"
    CaseClearanceFactory(case=case, user=northmoor.qa_officer)
    assert figures(page(northmoor.qa_officer, "return_board"))["Due"] == "1"


def test_the_board_pages_by_key(northmoor: Authority, page: Page, client: Client) -> None:
    for day in range(1, 31):
        work_of(northmoor, due_on=date(2026, 11, day), ordinal=day)
    first = page(northmoor.qa_officer, "return_board").context["board"]
    second = client.get(reverse("allocation:return_board") + first.page.next_url).context["board"]
    assert (len(first.rows), len(second.rows), second.page.next_url) == (25, 5, "")
    back = client.get(reverse("allocation:return_board") + second.page.previous_url).context["board"]
    assert back.rows == first.rows


def test_the_board_asks_the_database_little(
    northmoor: Authority, client: Client, django_assert_num_queries: Any
) -> None:
    november(northmoor)
    client.force_login(northmoor.qa_officer)
    client.get(reverse("allocation:return_board"))
    with django_assert_num_queries(8):
        client.get(reverse("allocation:return_board"))


def test_who_opens_the_board(northmoor: Authority, page: Page) -> None:
    lancashire([northmoor.root])
    assert statuses(northmoor, page, "return_board") == {
        "team_manager": 200,
        "senior_manager": 200,
        "head_of_service": 200,
        "qa_officer": 200,
        "practitioner": 403,
        "outsider": 200,
        "admin": 403,
    }


# Moving and withdrawing


@pytest.mark.clause("LAN-06")
def test_the_qa_team_moves_work_across_functions_and_withdraws_it(
    northmoor: Authority, page: Page, send: Page
) -> None:
    work = work_of(northmoor)
    taker = northmoor.post_of[northmoor.outsider]
    shown = page(northmoor.qa_officer, "reallocate", work.pk)
    assert f"{taker.title} (Children in care team 1): Outsider Example" in shown.content.decode()
    assert (
        send(northmoor.qa_officer, "reallocate", work.pk, to_post=taker.pk, reason="Leave").status_code == 302
    )
    work.refresh_from_db()
    assert work.post == taker
    assert send(northmoor.qa_officer, "withdraw", work.pk, reason="Closed").status_code == 302
    work.refresh_from_db()
    assert work.state == "withdrawn"
    again = send(northmoor.qa_officer, "withdraw", work.pk, reason="Closed")
    assert again.status_code == 409
    assert b"nothing was saved" in again.content


def test_planned_work_is_moved_from_the_timetable_of_its_post(
    northmoor: Authority, page: Page, send: Page
) -> None:
    programme = planned_year(northmoor)
    post = northmoor.post_of[northmoor.team_manager]
    timetable = ("programme_post", programme.pk, post.pk)
    change = page(northmoor.qa_officer, *timetable).context["work"][-1][-1]
    assert change["text"] == "Move or withdraw"
    work = Assignment.objects.get(pk=int(change["url"].split("/")[2]))
    taker = northmoor.post_of[northmoor.outsider]
    answer = send(northmoor.qa_officer, "reallocate", work.pk, to_post=taker.pk, reason="Leave")
    assert answer.url == reverse("allocation:programme_post", args=[programme.pk, taker.pk])
    work.refresh_from_db()
    assert (work.post, work.state) == (taker, "planned")
    assert len(page(northmoor.admin, *timetable).context["work"][0]) == 4


def test_moving_without_a_post_or_a_reason_is_refused_in_words(northmoor: Authority, send: Page) -> None:
    work = work_of(northmoor)
    answer = send(northmoor.qa_officer, "reallocate", work.pk)
    assert answer.status_code == 422
    assert "Choose the post that is to do it." in answer.content.decode()
    assert "Say why the work moves to another post." in answer.content.decode()


@pytest.mark.parametrize("name", ["reallocate", "withdraw"])
def test_only_the_qa_team_moves_and_withdraws(northmoor: Authority, page: Page, name: str) -> None:
    work = work_of(northmoor)
    expected = dict.fromkeys(EVERYBODY, 403) | {"qa_officer": 200}
    assert statuses(northmoor, page, name, work.pk) == expected


# The door to one assignment


def test_who_reaches_an_assignment(northmoor: Authority) -> None:
    case = CaseFactory(unit=northmoor.duty_team_2, worker=northmoor.practitioner_2)
    work = work_of(northmoor, case=case, worker=northmoor.practitioner_2)

    def reaches(who: str) -> bool:
        try:
            return get_visible_assignment(getattr(northmoor, who), work.pk) == work
        except Http404:
            return False

    may = {"team_manager", "practitioner_2", "senior_manager", "head_of_service", "director", "qa_officer"}
    everybody = {*EVERYBODY, "practitioner_2", "team_manager_2", "director"}
    assert {who for who in everybody if reaches(who)} == may
    case.is_restricted, case.restriction_reason = True, "Related to a member of staff"
    case.save()
    assert not any(reaches(who) for who in everybody)


def test_the_qa_team_asks_for_a_look_at_supervision_records(
    northmoor: Authority, page: Page, send: Page
) -> None:
    programme = planned_year(northmoor)
    owner = northmoor.post_of[northmoor.team_manager]
    assert page(northmoor.team_manager, "ask_for_work", programme.pk).status_code == 403
    form = page(northmoor.qa_officer, "ask_for_work", programme.pk).context["form"]
    offered = dict(form.fields["activity"].choices)
    assert offered["supervision_audit"] == "Look at a supervision record"
    assert "learning_space" not in offered
    assert send(northmoor.qa_officer, "ask_for_work", programme.pk).status_code == 422
    values = {"activity": "supervision_audit", "post": owner.pk, "theme": "Reflection"}
    late = send(northmoor.qa_officer, "ask_for_work", programme.pk, **values, due_on="2026-11-01")
    assert (late.status_code, "between 10 November 2026" in late.content.decode()) == (422, True)
    done = send(northmoor.qa_officer, "ask_for_work", programme.pk, **values, due_on="2026-12-18")
    assert done.url == reverse("allocation:programme_post", args=[programme.pk, owner.pk])
    owed_now = page(northmoor.team_manager, "my_work").context["work"].owed
    assert texts(owed_now, 0) == ["Look at a supervision record, November 2026"]
