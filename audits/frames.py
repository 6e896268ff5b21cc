"""Who can be drawn: the frame of a draw, the reasons for leaving cases out, and the frozen record of both."""

import json
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import F, Min, Q, QuerySet, Value

from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case, flag_keys
from qaframework.packs.definition import ActivityType, DrawRule, NewWorkers
from qaframework.people.calendar import working_calendar
from qaframework.people.models import PostHolding, Unit
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.deadlines import date_before
from qaframework.rules.periods import Month
from qaframework.rules.sampling import FrameEntry, frame_hash
from qaframework.rules.working_days import WorkingCalendar, start_of_day

ANY_CASE = CaseCriteria()

OFF_THEME = "Does not fit the month’s theme"
NO_WORKER = "No practitioner is recorded"
OPEN_TOO_SHORT = "Open for too short a time"
RECENTLY_AUDITED = "Audited recently, or about to be"
SIBLING_AUDITED = "A brother or sister was audited recently, or is about to be"
WORKER_AUDITED = "Another case of the practitioner was audited recently, or is about to be"
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
        return self.nearest(unit, _kinds_of_pool(activity, month))

    def nearest(self, unit: Unit, kinds: Collection[str]) -> Unit:
        """The nearest unit of one of the kinds that holds cases, in the unit's line, else the authority."""
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


def build_frame(
    cases: Iterable["OpenCase"],
    rule: DrawRule,
    on: date,
    *,
    theme: CaseCriteria = ANY_CASE,
    cleared: Collection[str] = (),
) -> Frame:
    """The open cases of a pool on a local date, with those that the rule leaves out and why.

    ``cleared`` are the references of restricted cases that one of the auditors may see.
    """
    calendar = working_calendar()
    audited = _Audited.since(rule, on, calendar)
    opened_by = date_before(on, rule.open_at_least, calendar)
    weight_of = _weights(rule.new_workers, on, calendar)
    marks = rule.minimum_share.cases if rule.minimum_share else None
    entries, exclusions = [], {}
    for case in cases:
        reason = "" if theme == ANY_CASE or case.fits(theme) else OFF_THEME
        reason = reason or _reason_to_exclude(case, opened_by, cleared) or audited.reason_to_exclude(case)
        if reason:
            exclusions[case.reference] = reason
            continue
        entries.append(
            FrameEntry(
                case.reference,
                str(case.stratum or ""),
                str(case.worker),
                case.family,
                weight_of.get(case.worker, 1.0),
                is_marked=marks is not None and case.fits(marks),
            )
        )
    return Frame(tuple(entries), exclusions)


def freeze(frame: Frame) -> bytes:
    """The frame as compressed JSON, for keeping with the draw."""
    text = json.dumps({"entries": frame.entries, "exclusions": frame.exclusions}, separators=(",", ":"))
    return zlib.compress(text.encode(), level=6)


def thaw(frozen: bytes | memoryview) -> Frame:
    """A frozen frame as it was. Raises ValueError when the record is damaged."""
    try:
        data = json.loads(zlib.decompress(bytes(frozen)))
        return Frame(tuple(FrameEntry(*row) for row in data["entries"]), dict(data["exclusions"]))
    except (zlib.error, ValueError, TypeError, KeyError) as error:
        raise ValueError("The recorded frame is damaged and cannot be read.") from error


class OpenCase(NamedTuple):
    """What a draw needs to know of an open case; ``flags`` as the register keeps them."""

    reference: str
    case_id: int
    worker: int | None
    unit: int
    family: str
    opened_on: date | None
    on_hold: str
    is_restricted: bool
    plan_type: str
    age_band: str
    flags: str
    stratum: str | None

    def fits(self, criteria: CaseCriteria) -> bool:
        return criteria.fits(plan_type=self.plan_type, age_band=self.age_band, flags=flag_keys(self.flags))


def open_cases(pool: Unit, rule: DrawRule) -> list[OpenCase]:
    """The open cases of the pool in the order of their references, read once for all that a draw asks."""
    rows = (
        Case.objects.filter(unit__path__startswith=pool.path, status=Case.Status.OPEN)
        .order_by("child_ref")
        .values_list(
            "child_ref",
            "pk",
            "worker",
            "unit",
            "family_ref",
            "opened_on",
            "on_hold_reason",
            "is_restricted",
            "plan_type",
            "age_band",
            "flags",
            F(rule.strata) if rule.strata else Value(""),
        )
    )
    return list(map(OpenCase._make, rows))


@dataclass(frozen=True)
class _Audited:
    """Cases, families and practitioners of audits that are under way or were handed in lately."""

    cases: frozenset[int]
    families: frozenset[str]
    workers: frozenset[int]

    @classmethod
    def since(cls, rule: DrawRule, on: date, calendar: WorkingCalendar) -> "_Audited":
        """By the windows of the rule, which end on that local date. Without a window for practitioners, none
        of them counts."""
        audits = _audits_since(date_before(on, rule.exclude_audited_within, calendar))
        about = list(audits.values_list("case", "case__family_ref"))
        within = rule.exclude_worker_audited_within
        of_workers = _audits_since(date_before(on, within, calendar)) if within else Assignment.objects.none()
        return cls(
            frozenset(case for case, _ in about),
            frozenset(family for _, family in about if family) if rule.one_per_family else frozenset(),
            frozenset(of_workers.filter(worker__isnull=False).values_list("worker", flat=True).distinct()),
        )

    def reason_to_exclude(self, case: OpenCase) -> str:
        if case.case_id in self.cases:
            return RECENTLY_AUDITED
        if case.family in self.families:
            return SIBLING_AUDITED
        return WORKER_AUDITED if case.worker in self.workers else ""


def _audits_since(first: date) -> QuerySet[Assignment]:
    """Audits of cases that are under way, or were handed in on that local date or later."""
    handed_in = Q(state__in=Assignment.DONE_STATES, submitted_at__gte=start_of_day(first))
    under_way = Q(state__in=Assignment.OPEN_STATES)
    return Assignment.objects.filter(under_way | handed_in, kind="case_audit", case__isnull=False).order_by()


def _weights(rule: NewWorkers | None, on: date, calendar: WorkingCalendar) -> dict[int | None, float]:
    """The weight of the cases of each practitioner who is new on that local date."""
    if rule is None:
        return {}
    begun_after = date_before(on, rule.within, calendar)
    first_days = PostHolding.objects.order_by().values("user").annotate(first=Min("starts_on"))
    new = first_days.filter(first__gt=begun_after, first__lte=on).values_list("user", flat=True)
    return dict.fromkeys(new, rule.weight)


def _reason_to_exclude(case: OpenCase, opened_by: date, cleared: Collection[str]) -> str:
    if case.is_restricted and case.reference not in cleared:
        return RESTRICTED
    if case.on_hold:
        return ON_HOLD
    if case.worker is None:
        return NO_WORKER
    if case.opened_on is not None and case.opened_on > opened_by:
        return OPEN_TOO_SHORT
    return ""
