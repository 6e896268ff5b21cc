"""Slips in when a question of a tool is asked or must be answered."""

from collections.abc import Iterator, Mapping
from typing import Any

from qaframework.packs.definition.answers import FIXED_ANSWERS, NO_GRADE
from qaframework.packs.references.lookups import (
    Slip,
    entries_of,
    grades_of,
    keys_of,
    texts_of,
    unknown,
)

NUMBERS = ("scale", "number")
ONE_KIND = "Write one of: is; answered; at_least or at_most or both."


def condition_slips(tool: Mapping[str, Any], framework: Mapping[str, Any]) -> Iterator[Slip]:
    """Conditions look at earlier questions only, so that they can never go round in a circle."""
    earlier: dict[str, dict[str, Any]] = {one["key"]: one for one in _indicators(tool)}
    asked = [
        question for section in entries_of(tool, "sections") for question in entries_of(section, "questions")
    ]
    everywhere = {str(one.get("key")) for one in asked} | set(earlier)
    for question in asked:
        place = f"questions › {question.get('key')}"
        for name in ("shown_if", "required_if"):
            for condition in entries_of(question, name):
                at = f"{place} › {name}"
                yield from _question_slips(at, condition, earlier, everywhere)
                yield from _answer_slips(at, condition, earlier, tool, framework)
        if question.get("required") is True and entries_of(question, "required_if"):
            yield f"{place} › required_if", "It is always required.", "Leave required or required_if out."
        earlier[str(question.get("key"))] = question


def _indicators(tool: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "type": "yes_partly_no_na"} for key in keys_of(tool, "indicators")]


def _question_slips(
    place: str, condition: Mapping[str, Any], earlier: Mapping[str, Any], everywhere: set[str]
) -> Iterator[Slip]:
    key = condition.get("question")
    if key in everywhere and key not in earlier:
        yield (
            place,
            f"“{key}” is not asked before this question, so the two could wait for each other.",
            "Name an earlier question, or move this one below it.",
        )
    elif isinstance(key, str):
        yield from unknown(place, [key], earlier, "question of the tool")


def _answer_slips(
    place: str,
    condition: Mapping[str, Any],
    earlier: Mapping[str, dict[str, Any]],
    tool: Mapping[str, Any],
    framework: Mapping[str, Any],
) -> Iterator[Slip]:
    is_number = "at_least" in condition or "at_most" in condition
    if ("is" in condition) + ("answered" in condition) + is_number != 1:
        yield place, "It does not say in one way what the answer has to be.", ONE_KIND
    question = earlier.get(str(condition.get("question")))
    if question is None:
        return
    if is_number and question.get("type") not in NUMBERS:
        yield place, f"“{question.get('key')}” does not ask for a number.", "Use is, or answered."
    if "is" in condition:
        answers = answer_keys(question, tool, framework)
        yield from unknown(f"{place} › is", texts_of(condition, "is"), answers, "answer to it")


def answer_keys(
    question: Mapping[str, Any], tool: Mapping[str, Any], framework: Mapping[str, Any]
) -> list[str]:
    """The keys of the answers that a question offers; none where people write their own."""
    kind = str(question.get("type"))
    if kind == "grade":
        return [*grades_of(framework, tool.get("grade_scheme")), *(key for key, _ in NO_GRADE)]
    if name := question.get("options_from"):
        return keys_of(framework, str(name))
    return [key for key, _ in FIXED_ANSWERS.get(kind, ())] or keys_of(question, "options")
