"""A draw goes on to further reserves where a post may audit none of the cases before."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audits.models import SampleDraw
from audits.workflow import draw_month, verify_draw
from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.models import Case
from qaframework.rules.periods import Month
from tests.factories.allocation import AssignmentFactory, empty_year
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory

DRAW_DAY = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)


@pytest.fixture
def programme(authority: Authority) -> Programme:
    """Two team managers owe an audit of the other's team; one team has 20 cases, the other has one."""
    programme = empty_year(authority)
    for user in (authority.team_manager, authority.team_manager_2):
        AssignmentFactory(
            programme=programme,
            framework_version=programme.framework.versions.get(),
            post=authority.post_of[user],
            period="2026-12",
        )
    team = {"unit": authority.duty_team_1, "worker": authority.practitioner, "opened_on": date(2025, 6, 1)}
    for number in range(20):
        CaseFactory(child_ref=f"MANY-{number}", **team)
    other = {"unit": authority.duty_team_2, "worker": authority.practitioner_2}
    CaseFactory(child_ref="ONLY-1", **{**team, **other})
    return programme


@pytest.fixture
def draw(programme: Programme) -> SampleDraw:
    """With this seed the only case of the second team has a late ticket."""
    (made,) = draw_month(
        framework=programme.framework, month=Month(2026, 12), seed="3", by=None, now=DRAW_DAY
    ).draws
    return made


def test_a_post_that_may_audit_only_one_case_of_the_pool_gets_it(draw):
    given = Assignment.objects.filter(state="allocated")
    assert set(given.values_list("post__code", "case__unit__code")) == {
        ("team-manager", "duty-2"),
        ("team-manager-2", "duty-1"),
    }
    assert draw.further_reserves == 2
    reserves = draw.cases.filter(is_reserve=True).order_by("position")
    assert [row.position for row in reserves] == list(range(1, 1 + 1 + 2))
    assert reserves.last().case.child_ref == "ONLY-1"


def test_no_further_reserve_is_drawn_without_need(programme, authority):
    Assignment.objects.filter(post=authority.post_of[authority.team_manager]).delete()
    (draw,) = draw_month(
        framework=programme.framework, month=Month(2026, 12), seed="3", by=None, now=DRAW_DAY
    ).draws
    assert draw.further_reserves == 0
    assert draw.cases.filter(is_reserve=True).count() == 1


def test_a_post_that_may_audit_no_case_at_all_draws_no_further_reserves(programme, authority):
    Case.objects.filter(child_ref="ONLY-1").delete()
    done = draw_month(framework=programme.framework, month=Month(2026, 12), seed="3", by=None, now=DRAW_DAY)
    assert (done.allocated, [draw.further_reserves for draw in done.draws]) == (1, [0])
    assert any("no drawn case is suitable" in warning for warning in done.warnings)


def test_a_draw_takes_as_many_statements_for_many_posts_as_for_few(programme, authority):
    managers = [authority.post_of[user] for user in (authority.team_manager, authority.team_manager_2)]
    version, months = programme.framework.versions.get(), (Month(2026, 12), Month(2027, 1))
    CaseFactory.create_batch(
        20, unit=authority.duty_team_2, worker=authority.practitioner_2, opened_on=date(2025, 6, 1)
    )
    for ordinal in range(1, 7):
        for post in managers:
            AssignmentFactory(
                programme=programme,
                framework_version=version,
                post=post,
                period=months[1].key,
                ordinal=ordinal,
            )
    counts, allocated = [], []
    for month in months:
        with CaptureQueriesContext(connection) as statements:
            done = draw_month(framework=programme.framework, month=month, seed="3", by=None, now=DRAW_DAY)
        counts.append(len(statements))
        allocated.append(done.allocated)
    assert allocated == [2, 12]
    assert counts[0] == counts[1]


def test_further_reserves_follow_from_the_record(draw):
    assert verify_draw(draw).matches
    for number in (1, 3):
        SampleDraw.objects.update(further_reserves=number)
        replayed = verify_draw(SampleDraw.objects.get())
        assert "Reserve" in replayed.difference


def test_the_pages_say_why_further_reserves_were_drawn(client, authority, draw):
    client.force_login(authority.qa_officer)
    text = client.get(reverse("audits:draw", args=[draw.pk])).content.decode()
    assert "2 further reserves were drawn, because a post may audit none" in " ".join(text.split())
    first, *_, last = draw.cases.filter(is_reserve=True).order_by("position")
    why = {
        row: client.get(reverse("audits:drawn_case", args=[row.pk])).content.decode() for row in (first, last)
    }
    assert "drawn as a further reserve" in why[last]
    assert "further reserve" not in why[first]
