"""How often one worker is observed, where that is more often than the framework asks for (BED-30)."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from qaframework.allocation.models import ObservationInterval
from qaframework.allocation.observing import limits_of, longer_than, rules_of
from qaframework.packs.wording import at_least_once
from qaframework.people import directory, history
from qaframework.people.calendar import working_calendar
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.deadlines import Offset
from qaframework.rules.working_days import local_date


@transaction.atomic
def set_interval(
    *,
    worker: User,
    within: str,
    why: str,
    review_on: date | None,
    was: ObservationInterval | None,
    by: User,
    now: datetime,
) -> ObservationInterval:
    """Have the worker observed at least once in ``within``, from today on; ``was`` is what it replaces.

    Saying the same again changes nothing.
    Raises Refused for a time longer than the framework's, without saying why, and for a review that is not
    ahead; SomebodyElseWasFirst when the interval was set, changed or ended meanwhile.
    """
    today = local_date(now)
    if not why.strip():
        raise Refused("Say why. Only the managers above this person read it.")
    if review_on is not None and review_on <= today:
        raise Refused("Give a day after today on which to look at this again.")
    _refuse_if_longer(worker, Offset.parse(within), today)
    values = {"within": within, "why": why, "review_on": review_on}
    if was is not None and all(getattr(was, name) == value for name, value in values.items()):
        return was
    if was is not None:
        return history.change(was, by=by, now=now, reason="Changed", only_if=_as_read(was), **values)
    interval = ObservationInterval(worker=worker, starts_on=today, **values)
    try:
        with transaction.atomic():
            return history.create(interval, by=by, now=now, reason="Set")
    except IntegrityError as error:
        raise SomebodyElseWasFirst(f"{worker} was given an interval at the same moment.") from error


@transaction.atomic
def end_interval(*, interval: ObservationInterval, by: User, now: datetime) -> ObservationInterval:
    """From today the framework's own time holds again. Raises SomebodyElseWasFirst when it was changed or
    ended meanwhile."""
    return history.change(
        interval, by=by, now=now, reason="Ended", only_if=_as_read(interval), ended_on=local_date(now)
    )


def _as_read(interval: ObservationInterval) -> dict[str, object]:
    return {
        "ended_on": None,
        "within": interval.within,
        "why": interval.why,
        "review_on": interval.review_on,
    }


def _refuse_if_longer(worker: User, within: Offset, today: date) -> None:
    post = directory.post_of(worker, today)
    limits = limits_of(rules_of(post, today), worker, today) if post else []
    shorter = [one for one in limits if longer_than(within, one.within, today, working_calendar())]
    if shorter:
        asked = at_least_once(shorter[-1].within, shorter[-1].clauses)
        raise Refused(f"The framework asks for more than that: {asked}. Choose a shorter time.")
