"""Slips in what people are asked after an audit."""

from collections.abc import Iterator, Mapping
from typing import Any

from qaframework.packs.references.lookups import Slip, entries_of, part_of, unknown

# Kinds of questions whose answers can be added up, or read without knowing whose they are.
ANSWERS = (
    "yes_no",
    "yes_no_na",
    "yes_partly_no_na",
    "scale",
    "number",
    "pick_one",
    "short_text",
    "long_text",
)


def survey_slips(framework: Mapping[str, Any], tools: Mapping[str, Any]) -> Iterator[Slip]:
    """Its form is there and asks for nothing that would say who answered."""
    survey = part_of(framework, "survey")
    key = survey.get("tool")
    yield from unknown("survey › tool", [key], tools, "tool of the pack")
    tool = tools.get(str(key))
    if not isinstance(tool, dict):
        return
    if tool.get("rows") or tool.get("indicators"):
        yield "survey › tool", "It is one person’s short form.", "A form without rows and indicators."
    questions = [one for section in entries_of(tool, "sections") for one in entries_of(section, "questions")]
    if any(section.get("graded") for section in entries_of(tool, "sections")):
        yield (
            "survey › tool",
            "People say what it was like; nobody grades.",
            "A form without graded sections.",
        )
    for question in questions:
        if question.get("type") not in ANSWERS:
            yield (
                "survey › tool",
                f"“{question.get('key')}” cannot be answered without a name, or added up.",
                f"Questions of the types {', '.join(ANSWERS[:-1])} or {ANSWERS[-1]}.",
            )
        if question.get("shown_if") or question.get("required_if"):
            yield (
                "survey › tool",
                f"“{question.get('key')}” waits for another answer.",
                "Questions that everybody is asked.",
            )
    minutes = survey.get("minutes")
    known = {one["key"]: one.get("type") for one in questions if isinstance(one.get("key"), str)}
    if minutes in known and known[minutes] != "number":
        yield "survey › minutes", f"“{minutes}” does not ask for a number.", "A question of the type number."
    yield from unknown("survey › minutes", [minutes], known, "question of the form")
