"""A tool as its pack file writes it, while it is being built: what is in it, and changed copies of it.

A draft may be incomplete. Keys are made from words once and never change, because figures compare answers
by them.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from enum import StrEnum
from typing import Any

from qaframework.packs.reading import hash_of
from qaframework.tools.definition import GRADE_PREFIX, INDICATORS, ROW_REFERENCE

Tool = dict[str, Any]
Part = dict[str, Any]

LONGEST_TOOL_KEY = 40
LONGEST_KEY = 50
RESERVED = frozenset({ROW_REFERENCE, INDICATORS, GRADE_PREFIX.strip("_")})


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"


def sections_of(tool: Mapping[str, Any]) -> list[Part]:
    return list(tool.get("sections") or ())


def questions_of(section: Mapping[str, Any]) -> list[Part]:
    return list(section.get("questions") or ())


def asked_in(tool: Mapping[str, Any]) -> Iterator[tuple[Part, Part]]:
    """Every question with its section, in order; the essentials are not among them."""
    for section in sections_of(tool):
        for question in questions_of(section):
            yield section, question


def find_section(tool: Mapping[str, Any], key: str) -> Part:
    """Raises KeyError for a section that the tool does not have."""
    for section in sections_of(tool):
        if section["key"] == key:
            return section
    raise KeyError(key)


def find_question(tool: Mapping[str, Any], key: str) -> tuple[Part, Part]:
    """The question with its section. Raises KeyError for one that the tool does not have."""
    for section, question in asked_in(tool):
        if question["key"] == key:
            return section, question
    raise KeyError(key)


def before(tool: Mapping[str, Any], key: str) -> list[tuple[Part, Part]]:
    """The questions that are asked before one, with their sections."""
    found = []
    for section, question in asked_in(tool):
        if question["key"] == key:
            break
        found.append((section, question))
    return found


def keys_in(tool: Mapping[str, Any]) -> set[str]:
    """The keys of everything that is answered: questions and essentials."""
    essentials = {one["key"] for one in tool.get("indicators") or ()}
    return essentials | {question["key"] for _, question in asked_in(tool)}


def key_from(words: str, taken: Collection[str], longest: int = LONGEST_KEY) -> str:
    """A key of small letters, digits and single underscores made from words, other than those taken."""
    made = re.sub(r"[^a-z0-9]+", "_", words.lower().replace("’", "").replace("'", "")).strip("_")
    made = made if made[:1].isalpha() else f"q_{made}".strip("_")
    made = _cut(made, longest)
    key, number = made, 1
    while key in taken or key in RESERVED:
        number += 1
        key = f"{_cut(made, longest - len(f'_{number}'))}_{number}"
    return key


def _cut(key: str, longest: int) -> str:
    """Not in the middle of a word, unless it is one word."""
    if len(key) <= longest:
        return key
    whole = key[: longest + 1].rpartition("_")[0]
    return (whole or key[:longest]).strip("_")


def mark_of(part: Any) -> str:
    """Tells one state of a part from another: what a page was read as travels with what is saved."""
    return hash_of({"part": part})[:20]


# Changed copies


def without(part: Mapping[str, Any], *names: str) -> Part:
    return {name: value for name, value in part.items() if name not in names}


def with_values(part: Mapping[str, Any], values: Mapping[str, Any]) -> Part:
    """The part with these values; what says nothing is left out, unless it was written so before.

    What is not named stays as it is.
    """
    changed = dict(part)
    for name, value in values.items():
        if not _says_nothing(value):
            changed[name] = value
        elif not _says_nothing(changed.get(name)):
            del changed[name]
    return changed


def _says_nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})


def empty_tool(key: str, name: str) -> Tool:
    return {"key": key, "name": name, "grade_scheme": None, "sections": []}


def add_section(tool: Tool, section: Part) -> Tool:
    return {**tool, "sections": [*sections_of(tool), section]}


def put_section(tool: Tool, section: Part) -> Tool:
    """The tool with this section in place of the one of its key. Raises KeyError when there is none."""
    find_section(tool, section["key"])
    sections = [section if one["key"] == section["key"] else one for one in sections_of(tool)]
    return {**tool, "sections": sections}


def drop_section(tool: Tool, key: str) -> Tool:
    find_section(tool, key)
    return {**tool, "sections": [one for one in sections_of(tool) if one["key"] != key]}


def shift_section(tool: Tool, key: str, direction: Direction) -> Tool:
    """One place up or down; at the end it stays."""
    return {**tool, "sections": _shifted(sections_of(tool), find_section(tool, key), direction)}


def add_question(tool: Tool, section_key: str, question: Part) -> Tool:
    section = find_section(tool, section_key)
    return put_section(tool, {**section, "questions": [*questions_of(section), question]})


def put_question(tool: Tool, question: Part, section_key: str = "") -> Tool:
    """The tool with this question in place of the one of its key, or at the end of another section."""
    section, _ = find_question(tool, question["key"])
    if section_key and section_key != section["key"]:
        return add_question(drop_question(tool, question["key"]), section_key, question)
    questions = [question if one["key"] == question["key"] else one for one in questions_of(section)]
    return put_section(tool, {**section, "questions": questions})


def drop_question(tool: Tool, key: str) -> Tool:
    section, _ = find_question(tool, key)
    left = [one for one in questions_of(section) if one["key"] != key]
    return put_section(tool, {**section, "questions": left})


def shift_question(tool: Tool, key: str, direction: Direction) -> Tool:
    """One place up or down within its section; at the end it stays."""
    section, question = find_question(tool, key)
    questions = _shifted(questions_of(section), question, direction)
    return put_section(tool, {**section, "questions": questions})


def _shifted(parts: list[Part], part: Part, direction: Direction) -> list[Part]:
    place = parts.index(part)
    other = place + (1 if direction is Direction.DOWN else -1)
    if 0 <= other < len(parts):
        parts[place], parts[other] = parts[other], parts[place]
    return parts


# What publishing makes of the framework


def with_tool(content: Mapping[str, Any], tool: Tool) -> dict[str, Any]:
    """The framework's content with the tool in it, new or in place of the one of its key.

    Activities that use it are graded on its scale from then on, and standards no longer look at questions
    that it does not ask any more.
    """
    key, rules = tool["key"], content["framework"]
    activities = [
        {**one, "grade_scheme": tool.get("grade_scheme")}
        if one.get("tool") == key and one.get("grade_scheme") != tool.get("grade_scheme")
        else one
        for one in rules.get("activities", ())
    ]
    changed = {**rules, **({"activities": activities} if "activities" in rules else {})}
    if "standards" in rules:
        changed["standards"] = [_looking_at(one, key, keys_in(tool)) for one in rules["standards"]]
    return {**content, "framework": changed, "tools": {**content["tools"], key: tool}}


def without_tool(content: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The framework's content without the tool and without what standards look at in it."""
    rules = content["framework"]
    changed = dict(rules)
    if "standards" in rules:
        changed["standards"] = [_looking_at(one, key, ()) for one in rules["standards"]]
    tools = {name: tool for name, tool in content["tools"].items() if name != key}
    return {**content, "framework": changed, "tools": tools}


def _looking_at(standard: Part, key: str, asked: Collection[str]) -> Part:
    questions = standard.get("questions") or {}
    if key not in questions:
        return standard
    left = [one for one in questions[key] if one in asked]
    if left == questions[key]:
        return standard
    others = {name: looked_at for name, looked_at in questions.items() if name != key}
    return with_values(standard, {"questions": {**others, key: left} if left else others})


def copied(tool: Mapping[str, Any], key: str, name: str) -> Tool:
    """The tool under another key and name; clauses say what the first one carries out, and stay with it."""
    return {**_without_clauses(deepcopy(dict(tool))), "key": key, "name": name}


def _without_clauses(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_clauses(part) for name, part in value.items() if name != "clauses"}
    if isinstance(value, list):
        return [_without_clauses(part) for part in value]
    return value
