"""Slips in the kinds of work."""

from collections.abc import Iterator, Mapping
from typing import Any

from qaframework.packs.references.benchmarking import benchmarking_slips
from qaframework.packs.references.case_reviews import case_review_slips
from qaframework.packs.references.draws import draw_slips
from qaframework.packs.references.lookups import (
    Slip,
    entries_of,
    grades_of,
    keys_of,
    part_of,
    repeated,
    texts_of,
    unknown,
)
from qaframework.packs.references.samples import sample_slips
from qaframework.packs.references.subjects import subject_slips

# Kinds of work that look at no one person's practice.
ABOUT_NOBODY = ("dip_sample", "practice_week", "visit", "benchmarking")


def activity_slips(
    activity: Mapping[str, Any], framework: Mapping[str, Any], tools: Mapping[str, Any]
) -> Iterator[Slip]:
    place = f"activities › {activity.get('key')}"
    ladders, schemes = keys_of(framework, "ladders"), keys_of(framework, "grade_schemes")
    scheme = activity.get("grade_scheme")
    moderation, extension = part_of(activity, "moderation"), part_of(activity, "extension")
    yield from unknown(f"{place} › tool", [activity.get("tool")], tools, "tool of the pack")
    yield from _newly_qualified_slips(f"{place} › newly_qualified", activity, tools)
    yield from _other_tools_slips(f"{place} › other_tools", activity, tools)
    yield from unknown(f"{place} › grade_scheme", [scheme], schemes, "grade scheme")
    yield from unknown(f"{place} › ladder", [activity.get("ladder")], ladders, "ladder")
    yield from unknown(f"{place} › moderation › ladder", [moderation.get("ladder")], ladders, "ladder")
    grades = grades_of(framework, scheme)
    yield from unknown(f"{place} › moderation › all_of", texts_of(moderation, "all_of"), grades, "grade")
    roles = keys_of(framework, "roles")
    yield from unknown(f"{place} › extension › decided_by", [extension.get("decided_by")], roles, "role")
    pausing = part_of(activity, "pause").get("decided_by")
    yield from unknown(f"{place} › pause › decided_by", [pausing], roles, "role")
    owing = texts_of(activity, "closure_owed_by")
    yield from unknown(f"{place} › closure_owed_by", owing, roles, "role")
    yield from unknown(f"{place} › started_by", texts_of(activity, "started_by"), roles, "role")
    yield from _started_slips(f"{place} › started_by", activity)
    yield from draw_slips(f"{place} › draw", part_of(activity, "draw"), roles)
    yield from subject_slips(place, activity, framework)
    yield from sample_slips(f"{place} › sample", activity, framework, tools.get(str(activity.get("tool"))))
    yield from case_review_slips(place, activity, framework, tools.get(str(activity.get("tool"))))
    yield from benchmarking_slips(place, activity, tools.get(str(activity.get("tool"))))
    yield from _preparation_slips(f"{place} › preparation", activity)
    yield from _fit_slips(place, activity, framework, tools)


def _preparation_slips(place: str, activity: Mapping[str, Any]) -> Iterator[Slip]:
    """Somebody prepares, and each thing has a key of its own."""
    if "preparation" in activity and activity.get("kind") != "case_audit":
        yield place, "Only for a case audit the practitioner prepares.", "Leave it out, or kind: case_audit."
    yield from repeated(place, keys_of(activity, "preparation"))


def _other_tools_slips(place: str, activity: Mapping[str, Any], tools: Mapping[str, Any]) -> Iterator[Slip]:
    """Forms to choose from are there, have rows, and the program draws nothing for them."""
    keys = texts_of(activity, "other_tools")
    if not keys:
        return
    yield from unknown(place, keys, tools, "tool of the pack")
    if activity.get("kind") != "dip_sample" or activity.get("sample"):
        yield place, "Only a dip sample that is not drawn has forms to choose from.", "Leave it out."
    for key in keys:
        tool = tools.get(key)
        if isinstance(tool, dict) and not part_of(tool, "rows").get("minimum"):
            yield (
                place,
                f"“{key}” is not a form with one row or more.",
                "Forms with rows › minimum: 1 or more.",
            )


