"""One person's own dates for their calendar program (iCalendar, RFC 5545), without anything about a child.

What is in it is what "My work" and the invitations say: due work by its reference, meetings without it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from icalendar import Calendar, Event, vDuration

from audits.invitations import event_of
from audits.models import AuditMeeting
from observations.models import Observation
from qaframework.allocation.access import owned_assignments
from qaframework.allocation.models import Assignment
from qaframework.allocation.my_work import waiting_clocks
from qaframework.allocation.reading import with_rules
from qaframework.allocation.wording import notice_url, subject_line
from qaframework.caseload.access import cleared_q
from qaframework.people.access import posts_of
from qaframework.people.models import User
from qaframework.rules.working_days import local_date, start_of_day

# What lies longer back than this leaves the calendar, but for what is still owed.
DAYS_BACK = 31
READ_AGAIN_AFTER = timedelta(hours=2)


def calendar_of(user: User, *, now: datetime) -> bytes:
    """What the person owes by when, and whom or what they meet, as it stands at ``now``."""
    calendar = Calendar()
    calendar.add("prodid", "-//Practice quality//Own dates//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Practice quality")
    calendar.add("refresh-interval", vDuration(READ_AGAIN_AFTER), parameters={"value": "DURATION"})
    for event in [*_due(user, now), *_meetings(user, now), *_observations(user, now)]:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _due(user: User, now: datetime) -> Iterator[Event]:
    """Last days of owed work and of what came out of audits; overdue ones stay on the day that has passed,
    and a paused deadline is on none."""
    today = local_date(now)
    owed = owned_assignments(user, today).open().filter(paused_on__isnull=True).select_related("case")
    for one in with_rules(owed):
        assert one.due_on is not None
        yield _day(f"due-{one.pk}", f"Due: {subject_line(one)}", one.due_on, notice_url(one), now)
    for clock in waiting_clocks(user, today):
        yield _day(f"clock-{clock.pk}", f"Due: {clock.label}", local_date(clock.due_at), clock.url, now)


def _meetings(user: User, now: datetime) -> Iterator[Event]:
    meetings = AuditMeeting.objects.exclude(state=AuditMeeting.State.CANCELLED).filter(
        _takes_part(user, now, "audit__assignment"), starts_at__gte=start_of_day(_since(now))
    )
    found = list(meetings.select_related("audit__assignment"))
    with_rules(meeting.audit.assignment for meeting in found)
    for meeting in found:
        yield event_of(meeting, address=reverse("audits:audit", args=[meeting.audit_id]), now=now)


def _observations(user: User, now: datetime) -> Iterator[Event]:
    found = Observation.objects.filter(_takes_part(user, now, "assignment"), observed_on__gte=_since(now))
    observations = list(found.select_related("assignment"))
    with_rules(one.assignment for one in observations)
    for one in observations:
        assert one.observed_on is not None
        address = notice_url(one.assignment)
        summary = subject_line(one.assignment)
        yield _day(f"observation-{one.pk}", summary, one.observed_on, address, now)


def _takes_part(user: User, now: datetime, assignment: str) -> Q:
    """Rows whose assignment the person owes, or is the practitioner of, unless it was called off."""
    on = local_date(now)
    owes = Q(**{f"{assignment}__post__in": posts_of(user, on)})
    both = owes | Q(**{f"{assignment}__worker": user})
    called_off = Q(**{f"{assignment}__state__in": Assignment.CALLED_OFF_STATES})
    return both & ~called_off & cleared_q(user, on, case_field=f"{assignment}__case")


def _since(now: datetime) -> date:
    return local_date(now) - timedelta(days=DAYS_BACK)


def _day(key: str, summary: str, day: date, address: str, now: datetime) -> Event:
    """An entry for a whole day, during which the person is still free."""
    url = f"{settings.SITE_URL}{address}"
    event = Event()
    event.add("uid", f"{key}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", day)
    event.add("summary", summary)
    event.add("transp", "TRANSPARENT")
    event.add("url", url)
    event.add("description", f"Open it: {url}")
    return event
