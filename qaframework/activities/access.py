"""Who may see an activity, and who may work on it; the same for every kind.

Somebody else's and one that does not exist give the same answer: Http404. Readings are logged.
"""

from datetime import date, datetime
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.http import Http404

from qaframework.activities.models import Activity
from qaframework.allocation.access import owned_assignments
from qaframework.allocation.models import Assignment
from qaframework.caseload.access import cleared_q
from qaframework.people.access import capability_q, posts_of
from qaframework.people.models import RecordRead, User
from qaframework.people.reads import log_read
from qaframework.people.roles import Capability
from qaframework.rules.working_days import local_date
from qaframework.tools.models import AnswerSet, Signature

A = TypeVar("A", bound=Activity)

RELATED = (
    "assignment__case",
    "assignment__worker",
    "assignment__post__unit",
    "assignment__framework_version",
    "answer_set__tool_version",
    "action_plan",
)
LARGE = ("answer_set__tool_version__content", "assignment__framework_version__content")
LIVE = (*Assignment.OPEN_STATES, *Assignment.DONE_STATES)


def readable(model: type[A], user: User, on: date) -> QuerySet[A]:
    """Activities whose answers the person may read on that local date.

    Those that their posts owe and those they run quality assurance for; once handed in, also those about
    themselves and those of units whose work they see.
    """
    return _cleared(model, user, on).filter(_readable_q(user, on))


def visible(model: type[A], user: User, on: date) -> QuerySet[A]:
    """Those, and what is arranged with the person before it is handed in, without its answers."""
    return _cleared(model, user, on).filter(_readable_q(user, on) | Q(assignment__worker=user))


def own(model: type[A], user: User, on: date) -> QuerySet[A]:
    """Activities that a post of the person owes and that were not called off."""
    return _cleared(model, user, on).filter(
        assignment__post__in=posts_of(user, on), assignment__state__in=LIVE
    )


def get_activity(model: type[A], user: User, pk: int, *, now: datetime) -> A:
    """What is arranged and how far it is. Raises Http404."""
    return get_among(visible(model, user, local_date(now)), user, pk, now=now)


def get_among(activities: QuerySet[A], user: User, pk: int, *, now: datetime) -> A:
    """One of those that the person may open, with all that its pages show; logged. Raises Http404."""
    return _logged(_get(activities.defer(*LARGE), pk), user, now)


def get_own_activity(model: type[A], user: User, pk: int, *, now: datetime) -> A:
    """To work on: of a post that the person holds today. Raises Http404."""
    return _logged(_get(own(model, user, local_date(now)), pk), user, now)


def get_activity_to_save(model: type[A], user: User, pk: int, *, now: datetime) -> A:
    """The same where one answer is written and nothing shown: slim, and no reading is logged."""
    related = ("assignment", "answer_set__tool_version")
    return _found(own(model, user, local_date(now)).select_related(*related).filter(pk=pk).first())


def find_assignment_to_open(
    user: User, pk: int, kinds: tuple[str, ...], *, now: datetime
) -> Assignment | None:
    """The person's own allocated work of these kinds, not opened yet; None for any other."""
    mine = owned_assignments(user, local_date(now)).open().filter(kind__in=kinds)
    related = ("framework_version", "case", "unit", "worker")
    return mine.select_related(*related).filter(pk=pk).first()


def get_signature(answer_set: AnswerSet, user: User) -> Signature:
    """The signature that is asked of the person for what was handed in last. Raises Http404."""
    asked = Signature.objects.filter(submission__answer_set=answer_set, signer=user)
    related = ("submission__answer_set", "signer")
    signature = asked.select_related(*related).order_by("-submission__revision").first()
    if signature is None:
        raise Http404
    return signature


def owes(user: User, activity: Activity, on: date) -> bool:
    """Whether a post that the person holds on that local date owes it."""
    return any(post.pk == activity.assignment.post_id for post in posts_of(user, on))


def _readable_q(user: User, on: date) -> Q:
    handed_in = Q(assignment__state__in=Assignment.DONE_STATES)
    scope = Q(assignment__post__in=posts_of(user, on)) | (Q(assignment__worker=user) & handed_in)
    for unit in ("assignment__unit", "assignment__post__unit"):
        scope |= capability_q(user, Capability.SEE_TEAM_WORK, on, unit) & handed_in
        scope |= capability_q(user, Capability.RUN_QUALITY_ASSURANCE, on, unit)
    return scope


def _cleared(model: type[A], user: User, on: date) -> QuerySet[A]:
    cleared = cleared_q(user, on, case_field="assignment__case")
    return model._default_manager.filter(cleared).defer(*LARGE)


def _get(activities: QuerySet[A], pk: int) -> A:
    activity = _found(activities.select_related(*RELATED).filter(pk=pk).first())
    # Work and plan began with the same rules, which are large: read once.
    activity.action_plan.framework_version = activity.assignment.framework_version
    return activity


def _found(activity: A | None) -> A:
    if activity is None:
        raise Http404
    return activity


def _logged(activity: A, user: User, now: datetime) -> A:
    log_read(
        reader=user,
        kind=RecordRead.Kind.AUDIT,
        record_id=activity.pk,
        label=str(activity),
        now=now,
    )
    return activity
