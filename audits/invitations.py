"""The audit meeting as a calendar file (iCalendar, RFC 5545), without anything about the child."""

from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress

from audits.models import AuditMeeting
from qaframework.allocation.wording import activity_label
from qaframework.people import directory
from qaframework.people.models import User
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date

STATUS = {
    AuditMeeting.State.PROPOSED: "TENTATIVE",
    AuditMeeting.State.ACCEPTED: "CONFIRMED",
    AuditMeeting.State.CANCELLED: "CANCELLED",
}


def who_meets(meeting: AuditMeeting, now: datetime) -> list[User]:
    """The auditor, who holds the post that owes the audit on that day, and the practitioner."""
    assignment = meeting.audit.assignment
    auditor = directory.holder_of(assignment.post, local_date(now))
    return [person for person in (auditor, assignment.worker) if person is not None]


def calendar_file(meeting: AuditMeeting, *, address: str, now: datetime, names_place: bool = True) -> bytes:
    """The meeting for both calendars; opened again after a change it updates the same entry (BF-02).

    ``address`` is the path of the audit within the application. Organiser is the application's own address:
    mail programs take an invitation only from somebody else, and the answer is given in the application.
    The place is in people's own words, so a file that leaves by e-mail does not name it.
    """
    event = event_of(meeting, address=address, now=now)
    if not names_place:
        del event["location"]
    event.add("organizer", vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"))
    for person in who_meets(meeting, now):
        event.add("attendee", _attendee(person, meeting), encode=False)
    calendar = Calendar()
    calendar.add("prodid", "-//Practice quality//Audit meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if meeting.state == AuditMeeting.State.CANCELLED else "REQUEST")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def event_of(meeting: AuditMeeting, *, address: str, now: datetime) -> Event:
    """When and where the meeting is, and what about, without anybody's name."""
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
    return event


def _attendee(person: User, meeting: AuditMeeting) -> vCalAddress:
    has_agreed = meeting.state == AuditMeeting.State.ACCEPTED or person.pk == meeting.proposed_by_id
    attendee = vCalAddress(f"mailto:{person.email}")
    attendee.params.update(
        CN=str(person), PARTSTAT="ACCEPTED" if has_agreed else "NEEDS-ACTION", RSVP="FALSE"
    )
    return attendee
