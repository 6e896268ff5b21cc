"""The action tracker: what is owed to children, by whom, and how late it is (LAN-28)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from qaframework.actions.access import visible_actions
from qaframework.actions.models import Action
from qaframework.people.access import posts_of
from qaframework.people.models import PostHolding, User
from qaframework.people.paging import KeysetPage, keyset_page
from qaframework.people.templatetags.page import due_in_words, short_date

COLUMNS = ("Action", "Case", "Who", "Due", "State")
STATES = [("owed", "Open or in progress"), *Action.State.choices[1:]]
# Weeks past the due date, from (included) and to (excluded): the steps of LAN-33.
LATENESS = {
    "late": ("Any time late", 0, None),
    "0-4": ("Up to 4 weeks late", 0, 4),
    "4-6": ("4 to 6 weeks late", 4, 6),
    "6-12": ("6 to 12 weeks late", 6, 12),
    "12": ("12 weeks late or more", 12, None),
}


class TrackerFilter(forms.Form):
    """All optional; an address without filters shows what is owed now."""

    whose = forms.ChoiceField(
        label="Whose", required=False, choices=[("", "All that I may see"), ("mine", "Mine")]
    )
    state = forms.ChoiceField(label="State", required=False, choices=[("", "All"), *STATES])
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


def tracker_for(user: User, query: QueryDict, today: date) -> Tracker:
    """One page of the tracker as the person may see it, soonest due first; three queries."""
    chosen = TrackerFilter(query)
    page = keyset_page(filtered(user, chosen, today), moment="due_on", query=query)
    holders = _holders(page.rows, today)
    return Tracker([_row(action, holders, today) for action in page.rows], page, chosen)


def filtered(user: User, chosen: TrackerFilter, today: date) -> QuerySet[Action]:
    """Visible actions narrowed by the filters; values that are no choice narrow nothing."""
    chosen.is_valid()
    picked = chosen.cleaned_data
    actions = visible_actions(user, today).select_related("plan__case", "owner_post__unit")
    if picked.get("whose") == "mine":
        actions = actions.filter(owner_post__in=posts_of(user, today))
    if picked.get("priority"):
        actions = actions.filter(priority=picked["priority"])
    state = picked.get("state")
    if state == "owed" or picked.get("late"):
        actions = actions.filter(state__in=Action.OWED_STATES)
    elif state:
        actions = actions.filter(state=state)
    if picked.get("late"):
        _, weeks_from, weeks_to = LATENESS[picked["late"]]
        actions = actions.filter(due_on__lt=today - timedelta(weeks=weeks_from))
        if weeks_to is not None:
            actions = actions.filter(due_on__gte=today - timedelta(weeks=weeks_to))
    return actions


def export_rows(actions: QuerySet[Action], today: date) -> Iterator[list[Any]]:
    """The tracker's rows with everything in them, for a spreadsheet; a header first."""
    yield [
        "Action",
        "Case",
        "What",
        "How we will know",
        "Priority",
        "Who",
        "Unit",
        "Due",
        "State",
        "Days late",
        "Evidence",
        "Difference made",
    ]
    for action in actions.order_by("due_on", "pk").iterator(chunk_size=500):
        late = (today - action.due_on).days if action.state in Action.OWED_STATES else 0
        yield [
            action.pk,
            action.plan.case.child_ref if action.plan.case else "",
            action.what,
            action.measure,
            action.get_priority_display(),
            action.owner_post.title,
            action.owner_post.unit.name,
            action.due_on,
            action.get_state_display(),
            max(late, 0),
            action.evidence,
            action.difference_made,
        ]


def state_cell(action: Action, today: date) -> dict[str, str]:
    """The state as a tag; owed work past its day says late in the words of the tag."""
    if action.state in Action.OWED_STATES and action.due_on < today:
        return {"text": "Late", "status": "late"}
    return {"text": action.get_state_display(), "status": action.state}


def _row(action: Action, holders: dict[int, str], today: date) -> list[Any]:
    due = short_date(action.due_on)
    if action.state in Action.OWED_STATES:
        due = f"{due}, {due_in_words(action.due_on, today)}"
    what = action.what if len(action.what) <= 90 else f"{action.what[:87]}…"
    return [
        {"text": what, "url": reverse("actions:action", args=[action.pk])},
        action.plan.case.child_ref if action.plan.case else "No single case",
        holders.get(action.owner_post_id, f"{action.owner_post.title} (vacant)"),
        due,
        state_cell(action, today),
    ]


def _holders(actions: list[Action], today: date) -> dict[int, str]:
    posts = {action.owner_post_id for action in actions}
    holdings = PostHolding.objects.on(today).filter(post__in=posts).select_related("user")
    return {one.post_id: one.user.full_name for one in holdings.order_by("is_acting", "starts_on", "pk")}
