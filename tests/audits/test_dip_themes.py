"""Themes of dip samples by function and month, and the narrative that two sides sign (LAN-12)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from audits.dip_theme_access import Side
from audits.models import DipSample, DipSampleTheme
from audits.workflow import open_due_work, sign_narrative, write_narrative
from qaframework.allocation.models import Assignment, Programme
from qaframework.notices.models import Notice
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Post, User
from reporting.models import Report
from reporting.tasks import build_due_reports
from tests.factories.activities import fill_in, fresh, opened
from tests.factories.allocation import AssignmentFactory, empty_year
from tests.factories.authority import Authority
from tests.factories.packs import bracknell

NOVEMBER = datetime(2026, 11, 10, 14, 0, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)
THEMES = reverse("audits:dip_themes")
TEXT = "Visits are in time. Children are not always seen alone. Teams plan for that from January."


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOVEMBER, tick=False) as travelling:
        yield travelling


@pytest.fixture
def programme(authority: Authority) -> Programme:
    return empty_year(authority)


@pytest.fixture
def sample(authority: Authority, programme: Programme) -> DipSample:
    """The team manager of a duty team owes one of November."""
    return opened(DipSample, authority, authority.team_manager, "dip_sample", period="2026-11")


@pytest.fixture
def theme(authority: Authority, sample: DipSample, client: Client) -> DipSampleTheme:
    """The head of service of duty chose the theme of November."""
    assert choose(client, authority, authority.head_of_service).status_code == 302
    return DipSampleTheme.objects.get()


@pytest.fixture
def written(theme: DipSampleTheme, authority: Authority, sample: DipSample, clock: Any) -> DipSampleTheme:
    """In December, with one dip sample handed in, the senior manager has written what they show."""
    fill_in(
        sample, authority.team_manager, NOVEMBER, **{f"row_ref__r{row}": f"C{row}" for row in range(1, 6)}
    )
    browser = signed_in(authority.team_manager)
    assert browser.post(reverse("audits:dip_sample_hand_in", args=[sample.pk])).status_code == 302
    clock.move_to(DECEMBER)
    assert write(signed_in(authority.senior_manager), theme).status_code == 302
    theme.refresh_from_db()
    return theme


def signed_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def choose(
    client: Client, authority: Authority, user: User, month: str = "2026-11", title: str = "Purposeful visits"
) -> Any:
    client.force_login(user)
    return client.post(address(authority, month), {"title": title, "source": "Families told us."})


def address(authority: Authority, month: str) -> str:
    args = [Programme.objects.get().pk, "dip_sample_theme", authority.duty.pk, month]
    return reverse("audits:choose_dip_theme", args=args)


def write(browser: Client, theme: DipSampleTheme, text: str = TEXT, read: int = 0) -> Any:
    return browser.post(reverse("audits:write_narrative", args=[theme.pk]), {"text": text, "read": read})


def sign(user: User, theme: DipSampleTheme, side: str, read: int) -> Any:
    url = reverse("audits:sign_narrative", args=[theme.pk])
    return signed_in(user).post(url, {"side": side, "read": read}, follow=True)


def page(user: User, theme: DipSampleTheme) -> str:
    answer = signed_in(user).get(reverse("audits:dip_theme", args=[theme.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def told(kind: str) -> set[User]:
    return {notice.recipient for notice in Notice.objects.filter(kind=kind)}


@pytest.mark.clause("LAN-12")
def test_the_head_of_service_plans_the_themes_of_their_function_six_months_ahead(
    authority: Authority, programme: Programme, client: Client
) -> None:
    client.force_login(authority.head_of_service)
    (unit,) = client.get(THEMES).context["units"]
    assert unit["name"] == "Duty and assessment"
    months = {row[0]: row[4] for row in unit["rows"]}
    assert list(months)[0] == "August 2026"
    assert months["October 2026"] == "–"
    for label in ("November 2026", "December 2026", "January 2027", "February 2027", "March 2027"):
        client.force_login(authority.head_of_service)
        answer = client.post(months[label]["url"], {"title": f"Theme of {label}", "source": ""})
        assert answer.status_code == 302
    (unit,) = client.get(THEMES).context["units"]
    assert [row[1]["text"] for row in unit["rows"] if isinstance(row[1], dict)] == [
        f"Theme of {label}"
        for label in ("November 2026", "December 2026", "January 2027", "February 2027", "March 2027")
    ]
    assert DipSampleTheme.objects.filter(unit=authority.duty).count() == 5


@pytest.mark.clause("LAN-12")
def test_whoever_owes_a_dip_sample_reads_the_theme_on_it(
    authority: Authority, sample: DipSample, theme: DipSampleTheme, client: Client
) -> None:
    client.force_login(authority.team_manager)
    assert (
        "Purposeful visits"
        in client.get(reverse("audits:dip_sample_activity", args=[sample.pk])).content.decode()
    )
    assert Assignment.objects.get(pk=sample.assignment_id).theme == "Purposeful visits"
    assert choose(client, authority, authority.head_of_service, title="Fathers").status_code == 302
    assert fresh(sample).assignment.theme == "Fathers"
    assert DipSampleTheme.objects.get().title == "Fathers"


@pytest.mark.clause("LAN-12")
@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("head_of_service", 302),
        ("qa_officer", 302),
        ("director", 404),
        ("care_head_of_service", 404),
        ("senior_manager", 404),
        ("team_manager", 404),
        ("practitioner", 403),
        ("admin", 403),
    ],
)
def test_the_theme_is_chosen_by_whom_the_framework_names_or_entered_by_the_qa_team(
    authority: Authority, programme: Programme, client: Client, person: str, status: int
) -> None:
    assert choose(client, authority, getattr(authority, person)).status_code == status
    assert DipSampleTheme.objects.exists() == (status == 302)


def test_a_theme_stays_once_something_was_found_on_it(
    authority: Authority, written: DipSampleTheme, client: Client
) -> None:
    answer = choose(client, authority, authority.head_of_service, title="Another")
    assert answer.status_code == 422
    assert "were handed in on this theme" in answer.content.decode()


@pytest.mark.parametrize(
    ("month", "why"),
    [("2027-06", "not in the year"), ("2026-03", "not in the year")],
)
def test_months_that_cannot_have_a_theme(
    authority: Authority, programme: Programme, client: Client, month: str, why: str
) -> None:
    answer = choose(client, authority, authority.head_of_service, month)
    assert answer.status_code == 422
    assert why in answer.content.decode()


def test_an_address_that_names_nothing_is_not_found(
    authority: Authority, programme: Programme, client: Client
) -> None:
    client.force_login(authority.head_of_service)
    for args in (
        [programme.pk, "no_theme", authority.duty.pk, "2026-11"],
        [programme.pk, "dip_sample_theme", authority.duty_team_1.pk, "2026-11"],
        [programme.pk, "dip_sample_theme", authority.duty.pk, "2026-13"],
        [programme.pk + 1, "dip_sample_theme", authority.duty.pk, "2026-11"],
    ):
        assert client.get(reverse("audits:choose_dip_theme", args=args)).status_code == 404


@pytest.mark.clause("LAN-12")
def test_what_was_found_is_agreed_by_two_signatures_and_then_read_by_the_function(
    authority: Authority, written: DipSampleTheme
) -> None:
    assert "Was the last visit in time" in page(authority.senior_manager, written)
    assert TEXT not in page(authority.practitioner, written)
    sign(authority.head_of_service, written, "service", read=1)
    assert told("narrative_to_sign") == {authority.qa_manager}
    written.refresh_from_db()
    assert not written.is_agreed
    sign(authority.qa_officer, written, "qa", read=2)
    written.refresh_from_db()
    assert (written.service_signed_by, written.qa_signed_by) == (
        authority.head_of_service,
        authority.qa_officer,
    )
    assert written.agreed_at == DECEMBER
    assert told("narrative_agreed") == {authority.team_manager}
    for reader in (authority.practitioner, authority.team_manager, authority.director):
        assert TEXT in page(reader, written)
    late = write(signed_in(authority.head_of_service), written, "Something else.", read=3)
    assert late.status_code == 422
    assert "Both sides have signed" in late.content.decode()
    written.refresh_from_db()
    assert written.narrative == TEXT
    rows = signed_in(authority.head_of_service).get(THEMES).context["units"][0]["rows"]
    assert {"status": "final", "text": "Agreed"} in [row[3] for row in rows]


@pytest.mark.clause("LAN-12")
def test_a_change_after_a_signature_withdraws_it(authority: Authority, written: DipSampleTheme) -> None:
    sign(authority.head_of_service, written, "service", read=1)
    changed = write(signed_in(authority.qa_manager), written, f"{TEXT} And reviews.", read=2)
    assert changed.status_code == 302
    written.refresh_from_db()
    assert (written.service_signed_by, written.service_signed_at, written.written_by) == (
        None,
        None,
        authority.qa_manager,
    )
    assert told("narrative_changed") == {authority.head_of_service}


@pytest.mark.clause("LAN-12")
def test_the_two_signatures_are_of_two_people(authority: Authority, written: DipSampleTheme) -> None:
    """The head of service covers for the QA manager this month and has both powers."""
    authority.appoint("both", "head_of_service", authority.duty)
    both = authority.both  # type: ignore[attr-defined]
    post = authority.post_of[authority.qa_manager]
    post.holdings.create(user=both, starts_on=NOVEMBER.date(), is_acting=True)
    sign(both, written, "service", read=1)
    answer = sign(both, written, "qa", read=2)
    assert "Another person has to sign" in answer.content.decode()
    written.refresh_from_db()
    assert not written.is_agreed
    with pytest.raises(IntegrityError), transaction.atomic():
        DipSampleTheme.objects.filter(pk=written.pk).update(qa_signed_by=both, qa_signed_at=DECEMBER)


@pytest.mark.clause("LAN-12")
def test_nobody_signs_what_they_have_not_read(authority: Authority, written: DipSampleTheme) -> None:
    write(signed_in(authority.qa_manager), written, "Shorter.", read=1)
    answer = sign(authority.head_of_service, written, "service", read=1)
    assert "Read it again before you sign" in answer.content.decode()
    written.refresh_from_db()
    assert written.service_signed_by is None


def test_two_who_write_at_once_lose_neither_text(authority: Authority, written: DipSampleTheme) -> None:
    answer = write(signed_in(authority.qa_manager), written, "Mine.", read=0)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert TEXT in shown
    assert "Mine." in shown
    written.refresh_from_db()
    assert written.narrative == TEXT
    stale = DipSampleTheme.objects.get()
    write_narrative(theme=written, text="First.", read=1, by=authority.qa_manager, now=DECEMBER)
    with pytest.raises(SomebodyElseWasFirst):
        sign_narrative(theme=stale, side=Side.QA, read=1, by=authority.qa_manager, now=DECEMBER)


@pytest.mark.parametrize(
    ("person", "side", "status"),
    [
        ("senior_manager", "service", 404),
        ("care_head_of_service", "service", 404),
        ("head_of_service", "qa", 404),
        ("director", "service", 404),
        ("admin", "service", 403),
        ("qa_officer", "service", 404),
        ("qa_officer", "qa", 200),
    ],
)
def test_each_side_signs_for_itself(
    authority: Authority, written: DipSampleTheme, person: str, side: str, status: int
) -> None:
    assert sign(getattr(authority, person), written, side, read=1).status_code == status


@pytest.mark.clause("LAN-12")
def test_the_head_of_service_may_let_somebody_else_sign(
    authority: Authority, written: DipSampleTheme
) -> None:
    url = reverse("audits:let_sign_narrative", args=[written.pk])
    head = signed_in(authority.head_of_service)
    elsewhere = head.post(url, {"person": authority.outsider.email})
    assert elsewhere.status_code == 422
    assert "holds no post in Duty and assessment" in elsewhere.content.decode()
    assert head.post(url, {"person": authority.senior_manager.email}).status_code == 302
    assert told("narrative_to_sign") == {authority.senior_manager}
    sign(authority.senior_manager, written, "service", read=1)
    written.refresh_from_db()
    assert written.service_signed_by == authority.senior_manager
    assert signed_in(authority.senior_manager).post(url, {"person": "x"}).status_code == 404


def test_a_late_narrative_is_shown_as_late(authority: Authority, theme: DipSampleTheme, clock: Any) -> None:
    """Ten working days after the end of November, by 14 December."""
    clock.move_to(datetime(2026, 12, 14, 9, 0, tzinfo=UTC))
    rows = signed_in(authority.head_of_service).get(THEMES).context["units"][0]["rows"]
    assert "Due 14 December 2026" in [row[3] for row in rows]
    clock.move_to(datetime(2026, 12, 15, 9, 0, tzinfo=UTC))
    rows = signed_in(authority.head_of_service).get(THEMES).context["units"][0]["rows"]
    assert {"status": "late", "text": "Not agreed, due 14 December 2026"} in [row[3] for row in rows]


def test_a_framework_without_such_themes_says_so(authority: Authority, client: Client) -> None:
    bracknell([authority.root])
    client.force_login(authority.head_of_service)
    assert "No themes are chosen here" in client.get(THEMES).content.decode()


def test_nothing_is_written_on_a_month_that_has_not_begun(
    authority: Authority, programme: Programme, client: Client
) -> None:
    choose(client, authority, authority.head_of_service, "2027-01")
    answer = write(signed_in(authority.head_of_service), DipSampleTheme.objects.get())
    assert answer.status_code == 422
    assert "has not begun" in answer.content.decode()


@pytest.mark.clause("LAN-12")
def test_the_functions_quarterly_report_quotes_what_was_agreed(
    authority: Authority, written: DipSampleTheme, client: Client, clock: Any
) -> None:
    """November's is agreed, December's theme has no text yet; nobody else's report has either."""
    sign(authority.head_of_service, written, "service", read=1)
    sign(authority.qa_officer, written, "qa", read=2)
    choose(client, authority, authority.head_of_service, "2026-12", "Fathers")
    clock.move_to(datetime(2027, 1, 10, 9, 0, tzinfo=UTC))
    build_due_reports()
    of_function = Report.objects.get(unit=authority.duty, period="2026-Q3")
    shown = signed_in(authority.qa_officer).get(f"/reports/{of_function.pk}/").content.decode()
    assert ">November 2026: Purposeful visits</h3>" in shown
    assert TEXT in shown
    assert "Not agreed yet: Fathers (December 2026)." in shown
    for other in Report.objects.exclude(pk=of_function.pk):
        assert TEXT not in str(other.figures), other


