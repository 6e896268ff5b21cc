"""The audit meeting as a calendar file (iCalendar, RFC 5545), without anything about the child."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event

from audits.models import AuditMeeting
from qaframework.allocation.wording import activity_label
from qaframework.rules.periods import Month

STATUS = {
    AuditMeeting.State.PROPOSED: "TENTATIVE",
    AuditMeeting.State.ACCEPTED: "CONFIRMED",
    AuditMeeting.State.CANCELLED: "CANCELLED",
}


def calendar_file(meeting: AuditMeeting, *, address: str, now: datetime) -> bytes:
    """The meeting for anybody's calendar; opened again after a change it updates the same entry (BF-02).

    ``address`` is the path of the audit within the application.
    """
    url, host = f"{settings.SITE_URL}{address}", urlsplit(settings.SITE_URL).hostname
    assignment = meeting.audit.assignment
    event = Event()
    event.add("uid", f"audit-meeting-{meeting.pk}@{host}")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", (meeting.starts_at + timedelta(minutes=meeting.minutes)).astimezone(UTC))
    event.add("summary", f"{activity_label(assignment)}, {Month.parse(assignment.period).label}")
    event.add("location", meeting.place)
    event.add("status", STATUS[AuditMeeting.State(meeting.state)])
    event.add("url", url)
    event.add("description", f"Open the audit: {url}")
    calendar = Calendar()
    calendar.add("prodid", "-//Practice quality//Audit meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if meeting.state == AuditMeeting.State.CANCELLED else "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
