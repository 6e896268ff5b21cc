"""The action tracker: what is owed to children, by whom, and how late it is (LAN-28)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from qaframework.actions.access import verifiable_q, visible_actions
from qaframework.actions.models import Action
from qaframework.clocks.models import Moment
from qaframework.people.access import posts_of
from qaframework.people.directory import holder_names
from qaframework.people.models import Post, PostHolding, User
from qaframework.people.paging import KeysetPage, keyset_page
from qaframework.people.templatetags.page import due_in_words, short_date
from qaframework.rules.working_days import local_date

COLUMNS = ("Action", "Case", "Who", "Due", "State", "Escalated")
EXPORT_COLUMNS = (
    "Action",
    "Case",
    "What",
    "How we will know",
    "Priority",
    "Post",
    "Held by",
    "Unit",
    "Due",
    "State",
    "Days late",
    "Escalated",
    "Evidence",
    "Difference made",
)
UNFINISHED = (*Action.OWED_STATES, Action.State.DONE)
STATES: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("Not finished", UNFINISHED),
    "owed": ("Open or in progress", Action.OWED_STATES),
    "done": ("To be verified", (Action.State.DONE,)),
    "verified": ("Verified", (Action.State.VERIFIED,)),
    "cancelled": ("Cancelled", (Action.State.CANCELLED,)),
    "all": ("All", tuple(Action.State.values)),
}
# Weeks past the due date, from (included) and to (excluded): the steps of LAN-33.
LATENESS = {
    "late": ("Any time late", 0, None),
    "0-4": ("Up to 4 weeks late", 0, 4),
    "4-6": ("4 to 6 weeks late", 4, 6),
    "6-12": ("6 to 12 weeks late", 6, 12),
    "12": ("12 weeks late or more", 12, None),
}
LONGEST_SHOWN = 90
SHOWN = ("what", "due_on", "state", "clock", "owner_post__title", "owner_post__unit", "plan__case__child_ref")
CHUNK = 500


class TrackerFilter(forms.Form):
    """All optional; an address without filters shows what is not finished."""

    mark_optional = False

    whose = forms.ChoiceField(
        label="Whose",
        required=False,
        choices=[
            ("", "All that I may see"),
            ("mine", "Mine"),
            ("team", "My team’s"),
            ("verify", "Those I may verify"),
        ],
    )
    owner = forms.CharField(label="Name or post", required=False, max_length=80)
    case = forms.CharField(label="Case reference", required=False, max_length=40)
    state = forms.ChoiceField(
        label="State", required=False, choices=[(key, label) for key, (label, _) in STATES.items()]
    )
    priority = forms.ChoiceField(
        label="Priority", required=False, choices=[("", "All"), *Action.Priority.choices]
    )
    late = forms.ChoiceField(
        label="How late",
        required=False,
        choices=[("", "All"), *((key, label) for key, (label, _, _) in LATENESS.items())],
    )


@dataclass(frozen=True)
class Tracker:
    rows: list[list[Any]]
    page: KeysetPage[Action]
    filter: TrackerFilter
    is_narrowed: bool


def tracker_for(user: User, query: QueryDict, now: datetime) -> Tracker:
    """One page of the tracker as the person may see it, soonest due first; three queries."""
    chosen = TrackerFilter(query)
    actions = filtered(user, chosen, local_date(now)).only(*SHOWN)
    page = keyset_page(actions, moment="due_on", query=query)
    return Tracker(action_rows(page.rows, now), page, chosen, any(query.get(name) for name in chosen.fields))


def filtered(user: User, chosen: TrackerFilter, today: date) -> QuerySet[Action]:
    """Visible actions narrowed by the filters; values that are no choice narrow nothing."""
    chosen.is_valid()
    picked = chosen.cleaned_data
    _, states = STATES[picked.get("state", "")]
    actions = visible_actions(user, today).filter(
        _whose(picked.get("whose", ""), user, today),
        _late_by(picked.get("late", ""), today),
        state__in=states,
    )
    if picked.get("priority"):
        actions = actions.filter(priority=picked["priority"])
    if picked.get("case"):
        actions = actions.filter(plan__case__child_ref__in={picked["case"], picked["case"].upper()})
    if picked.get("owner"):
        actions = actions.filter(owner_post__in=_posts_of_somebody(picked["owner"], today))
    return actions.select_related("plan__case", "owner_post__unit")


def action_rows(actions: list[Action], now: datetime) -> list[list[Any]]:
    """The actions as rows of a table with the tracker's columns, in two queries."""
    holders = holder_names([action.owner_post_id for action in actions], local_date(now))
    steps = steps_reached(actions, now)
    return [_row(action, holders, steps, now) for action in actions]


