"""Slips in how often each member of staff is to be looked at."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from qaframework.packs.references.lookups import (
    Slip,
    entries_of,
    keys_of,
    part_of,
    repeated,
    texts_of,
    unknown,
)
from qaframework.rules.deadlines import Offset, due_date
from qaframework.rules.working_days import WorkingCalendar


def coverage_slips(framework: Mapping[str, Any], tools: Mapping[str, Any]) -> Iterator[Slip]:
    roles = keys_of(framework, "roles")
    yield from repeated("coverage", keys_of(framework, "coverage"))
    for rule in entries_of(framework, "coverage"):
        place = f"coverage › {rule.get('key')}"
        yield from unknown(f"{place} › roles", texts_of(rule, "roles"), roles, "role")
        if bool(rule.get("question")) != bool(rule.get("answers")):
            yield place, "A question and its answers go together.", "Both, or neither."
        if rule.get("question") and (rule.get("times") or rule.get("activity")):
            yield place, "A question goes with neither times nor activity.", "Leave one of them out."
        for part in ("newly_qualified", "needing_support"):
            if not _is_shorter(part_of(rule, part).get("within"), rule.get("within")):
                yield (
                    f"{place} › {part}",
                    "This is no shorter than the time for everybody.",
                    "A shorter time, or leave it out.",
                )
        yield from _activity_slips(place, rule, framework)
        if isinstance(question := rule.get("question"), str):
            yield from _question_slips(place, question, rule, framework, tools)


def _is_shorter(within: Any, usual: Any) -> bool:
    """Whether one time is shorter than another; what cannot be compared is not to be told here."""
    try:
        times = [Offset.parse(text) for text in (within, usual) if isinstance(text, str)]
        own, others = (due_date(date(2026, 1, 1), one, WorkingCalendar()) for one in times)
    except ValueError:
        return True
    return own < others


def _activity_slips(place: str, rule: Mapping[str, Any], framework: Mapping[str, Any]) -> Iterator[Slip]:
    """The activity is of the kind that counts."""
    kind, key = rule.get("kind"), rule.get("activity")
    of_kind = [one for one in entries_of(framework, "activities") if one.get("kind") == kind]
    known = [one["key"] for one in of_kind if isinstance(one.get("key"), str)]
    yield from unknown(f"{place} › activity", [key], known, f"activity of the kind {kind}")
    if kind == "case_review" and key is None:
        yield place, "Reviews of one case are of several sorts.", "Say which counts, such as activity: KEY."


def _question_slips(
    place: str,
    question: str,
    rule: Mapping[str, Any],
    framework: Mapping[str, Any],
    tools: Mapping[str, Any],
) -> Iterator[Slip]:
    """The question is one of a form on which work of the kind is done; the answers are among its options."""
    used = {
        str(one.get("tool"))
        for one in entries_of(framework, "activities")
        if one.get("kind") == rule.get("kind")
    }
    questions = {
        one["key"]: one
        for key in sorted(used)
        if isinstance(tool := tools.get(key), dict)
        for section in entries_of(tool, "sections")
        for one in entries_of(section, "questions")
        if isinstance(one.get("key"), str) and one.get("type") == "pick_one"
    }
    asked = unknown(f"{place} › question", [question], questions, "question with one answer of such a form")
    yield from asked
    if question in questions and entries_of(questions[question], "options"):
        options = keys_of(questions[question], "options")
        yield from unknown(f"{place} › answers", texts_of(rule, "answers"), options, "answer to it")
