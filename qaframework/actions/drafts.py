"""Drafted actions as rows for templates/actions/_draft_list.html."""

from collections.abc import Callable
from typing import Any

from qaframework.actions.models import Action, ActionPlan
from qaframework.people.templatetags.page import uk_date


def draft_rows(plan: ActionPlan, remove_url: Callable[[Action], str]) -> list[dict[str, Any]]:
    """The plan's actions in the order they were added; only drafts can be taken back. One query."""
    drafts = plan.actions.select_related("owner_post").order_by("created_at", "pk")
    return [
        {
            "number": number,
            "what": action.what,
            "measure": action.measure,
            "owner": action.owner_post.title,
            "due": uk_date(action.due_on),
            "priority": action.get_priority_display(),
            "remove_url": remove_url(action) if action.state == Action.State.DRAFT else "",
        }
        for number, action in enumerate(drafts, 1)
    ]
