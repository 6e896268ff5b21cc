"""A tenth of all cases a year in the Bedford framework: spread over the months, and caught up with."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from audits.models import SampleDraw
from audits.workflow import Drawn, draw_month, verify_draw
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import withdraw
from qaframework.caseload.models import Case
from qaframework.people.models import Post, Unit
from qaframework.rules.periods import Month, ProgrammeYear
from tests.factories.caseload import CaseFactory
from tests.factories.people import UserFactory
from tests.frameworks.conftest import Employ, Grow, Plan

MONTHS = ProgrammeYear(2026).months
CASES = 360
DUE = [3 * number for number in range(1, 13)]


@pytest.fixture
def caseload(root: Unit, grow: Grow) -> list[Case]:
    """Of a team in which nobody audits."""
    team, workers = grow("casework", Unit.Kind.TEAM), UserFactory.create_batch(6)
    return [
        CaseFactory(child_ref=f"B-{n}", unit=team, worker=workers[n % 6], opened_on=date(2025, 1, 6))
        for n in range(CASES)
    ]


@pytest.fixture
def manager(root: Unit, employ: Employ) -> Post:
    """One who audits a case a month, where 10% of all cases are three."""
    (post,) = employ(root, "team_manager")
    return post


@pytest.fixture
def quality_team(root: Unit, employ: Employ) -> list[Post]:
    return employ(root, "qa_officer", 2)


def draw(programme: Programme, month: Month) -> Drawn:
    """As the timetable does, a month ahead."""
    first = month.previous().start
    now = datetime(first.year, first.month, 1, 6, 0, tzinfo=UTC)
    return draw_month(framework=programme.framework, month=month, seed="2026", by=None, now=now)


def drawn_by_month(programme: Programme) -> Iterator[int]:
    for month in MONTHS:
        yield (
            programme.assignments.filter(
                activity="case_file_audit", period__lte=month.key, case__isnull=False, selection="random"
            )
            .exclude(state="withdrawn")
            .count()
        )


@pytest.mark.clause("BED-02")
def test_a_tenth_of_all_cases_is_drawn_in_a_year_at_random_and_each_draw_can_be_made_again(
    caseload: list[Case], manager: Post, quality_team: list[Post], plan: Plan
) -> None:
    programme = plan("bedford")
    for month in MONTHS:
        draw(programme, month)
    assert list(drawn_by_month(programme)) == DUE
    audits = Assignment.objects.filter(activity="case_file_audit")
    assert len(set(audits.values_list("case", flat=True))) == CASES // 10
    loads = [audits.filter(post=post).count() for post in (manager, *quality_team)]
    assert loads == [12, 12, 12]
    draws = SampleDraw.objects.all()
    assert len({one.seed for one in draws}) == 12
    assert all(verify_draw(one).matches for one in draws)


@pytest.mark.clause("BED-02")
def test_what_one_month_leaves_missing_the_next_one_adds(
    caseload: list[Case], manager: Post, quality_team: list[Post], plan: Plan
) -> None:
    programme = plan("bedford")
    (officer,) = (holding.user for holding in quality_team[0].holdings.all())
    draw(programme, MONTHS[0])
    lost = programme.assignments.filter(case__isnull=False)[:2]
    for assignment in lost:
        at = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
        withdraw(assignment=assignment, reason="The case closed", by=officer, now=at)
    draw(programme, MONTHS[1])
    assert list(drawn_by_month(programme))[:2] == [1, 6]
    again = draw(programme, MONTHS[1])
    assert (again.draws, again.allocated) == ([], 0)


@pytest.mark.clause("BED-02")
def test_where_the_managers_audits_are_enough_nobody_gets_more(
    root: Unit, caseload: list[Case], manager: Post, quality_team: list[Post], employ: Employ, plan: Plan
) -> None:
    employ(root, "advanced_practitioner", 3)
    programme = plan("bedford")
    draw(programme, MONTHS[0])
    assert programme.assignments.filter(activity="case_file_audit", period=MONTHS[0].key).count() == 4
    assert not programme.assignments.filter(post__in=quality_team, activity="case_file_audit").exists()


@pytest.mark.clause("BED-02")
def test_with_nobody_to_do_more_the_draw_says_how_many_are_missing(
    caseload: list[Case], manager: Post, plan: Plan
) -> None:
    warnings = draw(plan("bedford"), MONTHS[0]).warnings
    assert any("2 more would reach the share of all cases" in warning for warning in warnings)


@pytest.mark.clause("BED-02")
def test_the_plan_shows_what_is_due_planned_and_done_by_the_end_of_each_month(
    client: Client,
    root: Unit,
    caseload: list[Case],
    manager: Post,
    quality_team: list[Post],
    employ: Employ,
    plan: Plan,
    time_machine,
) -> None:
    programme = plan("bedford")
    for month in MONTHS[:3]:
        draw(programme, month)
    done = programme.assignments.filter(case__isnull=False, period=MONTHS[0].key)
    done.update(state="final", submitted_at=datetime(2026, 4, 20, 9, 0, tzinfo=UTC))
    time_machine.move_to(datetime(2026, 5, 4, 9, 0, tzinfo=UTC))
    client.force_login(quality_team[0].holdings.get().user)
    page = client.get(reverse("allocation:programme"), {"programme": programme.pk})
    (share,) = [one for one in page.context["view"].totals if one.label == "Case file audit"]
    assert (share.label, share.basis) == ("Case file audit", "10% of all cases in a year")
    assert share.rows[:4] == [
        ["April 2026", 3, 3, 3],
        ["May 2026", 6, 6, 3],
        ["June 2026", 9, 9, 3],
        ["July 2026", 12, 10, 3],
    ]
    assert share.rows[-1] == ["March 2027", 36, 18, 3]
    text = " ".join(page.content.decode().split())
    assert "Of 360 open cases today, 36 are due by the end of the year and 18 are planned." in text
