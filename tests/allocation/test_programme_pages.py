"""The programme's pages: the year, a role, a post's timetable, and dates that are settled later."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qaframework.allocation import workflow
from qaframework.allocation.models import Assignment
from tests.allocation.seeing import EVERYBODY, Page, statuses, texts
from tests.factories.allocation import planned_year
from tests.factories.authority import Authority
from tests.factories.packs import lancashire

pytestmark = pytest.mark.usefixtures("today_is_10_november")

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)


@pytest.mark.clause("LAN-16")
def test_the_programme_page_makes_the_year_and_shows_it_by_role_and_month(
    northmoor: Authority, page: Page, send: Page
) -> None:
    framework = lancashire([northmoor.root]).framework
    assert b"There is no programme yet" in page(northmoor.qa_officer, "programme").content
    answer = send(northmoor.qa_officer, "make_programme", framework=framework.pk, year=2027)
    read = page(northmoor.qa_officer, "confirm_programme", framework.pk, 2027)
    assert answer["Location"] == read.request["PATH_INFO"]
    without_posts = "for which it holds: Independent reviewing officer, Practice development manager."
    assert without_posts in read.content.decode()
    as_read = read.context["proposal"].fingerprint
    send(northmoor.qa_officer, "confirm_programme", framework.pk, 2027, as_read=as_read)
    shown = page(northmoor.qa_officer, "programme")
    assert f"has been made. {Assignment.objects.count()} added." in shown.content.decode()
    managers = next(row for row in shown.context["view"].by_month if row[0]["text"] == "Team manager")
    assert managers[-1] == "63"  # three posts with 21 each
    assert sum(int(cell) for cell in managers[1:-1]) == 63


@pytest.mark.clause("LAN-16")
def test_a_post_has_its_timetable_by_quarter_with_totals(northmoor: Authority, page: Page) -> None:
    programme = planned_year(northmoor)
    post = northmoor.post_of[northmoor.team_manager]
    shown = page(northmoor.qa_officer, "programme_post", programme.pk, post.pk)
    assert shown.context["matrix"] == [
        ["Learning space", "1", "1", "1", "1", "4"],
        ["Dip sample", "3", "3", "3", "3", "12"],
        ["Observation of practice", "1", "1", "1", "1", "4"],
        ["Practice week", "–", "1", "–", "–", "1"],
        ["Total", "5", "6", "5", "5", "21"],
    ]
    rows = page(northmoor.qa_officer, "programme_role", programme.pk, "team_manager").context["rows"]
    assert [row[3:] for row in rows] == [["5", "6", "5", "5", "21"]] * 3


@pytest.mark.clause("LAN-05")
@pytest.mark.writes_behind_the_verbs
def test_what_is_done_is_shown_beside_what_is_planned(northmoor: Authority, page: Page) -> None:
    programme = planned_year(northmoor)
    post = northmoor.post_of[northmoor.team_manager]
    work = Assignment.objects.filter(post=post, activity="dip_sample", period="2026-11").get()
    Assignment.objects.filter(pk=work.pk).update(
        state="submitted", due_on=date(2026, 11, 30), submitted_at=NOW
    )
    matrix = page(northmoor.qa_officer, "programme_post", programme.pk, post.pk).context["matrix"]
    assert matrix[1] == ["Dip sample", "3", "3", "1 / 3", "3", "1 / 12"]


@pytest.mark.clause("LAN-17")
def test_the_dates_of_the_practice_week_are_settled_on_a_page(
    northmoor: Authority, page: Page, send: Page
) -> None:
    programme = planned_year(northmoor, now=datetime(2026, 11, 1, 9, tzinfo=UTC))
    workflow.make_programme(framework=programme.framework, year=2027, by=None, now=NOW)
    year = programme.framework.programmes.get(year=2027)
    undated = page(northmoor.qa_officer, "programme", programme=str(year.pk)).context["view"].undated
    assert texts(undated, 3) == ["To be settled"]
    answer = send(
        northmoor.qa_officer,
        "programme_dates",
        year.pk,
        "practice_week",
        2,
        starts_on="2027-09-13",
        due_on="2027-09-17",
    )
    assert answer.status_code == 302
    undated = page(northmoor.qa_officer, "programme", programme=str(year.pk)).context["view"].undated
    assert texts(undated, 3) == ["13 Sep 2027 to 17 Sep 2027"]
    wrong = send(
        northmoor.qa_officer,
        "programme_dates",
        year.pk,
        "practice_week",
        2,
        starts_on="2026-01-04",
        due_on="2026-01-08",
    )
    assert wrong.status_code == 422
    assert page(northmoor.qa_officer, "programme_dates", year.pk, "dip_sample", 2).status_code == 404


@pytest.mark.clause("LAN-11")
def test_the_programme_stands_beside_the_expected_volumes(northmoor: Authority, page: Page) -> None:
    planned_year(northmoor)
    totals = page(northmoor.qa_officer, "programme").context["view"].totals
    assert [(total.label, total.basis) for total in totals] == [
        ("Learning space", "40 a month"),
        ("Learning space", "120 a quarter"),
        ("Dip sample", "478 a quarter"),
    ]
    by_month, by_quarter, _ = totals
    assert [point.expected for point in by_month.points] == [40 * number for number in range(1, 13)]
    quarters = [point.expected for point in by_quarter.points]
    assert quarters == [None, None, 120, None, None, 240, None, None, 360, None, None, 480]
    assert by_quarter.points[-1].planned == Assignment.objects.filter(activity="learning_space").count()
    assert by_quarter.rows[0][1] == "–"


def test_of_a_programme_made_during_its_year_only_what_is_left_is_expected(
    northmoor: Authority, page: Page
) -> None:
    planned_year(northmoor, now=datetime(2026, 11, 1, 9, tzinfo=UTC))
    by_month, by_quarter, _ = page(northmoor.qa_officer, "programme").context["view"].totals
    assert [point.expected for point in by_month.points][6:] == [0, 40, 80, 120, 160, 200]
    assert by_quarter.points[-1].expected == 240
    assert page(northmoor.qa_officer, "programme").context["totals"][1][1] == 0  # by September


def test_who_sees_and_who_makes_the_programme(northmoor: Authority, page: Page) -> None:
    programme = planned_year(northmoor)
    post = northmoor.post_of[northmoor.team_manager]
    readers = dict.fromkeys(EVERYBODY, 403) | {"qa_officer": 200, "admin": 200}
    assert statuses(northmoor, page, "programme") == readers
    assert statuses(northmoor, page, "programme_role", programme.pk, "team_manager") == readers
    assert statuses(northmoor, page, "programme_post", programme.pk, post.pk) == readers
    makers = dict.fromkeys(EVERYBODY, 403) | {"qa_officer": 200}
    assert statuses(northmoor, page, "make_programme") == makers
    assert statuses(northmoor, page, "programme_dates", programme.pk, "practice_week", 2) == makers
    assert page(northmoor.qa_officer, "programme_role", programme.pk, "nobody").status_code == 404


def test_an_administrator_of_one_function_does_not_see_the_other_functions_programme(
    northmoor: Authority, page: Page
) -> None:
    keeper = northmoor.appoint("care_admin", "config_admin", northmoor.care)
    version = lancashire([northmoor.duty])
    plan = workflow.make_programme(framework=version.framework, year=2026, by=None, now=NOW).programme
    assert b"There is no programme yet" in page(keeper, "programme").content
    assert page(keeper, "programme_role", plan.pk, "team_manager").status_code == 404


@pytest.mark.parametrize(("name", "most"), [("programme", 8), ("programme_role", 8), ("programme_post", 8)])
def test_programme_pages_ask_the_database_little(
    northmoor: Authority, client: Client, django_assert_max_num_queries: Any, name: str, most: int
) -> None:
    programme = planned_year(northmoor)
    post = northmoor.post_of[northmoor.team_manager]
    arguments = {
        "programme": [],
        "programme_role": [programme.pk, "team_manager"],
        "programme_post": [programme.pk, post.pk],
    }
    client.force_login(northmoor.qa_officer)
    url = reverse(f"allocation:{name}", args=arguments[name])
    client.get(url)
    with django_assert_max_num_queries(most):
        assert client.get(url).status_code == 200
