"""What the pages of a draft have in common."""

from collections.abc import Callable
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy

from qaframework.packs.models import FrameworkVersion
from qaframework.people.access import local_today
from qaframework.people.exports import XLSX as XLSX_TYPE
from qaframework.people.form_page import try_form
from qaframework.people.models import User
from qaframework.people.tables import columns
from qaframework.tools.building import access, content
from qaframework.tools.building.content import Part, Tool
from qaframework.tools.building.files import XLSX, YAML, file_of
from qaframework.tools.building.forms import PartForm
from qaframework.tools.building.starting import WithFile
from qaframework.tools.models import ToolDraft

TOOLS = {"label": "Audit tools", "url": reverse_lazy("tools:tools")}
CONFLICT = (
    "{who} changed this while you were writing, so it was not saved. What you typed is still below, and what "
    "it says now is above it. Save again to put yours in its place."
)

MISTAKES = columns("Where", "What is wrong", "What would be right")
CONTENT_TYPES = {YAML: "application/yaml", XLSX: XLSX_TYPE}

Facts = list[dict[str, Any]]


def draft_of(request: HttpRequest, pk: int) -> ToolDraft:
    """A draft that the person may change. Raises Http404 for others."""
    return access.get_draft(cast(User, request.user), pk, local_today())


def draft_url(draft: ToolDraft, question: str = "", section: str = "") -> str:
    """The draft's page, at the place of a question or section."""
    place = f"#question-{question}" if question else f"#section-{section}" if section else ""
    return reverse("tools:draft", args=[draft.pk]) + place


def newest_of(draft: ToolDraft) -> FrameworkVersion:
    """The version of the framework after which the draft would come. Raises Http404 when it has none."""
    newest = draft.framework.versions.first()
    if newest is None:
        raise Http404
    return newest


def crumbs_of(draft: ToolDraft) -> list[dict[str, Any]]:
    return [TOOLS, {"label": f"Draft: {draft.name}", "url": draft_url(draft)}]


def part_page(
    request: HttpRequest,
    draft: ToolDraft,
    form: PartForm,
    act: Callable[[dict[str, Any]], str],
    stands: Callable[[ToolDraft], tuple[Any, Facts]],
    page: dict[str, Any],
    template: str = "tools/building/part.html",
) -> HttpResponse:
    """Show the form of a part of a draft; when it is sent and in order, ``act`` saves it.

    When somebody else changed the part meanwhile, ``stands`` says what it is now and in which words; both are
    shown and nothing that was typed is lost.
    """
    answer = try_form(request, form, act)
    if isinstance(answer, HttpResponse):
        return answer
    facts: Facts = []
    if answer == 409:
        now = draft_of(request, draft.pk)
        part, facts = stands(now)
        form.errors.clear()
        form.add_error(None, CONFLICT.format(who=now.changed_by or "The system"))
        form.go_on_from(part)
    shown = {"form": form, "page": page, "crumbs": crumbs_of(draft), "facts": facts}
    return render(request, template, shown, status=answer)


def file_page(
    request: HttpRequest, form: WithFile, act: Callable[[dict[str, Any]], str], shown: dict[str, Any]
) -> HttpResponse:
    """Show a form that takes a tool from a file; of a faulty file everything that is wrong is listed."""
    answer = try_form(request, form, act)
    if isinstance(answer, HttpResponse):
        return answer
    context = {**shown, "form": form, "rows": form.mistakes, "columns": MISTAKES}
    return render(request, "tools/building/file.html", context, status=answer)


def tool_file(tool: Tool, kind: str, name: str) -> HttpResponse:
    """A download of the tool as a file of the kind."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return HttpResponse(file_of(tool, kind), content_type=CONTENT_TYPES[kind], headers=headers)


def framework_of(draft: ToolDraft) -> Part:
    """The rules of the newest version: what the draft would become a part of."""
    rules: Part = newest_of(draft).content["framework"]
    return rules


def section_of(draft: ToolDraft, key: str) -> Part:
    """Raises Http404 for a section that the draft does not have."""
    try:
        return content.find_section(draft.content, key)
    except KeyError as error:
        raise Http404 from error


def question_of(draft: ToolDraft, key: str) -> tuple[Part, Part]:
    """The section and the question. Raises Http404 for one that the draft does not have."""
    try:
        return content.find_question(draft.content, key)
    except KeyError as error:
        raise Http404 from error
