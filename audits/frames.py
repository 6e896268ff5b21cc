"""Who can be drawn: the frame of a draw, the reasons for leaving cases out, and the frozen record of both."""

import json
import zlib
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, Value

from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType, DrawRule
from qaframework.people.calendar import working_calendar
from qaframework.people.models import Unit
from qaframework.rules.deadlines import date_before
from qaframework.rules.periods import Month
from qaframework.rules.sampling import FrameEntry, frame_hash

NO_WORKER = "No practitioner is recorded"
OPEN_TOO_SHORT = "Open for too short a time"
RECENTLY_AUDITED = "Audited recently, or about to be"
ON_HOLD = "On hold because of a complaint or review"
RESTRICTED = "Restricted case"
NO_AUDITOR = "Nobody who owes an audit in this draw may audit it"


@dataclass(frozen=True)
class Frame:
    """``exclusions`` maps a case reference to the reason it could not be drawn."""

    entries: tuple[FrameEntry, ...]
    exclusions: dict[str, str]

    @property
    def hash(self) -> str:
        return frame_hash(self.entries, self.exclusions)

    @property
    def exclusion_counts(self) -> dict[str, int]:
        return dict(Counter(self.exclusions.values()).most_common())

    def without(self, references: Set[str], reason: str) -> "Frame":
        """The frame after leaving out some of its cases for one more reason."""
        kept = tuple(entry for entry in self.entries if entry.reference not in references)
        return Frame(kept, {**self.exclusions, **dict.fromkeys(sorted(references), reason)})


@dataclass(frozen=True)
class Pools:
    """Whose cases are drawn from for whom; ``with_cases`` are the paths of units that hold open cases."""

    units: dict[str, Unit]
    with_cases: frozenset[str]

    @classmethod
    def load(cls) -> "Pools":
        cases = Case.objects.filter(status=Case.Status.OPEN, unit__isnull=False)
        paths = cases.order_by().values_list("unit__path", flat=True).distinct()
        return cls({unit.path: unit for unit in Unit.objects.all()}, frozenset(paths))

    def of(self, unit: Unit, activity: ActivityType, month: Month) -> Unit:
        """The function, or in that month the service, of a post in the unit when the rules say so, else the
        whole authority.

        One that works with no cases of its own, such as the reviewing officers', looks at cases of the whole
        authority (LAN-06, LAN-08, RBWM-27).
        """
        kinds = _kinds_of_pool(activity, month)
        steps = unit.path.strip("/").split("/")
        line = [self.units["/" + "/".join(steps[:end]) + "/"] for end in range(len(steps), 0, -1)]
        for above in line:
            if above.kind in kinds and any(path.startswith(above.path) for path in self.with_cases):
                return above
        return line[-1]


def _kinds_of_pool(activity: ActivityType, month: Month) -> tuple[str, ...]:
    """The kinds of unit that may be the pool; none when it is the whole authority."""
    if activity.independence_in(month) == "own_service":
        return Unit.Kind.SERVICE, Unit.Kind.FUNCTION
    return (Unit.Kind.FUNCTION,) if activity.draw and activity.draw.pool == "function" else ()


def build_frame(pool: Unit, rule: DrawRule, on: date) -> Frame:
    """All open cases of the pool on a local date, with those that the rule leaves out and why."""
    calendar = working_calendar()
    opened_by = date_before(on, rule.open_at_least, calendar)
    audited_since = date_before(on, rule.exclude_audited_within, calendar)
    recently_audited = _recently_audited(pool, audited_since)
    entries, exclusions = [], {}
    for row in _open_cases(pool, rule.strata):
        reference, case_id, worker, family, opened_on, on_hold, is_restricted, *strata = row
        reason = _reason_to_exclude(
            worker, opened_on, on_hold, is_restricted, case_id in recently_audited, opened_by
        )
        if reason:
            exclusions[reference] = reason
        else:
            entries.append(FrameEntry(reference, str(strata[0] or "") if strata else "", str(worker), family))
    return Frame(tuple(entries), exclusions)


def freeze(frame: Frame) -> bytes:
    """The frame as compressed JSON, for keeping with the draw."""
    rows = [(e.reference, e.stratum, e.worker, e.family, e.weight) for e in frame.entries]
    text = json.dumps({"entries": rows, "exclusions": frame.exclusions}, separators=(",", ":"))
    return zlib.compress(text.encode(), level=6)


def thaw(frozen: bytes | memoryview) -> Frame:
    """A frozen frame as it was. Raises ValueError when the record is damaged."""
    try:
        data = json.loads(zlib.decompress(bytes(frozen)))
    except zlib.error as error:
        raise ValueError("The recorded frame is damaged and cannot be read.") from error
    return Frame(tuple(FrameEntry(*row) for row in data["entries"]), data["exclusions"])


def _open_cases(pool: Unit, strata: str | None) -> list[tuple[Any, ...]]:
    return list(
        Case.objects.filter(unit__path__startswith=pool.path, status=Case.Status.OPEN)
        .order_by("child_ref")
        .values_list(
            "child_ref",
            "pk",
            "worker",
            "family_ref",
            "opened_on",
            "on_hold_reason",
            "is_restricted",
            F(strata) if strata else Value(""),
        )
    )


def _recently_audited(pool: Unit, since: date) -> set[int]:
    """Cases whose audit is under way or was handed in since that local date."""
    under_way = Q(state__in=Assignment.OPEN_STATES)
    handed_in = Q(state__in=Assignment.DONE_STATES, submitted_at__date__gte=since)
    audits = Assignment.objects.filter(under_way | handed_in, case__unit__path__startswith=pool.path)
    return set(audits.values_list("case", flat=True))


def _reason_to_exclude(
    worker: int | None,
    opened_on: date | None,
    on_hold: str,
    is_restricted: bool,
    is_recently_audited: bool,
    opened_by: date,
) -> str:
    if is_restricted:
        return RESTRICTED
    if on_hold:
        return ON_HOLD
    if is_recently_audited:
        return RECENTLY_AUDITED
    if worker is None:
        return NO_WORKER
    if opened_on is not None and opened_on > opened_by:
        return OPEN_TOO_SHORT
    return ""
