"""Draws, moderation draws and re-audits that run beside each other make one (PostgreSQL)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from audits.models import DrawnCase, Moderation, ModerationDraw, SampleDraw
from audits.workflow import draw_due_moderations, draw_due_months, open_due_reaudits
from qaframework.actions.models import LoopClosure
from qaframework.actions.workflow import open_loop
from qaframework.allocation.models import Assignment
from tests.audits.test_moderation import AFTER, handed_in_as
from tests.factories.allocation import AssignmentFactory, empty_year
from tests.factories.audits import Setting, allocated_audit, setting
from tests.factories.authority import small_authority
from tests.factories.caseload import CaseFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

DRAW_DAY = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
AT_ONCE = 4

Result = TypeVar("Result")


@pytest.fixture
def where(transactional_db: None) -> Setting:
    return setting(small_authority())


def at_once(work: Callable[[], Result]) -> list[Result]:
    """Runs the same work in four threads; each gives its connection back, as a process that ends would."""
    together = Barrier(AT_ONCE)

    def one() -> Result:
        together.wait(timeout=20)
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [future.result() for future in [threads.submit(one) for _ in range(AT_ONCE)]]


def test_four_draws_at_once_make_one(where):
    authority = where.authority
    programme = empty_year(authority)
    for user in (authority.team_manager, authority.team_manager_2, authority.senior_manager):
        AssignmentFactory(
            programme=programme,
            framework_version=where.version,
            post=authority.post_of[user],
            period="2026-12",
        )
    for team, worker in (
        (authority.duty_team_1, authority.practitioner),
        (authority.duty_team_2, authority.practitioner_2),
    ):
        CaseFactory.create_batch(6, unit=team, worker=worker, opened_on=date(2025, 6, 1))
    allocated = at_once(lambda: draw_due_months(now=DRAW_DAY).allocated)
    assert sorted(allocated) == [0, 0, 0, 3]
    assert SampleDraw.objects.count() == 1
    assert DrawnCase.objects.filter(state="allocated").count() == 3
    assert Assignment.objects.filter(state="allocated").count() == 3


def test_four_moderation_draws_at_once_make_one(where):
    for _ in range(7):
        handed_in_as(where, "good")
    at_once(lambda: draw_due_moderations(now=AFTER))
    assert ModerationDraw.objects.count() == 1
    assert Moderation.objects.count() == 2


def test_four_searches_for_reaudits_at_once_open_one(where):
    first = allocated_audit(where)
    Assignment.objects.filter(pk=first.assignment_id).update(state="final", submitted_at=AFTER)
    loop = open_loop(plan=first.action_plan, grade="inadequate", by=None, now=AFTER)
    LoopClosure.objects.filter(pk=loop.pk).update(
        state="authorised",
        authorised_at=AFTER,
        authorised_by=where.authority.head_of_service,
        reaudit_due_on=date(2027, 3, 7),
    )
    allocated_audit(where, auditor=where.authority.senior_manager)
    CaseFactory.create_batch(3, unit=where.authority.duty_team_1, worker=where.worker)
    opened = at_once(lambda: len(open_due_reaudits(now=datetime(2027, 2, 20, tzinfo=UTC))))
    assert sorted(opened) == [0, 0, 0, 1]
