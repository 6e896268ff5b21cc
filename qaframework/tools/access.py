"""Getting hold of tools.

They hold no records of children or staff: whoever may look at one may look at all.
"""

from django.shortcuts import get_object_or_404

from qaframework.tools.models import ToolVersion


def get_tool_version(pk: int) -> ToolVersion:
    """Raises Http404 when there is none."""
    return get_object_or_404(ToolVersion.objects.select_related("tool__framework"), pk=pk)
