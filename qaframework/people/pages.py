"""Rows for the tables of this room's pages, read in as few queries as the page needs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse

from qaframework.people.directory import Organisation
from qaframework.people.models import Post, PostHolding, RecordRead, Unit, User
from qaframework.people.roles import ROLES
from qaframework.people.templatetags.page import short_date, uk_datetime

MOST_ENTRIES = 50


@dataclass
class Branch:
    """A unit of the tree with its posts and the units beneath it."""

    unit: Unit
    posts: list[dict[str, Any]]
    children: list["Branch"] = field(default_factory=list)


def branches(organisation: Organisation, paths: Iterable[str]) -> list[Branch]:
    """The tree beneath the given paths; units outside them are left out."""
    allowed = tuple(paths)
    made: dict[int, Branch] = {}
    tops: list[Branch] = []
    for unit in sorted(organisation.units.values(), key=lambda unit: unit.path):
        if not unit.is_active or not unit.path.startswith(allowed):
            continue
        branch = Branch(unit, [_post_entry(organisation, post) for post in organisation.posts_in(unit.pk)])
        made[unit.pk] = branch
        above = made.get(unit.parent_id) if unit.parent_id else None
        (above.children if above else tops).append(branch)
    return tops


def _post_entry(organisation: Organisation, post: Post) -> dict[str, Any]:
    holder = organisation.holder_of(post.pk)
    return {"post": post, "holder": holder, "is_acting": bool(holder) and organisation.is_covered(post.pk)}


def post_rows(unit: Unit, on: date) -> list[list[Any]]:
    """Post, role and present holder of each open post of the unit."""
    posts = list(Post.objects.open().filter(unit=unit))
    present: dict[int, PostHolding] = {}
    for holding in (
        PostHolding.objects.on(on)
        .filter(post__in=posts)
        .select_related("user")
        .order_by("is_acting", "starts_on", "pk")
    ):
        present[holding.post_id] = holding
    return [
        [
            {"text": post.title, "url": reverse("people:post", args=[post.pk])},
            ROLES[post.role].title,
            _holder_cell(present.get(post.pk)),
        ]
        for post in posts
    ]


def _holder_cell(holding: PostHolding | None) -> dict[str, str]:
    if holding is None:
        return {"text": "Vacant"}
    name = f"{holding.user} (acting)" if holding.is_acting else str(holding.user)
    return {"text": name, "url": reverse("people:person", args=[holding.user_id])}


def holding_rows(holdings: Iterable[PostHolding], on: date, *, by_post: bool = False) -> list[dict[str, Any]]:
    """Holdings of one post (or of one person, ``by_post``), the latest first, and which may be ended."""
    return [
        {
            "name": holding.post if by_post else holding.user,
            "url": reverse("people:post", args=[holding.post_id])
            if by_post
            else reverse("people:person", args=[holding.user_id]),
            "holding": holding,
            "is_open": holding.ends_on is None or holding.ends_on >= on,
        }
        for holding in sorted(holdings, key=lambda holding: holding.starts_on, reverse=True)
    ]


def closing_facts(post: Post, on: date) -> list[dict[str, str]]:
    """What to know of a post before it is closed: where it is, and who still has to have a last day in it."""
    later = [one for one in post.holdings.select_related("user") if one.ends_on is None or one.ends_on > on]
    names = ", ".join(str(one.user) for one in sorted(later, key=lambda one: one.starts_on))
    held = f"{names}. Record a last day first; the post can be closed after it." if names else "Nobody"
    return [{"label": "Where", "value": post.unit.name}, {"label": "Held by", "value": held}]


def person_history(person: User) -> list[list[str]]:
    """The last changes of the person and of the posts they held: when, what, by whom."""
    entries = [
        *person.history.select_related("history_user")[:MOST_ENTRIES],
        *PostHolding.history.filter(user=person).select_related("history_user", "post")[:MOST_ENTRIES],
    ]
    entries.sort(key=lambda entry: entry.history_date, reverse=True)
    return [
        [
            uk_datetime(entry.history_date),
            _entry_text(entry),
            str(entry.history_user or "The system"),
        ]
        for entry in entries[:MOST_ENTRIES]
    ]


def _entry_text(entry: Any) -> str:
    reason = entry.history_change_reason or {"+": "Added", "~": "Changed", "-": "Removed"}[entry.history_type]
    if isinstance(entry, PostHolding.history.model):
        until = f" to {short_date(entry.ends_on)}" if entry.ends_on else ""
        return f"{reason}: {entry.post}, from {short_date(entry.starts_on)}{until}"
    return reason


def read_rows(reads: Iterable[RecordRead]) -> list[list[Any]]:
    """When, who, which record, and for what."""
    return [
        [
            uk_datetime(read.at),
            {"text": str(read.reader), "url": reverse("people:person", args=[read.reader_id])},
            read.get_kind_display(),
            read.label,
            read.purpose,
        ]
        for read in reads
    ]
