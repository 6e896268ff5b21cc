"""Visits to children in external placements, collated by the quarter, in the Sandwell framework."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from observations.models import Observation
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import allocate_period_work
from qaframework.people.models import Post, Unit
from reporting.document import Table, from_json
from reporting.models import Report
from reporting.tasks import build_due_reports
from tests.factories.activities import fill_in
from tests.factories.caseload import CaseFactory
from tests.frameworks.conftest import Employ, Grow, Plan

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
JULY = datetime(2026, 7, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture
def commissioner(root: Unit, grow: Grow, employ: Employ) -> Post:
    """A team manager who commissions placements; the quality assurance manager reads the report."""
    employ(root, "qa_manager")
    (post,) = employ(grow("placement-commissioning", Unit.Kind.SERVICE), "team_manager")
    return post


@pytest.fixture
def programme(commissioner: Post, plan: Plan) -> Programme:
    return plan("sandwell")


def visited(post: Post, assignment: Assignment, **answers: str) -> None:
    """In the browser: opened, the day arranged, and handed in."""
    user, browser = post.holdings.get().user, Client()
    browser.force_login(user)
    opened = browser.get(reverse("observations:open", args=[assignment.pk]))
    observation = Observation.objects.get(assignment=assignment)
    assert opened.headers["Location"] == reverse("observations:activity", args=[observation.pk])
    where = {"unit": post.unit_id, "day": "2026-06-12"}
    assert browser.post(reverse("observations:arrange", args=[observation.pk]), where).status_code == 302
    fill_in(observation, user, NOW, **{"provision__r1": "residential", **answers})
    assert browser.post(reverse("observations:hand_in", args=[observation.pk])).status_code == 302
    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.FINAL


@pytest.mark.clause("SAN-43")
def test_three_visits_a_quarter_are_owed_by_those_who_commission_placements(
    commissioner: Post, programme: Programme
) -> None:
    work = programme.assignments.filter(activity="placement_visit")
    assert set(work.values_list("post", flat=True)) == {commissioner.pk}
    assert work.filter(period__in=["2026-04", "2026-05", "2026-06"]).count() == 3
    assert work.count() == 12


@pytest.mark.clause("SAN-43")
def test_what_visits_to_children_in_external_placements_find_is_collated_by_the_quarter(
    commissioner: Post, programme: Programme, clock: Any
) -> None:
    """Two of three visits are made, to a child and to two; one of them is a child nobody may recognise."""
    CaseFactory(unit=commissioner.unit, child_ref="HIDDEN", restricted=True)
    allocate_period_work(now=NOW)
    first, second, _ = Assignment.objects.filter(
        activity="placement_visit", state="allocated", due_on__lte=date(2026, 6, 30)
    ).order_by("pk")
    visited(commissioner, first, row_ref__r1="C100", safe__r1="yes", seen__r1="yes", heard__r1="na")
    visited(
        commissioner,
        second,
        row_ref__r1="C101",
        safe__r1="partly",
        seen__r1="yes",
        heard__r1="no",
        row_ref__r2="HIDDEN",
        safe__r2="no",
        seen__r2="no",
        heard__r2="no",
        provision__r2="foster_care",
        plan_kept__r2="no",
        belongs__r2="no",
        learning__r2="no",
        follow_up__r2="Look again next week.",
    )
    clock.move_to(JULY)
    build_due_reports()
    report = Report.objects.get(kind="quarterly", period="2026-Q1")
    (section,) = (one for one in from_json(report.figures["sections"]) if one.key == "visits")
    numbers, found = (block for block in section.blocks if isinstance(block, Table))
    assert ("Visit to children in external placements", 3, 2) in numbers.rows
    rows = {row[0]: row[1:] for row in found.rows}
    assert rows["Was the child seen and spoken with?"][:4] == (2, 0, 0, 0)
    assert rows["Is the child safe and well looked after there?"][:5] == (1, 1, 0, 0, "1 of 2")
    assert rows["Does the child know whom to ask for help outside the placement?"][:4] == (0, 0, 1, 1)
    manager = Post.objects.get(role="qa_manager").holdings.get().user
    browser = Client()
    browser.force_login(manager)
    shown = browser.get(f"/reports/{report.pk}/").content.decode()
    assert "What was found: Visit to children in external placements" in shown
    assert "Look again next week" not in shown
