"""Reviews of one case are opened when their moment comes, and called off when they have become needless
(SAN-15)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from audits.case_reviews import DueReview, Reviewers, due_in, due_reviews
from audits.models import CaseReview
from qaframework.activities.workflow import open_activities
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType
from qaframework.people.directory import Organisation
from qaframework.people.models import User
from qaframework.rules.working_days import local_date


def open_case_reviews(*, now: datetime) -> list[CaseReview]:
    """Give each case whose moment has come to whoever of those who may look at it has least to do.

    Each review of a case, and each audit, leads to one look of a kind, however often and late this runs.
    Those that nobody may take wait, and are opened once somebody may.
    """
    today = local_date(now)
    due = due_reviews(Case.objects.all(), today)
    kinds = {(one.programme.pk, one.activity.key): (one.programme, one.activity) for one in due}
    organisation = Organisation.load(today)
    opened = [_open_all(*kinds[key], organisation, now=now) for key in sorted(kinds)]
    return [review for reviews in opened for review in reviews]


@transaction.atomic
def _open_all(
    programme: Programme, activity: ActivityType, organisation: Organisation, *, now: datetime
) -> list[CaseReview]:
    # Two runs at once wait for each other here; the second finds what the first has opened.
    Programme.objects.select_for_update().get(pk=programme.pk)
    today = local_date(now)
    due = list(due_in(programme, activity, Case.objects.all(), today))
    shared = Reviewers.load(programme, activity, organisation).share(due)
    allotments, about = [], {}
    for place, post in shared.owner_of.items():
        one = due[place]
        assert one.case.unit is not None
        assignment = allocation.add_work(
            programme=programme, activity=activity.key, post=post, starts_on=today, by=None, now=now
        )
        about[assignment.pk] = _about(one)
        targeted = Assignment.Selection.TARGETED
        allotments.append(
            allocation.Allotment(assignment, one.case, one.case.worker, one.case.unit, targeted)
        )
    allocation.allocate_all(allotments, allocated_on=today, by=None, now=now)
    work = [one.assignment for one in allotments]
    return open_activities(CaseReview, assignments=work, by=None, now=now, about=about)


def _about(due: DueReview) -> Mapping[str, Any]:
    return {
        "activity": due.activity.key,
        "case": due.case,
        "last_review_on": due.last_review_on,
        "audit": due.audit,
    }


def open_started_review(*, assignment: Assignment, by: User, now: datetime) -> CaseReview:
    """The review of a case that somebody started, made ready when they first come to it."""
    about = {assignment.pk: {"activity": assignment.activity, "case": assignment.case}}
    (review,) = open_activities(CaseReview, assignments=[assignment], by=by, now=now, about=about)
    return review


def call_off_needless_reviews(*, now: datetime) -> int:
    """Withdraw what has not begun where the case is no longer open, or was reviewed again; how many.

    Whoever owed it is told why. What has begun stays.
    """
    needless = ~Q(case__status=Case.Status.OPEN) | Q(case__last_review_on__gt=F("last_review_on"))
    waiting = CaseReview.objects.filter(needless, assignment__state=Assignment.State.ALLOCATED)
    keys = list(waiting.order_by("pk").values_list("pk", flat=True))
    return sum(_call_off(key, now=now) for key in keys)


@transaction.atomic
def _call_off(key: int, *, now: datetime) -> bool:
    review = CaseReview.objects.select_related("case", "assignment__post__unit").get(pk=key)
    # Who begins it at the same moment waits here, or has begun it already.
    Assignment.objects.select_for_update(no_key=True).get(pk=review.assignment_id)
    assignment = review.assignment
    assignment.refresh_from_db(fields=["state"])
    if assignment.state != Assignment.State.ALLOCATED:
        return False
    if review.case.status != Case.Status.OPEN:
        reason = "The case is no longer open."
    else:
        reason = f"The case was reviewed again on {review.case.last_review_on:%-d %B %Y}."
    allocation.withdraw(assignment=assignment, reason=reason, by=None, now=now, because=reason)
    return True
