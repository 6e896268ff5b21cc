"""Starting, moving, pausing, handing over and stopping clocks, and planning who is to be told when.

The moments of a clock are rows from the start, so that a sweep only asks which have come. A new deadline
is a new round: the old round's moments close, and none of them can fall due any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from qaframework.caseload.models import Case
from qaframework.clocks.models import Clock, Heartbeat, Moment
from qaframework.packs.models import FrameworkVersion
from qaframework.people import history
from qaframework.people.calendar import working_calendar
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Post, Unit, User
from qaframework.rules import deadlines, ladders
from qaframework.rules.ladders import Ladder, Rung
from qaframework.rules.working_days import WorkingCalendar

BATCH = 1000
FORGOTTEN_AFTER = timedelta(days=1)
NAME_LENGTH = 80


@dataclass(frozen=True)
class ClockDraft:
    """A clock to be started. ``due_at`` is aware; ``label`` a neutral reference, never a name.

    ``case`` belongs to work about one child: lists then hide the clock of a restricted case.
    """

    kind: str
    label: str
    url: str
    framework_version: FrameworkVersion
    ladder: str
    owner_post: Post
    unit: Unit
    due_at: datetime
    case: Case | None = None


def start_clock(
    *,
    kind: str,
    label: str,
    url: str,
    framework_version: FrameworkVersion,
    ladder: str,
    owner_post: Post,
    unit: Unit,
    due_at: datetime,
    by: User | None,
    now: datetime,
    case: Case | None = None,
) -> Clock:
    """Start one clock and plan its moments. Raises KeyError when the framework has no such ladder."""
    draft = ClockDraft(kind, label, url, framework_version, ladder, owner_post, unit, due_at, case)
    return start_clocks([draft], by=by, now=now)[0]


@transaction.atomic
def start_clocks(drafts: Iterable[ClockDraft], *, by: User | None, now: datetime) -> list[Clock]:
    """Start many clocks set-based, in the order given, each with its moments and its history entry."""
    clocks = Clock.objects.bulk_create(
        [
            Clock(
                kind=draft.kind,
                label=draft.label,
                url=draft.url,
                framework_version=draft.framework_version,
                ladder=draft.ladder,
                owner_post=draft.owner_post,
                unit=draft.unit,
                case=draft.case,
                started_at=now,
                due_at=draft.due_at,
            )
            for draft in drafts
        ],
        batch_size=BATCH,
    )
    if clocks:
        history.record(Clock, clocks, by=by, now=now, reason="Started", is_update=False)
        _plan(clocks, now=now)
    return clocks


@transaction.atomic
def move_clock(*, clock: Clock, due_at: datetime, reason: str, by: User | None, now: datetime) -> Clock:
    """Give a running clock another deadline: a new round; the same deadline again changes nothing.

    Raises SomebodyElseWasFirst when it was stopped or moved in the meantime. Source: LAN-32.
    """
    if due_at == clock.due_at:
        return clock
    return _new_round(clock, {"stopped_at__isnull": True}, due_at, reason=reason, by=by, now=now)


@transaction.atomic
def restart_clock(*, clock: Clock, due_at: datetime, reason: str, by: User | None, now: datetime) -> Clock:
    """Let a stopped clock run again, for work that was sent back: a new round that looks forward only.

    What fell due before ``now`` is not told again. Raises SomebodyElseWasFirst when it is running already.
    """
    only_if = {"stopped_at__isnull": False}
    _new_round(clock, only_if, due_at, reason=reason, by=by, now=now, stopped_at=None, stop_reason="")
    _open_moments(clock).filter(falls_at__lte=now).update(is_open=False)
    return clock


@transaction.atomic
def pause_clock(*, clock: Clock, reason: str, by: User | None, now: datetime) -> Clock:
    """Let nothing more fall due until the clock is resumed.

    Raises SomebodyElseWasFirst when it was stopped or paused in the meantime.
    """
    only_if = {"stopped_at__isnull": True, "paused_at__isnull": True}
    return history.change(clock, by=by, now=now, reason=f"Paused: {reason}", only_if=only_if, paused_at=now)


@transaction.atomic
def resume_clock(*, clock: Clock, due_at: datetime, by: User | None, now: datetime) -> Clock:
    """Let a paused clock run again, with the deadline that it now has.

    The round goes on: what was still to come falls due by the new deadline, and nothing that was taken or
    left out before the pause is told again. Raises SomebodyElseWasFirst when it is not paused any more.
    """
    only_if = {"paused_at__isnull": False, "round": clock.round}
    history.change(clock, by=by, now=now, reason="Resumed", only_if=only_if, paused_at=None, due_at=due_at)
    falls_at = {rung.position: moment for rung, moment in _moments_of(clock, working_calendar())}
    to_come = list(_open_moments(clock).filter(round=clock.round))
    for moment in to_come:
        moment.falls_at = falls_at[moment.position]
    Moment.objects.bulk_update(to_come, ["falls_at"])
    return clock


@transaction.atomic
def hand_over_clock(
    *, clock: Clock, owner_post: Post, unit: Unit, reason: str, by: User | None, now: datetime
) -> Clock:
    """Let another post owe the work, with the same deadline; what is still to come goes to its holder.

    Raises SomebodyElseWasFirst when the clock was stopped in the meantime. Source: LAN-06.
    """
    return history.change(
        clock,
        by=by,
        now=now,
        reason=reason,
        only_if={"stopped_at__isnull": True},
        owner_post=owner_post,
        unit=unit,
    )


@transaction.atomic
def relabel_clock(
    *, clock: Clock, label: str, case: Case | None, reason: str, by: User | None, now: datetime
) -> Clock:
    """Let the clock time work about another case; the deadline stays.

    Raises SomebodyElseWasFirst when the clock was stopped in the meantime.
    """
    return history.change(
        clock,
        by=by,
        now=now,
        reason=reason,
        only_if={"stopped_at__isnull": True},
        label=label,
        case=case,
    )


@transaction.atomic
def stop_clock(*, clock: Clock, reason: str, by: User | None, now: datetime) -> Clock:
    """End the clock and everything still to come; ``reason`` is one of Clock.StopReason.

    A clock that has stopped stays as it is, whoever stopped it.
    """
    stop_reason = Clock.StopReason(reason)
    try:
        history.change(
            clock,
            by=by,
            now=now,
            reason=str(stop_reason.label),
            only_if={"stopped_at__isnull": True},
            stopped_at=now,
            stop_reason=stop_reason.value,
            paused_at=None,
        )
    except SomebodyElseWasFirst:
        clock.refresh_from_db()
    else:
        _open_moments(clock).update(is_open=False)
    return clock


@transaction.atomic
def follow_calendar(*, now: datetime) -> int:
    """Count again, after a change of the authority's closure days, where ladders count working days.

    What is still to come after ``now`` falls due by the days of today; deadlines stay, because people were
    told of them. Returns how many reminders and escalations have another moment.
    """
    calendar, moved = working_calendar(), []
    counted = _ladders_in_working_days()
    planned: dict[tuple[int, str, datetime], dict[int, datetime]] = {}
    for moment in _to_come(counted, now):
        clock = moment.clock
        key = (clock.framework_version_id, clock.ladder, clock.due_at)
        if key not in planned:
            placed = ladders.moments(counted[key[:2]], clock.due_at, calendar)
            planned[key] = {rung.position: falls_at for rung, falls_at in placed}
        falls_at = planned[key][moment.position]
        if moment.falls_at != falls_at:
            moment.falls_at = falls_at
            moved.append(moment)
    Moment.objects.bulk_update(moved, ["falls_at"], batch_size=BATCH)
    return len(moved)


def beat(*, name: str, now: datetime) -> None:
    """Note that a background process is alive."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at"],
    )


