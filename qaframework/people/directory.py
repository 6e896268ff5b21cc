"""Who holds what on a given day, who manages whom, and where the nearest post of a role is.

The functions ask the database one question each. ``Organisation`` answers the same questions from
memory, for work that asks them thousands of times. All days are local (Europe/London) dates.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from qaframework.people.models import Post, PostHolding, Unit, User
from qaframework.people.roles import ROLES, Capability


def holder_of(post: Post, on: date) -> User | None:
    """The person who acts in the post on that day, else its holder, else None (vacant)."""
    return holders_of([post], on)[post.pk]


def holders_of(posts: Iterable[Post], on: date) -> dict[int, User | None]:
    """The same of many posts, by their keys."""
    held: dict[int, list[PostHolding]] = {post.pk: [] for post in posts}
    for holding in PostHolding.objects.on(on).filter(post__in=list(held)).select_related("user"):
        held[holding.post_id].append(holding)
    return {post_id: _first_holder(holdings) for post_id, holdings in held.items()}


def holder_names(posts: Iterable[Post | int], on: date) -> dict[int, str]:
    """Who acts in, else holds, each of the posts on that day, by the post's key; vacant ones are left out."""
    holdings = PostHolding.objects.on(on).filter(post__in=set(posts))
    ordered = holdings.order_by("is_acting", "starts_on", "pk")
    return dict(ordered.values_list("post", "user__full_name"))


def holders_over_time(posts: Iterable[int]) -> Callable[[int, date], str]:
    """A look-up after one query: the name of who acted in, else held, a post on a local day, or nothing."""
    held: dict[int, list[PostHolding]] = defaultdict(list)
    holdings = PostHolding.objects.filter(post__in=set(posts)).select_related("user")
    for holding in holdings.order_by("-is_acting", "-starts_on", "-pk"):
        held[holding.post_id].append(holding)

    def name_on(post_id: int, day: date) -> str:
        return next((str(holding.user) for holding in held[post_id] if holding.covers(day)), "")

    return name_on


def colleagues(on: date) -> list[tuple[str, str]]:
    """Everybody who holds a post that day, by name: id and name with the post. One query."""
    held = PostHolding.objects.on(on).order_by("-is_acting", "-starts_on", "-pk")
    rows = held.values_list("user", "user__full_name", "post__title")
    found = {person: f"{name}, {title}" for person, name, title in rows}
    return sorted(((str(pk), name) for pk, name in found.items()), key=lambda one: one[1].casefold())


def post_of(user: User, on: date) -> Post | None:
    """The person's main post: held before acted in, then the one held longest."""
    holding = (
        PostHolding.objects.on(on)
        .filter(user=user, post__is_active=True)
        .select_related("post__unit")
        .order_by("is_acting", "starts_on", "pk")
        .first()
    )
    return holding.post if holding else None


def line_manager_post(post: Post) -> Post | None:
    """The post this one reports to; when that post is closed, the one it reported to, and so on."""
    seen = {post.pk}
    above = post.reports_to
    while above is not None and not above.is_active:
        if above.pk in seen:
            return None
        seen.add(above.pk)
        above = above.reports_to
    return above if above is not None and above.pk not in seen else None


def nearest_posts(unit: Unit, role: str, on: date) -> list[Post]:
    """Open posts of the role in the unit, else in the nearest ancestor that has one.

    A unit where somebody holds such a post on that day comes before a nearer one where all are vacant.
    """
    posts = list(
        Post.objects.open()
        .filter(role=role, unit__in=Unit.objects.above(unit).values("pk"))
        .select_related("unit")
        .order_by("title", "pk")
    )
    held = set(PostHolding.objects.on(on).filter(post__in=posts).values_list("post_id", flat=True))
    return _nearest(posts, held)


def leader_of(unit: Unit, on: date, *, besides: User) -> User | None:
    """Who manages the unit on that local day: the holder of its most senior post that sees the team's work,
    else of the nearest unit above that has one; never the person that is named."""
    organisation = Organisation.load(on)
    for above in organisation.line_of_units(unit.pk):
        for post in organisation.posts_in(above.pk):
            role, holder = ROLES[post.role], organisation.holder_of(post.pk)
            manages = Capability.SEE_TEAM_WORK in role.capabilities and not role.serves_everyone
            if manages and holder is not None and holder != besides:
                return holder
    return None


def function_of(unit: Unit) -> Unit | None:
    """The nearest unit of kind 'function': the unit itself or an ancestor."""
    return Unit.objects.above(unit).filter(kind=Unit.Kind.FUNCTION).first()


