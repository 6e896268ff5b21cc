"""Plans, actions, concerns and loops for tests, made by the verbs."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from qaframework.actions import workflow
from qaframework.actions.models import Action, ActionPlan, Concern, LoopClosure
from qaframework.caseload.models import Case
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people.models import Post, User
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory
from tests.factories.packs import lancashire

ISSUED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def rules_of(authority: Authority) -> FrameworkVersion:
    """Lancashire's framework for the whole authority, loaded once."""
    found = Framework.objects.filter(key="lancashire").first()
    return found.versions.get() if found else lancashire([authority.root])


def draft_plan(
    authority: Authority, *, case: Case | None = None, version: FrameworkVersion | None = None, **values: Any
) -> ActionPlan:
    """A plan about the practitioner's case in duty team 1, without actions."""
    version = version or rules_of(authority)
    worker = values.pop("worker", authority.practitioner)
    case = case or CaseFactory(unit=authority.duty_team_1, worker=worker)
    heading = version.pack.action_rules.file_heading or "Actions"
    plan = {
        "title": heading.format(month="November 2026"),
        "unit": authority.duty_team_1,
        "source_url": "",
        "by": None,
        "now": ISSUED,
        **values,
    }
    return workflow.open_plan(framework_version=version, case=case, worker=worker, **plan)


def add_action(plan: ActionPlan, owner_post: Post, *, now: datetime = ISSUED, **values: Any) -> Action:
    """A SMART action of the plan, not issued yet."""
    action = {
        "what": "Agree a safety plan with the family.",
        "measure": "The plan is on the record and the family has a copy.",
        "finding": "There is no safety plan.",
        "priority": "standard",
        "due_on": date(2026, 11, 27),
        "longer_reason": "",
        "by": None,
        **values,
    }
    return workflow.add_action(plan=plan, owner_post=owner_post, now=now, **action)


def issued_action(
    authority: Authority,
    *,
    owner: User | None = None,
    plan: ActionPlan | None = None,
    now: datetime = ISSUED,
    case: Case | None = None,
    **values: Any,
) -> Action:
    """An action of the practitioner, unless said otherwise, on an issued plan."""
    plan = plan or draft_plan(authority, case=case, now=now)
    post = authority.post_of[owner or authority.practitioner]
    action = add_action(plan, post, now=now, **values)
    workflow.issue_plan(plan=plan, copy_to=[], by=authority.team_manager_2, now=now)
    return Action.objects.get(pk=action.pk)


def done_action(authority: Authority, *, at: datetime, **values: Any) -> Action:
    """Its owner says that it is done."""
    action = issued_action(authority, **values)
    return workflow.finish_action(
        action=action, evidence="The plan is on the record.", by=action.owner_post.holdings.get().user, now=at
    )


def verified_action(authority: Authority, *, at: datetime, **values: Any) -> Action:
    action = done_action(authority, at=at, **values)
    return workflow.verify_action(
        action=action, difference_made="She sleeps at night.", by=authority.team_manager, now=at
    )


def raised_concern(
    authority: Authority, *, now: datetime, case: Case | None = None, **values: Any
) -> Concern:
    """Raised by a manager of another team about the practitioner's case."""
    case = case or CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner)
    concern = {
        "worker": authority.practitioner,
        "unit": authority.duty_team_1,
        "answer_set": None,
        "what": "Nobody has seen her since Friday.",
        "by": authority.team_manager_2,
        **values,
    }
    return workflow.raise_concern(case=case, framework_version=rules_of(authority), now=now, **concern)


def open_loop(authority: Authority, *, now: datetime = ISSUED, case: Case | None = None) -> LoopClosure:
    """After an inadequate grade, with one action that is not done."""
    action = issued_action(authority, now=now, case=case, due_on=now.date() + timedelta(days=14))
    return workflow.open_loop(plan=action.plan, grade="inadequate", by=None, now=now)


def finish_all(loop: LoopClosure, authority: Authority, *, at: datetime) -> None:
    """The practitioner does every action of the loop's plan."""
    for action in loop.plan.actions.all():
        workflow.finish_action(
            action=action,
            evidence="The plan is on the record.",
            by=action.owner_post.holdings.get().user,
            now=at,
        )


def hold_meeting(loop: LoopClosure, by: User, *, at: datetime, **values: Any) -> LoopClosure:
    """The senior manager's record of the meeting, the evidence for each action in it."""
    meeting = {
        "met_on": at.date(),
        "present": "Practitioner, team manager",
        "evidence_seen": {action.pk: "I read the plan." for action in loop.plan.actions.all()},
        "child_is_safe": "Seen on Monday; she says that she feels safe.",
        "other_children": "Her brother was seen too.",
        "kinds_of_cause": ["capacity"],
        "causes": "Two vacancies in the team.",
        "support": "Time with a practice development manager.",
        "learning": "",
        **values,
    }
    return workflow.record_loop_meeting(loop=loop, by=by, now=at, **meeting)


def loop_with_head(authority: Authority, *, at: datetime, **values: Any) -> LoopClosure:
    """Waits for the Head of Service."""
    loop = open_loop(authority, **values)
    finish_all(loop, authority, at=at)
    return hold_meeting(loop, authority.senior_manager, at=at)
