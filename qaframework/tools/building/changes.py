"""What differs between two versions of a tool, in words that stand side by side.

Sections and questions are told apart by their keys, so that a question in better words is the same question.
Works on a tool as its pack file writes it and on a frozen version.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qaframework.packs.differences import NOTHING
from qaframework.tools.building.conditions import condition_in_words
from qaframework.tools.building.content import Part, asked_in, questions_of, sections_of
from qaframework.tools.building.kinds import SIGNERS, kind_in_words
from qaframework.tools.definition import OWNER, QuestionType

Json = Mapping[str, Any]

ADDED, REMOVED, MOVED, REWORDED, CHANGED = "Added", "Removed", "Moved", "Reworded", "Changed"
ESSENTIALS = "Essentials"


@dataclass(frozen=True)
class Change:
    """``place`` says what changed, ``kind`` how, and the other two what it said and what it says now."""

    place: str
    kind: str
    before: str = NOTHING
    after: str = NOTHING


def changes_between(before: Json, after: Json) -> list[Change]:
    """Every difference: what the whole tool says, then its sections, then its questions."""
    return [
        *_particulars(before, after),
        *_essentials(before, after),
        *_sections(before, after),
        *_questions(before, after),
    ]


def _particulars(before: Json, after: Json) -> Iterator[Change]:
    said = (
        ("Name", _of("name")),
        ("What it is for", _of("purpose")),
        ("Minutes", _of("minutes")),
        ("Grade scheme", _scheme),
        ("What the grades mean", _grades),
        ("Overall grade", _overall),
        ("Rows", _rows),
    )
    for name, in_words in said:
        yield from _changed(name, CHANGED, in_words(before), in_words(after))


def _essentials(before: Json, after: Json) -> Iterator[Change]:
    old = {one["key"]: one["text"] for one in before.get("indicators") or ()}
    new = {one["key"]: one["text"] for one in after.get("indicators") or ()}
    for key in dict.fromkeys([*new, *old]):
        kind = ADDED if key not in old else REMOVED if key not in new else REWORDED
        yield from _changed(ESSENTIALS, kind, old.get(key, ""), new.get(key, ""))


def _sections(before: Json, after: Json) -> Iterator[Change]:
    old = {one["key"]: one for one in sections_of(before)}
    new = {one["key"]: one for one in sections_of(after)}
    for key, section in new.items():
        place = f"Section “{section['title']}”"
        if key not in old:
            yield Change(place, ADDED, after=_section_in_words(section))
            continue
        other = old[key]
        yield from _changed(place, REWORDED, other["title"], section["title"])
        yield from _changed(f"{place}: what good looks like", REWORDED, _guidance(other), _guidance(section))
        yield from _changed(f"{place}: grade", CHANGED, _graded(other), _graded(section))
    for key, section in old.items():
        if key not in new:
            yield Change(f"Section “{section['title']}”", REMOVED, before=_section_in_words(section))
    for title, was, now in _moved(list(old.values()), list(new.values()), "title"):
        yield Change(f"Section “{title}”", MOVED, was, now)


def _questions(before: Json, after: Json) -> Iterator[Change]:
    old = {question["key"]: (section, question) for section, question in asked_in(before)}
    new = {question["key"]: (section, question) for section, question in asked_in(after)}
    for key, (section, question) in new.items():
        place = f"{section['title']}: {question['text']}"
        if key not in old:
            yield Change(place, ADDED, after=kind_in_words(question["type"]))
            continue
        home, other = old[key]
        if home["key"] != section["key"]:
            yield Change(place, MOVED, f"In “{home['title']}”", f"In “{section['title']}”")
        yield from _changed(place, REWORDED, other["text"], question["text"])
        yield from _settings(place, other, question)
        for name, words in (("shown_if", "asked only if"), ("required_if", "must be answered if")):
            was, now = _conditions(other, name, before), _conditions(question, name, after)
            yield from _changed(f"{place} ({words})", CHANGED, was, now)
    for key, (section, question) in old.items():
        if key not in new:
            yield Change(f"{section['title']}: {question['text']}", REMOVED, kind_in_words(question["type"]))
    for section in sections_of(after):
        for title, was, now in _moved(_questions_in(before, section["key"]), questions_of(section), "text"):
            yield Change(f"{section['title']}: {title}", MOVED, was, now)


def question_in_words(question: Json) -> list[tuple[str, str]]:
    """What a question says and asks for, by name, without what it says nothing of."""
    said = [("question", str(question["text"])), *((name, words(question)) for name, words in SETTINGS)]
    return [(name, words) for name, words in said if words]


def _settings(place: str, before: Json, after: Json) -> Iterator[Change]:
    """What a question says beside its words."""
    for name, in_words in SETTINGS:
        yield from _changed(f"{place} ({name})", CHANGED, in_words(before), in_words(after))


def _changed(place: str, kind: str, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(place, kind, before or NOTHING, after or NOTHING)


def _moved(before: Sequence[Part], after: Sequence[Part], words: str) -> Iterator[tuple[str, str, str]]:
    """Of the parts in both, those that were moved: their words, after what they were, after what now.

    The fewest that explain the new order: the others stayed where they were.
    """
    stayed = {one["key"] for one in before} & {one["key"] for one in after}
    old = [one["key"] for one in before if one["key"] in stayed]
    new = [one["key"] for one in after if one["key"] in stayed]
    still = set(_longest_in_order([old.index(key) for key in new]))
    titles = {one["key"]: one[words] for one in after}
    for place, key in enumerate(new):
        if old.index(key) not in still:
            yield titles[key], _behind(old, old.index(key), titles), _behind(new, place, titles)


def _behind(keys: Sequence[str], place: int, titles: Mapping[str, str]) -> str:
    return f"After “{titles[keys[place - 1]]}”" if place else "First"


def _longest_in_order(places: Sequence[int]) -> list[int]:
    """The longest rising run of numbers, not necessarily side by side."""
    best: list[list[int]] = []
    for place in places:
        shorter = [run for run in best if run[-1] < place]
        best.append([*max(shorter, key=len, default=[]), place])
    return max(best, key=len, default=[])


def _questions_in(tool: Json, key: str) -> list[Part]:
    return next((questions_of(one) for one in sections_of(tool) if one["key"] == key), [])


# In words


def _of(name: str) -> Any:
    return lambda part: "" if part.get(name) in (None, "") else str(part[name])


def _scheme(tool: Json) -> str:
    return str((tool.get("scheme") or {}).get("label") or tool.get("grade_scheme") or "None")


def _grades(tool: Json) -> str:
    """Only a frozen version says them."""
    grades = (tool.get("scheme") or {}).get("grades", ())
    return "\n".join(f"{one['label']}: {one['descriptor']}" for one in grades)


def _overall(tool: Json) -> str:
    overall = tool.get("overall") or {}
    return f"Yes ({overall.get('rule', '').replace('_', ' ')})" if overall.get("graded") else "No"


def _rows(tool: Json) -> str:
    rows = tool.get("rows")
    return f"{rows['label']}, {rows['minimum']} to {rows['maximum']}" if rows else ""


def _guidance(section: Json) -> str:
    return str(section.get("guidance") or "").strip()


def _graded(section: Json) -> str:
    if not section.get("graded"):
        return "No grade"
    return "Graded, limits the overall grade" if section.get("limiting") else "Graded"


def _section_in_words(section: Json) -> str:
    count = len(questions_of(section))
    return f"{_graded(section)}, {count} question{'' if count == 1 else 's'}"


def _columns(question: Json) -> str:
    return "\n".join(f"{one['text']} ({kind_in_words(one['type'])})" for one in question.get("columns") or ())


def _choices(question: Json) -> str:
    if question.get("options_from") and not question.get("options"):
        return f"The framework’s {question['options_from'].replace('_', ' ')}"
    return "\n".join(one["label"] for one in question.get("options") or ())


def _conditions(question: Json, name: str, tool: Json) -> str:
    scales = {"grade_schemes": [tool["scheme"]] if tool.get("scheme") else []}
    return "\n".join(condition_in_words(one, tool, scales) for one in question.get(name) or ())


def _anchors(question: Json) -> str:
    anchors = sorted((question.get("anchors") or {}).items(), key=lambda one: int(one[0]))
    return "\n".join(f"{point}: {words}" for point, words in anchors)


def _signer(question: Json) -> str:
    """Empty for all that is not signed."""
    is_signed = question["type"] == QuestionType.SIGN_OFF
    return SIGNERS.get(question.get("by") or OWNER, "") if is_signed else ""


SETTINGS: tuple[tuple[str, Callable[[Json], str]], ...] = (
    ("kind of answer", lambda one: kind_in_words(one["type"])),
    ("must be answered", lambda one: "Yes" if one.get("required") else "No"),
    ("hint", _of("hint")),
    ("prompts", lambda one: "\n".join(one.get("prompts") or ())),
    ("choices", _choices),
    ("what is asked in each row", _columns),
    ("least answer", _of("minimum")),
    ("largest answer", _of("maximum")),
    ("points of the scale", _anchors),
    ("signed by", _signer),
    ("gathered with", lambda one: str(one.get("gathers") or "").replace("_", " ")),
    ("topics", lambda one: ", ".join(one.get("themes") or ())),
)
