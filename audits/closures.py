"""Cases that closed and are to be audited: which, and by whom (RBWM-24)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.reading import activities_on
from qaframework.caseload.access import is_cleared
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType
from qaframework.people.directory import Organisation
from qaframework.people.models import Post
from qaframework.rules.working_days import local_date


@dataclass(frozen=True)
class DueClosure:
    """A case that closed in the year of a programme and has no audit of this kind since."""

    programme: Programme
    activity: ActivityType
    case: Case


def due_closures(cases: QuerySet[Case], today: date) -> Iterator[DueClosure]:
    """Of the cases, those whose framework wants an audit after closing; on that local date."""
    for programme, activity in activities_on(today):
        if activity.closure_owed_by:
            for case in without_audit(cases, programme, activity).select_related("unit", "worker"):
                yield DueClosure(programme, activity, case)


def without_audit(cases: QuerySet[Case], programme: Programme, activity: ActivityType) -> QuerySet[Case]:
    """Those of the cases that closed since there is a programme and were not audited since, oldest first."""
    audited = Assignment.objects.filter(
        case=OuterRef("pk"), activity=activity.key, allocated_on__gte=OuterRef("closed_on")
    )
    # What had closed before there was a programme is history, and nobody's work.
    first = max(programme.starts_on, local_date(programme.created_at))
    closed = cases.filter(programme.framework.covers("unit"), ~Exists(audited), status=Case.Status.CLOSED)
    return closed.filter(closed_on__range=(first, programme.ends_on)).order_by("closed_on", "pk")


def nearest_manager(due: DueClosure, organisation: Organisation) -> Post | None:
    """A held post of the first role that has one in the line of the case's units, cleared for the case."""
    assert due.case.unit_id is not None
    for role in due.activity.closure_owed_by:
        for post in organisation.nearest_posts(due.case.unit_id, role):
            holder = organisation.holder_of(post.pk)
            if holder is not None and is_cleared(holder, due.case, organisation.on):
                return post
    return None
