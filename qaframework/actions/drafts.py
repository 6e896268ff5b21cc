"""Drafted actions on the pages of the work that they come from: the list of them, and one to be changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from qaframework.actions import workflow
from qaframework.actions.forms import ChangeActionForm
from qaframework.actions.models import Action, ActionPlan
from qaframework.people.access import local_today
from qaframework.people.form_page import sent
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Post
from qaframework.people.refusal import Refused
from qaframework.people.templatetags.page import uk_date

LOCKED = "This has been submitted, so no action can be changed. Copy what you typed before you leave."
CHANGED_MEANWHILE = (
    "This action was changed while you were writing, and what you wrote is not saved yet. "
    "Compare the two, then save what should stand."
)


def draft_rows(
    plan: ActionPlan, url: Callable[[str, Action], str], owners: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The plan's actions, as rows for templates/actions/_draft_list.html, in the order they were added.

    Only drafts can be changed or taken back; ``url`` gives the address of what is done with one by its name.
    ``owners`` names who can be asked to act, by their post, as the form does. One query.
    """
    drafts = plan.actions.select_related("owner_post").order_by("created_at", "pk")
    return [
        {
            "number": number,
            "what": action.what,
            "measure": action.measure,
            "owner": _owner(action, owners),
            "due": uk_date(action.due_on),
            "priority": action.get_priority_display(),
            **_addresses(action, url),
        }
        for number, action in enumerate(drafts, 1)
    ]


@dataclass(frozen=True)
class DraftedFor:
    """The work of whoever asks, from which a plan comes; ``begin`` starts it, ``list_url`` is its actions."""

    plan: ActionPlan
    auditor_post: Post | None
    is_open: bool
    list_url: str
    begin: Callable[[], None]


def change_page(
    request: HttpRequest, action_pk: int, work: DraftedFor, template: str, context: Mapping[str, Any]
) -> HttpResponse:
    """A drafted action to be written in other words; nothing that somebody typed is lost (BF-09)."""
    stands = _standing(work.plan, action_pk)
    form = ChangeActionForm(
        stands or _last_known(work.plan, action_pk),
        sent(request),
        by=request.user,
        today=local_today(),
        auditor_post=work.auditor_post,
    )
    if request.method != "POST" and (reason := workflow.why_not_changed(stands)):
        messages.warning(request, reason)
        return redirect(work.list_url)
    status = _send(request, form, work)
    if isinstance(status, HttpResponse):
        return status
    own: dict[str, Any] = {"form": form, "list_url": work.list_url}
    if status == 409:
        own |= {"meanwhile": CHANGED_MEANWHILE, "theirs": _as_it_stands(form)}
    return render(request, template, {**context, **own}, status=status)


def _send(request: HttpRequest, form: ChangeActionForm, work: DraftedFor) -> HttpResponse | int:
    """The way on after a change was sent; else the status with which the page is shown."""
    if request.method != "POST":
        return 200
    if not work.is_open:
        form.add_error(None, LOCKED)
    elif form.is_valid():
        work.begin()
        try:
            form.save(timezone.now())
        except Refused as refusal:
            form.add_error(None, f"{refusal} What you typed is still here to copy.")
        except SomebodyElseWasFirst:
            return 409
        else:
            messages.success(request, " ".join(["Action changed.", *(one.message for one in form.warnings)]))
            return redirect(work.list_url)
    return 422


def _as_it_stands(form: ChangeActionForm) -> list[dict[str, Any]]:
    """What somebody else wrote, as rows of a summary list; what is sent next was written in its sight."""
    stands = _standing(form.plan, form.action.pk)
    if stands is None:
        return []
    form.go_on_from(stands)
    facts = {
        "What": stands.what,
        "How we will know": stands.measure,
        "Finding": stands.finding,
        "How urgent": stands.get_priority_display(),
        "Who": _owner(stands, form.owners),
        "By": uk_date(stands.due_on),
        "Why longer": stands.longer_reason,
    }
    return [{"label": label, "value": value} for label, value in facts.items() if value]


def _standing(plan: ActionPlan, pk: int) -> Action | None:
    return plan.actions.select_related("owner_post", "plan__framework_version").filter(pk=pk).first()


def _last_known(plan: ActionPlan, pk: int) -> Action:
    """What an action said that was removed since. Raises Http404 when the plan never had it."""
    entry = Action.history.filter(id=pk, plan_id=plan.pk).order_by("-history_id").first()
    if entry is None:
        raise Http404
    known: Action = entry.instance
    return known


def _owner(action: Action, owners: Mapping[str, str]) -> str:
    return owners.get(str(action.owner_post_id), action.owner_post.title)


def _addresses(action: Action, url: Callable[[str, Action], str]) -> dict[str, str]:
    if action.state != Action.State.DRAFT:
        return {}
    return {"change_url": url("change_action", action), "remove_url": url("remove_action", action)}
