"""Getting hold of tools.

They hold no records of children or staff: whoever may look at one may look at all.
"""

from django.shortcuts import get_object_or_404

from qaframework.packs.models import Framework
from qaframework.tools.models import ToolVersion


def tools_by_framework() -> list[tuple[Framework, list[ToolVersion]]]:
    """Each live framework with the newest version of each of its tools, in two queries."""
    versions = ToolVersion.objects.select_related("tool").order_by("tool__name", "-number").defer("content")
    found: dict[int, dict[int, ToolVersion]] = {}
    for version in versions.filter(tool__framework__is_live=True):
        found.setdefault(version.tool.framework_id, {}).setdefault(version.tool_id, version)
    return [(framework, list(found.get(framework.pk, {}).values())) for framework in Framework.objects.live()]


def get_tool_version(pk: int) -> ToolVersion:
    """Raises Http404 when there is none."""
    return get_object_or_404(ToolVersion.objects.select_related("tool__framework"), pk=pk)
