"""Slips in what practice is held to and looked at for: standards and themes."""

from collections.abc import Iterator, Mapping
from typing import Any

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


def practice_slips(framework: Mapping[str, Any], tools: Mapping[str, Any]) -> Iterator[Slip]:
    for name in ("standards", "themes", "meeting_types"):
        yield from repeated(name, keys_of(framework, name))
    for standard in entries_of(framework, "standards"):
        yield from _standard_slips(standard, tools)
    for theme in entries_of(framework, "themes"):
        yield from _theme_slips(theme, framework)


def _standard_slips(standard: Mapping[str, Any], tools: Mapping[str, Any]) -> Iterator[Slip]:
    place = f"standards › {standard.get('key')} › questions"
    questions = part_of(standard, "questions")
    yield from unknown(place, list(questions), tools, "tool of the pack")
    for key in questions:
        tool = tools.get(key)
        if isinstance(tool, dict):
            known = question_keys_of(tool)
            yield from unknown(f"{place} › {key}", texts_of(questions, key), known, "question of the tool")


def _theme_slips(theme: Mapping[str, Any], framework: Mapping[str, Any]) -> Iterator[Slip]:
    place = f"themes › {theme.get('key')}"
    choosers = [*keys_of(framework, "roles"), *keys_of(framework, "groups")]
    yield from unknown(f"{place} › chosen_by", [theme.get("chosen_by")], choosers, "role or group")
    activities = keys_of(framework, "activities")
    yield from unknown(f"{place} › activities", texts_of(theme, "activities"), activities, "activity")
    if not theme.get("label") and not theme.get("chosen_by"):
        yield place, "It says neither what the theme is nor who chooses it.", "label, chosen_by, or both."
    yield from _chosen_by_units_slips(place, theme, framework)
    if "months" in theme and "quarters" in theme:
        yield place, "months and quarters stand side by side.", "One of them, or neither for the whole year."


def _chosen_by_units_slips(
    place: str, theme: Mapping[str, Any], framework: Mapping[str, Any]
) -> Iterator[Slip]:
    """What holds for themes that each function, or the like, chooses for its dip samples."""
    if "for_each" not in theme:
        if "narrative" in theme:
            yield f"{place} › narrative", "Nobody chooses this theme month by month.", "Add for_each."
        return
    if "label" in theme or "units" in theme or not theme.get("chosen_by"):
        yield (
            f"{place} › for_each",
            "A theme that each unit chooses is not known yet.",
            "chosen_by, without label and units.",
        )
    kinds = {one.get("key"): one.get("kind") for one in entries_of(framework, "activities")}
    if any(kinds.get(key, "dip_sample") != "dip_sample" for key in texts_of(theme, "activities")):
        yield f"{place} › activities", "Only themes of dip samples are chosen so.", "Kind: dip_sample."
