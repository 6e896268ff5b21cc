"""How much work a programme has, by post, activity and month."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min, Q

from qaframework.allocation.models import Assignment, Programme


@dataclass(frozen=True)
class Tally:
    """Pieces of work of one post, activity and month: how many are planned in all, are done, or wait for a
    date; and the first and last day of those that have dates."""

    post_id: int
    role: str
    activity: str
    period: str
    planned: int
    done: int
    waiting: int
    first: date | None
    last: date | None


def tallies_of(programme: Programme, role: str = "") -> list[Tally]:
    """The plan, of all posts or those of a role, in one query."""
    rows = programme.assignments.still_owed_or_done()
    if role:
        rows = rows.filter(post__role=role)
    grouped = rows.values_list("post", "post__role", "activity", "period").order_by()
    figures = grouped.annotate(
        planned=Count("pk"),
        done=Count("pk", filter=Q(state__in=Assignment.DONE_STATES)),
        waiting=Count("pk", filter=Q(state=Assignment.State.PLANNED)),
        first=Min("allocated_on"),
        last=Max("due_on"),
    )
    return [Tally(*row) for row in figures]
