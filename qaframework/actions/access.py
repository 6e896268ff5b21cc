"""Which actions, plans, concerns and loops a person may see: the only way a page gets hold of one.

Somebody else's and one that does not exist give the same answer: Http404. Restricted cases need a clearance.
"""

from datetime import date
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.shortcuts import get_object_or_404

from qaframework.actions.models import Action, ActionPlan, Concern, LoopClosure
from qaframework.caseload.access import cleared_q
from qaframework.people.access import capability_q, local_today, posts_of
from qaframework.people.models import User
from qaframework.people.roles import Capability

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


def visible_plans(user: User, on: date) -> QuerySet[ActionPlan]:
    """Issued plans: of the person's own work, with an action they own, or of units they oversee."""
    owns_one = Q(pk__in=Action.objects.filter(owner_post__in=posts_of(user, on)).values("plan"))
    scope = Q(worker=user) | owns_one | _oversight(user, on, "unit")
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


def get_action(user: User, pk: int) -> Action:
    related = ("plan__case", "plan__framework_version", "owner_post__unit", "clock", "done_by", "verified_by")
    return _get(visible_actions(user, local_today()).select_related(*related), pk)


def get_plan(user: User, pk: int) -> ActionPlan:
    related = ("case", "unit", "worker", "framework_version", "notify_clock", "placed_on_file_by")
    return _get(visible_plans(user, local_today()).select_related(*related), pk)


def get_concern(user: User, pk: int) -> Concern:
    related = ("case", "unit", "raised_by", "acknowledged_by", "clock")
    return _get(visible_concerns(user, local_today()).select_related(*related), pk)


def get_loop(user: User, pk: int) -> LoopClosure:
    related = ("plan__framework_version", "case", "unit", "worker", "senior_post", "authorised_by", "clock")
    return _get(visible_loops(user, local_today()).select_related(*related), pk)


def _oversight(user: User, on: date, *unit_fields: str) -> Q:
    scope = Q(pk__in=[])
    for capability in OVERSIGHT:
        for unit_field in unit_fields:
            scope |= capability_q(user, capability, on, unit_field)
    return scope


def _get(rows: QuerySet[M], pk: int) -> M:
    return get_object_or_404(rows, pk=pk)
