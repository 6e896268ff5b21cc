"""Work that somebody starts without owing it, because the framework leaves it to them when (BED-06)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.starting import CasesToChoose, not_begun, startable
from qaframework.allocation.workflow.assignments import allocate
from qaframework.allocation.workflow.planning import add_work
from qaframework.caseload.models import Case
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date


@dataclass(frozen=True)
class Started:
    """``is_new`` is false where work that was there already is to be done in its place."""

    assignment: Assignment
    is_new: bool


@transaction.atomic
def start_work(*, programme: Programme, activity: str, case: Case | None, by: User, now: datetime) -> Started:
    """Begin work on top of the quotas for a post of the person, due by the rules of its activity from today.

    What the post owes and has not begun, or started already about the same case, is done in its place, so
    that sending the form twice starts one. Raises Refused for what the person may not start, and for a case
    that it may not be about.
    """
    Programme.objects.select_for_update().get(pk=programme.pk)  # who sends it twice waits here
    on = local_date(now)
    offered = startable(by, on)
    one = next((one for one in offered if (one.programme, one.activity.key) == (programme, activity)), None)
    if one is None:
        raise Refused("This work cannot be started by you. Ask the quality assurance team for it.")
    if one.activity.is_about_one_case and case is None:
        raise Refused("Say which case it is about.")
    version = programme.framework.version_on(on)
    if case is not None and (why_not := CasesToChoose(one, version, by, on).why_not(case)):
        raise Refused(why_not)
    if there := not_begun(one, case):
        return Started(there, is_new=False)
    work = add_work(
        programme=programme,
        activity=activity,
        post=one.post,
        starts_on=on,
        by=by,
        now=now,
        version=version,
    )
    allocate(
        assignment=work,
        case=case,
        worker=case.worker if case else None,
        unit=case.unit if case and case.unit else one.post.unit,
        selection=Assignment.Selection.TARGETED if case else Assignment.Selection.NONE,
        allocated_on=on,
        by=by,
        now=now,
    )
    return Started(work, is_new=True)
