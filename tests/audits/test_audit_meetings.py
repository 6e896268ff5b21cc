"""The audit meeting: proposed, accepted, moved, cancelled, in both calendars."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from audits import workflow
from audits.invitations import calendar_file
from audits.models import AuditMeeting
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.notices.models import Notice
from qaframework.notices.workflow import deliver
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused
from tests.audits.pages import text_of, url
from tests.factories.audits import allocated_audit, fresh, submitted_audit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_meeting")]

STARTS = datetime(2026, 11, 17, 14, 30, tzinfo=UTC)


@pytest.fixture
def audit(where):
    return allocated_audit(where)


def proposal(**changes):
    return {"day": "2026-11-17", "time": "14:30", "minutes": "90", "place": "Room 4", **changes}


def propose(where, audit, now, by=None, **changes):
    values = {"starts_at": STARTS, "minutes": 90, "place": "Room 4", **changes}
    return workflow.propose_meeting(audit=fresh(audit), by=by or where.auditor, now=now, **values)


def told(kind="meeting"):
    notices = Notice.objects.in_application().filter(kind=kind)
    return list(notices.order_by("pk").values_list("recipient", flat=True))


@pytest.mark.clause("BF-02")
def test_a_meeting_is_proposed_accepted_moved_and_cancelled(client, where, audit):
    client.force_login(where.auditor)
    assert client.post(url("meeting", audit), proposal()).url == url("audit", audit)
    meeting = AuditMeeting.objects.get()
    assert (meeting.starts_at, meeting.state, meeting.sequence) == (STARTS, "proposed", 0)
    assert told() == [where.worker.pk]

    client.force_login(where.worker)
    page = client.get(url("audit", audit))
    assert page.context["page"].next_step.label == "Accept this time"
    client.post(url("accept_meeting", audit))
    meeting.refresh_from_db()
    assert (meeting.state, meeting.sequence) == ("accepted", 1)
    assert told() == [where.worker.pk, where.auditor.pk]

    client.post(url("meeting", audit), proposal(time="10:00"))
    meeting.refresh_from_db()
    assert (meeting.state, meeting.proposed_by, meeting.sequence) == ("proposed", where.worker, 2)

    client.force_login(where.auditor)
    assert client.post(url("cancel_meeting", audit), {"reason": ""}).status_code == 422
    client.post(url("cancel_meeting", audit), {"reason": "The family is in hospital."})
    meeting.refresh_from_db()
    assert (meeting.state, meeting.sequence) == ("cancelled", 3)
    assert told()[-1] == where.worker.pk


@pytest.mark.clause("BF-02")
def test_each_notice_says_when_and_a_cancellation_why(where, audit, held):
    meeting = propose(where, audit, held)
    workflow.accept_meeting(meeting=meeting, by=where.worker, now=held)
    workflow.cancel_meeting(meeting=meeting, reason="The family is in hospital.", by=where.worker, now=held)
    notices = Notice.objects.in_application().filter(kind="meeting")
    proposed, accepted, cancelled = notices.order_by("pk")
    when = "17 November 2026, 2:30pm (90 minutes)"
    assert f"{where.auditor} proposes {when}." in proposed.body
    assert f"{where.worker} accepts {when}." in accepted.body
    assert cancelled.body.endswith("and says why.")
    assert cancelled.quote == "The family is in hospital."
    assert "LOCATION" not in cancelled.calendar, "the place is in people's own words"


@pytest.mark.clause("BF-02")
def test_the_calendar_file_reaches_both_by_e_mail_and_follows_every_change(
    where, audit, held, mailoutbox, settings
):
    settings.SITE_URL = "https://quality.northmoor.example"
    meeting = propose(where, audit, held)
    workflow.accept_meeting(meeting=meeting, by=where.worker, now=held)
    meeting = propose(where, audit, held, by=where.worker, starts_at=STARTS + timedelta(hours=1))
    workflow.cancel_meeting(meeting=meeting, reason="The family is in hospital.", by=where.auditor, now=held)
    deliver(now=held)
    files = defaultdict(list)
    for mail in (one for one in mailoutbox if one.attachments):
        (attachment,) = mail.attachments
        calendar = Calendar.from_ical(attachment.content)
        (event,) = calendar.walk("VEVENT")
        assert attachment.mimetype == f"text/calendar; method={calendar['method']}"
        assert str(event["uid"]) == f"audit-meeting-{meeting.pk}@quality.northmoor.example"
        assert fresh(audit).assignment.case.child_ref not in attachment.content
        assert {str(one) for one in event["attendee"]} == {
            f"mailto:{where.auditor.email}",
            f"mailto:{where.worker.email}",
        }
        about = (int(event["sequence"]), str(calendar["method"]), str(event["status"]))
        files[mail.to[0]].append((*about, event.decoded("dtstart")))
    expected = [
        (0, "REQUEST", "TENTATIVE", STARTS),
        (1, "REQUEST", "CONFIRMED", STARTS),
        (2, "REQUEST", "TENTATIVE", STARTS + timedelta(hours=1)),
        (3, "CANCEL", "CANCELLED", STARTS + timedelta(hours=1)),
    ]
    assert {reader: sorted(found) for reader, found in files.items()} == {
        where.auditor.email: expected,
        where.worker.email: expected,
    }


@pytest.mark.clause("BF-02")
def test_the_calendar_says_who_has_agreed_and_asks_for_no_answer_by_mail(where, audit, held):
    meeting = propose(where, audit, held)

    def answers():
        calendar = Calendar.from_ical(calendar_file(meeting, address="/audits/1/", now=held))
        (event,) = calendar.walk("VEVENT")
        assert str(event["organizer"]).startswith("mailto:")
        assert {one.params["RSVP"] for one in event["attendee"]} == {"FALSE"}
        return {str(one).removeprefix("mailto:"): one.params["PARTSTAT"] for one in event["attendee"]}

    assert answers() == {where.auditor.email: "ACCEPTED", where.worker.email: "NEEDS-ACTION"}
    workflow.accept_meeting(meeting=meeting, by=where.worker, now=held)
    assert set(answers().values()) == {"ACCEPTED"}


@pytest.mark.clause("BF-01")
def test_work_that_was_given_out_ahead_says_when_its_time_begins(client, where, audit):
    client.force_login(where.auditor)
    Assignment.objects.filter(pk=audit.assignment_id).update(allocated_on=date(2026, 12, 1))
    first = client.get(url("audit", audit)).context["page"].path[0]
    assert (first.label, first.detail) == ("Allocated", "time begins 1 Dec 2026")


@pytest.mark.clause("BF-16")
def test_whoever_has_to_answer_a_proposal_holds_the_audit(client, where, audit, held):
    client.force_login(where.auditor)

    def holder():
        path = {step.label: step.detail for step in client.get(url("audit", audit)).context["page"].path}
        return path["Meeting agreed"]

    propose(where, audit, held)
    assert holder() == f"proposed for 17 Nov 2026, with {where.worker}"
    propose(where, audit, held, by=where.worker)
    assert holder() == f"proposed for 17 Nov 2026, with {where.auditor}"


def test_all_that_is_wrong_with_a_proposal_is_said_at_once_and_at_its_field(client, where, audit):
    client.force_login(where.auditor)
    page = client.post(
        url("meeting", audit), {"day": "2026-11-09", "time": "25", "minutes": "5", "place": ""}
    )
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"day", "time", "minutes", "place"}
    assert page.context["form"].errors["day"] == ["This day has passed. Give a day from today on."]


@pytest.mark.clause("BF-02")
def test_both_put_the_same_entry_into_their_calendars(client, where, audit, held):
    meeting = propose(where, audit, held)
    entries = []
    for user in (where.auditor, where.worker):
        client.force_login(user)
        response = client.get(url("calendar", audit))
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        entries.append(Calendar.from_ical(response.content).walk("VEVENT")[0])
    first, second = entries
    assert first["uid"] == second["uid"]
    assert first.decoded("dtstart") == STARTS
    assert first.decoded("dtend") == STARTS + timedelta(minutes=90)
    assert (first["status"], first["sequence"], first["location"]) == ("TENTATIVE", 0, "Room 4")
    assert audit.assignment.case.initials not in str(first["summary"]).split()
    workflow.accept_meeting(meeting=meeting, by=where.worker, now=held)
    workflow.cancel_meeting(meeting=meeting, reason="Illness", by=where.worker, now=held)
    calendar = Calendar.from_ical(client.get(url("calendar", audit)).content)
    event = calendar.walk("VEVENT")[0]
    assert (str(calendar["method"]), event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 2)
    assert event["uid"] == first["uid"]


@pytest.mark.clause("BF-02")
def test_both_are_reminded_once_in_the_day_before(where, audit, held):
    meeting = propose(where, audit, held)
    assert workflow.remind_of_meetings(now=STARTS - timedelta(hours=25)) == 0
    eve = STARTS - timedelta(hours=20)
    assert workflow.remind_of_meetings(now=eve) == 2
    assert workflow.remind_of_meetings(now=eve) == 0
    assert set(told("meeting_reminder")) == {where.auditor.pk, where.worker.pk}
    workflow.accept_meeting(meeting=meeting, by=where.worker, now=eve)
    assert workflow.remind_of_meetings(now=eve) == 2  # an agreed time is another thing than a proposed one
    workflow.cancel_meeting(meeting=meeting, reason="Illness", by=where.worker, now=eve)
    assert workflow.remind_of_meetings(now=eve) == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"day": "2026-11-09"}, "This day has passed."),
        ({"day": "2026-11-10", "time": "06:00"}, "would be in the past"),
        ({"day": "soon"}, "Enter a day, such as 10/12/2026."),
        ({"time": "half two"}, "Enter a time, such as 14:00."),
        ({"minutes": "5"}, "between 15 minutes and 8 hours"),
        ({"minutes": "long"}, "Enter a whole number of minutes"),
        ({"place": ""}, "Fill in ‘Where’"),
    ],
)
def test_a_wrong_proposal_is_refused_in_words_and_keeps_what_was_typed(client, where, audit, changes, words):
    client.force_login(where.auditor)
    page = client.post(url("meeting", audit), proposal(**{"place": "Room 4", **changes}))
    assert page.status_code == 422
    assert words in text_of(page)
    assert not AuditMeeting.objects.exists()


def test_a_summer_time_is_the_time_on_the_wall(client, where, audit):
    client.force_login(where.auditor)
    client.post(url("meeting", audit), proposal(day="2027-04-06", time="09:00"))
    assert AuditMeeting.objects.get().starts_at == datetime(2027, 4, 6, 8, 0, tzinfo=UTC)


def test_nobody_accepts_their_own_proposal(client, where, audit, held):
    meeting = propose(where, audit, held)
    with pytest.raises(Refused, match="the other person has to accept"):
        workflow.accept_meeting(meeting=meeting, by=where.auditor, now=held)
    client.force_login(where.auditor)
    page = client.post(url("accept_meeting", audit), follow=True)
    assert "the other person has to accept" in text_of(page)


def test_a_time_that_has_just_moved_is_not_accepted(where, audit, held):
    stale = propose(where, audit, held)
    propose(where, audit, held, starts_at=STARTS + timedelta(days=1))
    with pytest.raises(SomebodyElseWasFirst):
        workflow.accept_meeting(meeting=stale, by=where.worker, now=held)


def test_only_the_two_people_arrange_the_meeting(client, where, authority, audit, held):
    propose(where, audit, held)
    for user in (authority.qa_officer, authority.team_manager, authority.outsider):
        client.force_login(user)
        for name in ("meeting", "cancel_meeting", "calendar"):
            assert client.get(url(name, audit)).status_code == 404
        assert client.post(url("accept_meeting", audit)).status_code == 404


def test_without_a_meeting_there_is_nothing_to_accept(client, where, audit):
    client.force_login(where.worker)
    assert client.post(url("accept_meeting", audit)).status_code == 404
    assert client.get(url("calendar", audit)).status_code == 404


def test_a_submitted_audit_needs_no_meeting(client, where, held):
    audit = submitted_audit(where, held)
    client.force_login(where.auditor)
    assert client.get(url("meeting", audit)).url == url("audit", audit)
    with pytest.raises(Refused, match="not open"):
        propose(where, audit, held)


def agreed(where, audit, held):
    meeting = propose(where, audit, held)
    return workflow.accept_meeting(meeting=meeting, by=where.worker, now=held)


@pytest.mark.clause("BF-02")
def test_the_meeting_of_a_withdrawn_audit_leaves_both_calendars(where, audit, held):
    meeting = agreed(where, audit, held)
    Notice.objects.all().delete()
    allocation.withdraw(
        assignment=fresh(audit).assignment, reason="The child has moved away.", by=where.auditor, now=held
    )
    assert workflow.open_due_work(now=held).called_off == 1
    assert workflow.open_due_work(now=held).called_off == 0
    meeting.refresh_from_db()
    assert (meeting.state, meeting.sequence) == ("cancelled", 2)
    notices = Notice.objects.filter(kind="meeting")
    assert {one.recipient for one in notices} == {where.auditor, where.worker}
    assert all("METHOD:CANCEL" in one.calendar for one in notices)
    assert all("because the audit is not owed any more" in one.body for one in notices)


def test_a_meeting_that_was_held_is_not_called_off(where, audit, held):
    meeting = agreed(where, audit, held)
    allocation.withdraw(assignment=fresh(audit).assignment, reason="Moved away.", by=where.auditor, now=held)
    assert workflow.call_off_needless_meetings(now=STARTS + timedelta(minutes=1)) == 0
    meeting.refresh_from_db()
    assert meeting.state == "accepted"