def _started_slips(place: str, activity: Mapping[str, Any]) -> Iterator[Slip]:
    """Nobody starts what is given out by lot, or on the same days to everybody."""
    if not activity.get("started_by"):
        return
    if activity.get("kind") == "case_audit":
        yield (
            place,
            "Nobody chooses the case of an audit: it is drawn, or follows from what happens to a case.",
            "Leave it out, or kind: case_review.",
        )
    if activity.get("is_dated_later") is True:
        yield place, "Its dates are settled for everybody together.", "Leave one of the two out."


def _newly_qualified_slips(
    place: str, activity: Mapping[str, Any], tools: Mapping[str, Any]
) -> Iterator[Slip]:
    """The other tool is there and fits, and the work looks at somebody's practice."""
    key = part_of(activity, "newly_qualified").get("tool")
    if not isinstance(key, str):
        return
    yield from unknown(f"{place} › tool", [key], tools, "tool of the pack")
    if activity.get("kind") != "observation":
        yield place, "Only an observation is of somebody’s practice.", "Leave it out, or kind: observation."
    tool = tools.get(key)
    if isinstance(tool, dict) and tool.get("grade_scheme") != activity.get("grade_scheme"):
        yield f"{place} › tool", "This tool is graded on another scale.", "The same scale as the activity."


def _signed_about_nobody_slips(place: str, tool: Mapping[str, Any]) -> Iterator[Slip]:
    asked = (one for section in entries_of(tool, "sections") for one in entries_of(section, "questions"))
    if any(question.get("by") == "worker" for question in asked):
        yield (
            f"{place} › tool",
            "Its form is signed by the person whom the work is about, and this work is about no one person.",
            "A form without by: worker.",
        )


def _fit_slips(
    place: str, activity: Mapping[str, Any], framework: Mapping[str, Any], tools: Mapping[str, Any]
) -> Iterator[Slip]:
    """Parts that are each right and do not go together."""
    tool = tools.get(str(activity.get("tool")))
    scheme = activity.get("grade_scheme")
    if isinstance(tool, dict) and scheme is not None and tool.get("grade_scheme") != scheme:
        yield f"{place} › grade_scheme", "The tool is graded on another scale.", "The same scale in both."
    if activity.get("kind") in ABOUT_NOBODY and isinstance(tool, dict):
        yield from _signed_about_nobody_slips(place, tool)
    if activity.get("lead_time") and not activity.get("draw"):
        yield (
            f"{place} › lead_time",
            "Only work with a draw is given out ahead; other work begins with its month.",
            "Leave it out, or add a draw.",
        )
    if isinstance(tool, dict) and activity.get("kind") == "dip_sample" and not tool.get("rows"):
        yield f"{place} › tool", "A dip sample needs a tool with rows.", "Give the tool rows."
    elif isinstance(tool, dict) and part_of(tool, "rows").get("minimum") == 0 and not activity.get("sample"):
        yield (
            f"{place} › tool",
            "Only rows that the program draws can be none at all.",
            "rows › minimum: 1 or more in the tool, or add sample.",
        )
    if activity.get("closure_owed_by") and (activity.get("kind") != "case_audit" or activity.get("draw")):
        yield (
            f"{place} › closure_owed_by",
            "Only a case audit without a draw can follow from a case that closes.",
            "Leave it out, or kind: case_audit and no draw.",
        )
    if activity.get("is_announced") is False and activity.get("kind") != "visit":
        yield f"{place} › is_announced", "Only a visit can come unannounced.", "Leave it out, or kind: visit."
    is_review, before = activity.get("kind") == "peer_review", part_of(activity, "record").get("due")
    if is_review != (before == "before_event"):
        yield (
            f"{place} › record",
            "Only a peer review is handed in before the day it is about, and it always is.",
            "For a peer review, record: {within: 0 days, due: before_event}; else another due.",
        )
    if activity.get("opens_loop") is True and not framework.get("loop"):
        yield (
            f"{place} › opens_loop",
            "The framework has no rule for closing the loop.",
            "Add one, or false.",
        )
    if activity.get("opens_loop") is True and scheme is None:
        yield (
            f"{place} › opens_loop",
            "Work without a grade cannot open a loop.",
            "Add grade_scheme, or false.",
        )
