"""All tools, one tool with its versions, and what differs between two of them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qaframework.people.access import local_today, requires
from qaframework.tools.building import access
from qaframework.tools.building.access import BUILDERS
from qaframework.tools.building.changes import changes_between
from qaframework.tools.building.files import KINDS
from qaframework.tools.building.reading import (
    activities_with,
    as_written,
    tools_by_framework,
    versions_in_use,
)
from qaframework.tools.building.views.pages import TOOLS, draft_of, tool_file
from qaframework.tools.building.views.publishing import COLUMNS, rows_of
from qaframework.tools.models import Tool, ToolDraft, ToolVersion


@require_safe
@requires(*BUILDERS)
def tools(request: HttpRequest) -> HttpResponse:
    """The tools of the live frameworks, each in its newest version, and the drafts."""
    today = local_today()
    listed = [(one, access.may_build(request.user, one.framework, today)) for one in tools_by_framework()]
    return render(request, "tools/tools.html", {"frameworks": listed})


@require_safe
@requires(*BUILDERS)
def tool(request: HttpRequest, pk: int) -> HttpResponse:
    """One tool: who uses it, its versions and what is under way on each."""
    found = access.get_tool(pk)
    newest = found.framework.versions.first()
    if newest is None:
        raise Http404
    versions = versions_in_use(found)
    context = {
        "crumbs": [TOOLS],
        "tool": found,
        "versions": versions,
        "newest": versions[0].version,
        "used_by": activities_with(newest.content, found.key),
        "is_retired": found.key not in newest.content["tools"],
        "draft": ToolDraft.objects.filter(framework=found.framework_id, key=found.key)
        .select_related("changed_by")
        .first(),
        "may_build": access.may_build(request.user, found.framework, local_today()),
        "choices": [one.version for one in versions],
    }
    return render(request, "tools/building/tool.html", context)


@require_safe
@requires(*BUILDERS)
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads from the two versions that were picked to what differs between them."""
    picked = [request.GET.get(name, "") for name in ("older", "newer")]
    if not all(number.isdecimal() and len(number) < 7 for number in picked):
        return redirect("tools:tool", pk=pk)
    older, newer = map(int, picked)
    return redirect("tools:difference", pk=pk, older=older, newer=newer)


@require_safe
@requires(*BUILDERS)
def difference(request: HttpRequest, pk: int, older: int, newer: int) -> HttpResponse:
    """What differs between two versions of a tool, side by side."""
    found = access.get_tool(pk)
    before, after = _version(found, older), _version(found, newer)
    context = {
        "crumbs": [TOOLS, {"label": found.name, "url": reverse("tools:tool", args=[found.pk])}],
        "tool": found,
        "before": before,
        "after": after,
        "rows": rows_of(changes_between(before.content, after.content)),
        "columns": COLUMNS,
    }
    return render(request, "tools/building/difference.html", context)


@require_safe
@requires(*BUILDERS)
def export(request: HttpRequest, pk: int, number: int, kind: str) -> HttpResponse:
    """A version as a file that can be changed and taken in again."""
    found = access.get_tool(pk)
    return tool_file(as_written(_version(found, number)), _kind(kind), f"{found.key}-{number}")


@require_safe
@requires(*BUILDERS)
def export_draft(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A draft as a file that can be changed and taken in again."""
    found = draft_of(request, pk)
    return tool_file(found.content, _kind(kind), f"{found.key}-draft")


def _kind(sent: str) -> str:
    if sent not in KINDS:
        raise Http404
    return sent


def _version(tool: Tool, number: int) -> ToolVersion:
    found: Any = tool.versions.filter(number=number).first()
    if found is None:
        raise Http404
    return found
