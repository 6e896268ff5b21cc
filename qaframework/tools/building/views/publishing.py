"""A draft becomes a new version, and a tool that nobody needs any more is retired."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from qaframework.packs.differences import differences
from qaframework.packs.forms import NewVersionForm
from qaframework.packs.models import FrameworkVersion
from qaframework.people.access import local_today, requires
from qaframework.people.form_page import form_page, sent, try_form
from qaframework.people.tables import columns
from qaframework.tools.building import access, workflow
from qaframework.tools.building.access import BUILDERS
from qaframework.tools.building.changes import CHANGED, Change, changes_between
from qaframework.tools.building.content import with_tool
from qaframework.tools.building.reading import activities_with, as_it_stands
from qaframework.tools.building.views.drafts import reasons_of, where_to_change
from qaframework.tools.building.views.pages import crumbs_of, draft_of, draft_url, newest_of
from qaframework.tools.definition import freeze
from qaframework.tools.models import ToolDraft, ToolVersion

GET_OR_POST = ["GET", "HEAD", "POST"]
COLUMNS = columns("Where", "What", "Before", "Now")


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    draft = draft_of(request, pk)
    newest = newest_of(draft)
    reasons = reasons_of(draft, newest)
    form = NewVersionForm(None if reasons else sent(request), version=newest, today=local_today())

    def keep(said: dict[str, Any]) -> str:
        version = workflow.publish_draft(
            draft=draft,
            effective_from=said["effective_from"],
            note=said["note"],
            based_on=_as_read(draft, said["number"]),
            by=request.user,
            now=timezone.now(),
        )
        messages.success(
            request, f"“{draft.name}” is published in version {version.label} of {draft.framework.name}."
        )
        return _address_of(draft)

    refused = 422 if request.method == "POST" else 200
    answer: HttpResponse | int = refused if reasons else try_form(request, form, keep)
    if isinstance(answer, HttpResponse):
        return answer
    context = {
        "form": form,
        "crumbs": crumbs_of(draft),
        "draft": draft,
        "reasons": [(where_to_change(draft, reason), reason) for reason in reasons],
        "rows": [] if reasons else rows_of(_changes(draft, newest)),
        "columns": COLUMNS,
        "overtaken_by": _overtaken_by(draft, newest),
        "users": activities_with(newest.content, draft.key),
    }
    return render(request, "tools/building/publish.html", context, status=answer)


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    tool = access.get_own_tool(request.user, pk, local_today())
    newest = tool.framework.versions.first()
    if newest is None or tool.key not in newest.content["tools"]:
        raise Http404
    form = NewVersionForm(sent(request), version=newest, today=local_today())
    back = reverse("tools:tool", args=[tool.pk])

    def keep(said: dict[str, Any]) -> str:
        version = workflow.retire_tool(
            framework=tool.framework,
            key=tool.key,
            effective_from=said["effective_from"],
            note=said["note"],
            based_on=tool.framework.versions.filter(number=said["number"]).first() or newest,
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, f"“{tool}” is retired in version {version.label}.")
        return back

    page = {
        "title": f"Retire “{tool}”",
        "back": {"label": str(tool), "url": back},
        "text": [
            "It is left out of the next version of the framework. What was answered on it stays, and work "
            "that has begun is finished on it. It can be brought back later.",
        ],
        "button": "Retire the tool",
    }
    return form_page(request, form, keep, page)


def rows_of(changes: list[Change]) -> list[list[str]]:
    """The changes as the rows of a table."""
    return [[change.place, change.kind, change.before, change.after] for change in changes]


def _as_read(draft: ToolDraft, number: int) -> FrameworkVersion:
    """The version of the framework that the person had before them."""
    read = draft.framework.versions.filter(number=number).first()
    return read or draft.based_on


def _changes(draft: ToolDraft, newest: FrameworkVersion) -> list[Change]:
    """What publishing changes: in the tool, and in the rules of the framework that go by it."""
    framework = newest.content["framework"]
    stands = as_it_stands(draft.framework, draft.key) or {"name": "", "key": draft.key, "sections": []}
    after = with_tool(newest.content, draft.content)["framework"]
    beside = differences(framework, after)
    return [
        *changes_between(freeze(stands, framework), freeze(draft.content, framework)),
        *(Change(f"Framework: {one.place}", CHANGED, one.before, one.after) for one in beside),
    ]


def _overtaken_by(draft: ToolDraft, newest: FrameworkVersion) -> str:
    """The framework's version that changed the tool after the draft was begun; empty when none did."""
    then, now = (one.content["tools"].get(draft.key) for one in (draft.based_on, newest))
    return newest.label if then != now else ""


def _address_of(draft: ToolDraft) -> str:
    version = ToolVersion.objects.filter(tool__framework=draft.framework_id, tool__key=draft.key).first()
    return reverse("tools:tool", args=[version.tool_id]) if version else draft_url(draft)
