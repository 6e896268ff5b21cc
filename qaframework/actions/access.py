"""Which actions, plans, concerns and loops a person may see: the only way a page gets hold of one.

Somebody else's and one that does not exist give the same answer: Http404. Restricted cases need a clearance.
Every reading of something about a child is logged.
"""

from datetime import date, datetime
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from qaframework.actions.models import Action, ActionPlan, Concern, LoopClosure
from qaframework.actions.workflow import holds_meeting, may_authorise, may_verify, owns
from qaframework.caseload.access import cleared_q, visible_cases
from qaframework.caseload.models import Case
from qaframework.people.access import capability_q, has_capability, local_today, posts_of
from qaframework.people.models import RecordRead, User
from qaframework.people.reads import log_read
from qaframework.people.roles import Capability
from qaframework.rules.working_days import local_date

M = TypeVar("M", bound=Model)

OVERSIGHT = (Capability.SEE_TEAM_WORK, Capability.RUN_QUALITY_ASSURANCE)


def visible_actions(user: User, on: date) -> QuerySet[Action]:
    """Issued actions that the person owns, that concern their own work, or that they oversee."""
    scope = (
        Q(owner_post__in=posts_of(user, on))
        | Q(plan__worker=user)
        | _oversight(user, on, "owner_post__unit", "plan__unit")
    )
    cleared = cleared_q(user, on, case_field="plan__case")
    return Action.objects.filter(scope, cleared).exclude(state=Action.State.DRAFT)


def verifiable_q(user: User, on: date) -> Q:
    """Actions that the person may verify on that local date, as ``workflow.may_verify`` says of one."""
    not_theirs = ~Q(done_by=user) & ~Q(owner_post__in=posts_of(user, on))
    return not_theirs & capability_q(user, Capability.VERIFY_ACTIONS, on, "owner_post__unit")


def visible_plans(user: User, on: date) -> QuerySet[ActionPlan]:
    """Issued plans: of the person's own work, that they agreed themselves, of units they oversee, or with an
    action that they or those whom they oversee have to do."""
    theirs = Q(owner_post__in=posts_of(user, on)) | _oversight(user, on, "owner_post__unit")
    # Asked of each plan on its own: a list of all such plans takes longer than any page.
    with_theirs = Exists(Action.objects.filter(theirs, plan=OuterRef("pk")))
    scope = Q(worker=user) | Q(issued_by=user) | with_theirs | _oversight(user, on, "unit")
    return ActionPlan.objects.filter(scope, cleared_q(user, on), issued_at__isnull=False)


def visible_concerns(user: User, on: date) -> QuerySet[Concern]:
    """Concerns that the person raised, about their own case, that they must answer, or that they oversee."""
    scope = (
        Q(raised_by=user)
        | Q(case__worker=user)
        | Q(clock__owner_post__in=posts_of(user, on))
        | _oversight(user, on, "unit")
    )
    return Concern.objects.filter(scope, cleared_q(user, on))


def visible_loops(user: User, on: date) -> QuerySet[LoopClosure]:
    """Loops that the person holds the meeting of, that concern their own work, or that they oversee."""
    scope = Q(senior_post__in=posts_of(user, on)) | Q(worker=user) | _oversight(user, on, "unit")
    return LoopClosure.objects.filter(scope, cleared_q(user, on))


def get_action(user: User, pk: int, *, now: datetime) -> Action:
    related = ("plan__case", "owner_post__unit", "clock", "done_by", "verified_by")
    actions = visible_actions(user, local_date(now)).select_related(*related)
    action = _get(actions, pk)
    _log(user, action.plan.case, f"Action {pk}", now)
    return action


def get_owned_action(user: User, pk: int, *, now: datetime) -> Action:
    """An action of a post that the person holds today. Raises Http404 for one they may only see."""
    action = get_action(user, pk, now=now)
    return _only_if(owns(user, action, local_date(now)), action)


def get_action_to_verify(user: User, pk: int, *, now: datetime) -> Action:
    """An action that the person may verify, return or cancel. Raises Http404."""
    action = get_action(user, pk, now=now)
    return _only_if(may_verify(user, action, local_date(now)), action)


def get_plan(user: User, pk: int, *, now: datetime) -> ActionPlan:
    related = ("case", "unit", "worker", "notify_clock", "placed_on_file_by")
    plan = _get(visible_plans(user, local_date(now)).select_related(*related), pk)
    _log(user, plan.case, f"Action plan {pk}", now)
    return plan


def get_kept_plan(user: User, pk: int, *, now: datetime) -> ActionPlan:
    """A plan that the person keeps up to date. Raises Http404 for one they may only see."""
    plan = get_plan(user, pk, now=now)
    return _only_if(keeps(user, plan, local_date(now)), plan)


def keeps(user: User, plan: ActionPlan, on: date) -> bool:
    """Whether the plan is about the person's own work or of a unit that they oversee."""
    oversees = any(has_capability(user, capability, on, unit=plan.unit) for capability in OVERSIGHT)
    return plan.worker_id == user.pk or oversees


def get_concern(user: User, pk: int, *, now: datetime) -> Concern:
    related = ("case", "unit", "raised_by", "acknowledged_by", "clock__owner_post")
    concern = _get(visible_concerns(user, local_date(now)).select_related(*related), pk)
    _log(user, concern.case, f"Concern {pk}", now)
    return concern


def get_loop(user: User, pk: int, *, now: datetime) -> LoopClosure:
    related = ("plan__framework_version", "case", "unit", "worker", "senior_post", "authorised_by", "clock")
    loop = _get(visible_loops(user, local_date(now)).select_related(*related), pk)
    _log(user, loop.case, f"Closing the loop {pk}", now)
    return loop


def get_loop_to_record(user: User, pk: int, *, now: datetime) -> LoopClosure:
    """A loop whose meeting the person holds. Raises Http404 for one they may only see."""
    loop = get_loop(user, pk, now=now)
    return _only_if(holds_meeting(user, loop, local_date(now)), loop)


def get_loop_to_decide(user: User, pk: int, *, now: datetime) -> LoopClosure:
    """A loop that the person may authorise or return. Raises Http404 for one they may only see."""
    loop = get_loop(user, pk, now=now)
    return _only_if(may_authorise(user, loop, local_date(now)), loop)


def get_case(user: User, pk: int) -> Case:
    """A case whose actions are listed on its own page, which logs the reading. Raises Http404."""
    return _get(visible_cases(user, local_today()), pk)


def _oversight(user: User, on: date, *unit_fields: str) -> Q:
    scope = Q(pk__in=[])
    for unit_field in unit_fields:
        scope |= capability_q(user, OVERSIGHT, on, unit_field)
    return scope


def _get(rows: QuerySet[M], pk: int) -> M:
    return get_object_or_404(rows, pk=pk)


def _only_if(is_theirs: bool, record: M) -> M:
    if not is_theirs:
        raise Http404
    return record


def _log(user: User, case: Case | None, purpose: str, now: datetime) -> None:
    if case is not None:
        kind = RecordRead.Kind.CASE
        log_read(reader=user, kind=kind, record_id=case.pk, label=case.child_ref, now=now, purpose=purpose)
