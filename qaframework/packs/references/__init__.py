"""Slips inside a pack that its schema cannot see: names that lead nowhere, keys twice, parts that do not fit.

Everything here is lenient about the shape of what it reads: the schema has its own say about that, and all
mistakes are to be found in one go.
"""

from qaframework.packs.references.framework import framework_slips
from qaframework.packs.references.tools import tool_slips

__all__ = ["framework_slips", "tool_slips"]
