"""The dashboard's figures are kept until a row changes that they read, and are each reader's own."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.db.models import Model
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from audits.models import AuditResult
from qaframework.allocation import board
from qaframework.allocation.models import Assignment
from qaframework.caseload.workflow import grant_clearance, restrict_case
from qaframework.packs.models import Framework
from qaframework.people.models import User
from qaframework.rules.periods import Month
from reporting.figures.keeping import ALWAYS, COUNTED_FROM, KeptFigures
from reporting.figures.practice import practice_figures
from reporting.figures.returns import return_figures
from reporting.figures.scope import Scope
from tests.factories.authority import Authority
from tests.factories.kept import keeping
from tests.factories.reporting import audited
from tests.reporting.conftest import DECEMBER, scope_of

pytestmark = pytest.mark.django_db

TABLE = re.compile(r'(?:FROM|JOIN) "(\w+)"')
# Changed only together with a row that is watched.
WITH_AUDITS = AuditResult._meta.db_table


def tables_read(statements: CaptureQueriesContext) -> set[str]:
    return {table for one in statements.captured_queries for table in TABLE.findall(one["sql"])}


def watched_by(models: tuple[type[Model], ...]) -> set[str]:
    return {model._meta.db_table for model in models}


@pytest.mark.parametrize("reckon", COUNTED_FROM, ids=lambda one: one.__name__)
def test_every_table_that_figures_read_is_watched(scope: Scope, authority: Authority, reckon) -> None:
    scope = scope_of(scope.version.framework, authority.root, authority.qa_manager)
    with CaptureQueriesContext(connection) as statements:
        reckon(scope)
    assert tables_read(statements) - {WITH_AUDITS} == watched_by((*ALWAYS, *COUNTED_FROM[reckon]))


def test_every_table_that_the_return_board_counts_is_watched(
    framework: Framework, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader's posts are asked before, once for the whole page."""
    reader, asked = authority.head_of_service, []
    monkeypatch.setattr(board, "kept", lambda reckon, **_: asked.append(reckon) or reckon())
    board.board_for(reader, QueryDict(), DECEMBER.date())
    with CaptureQueriesContext(connection) as statements:
        asked[0]()
    asked_before = {"people_post", "people_postholding"}
    assert tables_read(statements) | asked_before == watched_by(board.COUNTED_FROM)


def test_the_dashboard_is_reckoned_once(
    framework: Framework, authority: Authority, client: Client, settings: Settings
) -> None:
    keeping(settings)
    with time_machine.travel(DECEMBER, tick=False):
        client.force_login(authority.director)
        first = client.get("/dashboard/")
        with CaptureQueriesContext(connection) as statements:
            second = client.get("/dashboard/")
    assert len(statements) == 9
    assert first.context["dashboard"].figures == second.context["dashboard"].figures
    assert WITH_AUDITS not in tables_read(statements)


def test_the_drawing_is_made_anew_after_a_change(
    framework: Framework, authority: Authority, client: Client, settings: Settings
) -> None:
    keeping(settings)

    def drawn() -> str:
        return str(client.get("/dashboard/").context["dashboard"].figures)

    with time_machine.travel(DECEMBER, tick=False):
        client.force_login(authority.director)
        before = drawn()
        audited(authority, at=DECEMBER - timedelta(days=1))
        after = drawn()
        assert after != before
        caches["kept"].clear()
        assert drawn() == after


def test_restricting_a_case_and_clearing_a_reader_are_seen_at_once(
    framework: Framework, authority: Authority, settings: Settings
) -> None:
    keeping(settings)
    reader = authority.qa_manager

    def graded(person: User = reader) -> int:
        figures = KeptFigures(scope_of(framework, authority.root, person))
        return figures.of(practice_figures).random.graded

    audit = audited(authority, at=DECEMBER - timedelta(days=10))
    before = graded()
    case = restrict_case(case=audit.assignment.case, reason="Known to staff", by=None, now=DECEMBER)
    assert graded() == before - 1
    grant_clearance(case=case, user=reader, reason="Leads", by=authority.admin, now=DECEMBER)
    assert graded() == before
    assert graded(authority.director) == before - 1, "each reader has figures of their own"


def test_kept_figures_end_with_the_day(
    framework: Framework, authority: Authority, settings: Settings
) -> None:
    """What is late depends on today, and so does until when a clearance holds."""
    keeping(settings)
    scope = scope_of(framework, authority.root)
    audited(authority, at=DECEMBER, final="", days_left=0)
    Assignment.objects.filter(state="submitted").update(state="allocated", submitted_at=None)
    december = replace(scope, period=Month.parse("2026-12"))
    tomorrow = replace(december, on=december.on + timedelta(days=1))
    assert KeptFigures(december).of(return_figures).total.overdue == 0
    assert KeptFigures(tomorrow).of(return_figures).total.overdue == 1
