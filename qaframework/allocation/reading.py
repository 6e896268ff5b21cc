"""What pages need beside the rows of assignments, read once for all of them."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from qaframework.allocation.models import Assignment, Programme
from qaframework.packs.definition import ActivityType, Pack
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people.models import Post, PostHolding
from qaframework.people.prepared import Prepared


def with_rules(assignments: Iterable[Assignment]) -> list[Assignment]:
    """The assignments with their framework versions, in one query: an authority has few versions."""
    rows = list(assignments)
    versions = {version.pk: version for version in map(_version, VERSIONS.rows())} if rows else {}
    for row in rows:
        row.framework_version = versions[row.framework_version_id]
    return rows


def holder_names(posts: Iterable[Post | int], on: date) -> dict[int, str]:
    """Who holds each of the posts on a local date, by the post's key; those who act in one first."""
    holdings = PostHolding.objects.on(on).filter(post__in=set(posts))
    ordered = holdings.order_by("is_acting", "starts_on", "pk")
    return dict(ordered.values_list("post", "user__full_name"))


def holder_name(post_field: str, on: date) -> Subquery:
    """The name of who holds, or acts in, the post on a local date, as a column of a list of rows."""
    holdings = PostHolding.objects.on(on).filter(post=OuterRef(post_field))
    latest = holdings.order_by("-is_acting", "-starts_on", "-pk")
    return Subquery(latest.values("user__full_name")[:1])


def activities_on(day: date) -> Iterator[tuple[Programme, ActivityType]]:
    """The activities of each programme that runs on a local date, by the rules of that date."""
    running = Programme.objects.filter(
        framework__in=Framework.objects.live(), starts_on__lte=day, ends_on__gte=day
    )
    for programme in running.select_related("framework"):
        for activity in programme.framework.version_on(day).pack.activities.values():
            yield programme, activity


def packs_on(day: date) -> dict[int, Pack]:
    """The rules in force on a local date of every live framework, by the framework's key, in one query."""
    versions = [_version(row) for row in IN_FORCE.rows(day)]
    return {version.framework_id: version.pack for version in versions}


# What names a version: its content is large, and read only where this process does not know it yet.
VERSION = ("id", "framework_id", "number", "label", "content_hash")


def _version(row: tuple[Any, ...]) -> FrameworkVersion:
    return FrameworkVersion.from_db(None, VERSION, row)


def _all_versions() -> QuerySet[FrameworkVersion, Any]:
    return FrameworkVersion.objects.order_by("pk").values_list(*VERSION)


def _in_force(day: date) -> QuerySet[FrameworkVersion, Any]:
    known = FrameworkVersion.objects.filter(framework=OuterRef("pk"), effective_from__lte=day)
    newest = known.order_by("-effective_from", "-number").values("pk")[:1]
    live = Framework.objects.live().annotate(in_force=Subquery(newest)).values("in_force")
    return FrameworkVersion.objects.filter(pk__in=live).order_by("framework").values_list(*VERSION)


IN_FORCE = Prepared(_in_force, date)
VERSIONS = Prepared(_all_versions)


def activity_choices(packs: Iterable[Pack]) -> list[tuple[str, str]]:
    """Every activity of the packs with what it is called there, for a filter."""
    return list({key: one.label for pack in packs for key, one in pack.activities.items()}.items())
