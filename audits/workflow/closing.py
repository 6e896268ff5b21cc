"""A case that closes is audited whole, where the framework wants that (RBWM-24)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from audits.models import CaseAudit
from audits.workflow.opening import open_audit
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.access import is_cleared
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType
from qaframework.packs.models import Framework
from qaframework.people.directory import Organisation
from qaframework.people.models import Post
from qaframework.rules.working_days import local_date


@dataclass
class Closed:
    """What one run did, and the closed cases for whose audit the QA team has to find somebody."""

    opened: list[CaseAudit] = field(default_factory=list)
    without_auditor: int = 0

    @property
    def warnings(self) -> list[str]:
        """Without references: which cases these are is not for everybody who reads them."""
        if not self.without_auditor:
            return []
        cases = "1 case that has" if self.without_auditor == 1 else f"{self.without_auditor} cases that have"
        return [f"No manager is there who may audit {cases} closed."]


def open_closure_audits(*, now: datetime) -> Closed:
    """Give each case that closed since there is a programme to the nearest manager of its team or service.

    Cases come from the register, whether they closed in an import or by hand. Running it again changes
    nothing; a case that closes a second time is audited a second time.
    """
    result = Closed()
    today = local_date(now)
    organisation = Organisation.load(today)
    for programme in Programme.objects.filter(
        framework__in=Framework.objects.live(), starts_on__lte=today, ends_on__gte=today
    ).select_related("framework"):
        for activity in _after_closing(programme, now):
            for case in _without_audit(programme, activity):
                _open(programme, activity, case, organisation, result, now=now)
    return result


def _after_closing(programme: Programme, now: datetime) -> Iterator[ActivityType]:
    version = programme.framework.version_on(local_date(now))
    return (activity for activity in version.pack.activities.values() if activity.closure_owed_by)


def _without_audit(programme: Programme, activity: ActivityType) -> QuerySet[Case]:
    there = Q(pk__in=[])
    for unit in programme.framework.units.all():
        there |= Q(unit__path__startswith=unit.path)
    audited = Assignment.objects.filter(
        case=OuterRef("pk"), activity=activity.key, allocated_on__gte=OuterRef("closed_on")
    )
    # What had closed before there was a programme is history, and nobody's work.
    first = max(programme.starts_on, local_date(programme.created_at))
    closed = Case.objects.filter(there, ~Exists(audited), status=Case.Status.CLOSED)
    in_year = closed.filter(closed_on__range=(first, programme.ends_on))
    return in_year.select_related("unit", "worker").order_by("closed_on", "pk")


@transaction.atomic
def _open(
    programme: Programme,
    activity: ActivityType,
    case: Case,
    organisation: Organisation,
    result: Closed,
    *,
    now: datetime,
) -> None:
    # Two runs at once wait for each other here; the second finds the first one's audit.
    Case.objects.select_for_update().get(pk=case.pk)
    if not _without_audit(programme, activity).filter(pk=case.pk).exists():
        return
    today = local_date(now)
    post = _nearest_manager(case, activity, organisation)
    if post is None or case.unit is None:
        result.without_auditor += 1
        return
    assignment = allocation.add_work(
        programme=programme, activity=activity.key, post=post, starts_on=today, by=None, now=now
    )
    allocation.allocate(
        assignment=assignment,
        case=case,
        worker=case.worker,
        unit=case.unit,
        selection=Assignment.Selection.TARGETED,
        allocated_on=today,
        by=None,
        now=now,
    )
    result.opened.append(open_audit(assignment=assignment, by=None, now=now))


def _nearest_manager(case: Case, activity: ActivityType, organisation: Organisation) -> Post | None:
    """A held post of the first role that has one in the line of the case's units, cleared for the case."""
    for role in activity.closure_owed_by:
        for post in organisation.nearest_posts(case.unit_id, role) if case.unit_id else ():
            holder = organisation.holder_of(post.pk)
            if holder is not None and is_cleared(holder, case, organisation.on):
                return post
    return None