def worker_beat(*, hostname: str, now: datetime) -> None:
    """Note that a worker is alive, and forget those that have been silent for a day.

    Workers on machines that come and go have new names each time.
    """
    Heartbeat.objects.workers().filter(at__lt=now - FORGOTTEN_AFTER).delete()
    beat(name=f"{Heartbeat.WORKER}{hostname}"[:NAME_LENGTH], now=now)


def _new_round(
    clock: Clock,
    only_if: Mapping[str, object],
    due_at: datetime,
    *,
    reason: str,
    by: User | None,
    now: datetime,
    **changes: object,
) -> Clock:
    history.change(
        clock,
        by=by,
        now=now,
        reason=reason,
        only_if={**only_if, "round": clock.round},
        due_at=due_at,
        round=clock.round + 1,
        **changes,
    )
    _open_moments(clock).update(is_open=False)
    _plan([clock], now=now)
    return clock


def _open_moments(clock: Clock) -> QuerySet[Moment]:
    return Moment.objects.filter(clock=clock, is_open=True)


def _ladders_in_working_days() -> dict[tuple[int, str], Ladder]:
    """Of the ladders of running clocks, by version and key, those with a step counted in working days."""
    running = Clock.objects.filter(stopped_at__isnull=True).order_by()
    in_use = running.values_list("framework_version", "ladder").distinct()
    versions = FrameworkVersion.objects.in_bulk({version for version, _ in in_use})
    found = {(version, key): versions[version].pack.ladder(key) for version, key in in_use}
    in_working_days = deadlines.Unit.WORKING_DAYS
    return {
        one: ladder
        for one, ladder in found.items()
        if any(rung.offset.unit is in_working_days for rung in ladder.rungs)
    }


def _to_come(counted: Iterable[tuple[int, str]], now: datetime) -> Iterable[Moment]:
    """The moments after ``now`` of running clocks on these ladders."""
    on_them = Q(pk__in=[])
    for version, key in counted:
        on_them |= Q(clock__framework_version=version, clock__ladder=key)
    to_come = Moment.objects.filter(on_them, is_open=True, falls_at__gt=now, clock__stopped_at__isnull=True)
    return to_come.order_by().select_related("clock")


def _plan(clocks: Sequence[Clock], *, now: datetime) -> None:
    """Write every rung of the clocks' present round. A reminder that would lie in the past is not sent:
    the person has just been told of the deadline."""
    calendar = working_calendar()
    planned: dict[tuple[int, str, datetime], list[tuple[Rung, datetime]]] = {}
    rows = []
    for clock in clocks:
        key = (clock.framework_version_id, clock.ladder, clock.due_at)
        if key not in planned:
            planned[key] = _moments_of(clock, calendar)
        rows += [
            Moment(
                clock=clock,
                round=clock.round,
                position=rung.position,
                name=rung.name,
                is_reminder=rung.before,
                recipients=list(rung.recipients),
                falls_at=falls_at,
                is_open=not (rung.before and falls_at <= now),
            )
            for rung, falls_at in planned[key]
        ]
    Moment.objects.bulk_create(rows, batch_size=BATCH)


def _moments_of(clock: Clock, calendar: WorkingCalendar) -> list[tuple[Rung, datetime]]:
    ladder = clock.framework_version.pack.ladder(clock.ladder)
    return ladders.moments(ladder, clock.due_at, calendar)
