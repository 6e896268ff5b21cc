"""A tool as a file, the pack's YAML or a workbook, and back: what is wrong in a file is said all at once."""

import math
from collections import Counter
from typing import Any

from qaframework.packs.checking import Mistake, shape_mistakes
from qaframework.packs.documents import LARGEST_PACK, DocumentInvalid, read_document, write_document
from qaframework.people.tabular import TableUnreadable
from qaframework.tools.building.content import Part, Tool, asked_in, questions_of, sections_of
from qaframework.tools.building.reasons import TO_DO, TOO_FEW, missing_in
from qaframework.tools.building.sheets import tool_from, workbook_of
from qaframework.tools.building.texts import UNWRITABLE

YAML, XLSX = "yaml", "xlsx"
KINDS = (YAML, XLSX)
# What a draft may lack until it is published.
MAY_LACK = TO_DO.keys() - {"name"}
# Names as people write them; all others come last.
ORDER = [
    "key",
    "name",
    "title",
    "text",
    "label",
    "type",
    "purpose",
    "minutes",
    "grade_scheme",
    "overall",
    "rows",
    "question",
    "is",
    "at_least",
    "at_most",
    "answered",
    "required",
    "shown_if",
    "required_if",
    "by",
    "gathers",
    "themes",
    "hint",
    "guidance",
    "graded",
    "rule",
    "limiting",
    "minimum",
    "maximum",
    "response",
    "prompts",
    "anchors",
    "options_from",
    "options",
    "indicators",
    "clauses",
    "questions",
    "sections",
]


class FileFaulty(Exception):
    """A file that is no tool. ``mistakes`` say everything that is wrong with it."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def file_of(tool: Tool, kind: str) -> bytes:
    """The tool as a file of the kind. Reading it gives the same tool."""
    return workbook_of(tool) if kind == XLSX else write_document(_in_order(tool))


def read_tool(name: str, data: bytes) -> Tool:
    """The tool in a file, which may be incomplete as a draft may be. Raises FileFaulty."""
    if len(data) > LARGEST_PACK:
        allowed = f"At most {LARGEST_PACK // 1_000_000} MB."
        raise FileFaulty([Mistake(name, "", "The file is too large.", allowed)])
    try:
        if data.startswith(b"PK"):
            tool, mistakes, places = tool_from(name, data)
        else:
            (tool, repeated), places = read_document(data), {}
            mistakes = [
                Mistake(name, f"line {line}", f"“{key}” stands here a second time.", "Each name once.")
                for line, key in repeated
            ]
    except DocumentInvalid as error:
        raise FileFaulty([Mistake(name, error.place, error.problem, error.allowed)]) from error
    except TableUnreadable as error:
        raise FileFaulty([Mistake(name, "", error.message, "")]) from error
    mistakes += _mistakes(name, tool, places)
    if mistakes:
        raise FileFaulty(mistakes)
    return {**tool, "sections": [{**one, "questions": questions_of(one)} for one in sections_of(tool)]}


def _mistakes(name: str, tool: Any, places: dict[str, str]) -> list[Mistake]:
    if not isinstance(tool, dict) or not isinstance(tool.get("key"), str):
        allowed = "A tool begins with its key and its name. Export one to see how it looks."
        return [Mistake(name, "", "The file has no key.", allowed)]
    if unkept := _unkept(tool):
        return [Mistake(name, "", f"{unkept} cannot be kept.", "Write it as plain text or as a number.")]
    found = []
    for one in shape_mistakes(tool):
        steps = one.path.split(" › ")
        if not _is_lack(one, steps[-1]):
            place = next((places[step] for step in reversed(steps) if step in places), one.path)
            found.append(Mistake(name, place, one.problem, one.allowed))
    return found or [Mistake(name, places.get(key, key), *said) for key, *said in _repeated(tool)]


def _unkept(value: Any) -> str:
    """The first text or number that no database keeps: with control characters, or without an end."""
    if isinstance(value, dict | list):
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        return next(filter(None, map(_unkept, parts)), "")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return ascii(value) if isinstance(value, str) and UNWRITABLE.search(value) else ""


def _is_lack(mistake: Mistake, last: str) -> bool:
    missing = missing_in(mistake)
    if missing:
        return set(missing) <= MAY_LACK
    return mistake.problem == TOO_FEW and last in ("sections", "questions", "options", "columns")


def _repeated(tool: Tool) -> list[tuple[str, str, str]]:
    """Keys that stand for two things: answers are kept under them."""
    questions = [question for _, question in asked_in(tool)]
    lists: list[list[Part]] = [
        [*(tool.get("indicators") or []), *questions],
        sections_of(tool),
        *((one.get("options") or []) for one in questions),
    ]
    return [
        (key, f"The key “{key}” is there {count} times.", "Each key once.")
        for parts in lists
        for key, count in Counter(part["key"] for part in parts).items()
        if count > 1
    ]


def _in_order(value: Any) -> Any:
    """Names in the order in which people write them, whatever the order in which a database keeps them."""
    if isinstance(value, list):
        return [_in_order(one) for one in value]
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))
        return {name: _in_order(value[name]) for name in names}
    return value