@dataclass(frozen=True)
class Organisation:
    """The whole tree with its open posts and their holders on one day, read in three queries."""

    on: date
    units: dict[int, Unit]
    posts: dict[int, Post]
    holders: dict[int, User]
    acting_posts: frozenset[int]
    posts_by_person: dict[int, list[Post]]
    _posts_by_place: dict[tuple[int, str], list[Post]]

    @classmethod
    def load(cls, on: date) -> "Organisation":
        units = {unit.pk: unit for unit in Unit.objects.all()}
        for unit in units.values():
            if unit.parent_id:
                unit.parent = units[unit.parent_id]
        posts = {post.pk: post for post in Post.objects.order_by("title", "pk")}
        by_place: dict[tuple[int, str], list[Post]] = defaultdict(list)
        for post in posts.values():
            post.unit = units[post.unit_id]
            if post.is_active:
                by_place[post.unit_id, post.role].append(post)
        holdings: dict[int, list[PostHolding]] = defaultdict(list)
        by_person: dict[int, list[Post]] = defaultdict(list)
        for holding in (
            PostHolding.objects.on(on).select_related("user").order_by("is_acting", "starts_on", "pk")
        ):
            holdings[holding.post_id].append(holding)
            if posts[holding.post_id].is_active:
                by_person[holding.user_id].append(posts[holding.post_id])
        holders = {post_id: user for post_id, held in holdings.items() if (user := _first_holder(held))}
        acting = frozenset(post_id for post_id, held in holdings.items() if any(h.is_acting for h in held))
        return cls(on, units, posts, holders, acting, dict(by_person), dict(by_place))

    def holder_of(self, post_id: int) -> User | None:
        return self.holders.get(post_id)

    def post_of(self, user_id: int) -> Post | None:
        posts = self.posts_by_person.get(user_id, [])
        return posts[0] if posts else None

    def is_covered(self, post_id: int) -> bool:
        """Whether somebody acts in the post."""
        return post_id in self.acting_posts

    def posts_in(self, unit_id: int) -> list[Post]:
        """Open posts of the unit itself, the most senior first."""
        posts = [
            post for (unit, _), there in self._posts_by_place.items() if unit == unit_id for post in there
        ]
        return sorted(posts, key=lambda post: (-ROLES[post.role].seniority, post.title, post.pk))

    def line_manager(self, post_id: int) -> Post | None:
        seen = {post_id}
        above = self.posts[post_id].reports_to_id
        while above is not None and above not in seen:
            if self.posts[above].is_active:
                return self.posts[above]
            seen.add(above)
            above = self.posts[above].reports_to_id
        return None

    def is_in_line_of(self, post_id: int, manager_id: int) -> bool:
        """Whether the post reports to the other one, directly or through others."""
        seen: set[int] = set()
        above = self.line_manager(post_id)
        while above is not None and above.pk not in seen:
            if above.pk == manager_id:
                return True
            seen.add(above.pk)
            above = self.line_manager(above.pk)
        return False

    def nearest_posts(self, unit_id: int, role: str) -> list[Post]:
        posts = [
            post
            for ancestor in self.line_of_units(unit_id)
            for post in self._posts_by_place.get((ancestor.pk, role), [])
        ]
        return _nearest(posts, self.holders)

    def function_of(self, unit_id: int) -> Unit | None:
        return next((unit for unit in self.line_of_units(unit_id) if unit.kind == Unit.Kind.FUNCTION), None)

    def line_of_units(self, unit_id: int) -> list[Unit]:
        """The unit and its ancestors, nearest first."""
        line = []
        unit: Unit | None = self.units[unit_id]
        while unit is not None:
            line.append(unit)
            unit = self.units[unit.parent_id] if unit.parent_id else None
        return line


def _first_holder(holdings: Iterable[PostHolding]) -> User | None:
    """An acting holder before the substantive one; among several, the one who came last."""
    ranked = sorted(holdings, key=lambda holding: (holding.is_acting, holding.starts_on, holding.pk))
    return ranked[-1].user if ranked else None


def _nearest(posts: list[Post], held: Iterable[int]) -> list[Post]:
    """Of posts in one line of units, those of the lowest unit with a holder, else of the lowest unit."""
    by_path: dict[str, list[Post]] = defaultdict(list)
    for post in posts:
        by_path[post.unit.path].append(post)
    if not by_path:
        return []
    occupied = set(held)
    with_holder = [path for path, there in by_path.items() if any(post.pk in occupied for post in there)]
    return by_path[max(with_holder or by_path, key=len)]
