"""Slips in what a dip sample looks at."""

from collections.abc import Iterator, Mapping
from typing import Any

from qaframework.packs.references.lookups import Slip, part_of

OPEN_CASES = ("cases", "worker_cases")
CHOSEN_CASES = ("cases", "closed_cases", "open_and_closed_cases")


def sample_slips(
    place: str, activity: Mapping[str, Any], framework: Mapping[str, Any], tool: Any
) -> Iterator[Slip]:
    """Slips in ``sample`` of an activity, and in how it goes with the rest of it."""
    sample = part_of(activity, "sample")
    if not sample:
        return
    kind = sample.get("of")
    if activity.get("kind") != "dip_sample":
        yield (
            place,
            "Only a dip sample can be drawn like this.",
            "Leave it out, or kind: dip_sample.",
        )
    if kind not in OPEN_CASES and not sample.get("within"):
        yield f"{place} › within", "How far back they were finished is not said.", "For instance 3 months."
    if kind in OPEN_CASES and sample.get("within"):
        yield f"{place} › within", "Open cases are not finished.", "Leave it out."
    if kind not in CHOSEN_CASES and sample.get("cases"):
        yield f"{place} › cases", "Only a sample of open cases can say which of them.", "Leave it out."
    if kind not in CHOSEN_CASES and sample.get("one_per_family"):
        yield f"{place} › one_per_family", "Only cases are of a family.", "Leave it out, or of: cases."
    if kind == "worker_cases" and sample.get("from"):
        yield f"{place} › from", "The cases are those of one person.", "Leave it out: subjects say whose."
    if kind == "worker_cases" and not activity.get("subjects"):
        yield place, "Whose cases are looked at is not said.", "Add subjects to the activity."
    if kind == "closed_loops" and not framework.get("loop"):
        yield f"{place} › of", "The framework has no rule for closing the loop.", "Add one, or another kind."
    yield from _row_slips(place, sample, tool)


def _row_slips(place: str, sample: Mapping[str, Any], tool: Any) -> Iterator[Slip]:
    rows = part_of(tool, "rows") if isinstance(tool, dict) else {}
    count, least, most = sample.get("count"), rows.get("minimum"), rows.get("maximum")
    if isinstance(least, int) and least > 0:
        yield (
            place,
            "The tool needs rows even where nothing can be drawn.",
            "rows › minimum: 0 in the tool.",
        )
    if isinstance(count, int) and isinstance(most, int) and count > most:
        yield (
            f"{place} › count",
            f"The tool has only {most} rows.",
            f"At most {most}, or more rows in the tool.",
        )
