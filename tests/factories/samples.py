"""Finished work for dip samples, and dip samples that are owed."""

from copy import deepcopy
from datetime import date, datetime
from typing import Any

from audits.models import CaseAudit, DipSample, Moderation
from qaframework.actions import workflow as actions
from qaframework.actions.models import Action
from qaframework.allocation.models import Assignment
from qaframework.allocation.workflow import ask_for_work, finish, mark_submitted
from qaframework.packs.library import TOOLS, ready_made
from qaframework.packs.reading import Content
from qaframework.people.models import Post, User
from tests.factories.actions import add_action
from tests.factories.audits import Setting, allocated_audit, fresh, programme_of


def with_samples(content: Content) -> Content:
    """The rules of a framework, and dip samples of audits, of closed loops and of one worker's cases."""
    changed = deepcopy(content)
    samples: dict[str, dict[str, Any]] = {
        "audit_sample": {"of": "audits", "from": "own_function", "count": 3, "within": "3 months"},
        "loop_sample": {"of": "closed_loops", "from": "own_service", "count": 3, "within": "3 months"},
        "worker_sample": {"of": "worker_cases", "count": 3},
    }
    tools = {
        "audit_sample": "audit_quality_check",
        "loop_sample": "loop_quality_check",
        "worker_sample": "caseload_check",
    }
    group = {"by": ["team_manager"], "whose": ["practitioner"], "from": "own_group"}
    ladder = changed["framework"]["ladders"][0]["key"]
    for key, sample in samples.items():
        activity = {"key": key, "label": key.replace("_", " ").capitalize(), "kind": "dip_sample"}
        activity |= {"tool": tools[key], "sample": sample, "ladder": ladder}
        activity |= {"subjects": [group]} if key == "worker_sample" else {}
        changed["framework"]["activities"].append(activity)
        changed["tools"][tools[key]] = ready_made(TOOLS)[tools[key]]
    return changed


def with_case_reviews(content: Content) -> Content:
    """The rules of a framework, and a review of each open case halfway between two of its reviews."""
    changed = deepcopy(content)
    activity: dict[str, Any] = {"key": "case_review", "label": "Case review", "kind": "case_review"}
    activity["tool"] = "midpoint_review"
    activity["midway"] = [{"reviews_every": "6 months", "owed_by": ["iro"]}]
    activity["ladder"] = changed["framework"]["ladders"][0]["key"]
    changed["framework"]["activities"].append(activity)
    changed["tools"]["midpoint_review"] = ready_made(TOOLS)["midpoint_review"]
    return changed


def with_started_work(content: Content) -> Content:
    """The rules of a framework, and a look at one case that team managers may start."""
    changed = deepcopy(content)
    activity: dict[str, Any] = {"key": "case_check", "label": "Case check", "kind": "case_review"}
    activity["tool"] = "compliance_check"
    activity["started_by"] = ["team_manager"]
    group = {"by": ["team_manager"], "whose": ["practitioner"], "from": "own_group"}
    activity["subjects"] = [group]
    activity["ladder"] = changed["framework"]["ladders"][0]["key"]
    changed["framework"]["activities"].append(activity)
    changed["tools"]["compliance_check"] = ready_made(TOOLS)["compliance_check"]
    return changed


def asked_for(where: Setting, owner: User, activity: str, *, now: datetime) -> Assignment:
    """One piece of work of the kind, owed by the owner's post until the end of the year."""
    return ask_for_work(
        programme=programme_of(where.version),
        activity=activity,
        post=where.authority.post_of[owner],
        theme="",
        due_on=date(2027, 3, 31),
        by=where.authority.qa_manager,
        now=now,
    )


def finished_audit(where: Setting, *, at: datetime, auditor: User | None = None, **values: Any) -> CaseAudit:
    """As submission leaves an audit that nobody moderates, without its answers."""
    auditor = auditor or where.auditor
    audit = allocated_audit(where, auditor=auditor, **values)
    mark_submitted(assignment=audit.assignment, by=auditor, now=at)
    finish(assignment=audit.assignment, by=auditor, now=at)
    done = {"overall_grade": "good", "final_grade": "good", "impact": "Safer.", "submitted_at": at}
    CaseAudit.objects.filter(pk=audit.pk).update(auditor=auditor, **done)
    return fresh(audit)


def moderated_audit(where: Setting, *, at: datetime, moderator: User, **values: Any) -> CaseAudit:
    """One whose moderation upheld its grade."""
    audit = finished_audit(where, at=at, **values)
    Moderation.objects.create(
        audit=audit,
        because=Moderation.Because.ALL,
        state=Moderation.State.COMPLETED,
        moderator=moderator,
        original_grade="good",
        moderated_grade="good",
        result=Moderation.Result.UPHELD,
        opened_at=at,
        due_on=at.date(),
        completed_at=at,
    )
    return audit


def closed_action(audit: CaseAudit, owner: Post, *, verified_by: User, at: datetime) -> Action:
    """An action of the audit that its owner has done and somebody has verified."""
    by = owner.holdings.get().user
    action = add_action(audit.action_plan, owner, now=at)
    Action.objects.filter(pk=action.pk).update(state="open")
    action.refresh_from_db()
    action = actions.finish_action(action=action, evidence="The plan is on the record.", by=by, now=at)
    return actions.verify_action(
        action=action, difference_made="She sleeps at night.", by=verified_by, now=at
    )


def sample_of(assignment: Assignment) -> DipSample:
    return DipSample.objects.select_related("assignment", "answer_set", "draw").get(assignment=assignment)
