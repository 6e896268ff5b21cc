"""Alerts and disputes in the monthly and quarterly reports (RBWM-17, RBWM-20, SAN-27)."""

from datetime import UTC, date, datetime

import pytest

from qaframework.actions import workflow
from qaframework.actions.models import Challenge
from qaframework.caseload.workflow import restrict_case
from qaframework.rules.periods import Month, Quarter
from reporting.contents import report_sections
from reporting.document import Paragraph, Table
from reporting.figures import all_figures
from reporting.figures.challenges import ChallengeFigures, challenge_figures
from reporting.figures.scope import Scope
from tests.factories.authority import Authority, small_authority
from tests.factories.caseload import CaseFactory
from tests.factories.challenges import answer, raised_challenge, windsor
from tests.factories.packs import lancashire

pytestmark = pytest.mark.django_db
EARLY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LATE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = date(2026, 12, 7)


@pytest.fixture
def authority() -> Authority:
    return small_authority()


def scope(authority: Authority, period: Month | Quarter | None = None) -> Scope:
    version = windsor(authority)
    return Scope(version, period or Month.parse("2026-11"), (authority.root.path,), TODAY)


def settled(challenge: Challenge) -> None:
    workflow.settle_challenge(
        challenge=challenge,
        outcome="Dates are set.",
        difference_made="Seen.",
        by=challenge.raised_by,
        now=LATE,
    )


def november(authority: Authority) -> dict[str, Challenge]:
    """Two disputes, one answered in time and settled; an alert that became a management alert, answered late;
    one that was withdrawn; one of October."""
    first = raised_challenge(authority, now=EARLY, kind="dispute", themes=["drift", "voice"])
    answer(first, by=authority.team_manager, at=EARLY)
    settled(first)
    workflow.follow_up_in_supervision(
        challenge=first, followed_up_on=LATE.date(), by=authority.team_manager, now=LATE
    )
    care = CaseFactory(unit=authority.care_team_1, worker=authority.care_practitioner)
    second = raised_challenge(authority, now=EARLY, kind="dispute", themes=["drift"], case=care)
    third = raised_challenge(authority, now=EARLY, themes=["visits"])
    workflow.make_serious(
        challenge=third, seen_clock=third.clock_id, reason="Again.", by=third.raised_by, now=EARLY
    )
    answer(third, by=authority.head_of_service, at=LATE)
    withdrawn = raised_challenge(authority, now=EARLY, themes=["partners"])
    workflow.withdraw_challenge(challenge=withdrawn, reason="Mistaken.", by=withdrawn.raised_by, now=LATE)
    raised_challenge(authority, now=datetime(2026, 10, 30, 9, 0, tzinfo=UTC), themes=["placement"])
    return {"settled": first, "running": second, "serious": third}


def figures(authority: Authority) -> ChallengeFigures:
    found = challenge_figures(scope(authority))
    assert found is not None
    return found


@pytest.mark.clause("SAN-27")
def test_those_of_a_month_are_counted_by_kind_theme_and_function(authority: Authority) -> None:
    november(authority)
    found = figures(authority)
    kinds = {one.label: (one.raised, one.settled, one.withdrawn, one.running) for one in found.kinds}
    assert kinds == {"Alert": (0, 0, 1, 1), "Management alert": (1, 0, 0, 1), "Dispute": (2, 1, 0, 1)}
    assert found.raised == 3
    assert found.by_theme == (
        ("Drift or delay in the plan", 2),
        ("Visits and seeing the child", 1),
        ("The child's voice and participation", 1),
    )
    assert found.by_function == (("Children in care", 1), ("Duty and assessment", 2))


@pytest.mark.clause("RBWM-17", "RBWM-20")
def test_it_says_what_was_answered_in_time_settled_at_which_stage_and_followed_up(
    authority: Authority,
) -> None:
    november(authority)
    found = figures(authority)
    assert (found.in_time.part, found.in_time.whole) == (1, 2)
    assert found.in_supervision is not None
    assert (found.in_supervision.part, found.in_supervision.whole) == (1, 2)
    dispute = found.kinds[-1]
    assert dispute.settled_at[:2] == (
        ("With the worker and the team manager", 1),
        ("With the service leader", 0),
    )


def test_restricted_cases_and_other_units_are_left_out(authority: Authority) -> None:
    of = november(authority)
    restrict_case(case=of["running"].case, reason="Related.", by=authority.qa_manager, now=LATE)
    assert figures(authority).raised == 2
    duty = Scope(windsor(authority), Month.parse("2026-11"), (authority.care.path,), TODAY)
    found = challenge_figures(duty)
    assert found is not None
    assert (found.raised, found.in_time.whole) == (0, 0)


@pytest.mark.parametrize("period", [Month.parse("2026-11"), Quarter.parse("2026-Q3")])
def test_both_reports_have_the_section(authority: Authority, period: Month | Quarter) -> None:
    november(authority)
    asked = scope(authority, period)
    sections = {one.key: one for one in report_sections(all_figures(asked), asked)}
    blocks = sections["challenges"].blocks
    raised = 3 if isinstance(period, Month) else 4
    assert isinstance(blocks[0], Paragraph)
    assert blocks[0].text.startswith(f"{raised} alerts and disputes raised in {period.label}.")
    assert "1 of 2" in blocks[0].text
    captions = [one.caption for one in blocks if isinstance(one, Table)]
    assert captions == [
        "Raised and settled",
        "What they were about",
        "Where they were raised",
        "At which stage it was settled: Dispute",
    ]


def test_a_framework_without_them_has_no_section(authority: Authority) -> None:
    version = lancashire([authority.root])
    asked = Scope(version, Month.parse("2026-11"), (authority.root.path,), TODAY)
    assert challenge_figures(asked) is None
    assert "challenges" not in {one.key for one in report_sections(all_figures(asked), asked)}


def test_a_month_in_which_nothing_was_raised_says_so(authority: Authority) -> None:
    asked = scope(authority)
    sections = {one.key: one for one in report_sections(all_figures(asked), asked)}
    told = sections["challenges"].blocks[0]
    assert isinstance(told, Paragraph)
    assert told.text == "No alert or dispute was raised in November 2026."
