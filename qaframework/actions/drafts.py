"""Drafted actions as rows for templates/actions/_draft_list.html."""

from collections.abc import Callable, Mapping
from typing import Any

from qaframework.actions.models import Action, ActionPlan
from qaframework.people.templatetags.page import uk_date


def draft_rows(
    plan: ActionPlan, remove_url: Callable[[Action], str], owners: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The plan's actions in the order they were added; only drafts can be taken back. One query.

    ``owners`` names who can be asked to act, by their post, as the form does.
    """
    drafts = plan.actions.select_related("owner_post").order_by("created_at", "pk")
    return [
        {
            "number": number,
            "what": action.what,
            "measure": action.measure,
            "owner": owners.get(str(action.owner_post_id), action.owner_post.title),
            "due": uk_date(action.due_on),
            "priority": action.get_priority_display(),
            "remove_url": remove_url(action) if action.state == Action.State.DRAFT else "",
        }
        for number, action in enumerate(drafts, 1)
    ]
