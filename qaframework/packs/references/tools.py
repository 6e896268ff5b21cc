"""Slips in an audit tool."""

from collections.abc import Iterator, Mapping
from typing import Any

from qaframework.packs.references.conditions import condition_slips
from qaframework.packs.references.lookups import (
    Slip,
    entries_of,
    keys_of,
    part_of,
    question_keys_of,
    repeated,
    texts_of,
    unknown,
)

RESERVED_QUESTIONS = ("row_ref",)
RESERVED_SECTIONS = ("indicators",)
TEXTS = ("short_text", "long_text", "three_boxes")


def tool_slips(file_key: str, tool: Any, framework: Any) -> Iterator[Slip]:
    if not isinstance(tool, dict):
        return
    if tool.get("key") != file_key:
        yield (
            "key",
            f"The file is called {file_key}.yaml and its key is “{tool.get('key')}”.",
            "Make both equal.",
        )
    scheme = tool.get("grade_scheme")
    if scheme is not None and isinstance(framework, dict):
        yield from unknown("grade_scheme", [scheme], keys_of(framework, "grade_schemes"), "grade scheme")
    if scheme is None and _is_graded(tool):
        yield "grade_scheme", "Something here is graded and there is no scale.", "Name one, or grade nothing."
    rows = tool.get("rows")
    if isinstance(rows, dict) and _wrong_way_round(rows):
        yield "rows", "The least number of rows is above the largest.", "minimum at most maximum."
    yield from _response_slips(tool)
    yield from _question_slips(tool)
    yield from _signature_slips(tool)
    yield from _list_slips(tool, framework)
    yield from condition_slips(tool, framework if isinstance(framework, dict) else {})


def _response_slips(tool: Mapping[str, Any]) -> Iterator[Slip]:
    """What tells who answered a survey is a question that everybody's row must answer."""
    response = part_of(part_of(tool, "rows"), "response")
    key = response.get("question")
    if not isinstance(key, str):
        return
    questions = {
        str(question.get("key")): question
        for section in entries_of(tool, "sections")
        for question in entries_of(section, "questions")
    }
    place, question = "rows › response", questions.get(key)
    yield from unknown(f"{place} › question", [key], questions, "question of the tool")
    if question is not None:
        if question.get("type") != "pick_one" or question.get("required") is not True:
            yield (
                f"{place} › question",
                "It may be left open.",
                "A question with type: pick_one, required: true.",
            )
        options = keys_of(question, "options")
        yield from unknown(f"{place} › options", texts_of(response, "options"), options, "option of it")


def _question_slips(tool: Mapping[str, Any]) -> Iterator[Slip]:
    sections = entries_of(tool, "sections")
    questions = [question for section in sections for question in entries_of(section, "questions")]
    yield from repeated("sections", [section.get("key") for section in sections])
    yield from repeated("questions", question_keys_of(tool))
    for key in [section.get("key") for section in sections]:
        if key in RESERVED_SECTIONS:
            yield f"sections › {key}", f"“{key}” is used by the product.", "Choose another key."
    for question in questions:
        place = f"questions › {question.get('key')}"
        if question.get("key") in RESERVED_QUESTIONS:
            yield place, f"“{question.get('key')}” is used by the product.", "Choose another key."
        if _wrong_way_round(question):
            yield place, "The least answer is not below the largest.", "minimum below maximum."
        if question.get("gathers") and tool.get("rows"):
            yield f"{place} › gathers", "Answers for each row are not gathered.", "Leave it out, or no rows."
        if question.get("gathers") == "good_practice" and question.get("type") not in TEXTS:
            yield (
                f"{place} › gathers",
                "Good practice is told in words, and this question takes none.",
                f"A question of the type {', '.join(TEXTS[:-1])} or {TEXTS[-1]}.",
            )
        yield from repeated(place, [option.get("key") for option in entries_of(question, "options")])


def _signature_slips(tool: Mapping[str, Any]) -> Iterator[Slip]:
    """The person whom the work is about signs once, after it was handed in, and only where there is one."""
    asked = [
        question for section in entries_of(tool, "sections") for question in entries_of(section, "questions")
    ]
    for question in asked:
        if "by" in question and question.get("type") != "sign_off":
            yield f"questions › {question.get('key')} › by", "Only a sign_off is signed.", "Leave it out."
    by_worker = [one for one in asked if one.get("by") == "worker" and one.get("type") == "sign_off"]
    for place, question in enumerate(by_worker):
        at = f"questions › {question.get('key')}"
        if tool.get("rows"):
            yield f"{at} › by", "A form with rows is about no one person.", "Leave it out, or no rows."
        if place:
            yield f"{at} › by", "The person signs this form already.", "One sign_off with by: worker."
        if question.get("required") is True or entries_of(question, "required_if"):
            yield (
                at,
                "It is signed after the form is handed in, so the form cannot wait for it.",
                "Leave required and required_if out.",
            )
    keys = {question.get("key") for question in by_worker}
    for question in asked:
        for name in ("shown_if", "required_if"):
            if keys & {condition.get("question") for condition in entries_of(question, name)}:
                yield (
                    f"questions › {question.get('key')} › {name}",
                    "It waits for a signature that comes after the form is handed in.",
                    "Name another question.",
                )


def _list_slips(tool: Mapping[str, Any], framework: Any) -> Iterator[Slip]:
    """Questions that offer a list of the framework which it does not have, or has with one entry only."""
    for section in entries_of(tool, "sections"):
        for question in entries_of(section, "questions"):
            name = question.get("options_from")
            if isinstance(name, str) and isinstance(framework, dict) and len(keys_of(framework, name)) < 2:
                yield (
                    f"questions › {question.get('key')} › options_from",
                    f"The framework has no list “{name}” to choose from.",
                    f"Write at least two {name} in framework.yaml, or options here.",
                )


def _is_graded(tool: Mapping[str, Any]) -> bool:
    sections = entries_of(tool, "sections")
    return (
        part_of(tool, "overall").get("graded") is True
        or any(section.get("graded") is True for section in sections)
        or any(
            question.get("type") == "grade"
            for section in sections
            for question in entries_of(section, "questions")
        )
    )


def _wrong_way_round(bounds: Mapping[str, Any]) -> bool:
    minimum, maximum = bounds.get("minimum"), bounds.get("maximum")
    if not isinstance(minimum, int | float) or not isinstance(maximum, int | float):
        return False
    return minimum > maximum
