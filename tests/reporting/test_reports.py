"""Reports: built once a period, frozen, released with a person's words, issued again, caught up with."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db.models import Min
from django.test import Client

from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.notices.models import Notice
from qaframework.packs.models import Framework
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month, Quarter
from reporting.document import Stats, Table
from reporting.models import Report
from reporting.pages import document_of, sentences_of
from reporting.periods import due_periods, period_of
from reporting.workflow import (
    build_due_reports,
    build_report,
    reissue_report,
    release_report,
    write_words,
)
from tests.factories.authority import Authority
from tests.factories.reporting import audited
from tests.reporting.conftest import DECEMBER

pytestmark = pytest.mark.django_db

AFTER_THE_QUARTER = datetime(2027, 1, 7, 9, 0, tzinfo=UTC)
NOVEMBER = Month.parse("2026-11")
WORDS = {"so_what": "Plans have dates now.", "now_what": "Heads of Service check visits by 10 January."}


@pytest.fixture
def report(framework: Framework) -> Report:
    return build_report(framework=framework, kind="monthly", period=NOVEMBER, by=None, now=DECEMBER)


def written(report: Report, authority: Authority) -> Report:
    return write_words(report=report, was=("", ""), by=authority.qa_manager, now=DECEMBER, **WORDS)


def told(kind: str) -> set[str]:
    return {notice.recipient.email.split("@")[0] for notice in Notice.objects.filter(kind=kind)}


def test_a_report_is_built_once_and_its_figures_stay(
    report: Report, framework: Framework, authority: Authority
) -> None:
    report.refresh_from_db()
    before = report.figures
    audited(authority, at=datetime(2026, 11, 25, 9, 0, tzinfo=UTC), grade="inadequate")
    again = build_report(framework=framework, kind="monthly", period=NOVEMBER, by=None, now=DECEMBER)
    assert again == report
    assert again.figures == before
    assert Report.objects.count() == 1
    assert report.history.count() == 1
    assert told("report_draft") == {"qa_manager"}


def test_a_month_that_has_not_ended_has_no_report(framework: Framework) -> None:
    with pytest.raises(Refused, match="has not ended"):
        build_report(
            framework=framework, kind="monthly", period=Month.parse("2026-12"), by=None, now=DECEMBER
        )
    with pytest.raises(Refused, match="not in force"):
        build_report(
            framework=framework, kind="monthly", period=Month.parse("2025-12"), by=None, now=DECEMBER
        )


@pytest.mark.clause("BED-15")
@pytest.mark.parametrize(("kind", "period"), [("monthly", NOVEMBER), ("quarterly", Quarter(2026, 3))])
def test_no_percentage_stands_without_its_number_and_interval(
    framework: Framework, kind: str, period: Month | Quarter
) -> None:
    report = build_report(framework=framework, kind=kind, period=period, by=None, now=AFTER_THE_QUARTER)
    blocks = [block for section in document_of(report).sections for block in section.blocks]
    bare = re.compile(r"\d+%")
    shares = [
        dict(zip((column.label for column in block.columns), row, strict=True))
        for block in blocks
        if isinstance(block, Table)
        for row in block.rows
        if any(bare.fullmatch(str(cell)) for cell in row)
    ]
    stats = [one for block in blocks if isinstance(block, Stats) for one in block.stats]
    assert len(shares) > 3
    for row in shares:
        assert re.fullmatch(r"\d+% to \d+%", str(row["Likely between"])), row
        assert row.get("Due") or row.get("Audits"), row
    for one in stats:
        assert not bare.search(one.value) or (one.n and one.low and one.high), one
    for sentence in sentences_of(report):
        found = bare.findall(re.sub(r"\d+% \(\d+ of \d+, likely between \d+% and \d+%\)", "", sentence))
        assert not found, sentence


def test_the_monthly_report_says_in_sentences_what_the_figures_are(report: Report) -> None:
    told = " ".join(sentences_of(report))
    assert "Of 18 pieces of work due in November 2026, 94% (17 of 18, likely between 74% and 99%)" in told
    assert "That is no clear change from October 2026: 100% (12 of 12, likely between 76% and 100%)." in told
    assert "67% (12 of 18, likely between 44% and 84%) of audits drawn at random were good or better" in told
    assert "The lowest part is “Daily life now”" in told
    headings = [section.heading for section in document_of(report).sections]
    assert headings == [
        "So what",
        "Now what",
        "Returns",
        "Returns over twelve months",
        "Grades of practice",
        "Parts of practice",
        "Moderation",
        "Closing the loop",
        "Actions",
        "Concerns raised",
        "Escalations",
        "Taking part",
        "From finding to change",
    ]


@pytest.mark.clause("LAN-36")
def test_the_learning_of_the_quarter_is_written_up_and_shared(
    framework: Framework, authority: Authority, client: Client
) -> None:
    on_its_day = datetime(2027, 1, 10, 9, 0, tzinfo=UTC)
    build_due_reports(now=on_its_day)
    report = Report.objects.get(kind="quarterly", period="2026-Q3", unit=None)
    said = " ".join(sentences_of(report))
    assert "67% (20 of 30, likely between 49% and 81%) of audits drawn at random were good or better" in said
    assert "The lowest part is “Daily life now”" in said
    with pytest.raises(Refused, match="what the figures mean"):
        release_report(report=report, by=authority.qa_manager, now=on_its_day)
    write_words(report=report, was=("", ""), by=authority.qa_manager, now=on_its_day, **WORDS)
    release_report(report=report, by=authority.qa_manager, now=on_its_day)
    notices = Notice.objects.filter(kind="report_released", recipient=authority.head_of_service)
    client.force_login(authority.head_of_service)
    shown = client.get(notices.get().url).content.decode()
    assert WORDS["so_what"] in shown
    assert "Moderation" in shown


@pytest.mark.clause("LAN-36")
def test_the_quarterly_report_adds_coverage_teams_and_the_two_judgements(framework: Framework) -> None:
    after = datetime(2027, 1, 10, 9, 0, tzinfo=UTC)
    quarter = Quarter.parse("2026-Q3")
    report = build_report(framework=framework, kind="quarterly", period=quarter, by=None, now=after)
    headings = [section.heading for section in document_of(report).sections]
    assert {"Coverage", "Teams and kinds of plan", "From finding to change"} <= set(headings)
    assert report.figures["data"]["practice"]["random"]["good_or_better"]["whole"] == 30
    assert report.figures["data"]["returns"]["total"]["due"] == 30


def test_every_section_explains_its_figures(report: Report) -> None:
    unexplained = {"So what", "Now what", "Returns over twelve months"}
    for section in document_of(report).sections:
        if section.heading not in unexplained:
            assert section.blocks[-1].kind == "explanation", section.heading


def test_no_child_is_named_in_a_report(report: Report, authority: Authority) -> None:
    references = [case.child_ref for case in Case.objects.all()]
    assert references
    assert not [reference for reference in references if reference in str(report.figures)]
    assert authority.practitioner.full_name not in str(report.figures)


@pytest.mark.clause("BED-15")
def test_a_person_says_so_what_and_now_what_before_release(report: Report, authority: Authority) -> None:
    with pytest.raises(Refused, match="what the figures mean and what will be done"):
        release_report(report=report, by=authority.qa_manager, now=DECEMBER)
    write_words(
        report=report, so_what="Better.", now_what=" ", was=("", ""), by=authority.qa_manager, now=DECEMBER
    )
    with pytest.raises(Refused, match="Write what will be done before"):
        release_report(report=report, by=authority.qa_manager, now=DECEMBER)
    assert Report.objects.get().state == "draft"
    assert told("report_released") == set()


@pytest.mark.clause("BED-15")
def test_a_released_report_is_told_to_those_whom_the_framework_names(
    report: Report, authority: Authority
) -> None:
    authority.appoint("board_member", "board_member", authority.root)
    release_report(report=written(report, authority), by=authority.qa_manager, now=DECEMBER)
    assert told("report_released") == {
        "qa_manager",
        "senior_manager",
        "head_of_service",
        "care_head_of_service",
        "director",
        "executive_director",
        "board_member",
    }
    with pytest.raises(SomebodyElseWasFirst):
        release_report(report=report, by=authority.qa_manager, now=DECEMBER)


def test_words_cannot_be_changed_once_released_or_over_somebody_elses(
    report: Report, authority: Authority
) -> None:
    written(report, authority)
    with pytest.raises(SomebodyElseWasFirst):
        write_words(
            report=report, so_what="Mine", now_what="", was=("", ""), by=authority.qa_officer, now=DECEMBER
        )
    release_report(report=report, by=authority.qa_manager, now=DECEMBER)
    read = (report.so_what, report.now_what)
    with pytest.raises(SomebodyElseWasFirst):
        write_words(
            report=report, so_what="Later", now_what="", was=read, by=authority.qa_manager, now=DECEMBER
        )


def test_issued_again_it_is_a_second_version_with_todays_figures(
    report: Report, authority: Authority
) -> None:
    release_report(report=written(report, authority), by=authority.qa_manager, now=DECEMBER)
    audited(authority, at=datetime(2026, 11, 25, 9, 0, tzinfo=UTC), grade="inadequate")
    with pytest.raises(Refused, match="Say why"):
        reissue_report(report=report, reason=" ", by=authority.qa_manager, now=DECEMBER)
    again = reissue_report(report=report, reason="One came late.", by=authority.qa_manager, now=DECEMBER)
    assert (again.version, again.state, again.so_what) == (2, "draft", WORDS["so_what"])
    assert again.figures["data"]["returns"]["total"]["due"] == 19
    assert Report.objects.get(version=1).figures["data"]["returns"]["total"]["due"] == 18
    with pytest.raises(Refused, match="newest version"):
        reissue_report(report=report, reason="Again.", by=authority.qa_manager, now=DECEMBER)


def test_reports_missed_in_an_outage_are_built_and_none_twice(
    framework: Framework, authority: Authority
) -> None:
    """Work began in April: seven months and two quarters are due by 4 December, two also of the function that
    worked, then one month."""
    audited(authority, at=datetime(2026, 5, 20, 9, 0, tzinfo=UTC))
    assert build_due_reports(now=datetime(2026, 12, 4, 9, 0, tzinfo=UTC)) == 11
    assert build_due_reports(now=datetime(2026, 12, 4, 10, 0, tzinfo=UTC)) == 0
    assert build_due_reports(now=datetime(2026, 12, 5, 9, 0, tzinfo=UTC)) == 1
    monthly = Report.objects.filter(kind="monthly").order_by("period").values_list("period", flat=True)
    assert list(monthly) == [f"2026-{month:02}" for month in range(4, 12)]
    quarterly = Report.objects.filter(kind="quarterly")
    assert {(one.period, one.unit) for one in quarterly} == {
        (period, unit) for period in ("2026-Q1", "2026-Q2") for unit in (None, authority.duty)
    }


def test_no_report_is_written_about_a_time_before_the_first_there_is(
    framework: Framework, authority: Authority
) -> None:
    audited(authority, at=datetime(2026, 5, 20, 9, 0, tzinfo=UTC))
    build_report(framework=framework, kind="monthly", period=Month(2026, 10), by=None, now=DECEMBER)
    for unit in (None, authority.duty):
        build_report(
            framework=framework, kind="quarterly", period=Quarter(2026, 2), unit=unit, by=None, now=DECEMBER
        )
    assert build_due_reports(now=DECEMBER) == 1
    assert set(Report.objects.values_list("period", flat=True)) == {"2026-10", "2026-11", "2026-Q2"}


def test_there_are_no_reports_about_the_time_before_the_first_work(framework: Framework) -> None:
    """The year's programme began in April; the first work was given out for October."""
    first = Assignment.objects.aggregate(on=Min("allocated_on"))["on"]
    assert Quarter.of(first, 4).start == date(2026, 7, 1)
    assert build_due_reports(now=DECEMBER) == 7
    assert set(Report.objects.values_list("period", flat=True)) == {
        "2026-07",
        "2026-08",
        "2026-09",
        "2026-10",
        "2026-11",
        "2026-Q2",
    }
    Report.objects.all().delete()
    Assignment.objects.update(allocated_on=None)
    assert build_due_reports(now=DECEMBER) == 0