@pytest.mark.clause("LAN-12")
def test_both_sides_are_reminded_once_of_a_narrative_that_is_late(
    authority: Authority, written: DipSampleTheme
) -> None:
    def run(at: datetime) -> int:
        return open_due_work(now=at).reminded_of_narratives

    assert run(datetime(2026, 12, 14, 9, 0, tzinfo=UTC)) == 0
    assert run(datetime(2026, 12, 15, 9, 0, tzinfo=UTC)) == 2
    assert told("narrative_late") == {authority.head_of_service, authority.qa_manager}
    assert run(datetime(2026, 12, 16, 9, 0, tzinfo=UTC)) == 0
    sign(authority.head_of_service, written, "service", read=1)
    sign(authority.qa_officer, written, "qa", read=2)
    assert run(datetime(2026, 12, 17, 9, 0, tzinfo=UTC)) == 0


@pytest.mark.clause("LAN-12")
def test_a_dip_sample_planned_after_the_theme_was_chosen_gets_it(
    authority: Authority, theme: DipSampleTheme
) -> None:
    def of(post: Post, period: str) -> Assignment:
        version = theme.programme.framework.versions.get()
        return AssignmentFactory(
            programme=theme.programme,
            framework_version=version,
            post=post,
            activity="dip_sample",
            kind="dip_sample",
            period=period,
        )

    later = of(authority.post_of[authority.team_manager_2], "2026-11")
    others = [
        of(authority.post_of[authority.outsider], "2026-11"),
        of(authority.post_of[authority.team_manager_2], "2026-12"),
    ]
    assert open_due_work(now=NOVEMBER).themed == 1
    assert open_due_work(now=NOVEMBER).themed == 0
    assert Assignment.objects.get(pk=later.pk).theme == "Purposeful visits"
    assert not Assignment.objects.filter(pk__in=[one.pk for one in others]).exclude(theme="").exists()
