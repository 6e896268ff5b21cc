"""Where figures lead: the lists of other rooms, narrowed. Each list shows only what its reader may see."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode


@dataclass(frozen=True)
class Links:
    """Addresses for one reader; those of pages that the reader may not open are empty."""

    board: str = ""
    audits: str = ""
    actions: str = ""
    loops: str = ""
    escalations: str = ""
    moderation: str = ""
    concerns: str = ""

    def actions_late(self, key: str) -> str:
        return _with(self.actions, late=key)

    def step(self, kind: str, name: str) -> str:
        return _with(self.escalations, kind=kind, step=name)


def links_for(*, sees_work: bool, runs_qa: bool, month: str) -> Links:
    """Lists of work are for those who oversee work, the moderation queue is for the QA team."""
    if not sees_work:
        return Links()
    return Links(
        board=_with(reverse("allocation:return_board"), month=month),
        audits=_with(reverse("audits:inbox"), month=month),
        actions=reverse("actions:tracker"),
        loops=reverse("actions:loops"),
        escalations=reverse("escalation:board"),
        moderation=reverse("audits:moderation_queue") if runs_qa else "",
        concerns=reverse("actions:concerns"),
    )


def _with(url: str, **query: str) -> str:
    return f"{url}?{urlencode(query)}" if url else ""
