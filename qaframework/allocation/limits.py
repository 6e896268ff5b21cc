"""Which posts have more work than the framework allows them: upper limits and exact numbers (BED-05)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow.proposing import owner_of
from qaframework.packs.definition import Pack
from qaframework.packs.wording import EVERY
from qaframework.people.models import Post
from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.quotas import Excess, Kind, applicable, exceeded


@dataclass(frozen=True)
class Over:
    """A post that has more of something than it is allowed."""

    post: Post
    excess: Excess

    def sentence(self, pack: Pack) -> str:
        work, every = pack.activity(self.excess.quota.activity).label, EVERY[self.excess.quota.per]
        most = "no more than " if self.excess.quota.kind is Kind.UPPER else ""
        return (
            f"{work}: {self.post} now has {self.excess.count} in {self.excess.stretch.label}. The framework "
            f"asks for {most}{self.excess.allowed} {every}."
        )


def over_limit(programme: Programme, pack: Pack, posts: Iterable[Post] | None = None) -> list[Over]:
    """The posts of the programme, or of those given, that have too much by the rules of the pack.

    What is planned counts, and what is done; what was withdrawn or excluded does not. Two queries.
    """
    limited = {quota.activity for quota in pack.quotas if quota.kind is not Kind.MINIMUM}
    if not limited:
        return []
    work = programme.assignments.filter(activity__in=limited).still_owed_or_done()
    if posts is not None:
        work = work.filter(post__in=posts)
    by_post: dict[int, dict[str, Counter[Month]]] = defaultdict(lambda: defaultdict(Counter))
    for post_id, activity, period in work.values_list("post", "activity", "period"):
        by_post[post_id][activity][Month.parse(period)] += 1
    year = ProgrammeYear(programme.year, programme.starts_on.month)
    return [
        Over(post, excess)
        for post in Post.objects.filter(pk__in=by_post).select_related("unit")
        for quota in applicable(pack.quotas, post.role, owner_of(post).units)
        for excess in exceeded(quota, year, by_post[post.pk][quota.activity])
    ]


def limits_exceeded_by(work: Assignment) -> list[str]:
    """Sentences about a piece of work with which its post has too much of its kind; mostly none."""
    pack, month = work.framework_version.pack, Month.parse(work.period)
    return [
        over.sentence(pack)
        for over in over_limit(work.programme, pack, [work.post])
        if over.excess.quota.activity == work.activity and month in over.excess.stretch.months
    ]
