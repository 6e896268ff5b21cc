"""An audit made by the verbs stands in the figures as it stands in the record."""

from datetime import UTC, datetime

import pytest
import time_machine

from audits import workflow as audits
from qaframework.rules.periods import Month
from reporting.figures.moderation import moderation_figures
from reporting.figures.practice import practice_figures
from reporting.figures.returns import return_figures
from reporting.figures.scope import Scope
from reporting.models import Report
from reporting.tasks import build_due_reports
from tests.factories.audits import ready_audit, setting
from tests.factories.authority import Authority
from tests.factories.reporting import audited

pytestmark = pytest.mark.django_db

HELD = datetime(2026, 11, 12, 14, 0, tzinfo=UTC)
MODERATED = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def test_what_is_submitted_and_moderated_is_counted(authority: Authority) -> None:
    where = setting(authority)
    audit = ready_audit(where, HELD, grade="inadequate")
    on = MODERATED.date()
    scope = Scope(where.version, Month.parse("2026-11"), (authority.root.path,), on)
    assert return_figures(scope).total.due == 1
    assert return_figures(scope).total.in_time == 0
    audits.submit_audit(audit=audit, by=where.auditor, now=HELD)
    assert return_figures(scope).total.in_time == 1
    assert practice_figures(scope).random.waiting == 1
    assert practice_figures(scope).random.graded == 0
    moderation = audit.moderations.get()
    moderator = authority.qa_officer
    audits.begin_moderation(moderation=moderation, by=moderator, now=MODERATED)
    audits.record_discussion(
        moderation=moderation,
        discussed_on=on,
        auditor_viewpoint="The visits were missing.",
        outcome="The visits were found elsewhere on the record.",
        by=moderator,
        now=MODERATED,
    )
    audits.complete_moderation(
        moderation=moderation,
        grade="requires_improvement",
        grade_reason="Visits took place.",
        quality={"evidence": "met"},
        feedback="Look at the visits tab first.",
        by=moderator,
        now=MODERATED,
    )
    grades = {key: n for key, _, n in practice_figures(scope).random.counts}
    assert grades == {"outstanding": 0, "good": 0, "requires_improvement": 1, "inadequate": 0}
    found = moderation_figures(scope)
    assert (found.chosen.part, found.chosen.whole) == (1, 1)
    assert [one.counts for one in found.outcomes] == [(0, 1, 0, 0)]
    assert found.agreement.n == 0, "moderated because of its grade: no measure of agreement"


def test_the_task_builds_what_is_due(framework: object, authority: Authority) -> None:
    audited(authority, at=datetime(2026, 4, 20, 9, 0, tzinfo=UTC))
    with time_machine.travel(datetime(2026, 5, 6, 9, 0, tzinfo=UTC), tick=False):
        assert build_due_reports() == 1
        assert build_due_reports() == 0
    assert Report.objects.get().period == "2026-04"
