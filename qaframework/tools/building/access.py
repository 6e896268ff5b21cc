"""Who builds tools: those who run quality assurance or configure, for every unit of the framework."""

from datetime import date

from django.http import Http404
from django.shortcuts import get_object_or_404

from qaframework.packs import access as packs
from qaframework.packs.models import Framework
from qaframework.people.access import has_capability
from qaframework.people.models import User
from qaframework.people.roles import Capability
from qaframework.tools.models import Tool, ToolDraft

BUILDERS = (Capability.RUN_QUALITY_ASSURANCE, Capability.CONFIGURE)


def may_build(user: User, framework: Framework, on: date) -> bool:
    """Whether the person builds tools for every unit of the framework on that local date."""
    units = framework.units.all()
    return bool(units) and all(
        any(has_capability(user, capability, on, unit=unit) for capability in BUILDERS) for unit in units
    )


def get_framework(user: User, pk: int, on: date) -> Framework:
    """A framework for which the person builds tools. Raises Http404 for others."""
    framework = packs.get_framework(pk)
    if not may_build(user, framework, on):
        raise Http404
    return framework


def get_tool(pk: int) -> Tool:
    """A tool, which everybody who lists tools may look at. Raises Http404 when there is none."""
    return get_object_or_404(
        Tool.objects.select_related("framework").prefetch_related("framework__units"), pk=pk
    )


def get_own_tool(user: User, pk: int, on: date) -> Tool:
    """A tool of a framework for which the person builds tools. Raises Http404 for others."""
    tool = get_tool(pk)
    if not may_build(user, tool.framework, on):
        raise Http404
    return tool


def get_draft(user: User, pk: int, on: date) -> ToolDraft:
    """A draft of a framework for which the person builds tools. Raises Http404 for others."""
    related = ToolDraft.objects.select_related("framework", "changed_by", "started_by")
    draft = get_object_or_404(related.prefetch_related("framework__units"), pk=pk)
    if not may_build(user, draft.framework, on):
        raise Http404
    return draft