def steps_reached(actions: Iterable[Action], now: datetime) -> dict[int, str]:
    """The latest step of its ladder that each late action has come to, by the action's key, in one query."""
    clocks = {action.clock_id: action.pk for action in actions if action.clock_id and is_late(action, now)}
    reached = Moment.objects.filter(
        clock__in=clocks,
        round=F("clock__round"),
        is_reminder=False,
        falls_at__lte=now,
    )
    return {clocks[clock]: name for clock, name in reached.order_by("falls_at").values_list("clock", "name")}


def export_rows(actions: QuerySet[Action], now: datetime) -> Iterator[list[Any]]:
    """The tracker's rows with everything in them, for a spreadsheet; a header first."""
    yield list(EXPORT_COLUMNS)
    batch: list[Action] = []
    for action in actions.order_by("due_on", "pk").iterator(chunk_size=CHUNK):
        batch.append(action)
        if len(batch) == CHUNK:
            yield from _export_batch(batch, now)
            batch = []
    yield from _export_batch(batch, now)


def is_late(action: Action, now: datetime) -> bool:
    """Whether the action is owed and its local day has passed."""
    return action.state in Action.OWED_STATES and action.due_on < local_date(now)


def state_cell(action: Action, now: datetime) -> dict[str, str]:
    """The state as a tag; owed work past its day says late in the words of the tag."""
    if is_late(action, now):
        return {"text": "Late", "status": "late"}
    return {"text": action.get_state_display(), "status": action.state}


def _whose(key: str, user: User, today: date) -> Q:
    """``team``: of all posts in the person's own units and beneath."""
    posts = posts_of(user, today)
    if key == "mine":
        return Q(owner_post__in=posts)
    if key == "team":
        scope = Q(pk__in=[])
        for path in {post.unit.path for post in posts}:
            scope |= Q(owner_post__unit__path__startswith=path)
        return scope
    if key == "verify":
        return verifiable_q(user, today)
    return Q()


def _late_by(key: str, today: date) -> Q:
    """Only what is owed can be late."""
    if key not in LATENESS:
        return Q()
    _, weeks_from, weeks_to = LATENESS[key]
    late = Q(due_on__lt=today - timedelta(weeks=weeks_from), state__in=Action.OWED_STATES)
    return late & Q(due_on__gte=today - timedelta(weeks=weeks_to)) if weeks_to is not None else late


def _posts_of_somebody(text: str, today: date) -> QuerySet[Post]:
    """Posts with the text in their title, or in the name of who holds them today."""
    held = PostHolding.objects.on(today).filter(user__full_name__icontains=text)
    return Post.objects.filter(Q(title__icontains=text) | Q(pk__in=held.values("post")))


def _row(action: Action, holders: dict[int, str], steps: dict[int, str], now: datetime) -> list[Any]:
    due = short_date(action.due_on)
    if action.state in Action.OWED_STATES:
        due = f"{due}, {due_in_words(action.due_on, local_date(now))}"
    what = action.what if len(action.what) <= LONGEST_SHOWN else f"{action.what[: LONGEST_SHOWN - 1]}…"
    return [
        {"text": what, "url": reverse("actions:action", args=[action.pk])},
        action.plan.case.child_ref if action.plan.case else "No single case",
        holders.get(action.owner_post_id, f"{action.owner_post.title} (vacant)"),
        due,
        state_cell(action, now),
        steps.get(action.pk, "No"),
    ]


def _export_batch(actions: list[Action], now: datetime) -> Iterator[list[Any]]:
    today = local_date(now)
    holders = holder_names([action.owner_post_id for action in actions], today)
    steps = steps_reached(actions, now)
    for action in actions:
        yield [
            action.pk,
            action.plan.case.child_ref if action.plan.case else "",
            action.what,
            action.measure,
            action.get_priority_display(),
            action.owner_post.title,
            holders.get(action.owner_post_id, "Vacant"),
            action.owner_post.unit.name,
            action.due_on,
            action.get_state_display(),
            (today - action.due_on).days if is_late(action, now) else 0,
            steps.get(action.pk, ""),
            action.evidence,
            action.difference_made,
        ]
