"""Audits that are final, and what the library of good practice says of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from audits.models import CaseAudit, GoodPractice
from audits.workflow import (
    Naming,
    Telling,
    begin_audit,
    begin_moderation,
    complete_moderation,
    draw_due_moderations,
    publish_good_practice,
    submit_audit,
)
from tests.factories.audits import Setting, allocated_audit, answer_everything, draft_action, fresh, judge

HANDED_IN = datetime(2026, 11, 10, 14, 0, tzinfo=UTC)
SETTLED = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)
TELLING = Telling(
    title="Bringing fathers in",
    what_was_done="The family was asked who matters to the child, and the father was met where he works.",
    why_it_helped="The safety plan now rests on four adults.",
    topics=("Fathers", "planning"),
)


def final_audit(
    where: Setting, grade: str = "outstanding", *, case: Any = None, month: int = 11, **answers: Any
) -> CaseAudit:
    """Handed in in November or an earlier month, moderated in December without a change of grade.

    The draw of a month is made once: give each audit of a framework a month of its own.
    """
    handed_in = HANDED_IN.replace(month=month)
    audit = allocated_audit(where, case=case)
    begin_audit(audit=audit, by=where.auditor, now=handed_in)
    answer_everything(audit, where.auditor, handed_in, **answers)
    judge(audit, where.auditor, handed_in, grade, unmet_indicators_reason="All of them are met.")
    due_on = (handed_in + timedelta(days=20)).date()
    draft_action(audit, where.auditor, where.authority.post_of[where.worker], handed_in, due_on=due_on)
    submit_audit(audit=fresh(audit), by=where.auditor, now=handed_in)
    draw_due_moderations(now=SETTLED)
    for moderation in audit.moderations.exclude(state="completed"):
        begin_moderation(moderation=moderation, by=where.authority.qa_manager, now=SETTLED)
        complete_moderation(
            moderation=moderation,
            grade=grade,
            grade_reason="",
            quality={},
            feedback="Well shown.",
            by=where.authority.qa_manager,
            now=SETTLED,
        )
    return fresh(audit)


def published(
    audit: CaseAudit,
    where: Setting,
    *,
    question: str = "",
    telling: Telling = TELLING,
    naming: Naming | None = None,
    now: datetime = SETTLED,
) -> GoodPractice:
    """In the library, by the QA officer."""
    by = where.authority.qa_officer
    return publish_good_practice(
        audit=audit, question=question, telling=telling, naming=naming, by=by, now=now
    )
