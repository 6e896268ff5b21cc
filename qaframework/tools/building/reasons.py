"""Why a tool cannot be published yet, in the words of the screen."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qaframework.packs.checking import FRAMEWORK, Mistake, mistakes_in
from qaframework.tools.building.content import Tool, asked_in, sections_of, with_tool
from qaframework.tools.building.kinds import may_become
from qaframework.tools.definition import QuestionType

ALWAYS_REQUIRED = "It is always required."
TOO_FEW = "There are too few or too many entries here."
ELSEWHERE = "Elsewhere in the framework"
THE_TOOL = "The tool"
CONDITIONS = ("shown_if", "required_if")

# What to do about a part that is missing or empty, by what the pack's file calls it.
TO_DO = {
    "name": "Say what it is called.",
    "purpose": "Say what it is for.",
    "minutes": "Say how long it usually takes.",
    "sections": "Add a section.",
    "questions": "Add a question, or remove the section.",
    "columns": "Say what is asked in each row.",
    "options": "Give at least two choices.",
    "minimum": "Give the least answer.",
    "maximum": "Give the largest answer.",
}


@dataclass(frozen=True)
class Reason:
    """``place`` is what it is about in the words of the screen; the keys are of its section and question."""

    place: str
    text: str
    section: str = ""
    question: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def reasons_against(tool: Tool, content: Mapping[str, Any], earlier: Mapping[str, str]) -> list[Reason]:
    """Every reason, in the order of the tool; none when it can be published.

    ``content`` is the framework that it would become a part of, ``earlier`` the kinds of answers that its
    questions had in published versions.
    """
    found = [*_ungradable(tool), *_changed_kinds(tool, earlier)]
    for mistake in mistakes_in(with_tool(content, tool)):
        if mistake.file == FRAMEWORK:
            found.append(_about_framework(mistake, content["framework"]))
        elif mistake.file == f"tools/{tool['key']}.yaml" and not _is_said(mistake, tool):
            found.append(_about_tool(mistake, tool))
    return list(dict.fromkeys(found))


def _is_said(mistake: Mistake, tool: Tool) -> bool:
    """Whether it is that something is graded without a scale, which is said of each thing that is."""
    return mistake.path == "grade_scheme" and not tool.get("grade_scheme")


def _ungradable(tool: Tool) -> Iterator[Reason]:
    if tool.get("grade_scheme"):
        return
    end = "is graded, and the tool has no grade scheme. Choose one, or do not grade it."
    if (tool.get("overall") or {}).get("graded"):
        yield Reason(THE_TOOL, f"It {end}")
    for section in sections_of(tool):
        if section.get("graded"):
            yield Reason(f"“{section['title']}”", f"It {end}", section["key"])
    for section, question in asked_in(tool):
        if question["type"] == QuestionType.GRADE:
            yield _of_question(section, question, f"It {end}")


def _changed_kinds(tool: Tool, earlier: Mapping[str, str]) -> Iterator[Reason]:
    for section, question in asked_in(tool):
        before = earlier.get(question["key"], question["type"])
        if not may_become(before, question["type"]):
            yield _of_question(
                section,
                question,
                "It had another kind of answer in a published version, so figures would count unlike things "
                "together. Give it the kind it had, or ask a new question.",
            )


def _about_tool(mistake: Mistake, tool: Tool) -> Reason:
    steps = mistake.path.split(" › ") if mistake.path else []
    text = _in_words(mistake, steps, tool)
    for section, question in asked_in(tool):
        if question["key"] in steps:
            return _of_question(section, question, text)
    for section in sections_of(tool):
        if section["key"] in steps:
            return Reason(f"“{section['title']}”", text, section["key"])
    return Reason(THE_TOOL, text)


def missing_in(mistake: Mistake) -> list[str]:
    """The names that are missing, of a mistake that says so."""
    return re.findall("“([^”]+)”", mistake.problem) if mistake.problem.endswith("missing.") else []


def _in_words(mistake: Mistake, steps: list[str], tool: Tool) -> str:
    if missing := missing_in(mistake):
        return " ".join(TO_DO.get(name, f"“{name}” is missing.") for name in missing)
    if mistake.problem == TOO_FEW and steps and steps[-1] in TO_DO:
        return TO_DO[steps[-1]]
    if mistake.problem.endswith("is not a question of the tool.") and steps[-1] in CONDITIONS:
        return "It depends on a question that is not in the tool any more. Change when it is asked."
    if mistake.problem == ALWAYS_REQUIRED:
        return "It must always be answered, and also only if an answer is so. Choose one of the two."
    if mistake.problem.endswith("is not an answer to it."):
        return "It depends on an answer that cannot be given any more. Change when it is asked."
    words = {question["key"]: question["text"] for _, question in asked_in(tool)}
    said = f"{mistake.problem} {mistake.allowed}".strip()
    return re.sub("“([^”]+)”", lambda found: f"“{words.get(found[1], found[1])}”", said)


def _about_framework(mistake: Mistake, framework: Mapping[str, Any]) -> Reason:
    labels = {one["key"]: one["label"] for one in framework.get("activities", ())}
    kind, _, rest = mistake.path.partition(" › ")
    key, _, part = rest.partition(" › ")
    place = f"“{labels[key]}”" if kind == "activities" and key in labels else ELSEWHERE
    where = f"{mistake.path}: " if place == ELSEWHERE else f"{part}: ".replace("_", " ") if part else ""
    return Reason(place, f"{where}{mistake.problem} {mistake.allowed}".strip())


def _of_question(section: Mapping[str, Any], question: Mapping[str, Any], text: str) -> Reason:
    return Reason(f"“{section['title']}”, “{question['text']}”", text, section["key"], question["key"])
