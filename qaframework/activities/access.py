"""Who may see an activity, and who may work on it; the same for every kind.

Somebody else's and one that does not exist give the same answer: Http404. Readings are logged.
"""

from datetime import datetime
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.http import Http404

from qaframework.activities.models import Activity
from qaframework.allocation.access import get_owned_assignment, owned_assignments, visible_assignments
from qaframework.allocation.models import Assignment
from qaframework.people.access import capability_q
from qaframework.people.models import RecordRead, User
from qaframework.people.reads import log_read
from qaframework.people.roles import Capability
from qaframework.rules.working_days import local_date

A = TypeVar("A", bound=Activity)

RELATED = (
    "assignment__case",
    "assignment__worker",
    "assignment__post__unit",
    "assignment__framework_version",
    "answer_set__tool_version",
    "action_plan__framework_version",
)


def get_assignment_to_open(user: User, pk: int, kinds: tuple[str, ...]) -> Assignment:
    """Allocated work of the kinds that a post of the person owes. Raises Http404."""
    assignment = get_owned_assignment(user, pk)
    if assignment.kind not in kinds or assignment.state not in Assignment.OPEN_STATES:
        raise Http404
    return assignment


def get_activity(model: type[A], user: User, pk: int, *, now: datetime) -> A:
    """To read: by its owner and the QA team at any time, by others it concerns once it was handed in."""
    on = local_date(now)
    owned = Q(assignment__in=owned_assignments(user, on))
    visible = Q(assignment__in=visible_assignments(user, on))
    handed_in = Q(assignment__state__in=Assignment.DONE_STATES)
    runs_it = capability_q(user, Capability.RUN_QUALITY_ASSURANCE, on, "assignment__post__unit")
    return _get(model._default_manager.filter(visible & (owned | handed_in | runs_it)), user, pk, now)


def get_own_activity(model: type[A], user: User, pk: int, *, now: datetime) -> A:
    """To work on: of a post that the person holds today. Raises Http404."""
    owned = owned_assignments(user, local_date(now))
    return _get(model._default_manager.filter(assignment__in=owned), user, pk, now)


def is_open(activity: Activity) -> bool:
    return activity.assignment.state in Assignment.OPEN_STATES


def _get(rows: QuerySet[A], user: User, pk: int, now: datetime) -> A:
    found = rows.select_related(*RELATED).filter(pk=pk).first()
    if found is None:
        raise Http404
    log_read(
        reader=user,
        kind=RecordRead.Kind.AUDIT,
        record_id=found.pk,
        label=f"{found._meta.verbose_name} {found.pk}",
        now=now,
    )
    return found
