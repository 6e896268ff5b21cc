"""Work that people may start without owing it: which, by which of their posts, and about whose case.

Nothing is saved here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q, QuerySet

from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.reading import packs_on
from qaframework.allocation.rotation import Rotation, Waiting, rule_of
from qaframework.caseload.access import cleared_cases, visible_cases
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType, Pack
from qaframework.packs.models import FrameworkVersion
from qaframework.people.access import posts_of
from qaframework.people.models import Post, User
from qaframework.people.roles import ROLES
from qaframework.rules.periods import Month

MOST_SUGGESTED = 300
NOT_THEIRS = (
    "{person} works with this child and is not among those whose cases you look at under the framework. "
    "Give the reference of another case."
)


@dataclass(frozen=True)
class Startable:
    """An activity that one of a person's posts may start, in the programme that it is counted in."""

    programme: Programme
    post: Post
    activity: ActivityType

    def unsaved(self, version: FrameworkVersion, on: date) -> Assignment:
        """The work as it would be when started on a local date."""
        return Assignment(
            programme=self.programme,
            framework_version=version,
            activity=self.activity.key,
            kind=self.activity.kind,
            post=self.post,
            unit=self.post.unit,
            period=Month.of(on).key,
        )


def startable(user: User, on: date) -> list[Startable]:
    """What the person may start on a local date, in the order of the frameworks; each activity once.

    One query where no framework lets them start anything.
    """
    posts = posts_of(user, on)
    packs = {key: pack for key, pack in packs_on(on).items() if _may_start_some(posts, pack)}
    if not packs:
        return []
    running = Programme.objects.filter(framework__in=packs, starts_on__lte=on, ends_on__gte=on)
    found: dict[tuple[int, str], Startable] = {}
    for programme in running.select_related("framework").prefetch_related("framework__units"):
        paths = tuple(unit.path for unit in programme.framework.units.all())
        for post in posts:
            for activity in packs[programme.framework_id].activities.values():
                if post.role in activity.started_by and _is_covered(post, paths):
                    found.setdefault((programme.pk, activity.key), Startable(programme, post, activity))
    return list(found.values())


def may_start_any(user: User, on: date) -> bool:
    """Whether there is anything that the person may start on a local date."""
    return bool(startable(user, on))


def not_begun(one: Startable, case: Case | None) -> Assignment | None:
    """Work of the post that is opened in place of new work: what it owes and has not begun, or what was
    started about the same case, or about nobody yet, and is not handed in."""
    waiting = Assignment.objects.filter(
        programme=one.programme, post=one.post, activity=one.activity.key
    ).open()
    fresh = Q(state=Assignment.State.ALLOCATED)
    if case is not None:
        same = Q(case=case)
    else:
        same = fresh & Q(worker=None) | fresh & Q(ordinal__lte=Assignment.EXTRA)
    return waiting.filter(same).order_by("due_on", "pk").first()


class CasesToChoose:
    """The cases that a person may start work about on a local date; what is asked twice is read once."""

    def __init__(self, one: Startable, version: FrameworkVersion, by: User, on: date) -> None:
        self.by, self.on = by, on
        self._one, self._work = one, one.unsaved(version, on)
        self._rotation = Rotation(on)

    def find(self, reference: str) -> Case | None:
        """The case with a reference that somebody typed, in any capitals, out of those within their reach."""
        found = self._within_reach().select_related("unit", "worker")
        return found.filter(child_ref__iexact=reference.strip()).first()

    def suggested(self) -> list[Case]:
        """Open cases of the post's unit and below that the person may open and that it may be about."""
        unit = self._one.post.unit
        own = visible_cases(self.by, self.on).filter(
            status=Case.Status.OPEN, unit__path__startswith=unit.path
        )
        first = own.select_related("worker").order_by("child_ref")[:MOST_SUGGESTED]
        return [case for case in first if not self._why_not_whose(case)]

    def why_not(self, case: Case) -> str:
        """Why the work may not be about a case; empty when it may."""
        if not self._within_reach().filter(pk=case.pk).exists():
            return "You may not open this case."
        if case.status != Case.Status.OPEN:
            return "This case is closed. Give the reference of an open one."
        return self._why_not_whose(case)

    def whose(self) -> Sequence[tuple[Waiting, int]]:
        """By the framework's rule, the people whose cases work of the post looks at, whoever has waited
        longest first, and how many it started about each in the month of the date, called-off ones left
        out."""
        rows = Assignment.objects.still_owed_or_done().filter(
            programme=self._work.programme, activity=self._work.activity, period=self._work.period
        )
        workers = [one.worker for one in self._people]
        counts = Counter(rows.filter(worker__in=workers).values_list("worker", flat=True))
        return [(one, counts[one.worker.pk]) for one in self._people]

    @cached_property
    def _people(self) -> list[Waiting]:
        return self._rotation.people(self._work)

    def _within_reach(self) -> QuerySet[Case]:
        if self._one.activity.of_any_team:
            covered = self._one.programme.framework.covers("unit")
            return cleared_cases(self.by, self.on).filter(covered)
        return visible_cases(self.by, self.on)

    def _why_not_whose(self, case: Case) -> str:
        """Why it may not be about a case of its practitioner."""
        if case.worker_id == self.by.pk:
            return "You work with this child yourself. Somebody else has to look at this case."
        if rule_of(self._work) is not None:
            if case.worker_id in {one.worker.pk for one in self._people}:
                return ""
            return NOT_THEIRS.format(person=case.worker or "Nobody")
        organisation = self._rotation.organisation
        theirs = organisation.post_of(case.worker_id) if case.worker_id else None
        manager = organisation.line_manager(theirs.pk) if theirs else None
        if manager is not None and manager.pk == self._work.post_id:
            return "You manage the practitioner of this case. Somebody else has to look at it."
        return ""


def _is_covered(post: Post, paths: tuple[str, ...]) -> bool:
    """Whether a framework of units with those paths holds for the post, or for units that it serves."""
    return post.unit.path.startswith(paths) or ROLES[post.role].serves_everyone


def _may_start_some(posts: Sequence[Post], pack: Pack) -> bool:
    roles = {post.role for post in posts}
    return any(roles.intersection(activity.started_by) for activity in pack.activities.values())
