"""The dashboard and the reports' pages: who sees what, what they lead to, and in how many queries."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from qaframework.packs.models import Framework
from qaframework.people.models import RecordRead, User
from qaframework.rules.periods import Month
from reporting.forms import mark_of
from reporting.models import Report
from reporting.workflow import build_report, release_report, write_words
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory
from tests.factories.packs import bracknell
from tests.factories.reporting import audited, looped
from tests.reporting.conftest import DECEMBER

pytestmark = pytest.mark.django_db

DASHBOARD = "/dashboard/?month=2026-11"


@pytest.fixture(autouse=True)
def december() -> Iterator[None]:
    with time_machine.travel(DECEMBER, tick=False):
        yield


@pytest.fixture
def report(framework: Framework) -> Report:
    return build_report(
        framework=framework, kind="monthly", period=Month.parse("2026-11"), by=None, now=DECEMBER
    )


@pytest.fixture
def released(report: Report, authority: Authority) -> Report:
    by = authority.qa_manager
    write_words(report=report, so_what="Calmer.", now_what="Go on.", was=("", ""), by=by, now=DECEMBER)
    return release_report(report=report, by=by, now=DECEMBER)


def page(client: Client, user: User, url: str) -> Any:
    client.force_login(user)
    return client.get(url)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("director", 200),
        ("head_of_service", 200),
        ("team_manager", 200),
        ("qa_manager", 200),
        ("practitioner", 403),
        ("admin", 403),
    ],
)
def test_the_dashboard_is_for_those_who_see_figures(
    framework: Framework, authority: Authority, client: Client, person: str, status: int
) -> None:
    assert page(client, getattr(authority, person), DASHBOARD).status_code == status


def test_the_dashboard_opens_on_the_framework_of_most_of_the_readers_units(
    framework: Framework, authority: Authority, client: Client
) -> None:
    """Whatever its name: the smaller one comes first by the alphabet."""
    smaller = bracknell([authority.duty_team_1]).framework
    assert smaller.name < framework.name
    shown = page(client, authority.qa_manager, "/dashboard/").context["dashboard"]
    assert shown.framework == framework
    choices = shown.filter.fields["framework"].choices
    assert [label for _, label in choices] == [framework.name, smaller.name]


@pytest.mark.clause("LAN-11", "LAN-13")
def test_the_dashboard_shows_each_share_with_its_number_and_interval(
    framework: Framework, authority: Authority, client: Client
) -> None:
    shown = text(page(client, authority.director, DASHBOARD))
    assert "94% (17 of 18, likely between 74% and 99%) were handed in in time" in shown
    assert "That is no clear change from October 2026" in shown
    assert "from 18 final audits" in shown
    assert "likely between 44% and 84%" in shown
    assert shown.count("Explain these figures") == 8
    expected = re.findall(r'data-label="Expected"[^>]*> ?(\d+) ?<', shown)
    assert expected == ["40", "120", "478"]


def test_what_is_expected_of_the_whole_is_not_held_against_a_part(
    framework: Framework, authority: Authority, client: Client
) -> None:
    assert "Expected and actual" in text(page(client, authority.director, DASHBOARD))
    assert "Expected and actual" not in text(page(client, authority.head_of_service, DASHBOARD))
    part = f"{DASHBOARD}&unit={authority.care.pk}"
    assert "Expected and actual" not in text(page(client, authority.director, part))


def test_each_person_gets_the_figures_of_their_own_units(
    framework: Framework, authority: Authority, client: Client
) -> None:
    assert "12 of 18" in text(page(client, authority.director, DASHBOARD))
    assert "8 of 12" in text(page(client, authority.head_of_service, DASHBOARD))
    assert "4 of 6" in text(page(client, authority.outsider, DASHBOARD))
    assert "No audit drawn at random" in text(page(client, authority.team_manager_2, DASHBOARD))


def test_a_unit_can_be_chosen_and_others_units_not(
    framework: Framework, authority: Authority, client: Client
) -> None:
    care = f"{DASHBOARD}&unit={authority.care.pk}"
    assert "4 of 6" in text(page(client, authority.director, care))
    assert "4 of 6" not in text(page(client, authority.head_of_service, care))


def test_those_who_read_figures_only_cannot_take_them_apart(
    framework: Framework, authority: Authority, client: Client
) -> None:
    member = authority.appoint("board_member", "board_member", authority.root)
    shown = text(page(client, member, f"{DASHBOARD}&unit={authority.care.pk}"))
    assert "12 of 18" in shown
    assert 'name="unit"' not in shown
    assert "/return-board/" not in shown
    assert "/audits/" not in shown
    assert "/escalations/" not in shown


def test_figures_lead_to_the_lists_behind_them(
    framework: Framework, authority: Authority, client: Client
) -> None:
    audit = audited(authority, at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC), grade="inadequate")
    looped(audit, authority, at=DECEMBER)
    shown = text(page(client, authority.qa_manager, DASHBOARD))
    for url in ("/return-board/?month=2026-11", "/actions/?late=4-6", "/loops/", "/escalations/", "/audits/"):
        assert f'href="{url}' in shown, url
    assert client.get("/actions/?late=4-6").status_code == 200
    graded = "/audits/inbox/?month=2026-11"
    assert f'href="{graded}' in text(page(client, authority.director, DASHBOARD))
    assert f'href="{reverse("audits:audit", args=[audit.pk])}"' in text(
        page(client, authority.director, graded)
    )


def test_the_dashboard_takes_few_queries(
    framework: Framework, authority: Authority, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(authority.director)
    client.get(DASHBOARD)
    with django_assert_max_num_queries(21):
        client.get(DASHBOARD)


def test_a_dashboard_without_any_framework_says_what_is_missing(authority: Authority, client: Client) -> None:
    assert "No framework holds here yet" in text(page(client, authority.director, "/dashboard/"))


def test_a_framework_that_begins_later_has_no_dashboard_yet(
    framework: Framework, authority: Authority, client: Client
) -> None:
    framework.versions.update(effective_from=DECEMBER.date() + timedelta(days=1))
    assert "No framework holds here yet" in text(page(client, authority.director, DASHBOARD))
    assert page(client, authority.director, "/reports/").status_code == 200


def test_a_month_that_does_not_exist_is_the_present_one(
    framework: Framework, authority: Authority, client: Client
) -> None:
    for query in ("?month=2026-13", "?month=x&unit=y&framework=z", "?unit=999999"):
        assert "Dashboard, December 2026" in text(page(client, authority.director, f"/dashboard/{query}"))


@pytest.mark.parametrize(
    ("person", "draft", "release"),
    [
        ("qa_manager", 200, 200),
        ("qa_officer", 200, 200),
        ("director", 404, 200),
        ("head_of_service", 404, 200),
        ("team_manager", 404, 404),
        ("practitioner", 403, 403),
        ("admin", 403, 403),
    ],
)
def test_drafts_are_for_the_qa_team_and_released_reports_for_those_named(
    report: Report, authority: Authority, client: Client, person: str, draft: int, release: int
) -> None:
    user = getattr(authority, person)
    url = f"/reports/{report.pk}/"
    assert page(client, user, url).status_code == draft
    assert page(client, user, f"{url}report.json").status_code == draft
    listed = "Monthly report, November 2026" in text(page(client, user, "/reports/"))
    assert listed == (draft == 200)
    by = authority.qa_manager
    write_words(report=report, so_what="Calmer.", now_what="Go on.", was=("", ""), by=by, now=DECEMBER)
    release_report(report=report, by=by, now=DECEMBER)
    assert page(client, user, url).status_code == release
    assert page(client, user, f"{url}report.pdf").status_code == release


def test_reading_and_downloading_are_logged(released: Report, authority: Authority, client: Client) -> None:
    page(client, authority.director, f"/reports/{released.pk}/")
    client.get(f"/reports/{released.pk}/report.docx")
    reads = RecordRead.objects.filter(reader=authority.director, kind="report").order_by("pk")
    assert [(read.record_id, read.purpose) for read in reads] == [
        (released.pk, ""),
        (released.pk, "Downloaded as Word"),
    ]


def test_pages_of_reports_take_few_queries(
    released: Report, authority: Authority, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(authority.director)
    client.get("/reports/")
    with django_assert_max_num_queries(9):
        client.get("/reports/")
    with django_assert_max_num_queries(11):
        client.get(f"/reports/{released.pk}/")


def test_words_are_kept_and_the_report_released(report: Report, authority: Authority, client: Client) -> None:
    url = f"/reports/{report.pk}/words/"
    shown = text(page(client, authority.qa_manager, url))
    assert "no clear change from October 2026" in shown
    typed = {"so_what": "Calmer.", "now_what": "", "read": mark_of(report)}
    refused = client.post(url, {**typed, "then": "release"})
    assert refused.status_code == 422
    assert "Write what will be done before you release the report." in text(refused)
    assert "Calmer." in text(refused)
    report.refresh_from_db()
    again = {"so_what": "Calmer.", "now_what": "Go on.", "read": mark_of(report), "then": "release"}
    assert client.post(url, again).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.released_by) == ("released", authority.qa_manager)
    assert client.get(url).status_code == 302
    assert "Calmer." in text(client.get(f"/reports/{report.pk}/"))


def test_two_who_write_at_once_lose_neither_text(
    report: Report, authority: Authority, client: Client
) -> None:
    read = mark_of(report)
    write_words(
        report=report, so_what="Theirs.", now_what="", was=("", ""), by=authority.qa_officer, now=DECEMBER
    )
    client.force_login(authority.qa_manager)
    typed = {"so_what": "Mine.", "now_what": "", "read": read, "then": "keep"}
    answer = client.post(f"/reports/{report.pk}/words/", typed)
    assert answer.status_code == 409
    assert "Theirs." in text(answer)
    assert "Mine." in text(answer)
    report.refresh_from_db()
    assert report.so_what == "Theirs."


def test_only_the_qa_team_writes_and_issues_again(
    released: Report, authority: Authority, client: Client
) -> None:
    for path in ("words", "again"):
        assert page(client, authority.director, f"/reports/{released.pk}/{path}/").status_code == 403
    client.force_login(authority.qa_manager)
    url = f"/reports/{released.pk}/again/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Two came late."}).status_code == 302
    assert client.post(url, {"reason": "Two came late."}).status_code == 422
    assert Report.objects.count() == 2
    assert "Monthly report, November 2026, version 2" in text(client.get("/reports/"))


def test_the_reports_words_are_escaped(report: Report, authority: Authority, client: Client) -> None:
    by = authority.qa_manager
    write_words(report=report, so_what="<script>x</script>", now_what="ok", was=("", ""), by=by, now=DECEMBER)
    shown = page(client, by, f"/reports/{report.pk}/").content.decode()
    assert "<script>x</script>" not in shown
    assert "&lt;script&gt;x" in shown


def test_restricted_cases_are_in_no_count_of_a_dashboard(
    framework: Framework, authority: Authority, client: Client
) -> None:
    before = page(client, authority.director, DASHBOARD).context["dashboard"].figures
    hidden = CaseFactory(unit=authority.duty_team_1, restricted=True)
    audited(authority, at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC), case=hidden)
    assert page(client, authority.director, DASHBOARD).context["dashboard"].figures == before
