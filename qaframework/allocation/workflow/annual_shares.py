"""More audits where the quotas alone do not reach the share of all cases that a year has to audit."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from qaframework.allocation.annual_share import standings
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow.planning import add_work
from qaframework.allocation.workflow.proposing import posts_in
from qaframework.packs.definition import AnnualShare
from qaframework.packs.models import FrameworkVersion
from qaframework.people.models import Post, PostHolding, User
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date


@dataclass(frozen=True)
class CaughtUp:
    """The audits that were added, and how many are still missing because nobody is there to do more."""

    added: list[Assignment]
    still_missing: int


@transaction.atomic
def add_missing_audits(
    *,
    programme: Programme,
    version: FrameworkVersion,
    activity: str,
    month: Month,
    by: User | None,
    now: datetime,
) -> CaughtUp:
    """Plan what is missing by the end of the month, for the posts that the share names, least loaded first.

    Also what months before it left missing. Doing it again adds nothing while cases and plan stay the same
    (BED-02).
    """
    Programme.objects.select_for_update().get(pk=programme.pk)
    kind = version.pack.activity(activity)
    rule = kind.draw.annual_share if kind.draw else None
    if rule is None:
        return CaughtUp([], 0)
    _, months = standings(programme, kind, local_date(now))
    (missing,) = (one.missing for one in months if one.month == month)
    posts = _who_does_more(programme, rule, now)
    if not posts:
        return CaughtUp([], missing)
    load = Counter(programme.assignments.filter(activity=activity).values_list("post", flat=True))
    added = []
    for _ in range(missing):
        post = min(posts, key=lambda one: load[one.pk])
        load[post.pk] += 1
        added.append(
            add_work(
                programme=programme,
                activity=activity,
                post=post,
                starts_on=month.start,
                version=version,
                by=by,
                now=now,
            )
        )
    return CaughtUp(added, 0)


def _who_does_more(programme: Programme, rule: AnnualShare, now: datetime) -> list[Post]:
    """Posts of the roles that somebody holds on that day, by their code."""
    held = set(PostHolding.objects.on(local_date(now)).values_list("post", flat=True))
    posts = posts_in(programme.framework)
    return [post for post in posts if post.role in rule.extra_audits_by and post.pk in held]
