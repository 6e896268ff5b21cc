"""What pages need beside the rows of assignments, read once for all of them."""

from collections.abc import Iterable
from datetime import date

from django.db.models import OuterRef, Subquery

from qaframework.allocation.models import Assignment
from qaframework.packs.definition import Pack
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people.models import Post, PostHolding


def with_rules(assignments: Iterable[Assignment]) -> list[Assignment]:
    """The assignments with their framework versions; each version is large and is read once."""
    rows = list(assignments)
    versions = FrameworkVersion.objects.in_bulk({row.framework_version_id for row in rows})
    for row in rows:
        row.framework_version = versions[row.framework_version_id]
    return rows


def holder_names(posts: Iterable[Post | int], on: date) -> dict[int, str]:
    """Who holds each of the posts on a local date, by the post's key; those who act in one first."""
    holdings = PostHolding.objects.on(on).filter(post__in=set(posts)).select_related("user")
    ordered = holdings.order_by("is_acting", "starts_on", "pk")
    return {holding.post_id: holding.user.full_name for holding in ordered}


def holder_name(post_field: str, on: date) -> Subquery:
    """The name of who holds, or acts in, the post on a local date, as a column of a list of rows."""
    holdings = PostHolding.objects.on(on).filter(post=OuterRef(post_field))
    latest = holdings.order_by("-is_acting", "-starts_on", "-pk")
    return Subquery(latest.values("user__full_name")[:1])


def packs_on(day: date) -> dict[int, Pack]:
    """The rules in force on a local date of every live framework, by the framework's key, in one query."""
    in_force = FrameworkVersion.objects.filter(framework=OuterRef("pk"), effective_from__lte=day)
    newest = in_force.order_by("-effective_from", "-number").values("pk")[:1]
    live = Framework.objects.live().annotate(in_force=Subquery(newest)).values("in_force")
    versions = FrameworkVersion.objects.filter(pk__in=live).order_by("framework")
    return {version.framework_id: version.pack for version in versions}


def activity_choices(packs: Iterable[Pack]) -> list[tuple[str, str]]:
    """Every activity of the packs with what it is called there, for a filter."""
    return list({key: one.label for pack in packs for key, one in pack.activities.items()}.items())
