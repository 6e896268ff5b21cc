"""Three entries of the library of good practice, and one audit that a head of service proposes."""

from datetime import datetime, timedelta

from audits import workflow as audits
from audits.models import CaseAudit
from audits.workflow import Naming, Telling
from qaframework.allocation.models import Assignment
from qaframework.rules.working_days import local_date
from reporting.demo.answers import words
from reporting.demo.story import Story

PUBLISHED_AFTER = timedelta(days=2)
PROPOSED_BEFORE = timedelta(days=1)
AGREED_BEFORE = timedelta(days=1)


def share_good_practice(story: Story) -> None:
    """From the latest audits with the best grade, the oldest of them first; the last one is only proposed."""
    entries = words()["library"]
    chosen = _best_audits(story, len(entries) + 1)
    if not chosen:
        return
    proposed, *told = chosen
    for entry, audit in zip(entries, reversed(told), strict=False):
        _publish(story, audit, entry)
    head = story.holder_of_role(proposed.assignment.unit_id, "head_of_service")
    if head is not None:
        why = words()["proposal"]
        audits.propose_good_practice(audit=proposed, why=why, by=head, now=story.now - PROPOSED_BEFORE)


def _best_audits(story: Story, count: int) -> list[CaseAudit]:
    rule = story.pack.praise_rule
    found = CaseAudit.objects.filter(
        final_grade__in=rule.grades if rule else (),
        assignment__state=Assignment.State.FINAL,
        assignment__programme__framework=story.version.framework,
        assignment__case__is_restricted=False,
        assignment__worker__isnull=False,
        assignment__finished_at__lte=story.now - PUBLISHED_AFTER,
    )
    related = ("assignment__case", "assignment__worker", "assignment__unit", "assignment__programme")
    return list(found.select_related(*related).order_by("-assignment__finished_at", "-pk")[:count])


def _publish(story: Story, audit: CaseAudit, entry: dict[str, str]) -> None:
    assignment = audit.assignment
    officer = story.holder_of_role(assignment.unit_id, "qa_officer")
    assert officer is not None
    assert assignment.finished_at is not None
    at: datetime = assignment.finished_at + PUBLISHED_AFTER
    agreed = Naming(officer, local_date(at - AGREED_BEFORE)) if entry.get("is_named") else None
    audits.publish_good_practice(
        audit=audit,
        question="",
        telling=Telling(
            entry["title"], entry["what_was_done"], entry["why_it_helped"], entry["topics"].split(", ")
        ),
        naming=agreed,
        by=officer,
        now=at,
    )
