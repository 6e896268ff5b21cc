"""What every page's frame shows: where one may go, whose authority this is, how long one may idle."""

from collections.abc import Collection
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from qaframework.people.access import covers_authority, local_today, posts_of
from qaframework.people.models import User
from qaframework.people.roles import LEADERS, ROLES, Capability, roles_with

_C = Capability

# Each entry of the menu: label, name of its page, and the capabilities of which any one shows it.
MENU: list[tuple[str, str, set[Capability]]] = [
    ("My work", "allocation:my_work", {_C.OWN_ACTIONS, _C.AUDIT}),
    ("Return board", "allocation:return_board", {_C.RUN_QUALITY_ASSURANCE}),
    ("Audits handed in", "audits:inbox", {_C.RUN_QUALITY_ASSURANCE}),
    ("Draws", "audits:draws", {_C.RUN_QUALITY_ASSURANCE}),
    ("Dip samples", "audits:dip_themes", {_C.SEE_TEAM_WORK, _C.RUN_QUALITY_ASSURANCE}),
    ("Moderation", "audits:moderation_queue", {_C.RUN_QUALITY_ASSURANCE}),
    ("Programme", "allocation:programme", {_C.RUN_QUALITY_ASSURANCE, _C.CONFIGURE}),
    ("Actions", "actions:tracker", {_C.OWN_ACTIONS}),
    ("Closing the loop", "actions:loops", {_C.AUTHORISE_LOOPS, _C.SEE_TEAM_WORK}),
    ("Extensions", "allocation:extensions", {_C.DECIDE_EXTENSIONS}),
    ("Escalations", "escalation:board", {_C.RUN_QUALITY_ASSURANCE, _C.SEE_TEAM_WORK}),
    ("Dashboard", "reporting:dashboard", {_C.SEE_FIGURES}),
    ("Coverage", "reporting:coverage", {_C.RUN_QUALITY_ASSURANCE, _C.SEE_TEAM_WORK}),
    ("Good practice", "audits:library", {_C.OWN_ACTIONS, _C.SEE_FIGURES, _C.CONFIGURE}),
    ("Reports", "reporting:reports", {_C.SEE_FIGURES}),
    ("Cases", "caseload:register", {_C.SEE_TEAM_WORK, _C.RUN_QUALITY_ASSURANCE}),
    ("Frameworks", "packs:frameworks", {_C.CONFIGURE}),
    ("Audit tools", "tools:tools", {_C.CONFIGURE, _C.RUN_QUALITY_ASSURANCE}),
    ("Case imports", "caseload:imports", {_C.CONFIGURE}),
    ("Organisation", "people:organisation", {_C.CONFIGURE}),
    ("Who read what", "people:reads", {_C.CONFIGURE, _C.RUN_QUALITY_ASSURANCE}),
    ("Service health", "escalation:health", {_C.CONFIGURE}),
]

# What reaches the whole authority is shown to those whose post does.
FOR_WHOLE_AUTHORITY = {"caseload:imports"}

# Where 'home' leads: the first of these whose roles the person has one of.
HOMES: list[tuple[Collection[str], str]] = [
    (roles_with(_C.CONFIGURE), "packs:frameworks"),
    (roles_with(_C.RUN_QUALITY_ASSURANCE), "allocation:return_board"),
    (LEADERS, "reporting:dashboard"),
    (roles_with(_C.OWN_ACTIONS), "allocation:my_work"),
    (roles_with(_C.SEE_FIGURES), "reporting:dashboard"),
]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The frame of the page, in one query (the person's posts, which the page's own checks share)."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"navigation": []}
    posts = posts_of(user, local_today())
    return {
        "navigation": _menu(request, user),
        "authority_name": getattr(posts[0], "authority_name", "") if posts else "",
        "idle_timeout_seconds": settings.IDLE_TIMEOUT_MINUTES * 60,
    }


def capabilities_of(user: User) -> set[Capability]:
    """Everything the person's posts of today allow, somewhere."""
    return set().union(*(ROLES[post.role].capabilities for post in posts_of(user, local_today())))


def home_of(user: User) -> str:
    """The address of the page that the person's work begins with."""
    held = {post.role for post in posts_of(user, local_today())}
    return reverse(next((name for roles, name in HOMES if held.intersection(roles)), "people:my_account"))


def _menu(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    held, today = capabilities_of(user), local_today()
    shown = [
        (label, _addresses()[name])
        for label, name, allowed in MENU
        if not held.isdisjoint(allowed)
        and (name not in FOR_WHOLE_AUTHORITY or any(covers_authority(user, one, today) for one in allowed))
    ]
    return [{"label": label, "url": url, "current": request.path.startswith(url)} for label, url in shown]


@cache
def _addresses() -> dict[str, str]:
    """The addresses of the menu: they are the same on every page of a process."""
    return {name: reverse(name) for _, name, _ in MENU}
