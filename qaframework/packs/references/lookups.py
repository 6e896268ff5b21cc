"""Finding one's way in a pack of which nothing is certain yet, and what most slips have in common."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

# (place in the file, problem, what would be right)
Slip = tuple[str, str, str]


def unknown(place: str, values: Collection[Any], known: Collection[str], what: str) -> Iterator[Slip]:
    for value in values:
        if isinstance(value, str) and value not in known:
            article = "an" if what[0] in "aeiou" else "a"
            allowed = f"Known here: {', '.join(known) or 'none'}."
            yield place, f"“{value}” is not {article} {what}.", allowed


def repeated(place: str, keys: Collection[Any]) -> Iterator[Slip]:
    for key, count in Counter(key for key in keys if isinstance(key, str)).items():
        if count > 1:
            yield place, f"“{key}” is there {count} times.", "Each once."


def entries_of(node: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    entries = node.get(name)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def part_of(node: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = node.get(name)
    return part if isinstance(part, dict) else {}


def keys_of(node: Mapping[str, Any], name: str) -> list[str]:
    return [entry["key"] for entry in entries_of(node, name) if isinstance(entry.get("key"), str)]


def question_keys_of(tool: Mapping[str, Any]) -> list[str]:
    """All that a tool asks, its indicators included."""
    asked = [key for section in entries_of(tool, "sections") for key in keys_of(section, "questions")]
    return [*keys_of(tool, "indicators"), *asked]


def texts_of(node: Mapping[str, Any], name: str) -> list[str]:
    texts = node.get(name)
    return [text for text in texts if isinstance(text, str)] if isinstance(texts, list) else []


def grades_of(framework: Mapping[str, Any], scheme: Any) -> list[str]:
    return [
        grade
        for entry in entries_of(framework, "grade_schemes")
        if entry.get("key") == scheme
        for grade in keys_of(entry, "grades")
    ]
