"""Ready-made parts that any pack can name instead of writing them out: tools, grade schemes and ladders."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from qaframework.packs.documents import read_document

LIBRARY = Path(__file__).parent / "library"
TOOLS, NAMED_IN_LISTS = "tools", ("grade_schemes", "ladders")

Json = Mapping[str, Any]


@cache
def ready_made(kind: str) -> dict[str, Any]:
    """The parts by their key; nobody may change them. ``kind`` is tools, grade_schemes or ladders."""
    files = sorted((LIBRARY / kind).glob("*.yaml"))
    parts = {file.stem: read_document(file.read_bytes())[0] for file in files}
    return {key: _extended(part, parts) for key, part in parts.items()}


def with_lists(framework: Any) -> Any:
    """The framework with the ready-made grade schemes and ladders that it names; unknown names stay."""
    if not isinstance(framework, dict):
        return framework
    lists = {name: framework[name] for name in NAMED_IN_LISTS if isinstance(framework.get(name), list)}
    return framework | {
        name: [_part(entry, ready_made(name)) for entry in entries] for name, entries in lists.items()
    }


def tools_named_in(framework: Any) -> dict[str, Any]:
    """The ready-made tools that the framework's activities and its survey name, by their key."""
    activities = framework.get("activities") if isinstance(framework, dict) else None
    entries = [one for one in (activities if isinstance(activities, list) else []) if isinstance(one, dict)]
    varied = [part for one in entries if isinstance(part := one.get("newly_qualified"), dict)]
    others = [key for one in entries if isinstance(keys := one.get("other_tools"), list) for key in keys]
    survey = framework.get("survey") if isinstance(framework, dict) else None
    varied += [survey] if isinstance(survey, dict) else []
    named = {str(key) for key in (*(one.get("tool") for one in (*entries, *varied)), *others)}
    library = ready_made(TOOLS)
    return {key: library[key] for key in sorted(named & library.keys())}


def _extended(part: Json, parts: Json) -> dict[str, Any]:
    """A tool that ``extends`` another has all that one has, and its own sections after the other's first."""
    other = parts.get(part.get("extends", ""))
    if other is None:
        return dict(part)
    own = {name: value for name, value in part.items() if name != "extends"}
    first, *rest = other["sections"]
    return {**other, **own, "sections": [first, *own["sections"], *rest]}


def _part(entry: Any, library: Json) -> Any:
    return library.get(entry, entry) if isinstance(entry, str) else entry
