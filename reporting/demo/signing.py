"""Signatures of the invented past: those whom the work was about were asked, and most have signed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from qaframework.allocation.models import Assignment
from qaframework.allocation.wording import notice_url, subject_line
from qaframework.people.models import User
from qaframework.tools.definition import QuestionType, ToolDefinition
from qaframework.tools.models import Signature, Submission
from reporting.demo import bulk
from reporting.demo.story import Story

SIGNED_AFTER = timedelta(days=2, hours=3)
ONE_IN_NOT_SIGNED = 6


def signed_by(definition: ToolDefinition, author: User, at: datetime) -> dict[str, Any]:
    """The sign-offs of whoever filled in the form, as answers."""
    asked = (question for section in definition.sections for question in section.questions)
    return {
        one.key: {"id": str(author.pk), "name": author.full_name, "at": at.isoformat()}
        for one in asked
        if one.type is QuestionType.SIGN_OFF and not one.is_signed_by_worker
    }


def ask_and_sign(story: Story, handed_in: Iterable[tuple[Assignment, Submission]]) -> None:
    """Ask the people whom the work was about, and let all but a few of them sign two days later."""
    asked = [
        Signature(
            submission=submission,
            question_key=question.key,
            signer=row.worker,
            label=subject_line(row),
            url=notice_url(row),
            case=row.case,
            asked_at=submission.submitted_at,
        )
        for row, submission in handed_in
        if row.worker is not None
        and row.worker.pk != submission.submitted_by_id
        and (question := submission.answer_set.tool_version.definition.signed_by_worker)
    ]
    bulk.insert(asked, at="asked_at", reason="Asked to sign")
    signed = [
        one
        for one in asked
        if one.asked_at + SIGNED_AFTER < story.now and one.submission_id % ONE_IN_NOT_SIGNED
    ]
    for one in signed:
        one.signed_at = one.asked_at + SIGNED_AFTER
    bulk.change(signed, ["signed_at"])
    bulk.write_entries(
        [bulk.remember(one, at=one.signed_at or story.now, by=one.signer, reason="Signed") for one in signed]
    )