def test_a_framework_that_is_not_live_gets_no_report(framework: Framework) -> None:
    Framework.objects.filter(pk=framework.pk).update(is_live=False)
    assert build_due_reports(now=DECEMBER) == 0


def test_months_before_the_framework_was_in_force_have_no_report(framework: Framework) -> None:
    framework.versions.update(effective_from=date(2026, 9, 15))
    assert build_due_reports(now=DECEMBER) == 2
    assert set(Report.objects.values_list("period", flat=True)) == {"2026-10", "2026-11"}
    Report.objects.all().delete()
    framework.versions.update(effective_from=date(2027, 4, 1))
    assert build_due_reports(now=DECEMBER) == 0


def test_a_report_is_due_on_its_day_of_the_month_after(framework: Framework) -> None:
    pack = framework.version_on(date(2026, 12, 1)).pack
    monthly, quarterly, _ = pack.reports
    since = date(2026, 4, 1)
    assert [p.key for p in due_periods(monthly, pack, since=since, today=date(2026, 6, 4))] == ["2026-04"]
    assert [p.key for p in due_periods(monthly, pack, since=since, today=date(2026, 6, 5))] == [
        "2026-04",
        "2026-05",
    ]
    assert due_periods(quarterly, pack, since=since, today=date(2026, 7, 9)) == []
    assert [p.key for p in due_periods(quarterly, pack, since=since, today=date(2026, 7, 10))] == ["2026-Q1"]
    begun_late = date(2026, 4, 15)
    assert [p.key for p in due_periods(monthly, pack, since=begun_late, today=date(2026, 6, 5))] == [
        "2026-05"
    ]


@pytest.mark.parametrize(
    ("kind", "key"),
    [("monthly", "2026-Q3"), ("monthly", "2026"), ("quarterly", "2026-11"), ("quarterly", "soon")],
)
def test_the_period_has_to_fit_the_kind_of_report(framework: Framework, kind: str, key: str) -> None:
    pack: Any = framework.version_on(date(2026, 12, 1)).pack
    with pytest.raises(ValueError, match=key):
        period_of(kind, key, pack)
