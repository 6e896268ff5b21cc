"""What is known of a tool beside its draft: its earlier versions, and who uses it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.tools.building import content as written_as
from qaframework.tools.building.content import asked_in
from qaframework.tools.definition import QuestionType
from qaframework.tools.models import AnswerSet, Tool, ToolDraft, ToolVersion


@dataclass(frozen=True)
class ListedTool:
    """A tool in its newest version: which activities use it, and whether its framework has it no more."""

    version: ToolVersion
    used_by: list[str]
    is_retired: bool
    draft: ToolDraft | None


@dataclass(frozen=True)
class ListedFramework:
    """A framework with its tools, and the drafts of tools that it does not have yet."""

    framework: Framework
    tools: list[ListedTool]
    new_drafts: list[ToolDraft]


def tools_by_framework() -> list[ListedFramework]:
    """The live frameworks with all their tools, in six queries."""
    frameworks = list(Framework.objects.live().prefetch_related("units"))
    contents = {one.framework_id: one.content for one in _newest_versions()}
    drafts = {(one.framework_id, one.key): one for one in ToolDraft.objects.select_related("changed_by")}
    listed: dict[int, list[ListedTool]] = {framework.pk: [] for framework in frameworks}
    for version in _newest_tools():
        framework, key = version.tool.framework_id, version.tool.key
        content = contents.get(framework, {"framework": {}, "tools": {}})
        listed[framework].append(
            ListedTool(
                version,
                activities_with(content, key),
                key not in content["tools"],
                drafts.pop((framework, key), None),
            )
        )
    return [
        ListedFramework(one, listed[one.pk], [draft for (pk, _), draft in drafts.items() if pk == one.pk])
        for one in frameworks
    ]


def _newest_versions() -> QuerySet[FrameworkVersion]:
    newest = FrameworkVersion.objects.filter(framework=OuterRef("framework")).order_by("-number")
    live = FrameworkVersion.objects.filter(framework__is_live=True)
    return live.filter(pk=Subquery(newest.values("pk")[:1]))


def _newest_tools() -> QuerySet[ToolVersion]:
    newest = ToolVersion.objects.filter(tool=OuterRef("tool")).order_by("-number")
    live = ToolVersion.objects.filter(tool__framework__is_live=True, pk=Subquery(newest.values("pk")[:1]))
    return live.select_related("tool").order_by("tool__name").defer("content")


def activities_with(content: Mapping[str, Any], key: str) -> list[str]:
    """The labels of the activities that are done on the tool, in the framework's order, and the survey that
    asks its questions."""
    activities = [
        one["label"]
        for one in content["framework"].get("activities", ())
        if key
        in (one.get("tool"), (one.get("newly_qualified") or {}).get("tool"), *one.get("other_tools", ()))
    ]
    survey = content["framework"].get("survey") or {}
    return [*activities, *(["Survey after an audit"] if survey.get("tool") == key else [])]


def as_it_stands(framework: Framework, key: str) -> written_as.Tool | None:
    """The tool in the newest version of the framework that has it; None when none ever had."""
    for version in framework.versions.all().iterator(chunk_size=1):
        if key in version.content["tools"]:
            tool: written_as.Tool = version.content["tools"][key]
            return tool
    return None


def as_written(version: ToolVersion) -> written_as.Tool:
    """A version as its pack's file writes it: without what it took from its framework to be frozen."""
    tool = written_as.without(version.content, "scheme", "standards")
    sections = []
    for section in written_as.sections_of(tool):
        questions = [
            written_as.without(one, "options") if "options_from" in one else one
            for one in written_as.questions_of(section)
        ]
        sections.append({**section, "questions": questions})
    return {**tool, "sections": sections}


@dataclass(frozen=True)
class VersionInUse:
    """A version of a tool, and how many pieces of work are under way on it and were handed in."""

    version: ToolVersion
    under_way: int
    handed_in: int


def versions_in_use(tool: Tool) -> list[VersionInUse]:
    """All versions of the tool, the newest first, in two queries."""
    counted = AnswerSet.objects.filter(tool_version__tool=tool).order_by()
    counts = {
        (row["tool_version"], row["is_locked"]): row["count"]
        for row in counted.values("tool_version", "is_locked").annotate(count=Count("pk"))
    }
    return [
        VersionInUse(one, counts.get((one.pk, False), 0), counts.get((one.pk, True), 0))
        for one in tool.versions.defer("content")
    ]


def earlier_kinds(draft: ToolDraft) -> dict[str, str]:
    """Of each question in a published version of the tool, the kind of answer it had last."""
    return {key: kind for key, _, kind in _asked_before(draft)}


def earlier_key(draft: ToolDraft, text: str, kind: str) -> str:
    """The key of a question that an earlier version asked in the same words and kind; else empty."""
    return next((key for key, words, asked in _asked_before(draft) if (words, asked) == (text, kind)), "")


def _asked_before(draft: ToolDraft) -> Iterator[tuple[str, str, str]]:
    """Key, words and kind of every question of the published versions, oldest first."""
    published = ToolVersion.objects.filter(tool__framework=draft.framework_id, tool__key=draft.key)
    for written in published.order_by("number").values_list("content", flat=True):
        yield from _asked(written)


def _asked(tool: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for one in tool.get("indicators") or ():
        yield one["key"], one["text"], QuestionType.YES_PARTLY_NO_NA
    for _, question in asked_in(tool):
        yield question["key"], question["text"], question["type"]
