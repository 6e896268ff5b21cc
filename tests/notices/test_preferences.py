"""People choose when e-mails come; what cannot wait does not."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from qaframework.caseload.models import Case
from qaframework.notices.models import Notice, NoticePreference
from qaframework.notices.workflow import choose_delivery, deliver, write_notices
from qaframework.people.refusal import Refused
from qaframework.rules.quiet_hours import QuietHours
from qaframework.rules.working_days import LONDON
from tests.factories.caseload import CaseFactory
from tests.factories.people import UserFactory
from tests.notices.test_delivery import Server, server  # noqa: F401  the fixture
from tests.notices.test_outbox import draft

pytestmark = pytest.mark.django_db

NIGHT = QuietHours(time(19), time(7))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=LONDON)


def prefers(user, digest_at=None, quiet=QuietHours()):  # noqa: B008  never changed
    return choose_delivery(user=user, digest_at=digest_at, quiet=quiet, by=user, now=at(1, 9))


@pytest.fixture
def reader():
    user = UserFactory()
    prefers(user, time(8))
    return user


def test_a_digest_brings_a_days_notices_in_one_e_mail(reader):
    other = UserFactory()
    write_notices([draft(reader, "a", subject="First"), draft(other, "o", subject="Other")], now=at(1, 10))
    write_notices([draft(reader, "b", subject="Second", url="/work/2/")], now=at(1, 17))
    assert deliver(now=at(1, 18)).sent == 1
    assert deliver(now=at(2, 7, 59)).sent == 0
    write_notices([draft(reader, "c", subject="Third")], now=at(2, 8, 1))
    assert deliver(now=at(2, 8, 1)).sent == 1
    digest = mail.outbox[-1]
    assert (digest.to, digest.subject) == ([reader.email], "2 notices for you")
    assert digest.body.index("First") < digest.body.index("Second")
    assert "Third" not in digest.body
    assert "/work/2/" in digest.body
    assert "/work/2/" in digest.alternatives[0].content
    assert deliver(now=at(2, 12)).sent == 0
    assert deliver(now=at(3, 8)).sent == 1
    assert "Third" in mail.outbox[-1].body


def test_after_three_days_of_silence_there_is_one_digest(reader):
    for day in (1, 2, 3):
        write_notices([draft(reader, f"d{day}")], now=at(day, 12))
    assert deliver(now=at(4, 15)).sent == 1
    assert mail.outbox[0].subject == "3 notices for you"
    assert deliver(now=at(4, 16)).sent == 0


def test_what_is_written_after_its_digest_left_waits_for_the_next(reader):
    write_notices([draft(reader, "a")], now=at(1, 12))
    deliver(now=at(2, 8))
    write_notices([draft(reader, "late")], now=at(2, 7, 59))  # its transaction ended after the digest left
    assert deliver(now=at(2, 8, 1)).sent == 0
    assert Notice.objects.held().get().dedupe_key == "late"
    assert deliver(now=at(3, 8)).sent == 1
    assert mail.outbox[-1].subject == "One notice for you"


def test_what_is_urgent_and_an_invitation_do_not_wait_for_the_digest(reader):
    calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    write_notices([draft(reader, "u", is_urgent=True), draft(reader, "i", calendar=calendar)], now=at(1, 10))
    assert deliver(now=at(1, 10)).sent == 2


def test_quiet_hours_hold_what_is_not_urgent(reader):
    prefers(reader, quiet=NIGHT)
    write_notices([draft(reader, "a"), draft(reader, "u", is_urgent=True)], now=at(1, 22))
    assert deliver(now=at(1, 22)).sent == 1
    assert Notice.objects.get(dedupe_key="a").attempts == 0
    assert Notice.objects.get(dedupe_key="a").delivered == "To be e-mailed 2 December 2026, 7am"
    assert deliver(now=at(2, 6, 59)).sent == 0
    assert deliver(now=at(2, 7)).sent == 1


def test_what_could_not_leave_by_day_does_not_leave_by_night(reader, server):  # noqa: F811
    prefers(reader, quiet=NIGHT)
    write_notices([draft(reader, "a")], now=at(1, 18))
    Server.is_down = True
    assert deliver(now=at(1, 18)).sent == 0
    Server.is_down = False
    assert deliver(now=at(1, 23)).sent == 0
    assert deliver(now=at(2, 7)).sent == 1


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        (datetime(2026, 10, 24, 21, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),
        (datetime(2027, 3, 27, 22, 0, tzinfo=UTC), datetime(2027, 3, 28, 6, 0, tzinfo=UTC)),
    ],
    ids=["autumn", "spring"],
)
def test_the_night_in_which_the_clock_changes_ends_at_seven_on_the_wall(reader, evening, morning):
    prefers(reader, quiet=NIGHT)
    write_notices([draft(reader, "a"), draft(reader, "u", is_urgent=True)], now=evening)
    assert deliver(now=evening).sent == 1
    assert deliver(now=morning - timedelta(minutes=1)).sent == 0
    assert deliver(now=morning).sent == 1


def test_a_digest_in_quiet_hours_comes_at_their_end(reader):
    prefers(reader, time(6), NIGHT)
    write_notices([draft(reader, "a")], now=at(1, 12))
    assert deliver(now=at(2, 6, 30)).sent == 0
    assert deliver(now=at(2, 7)).sent == 1


def test_who_wants_no_digest_any_more_gets_what_was_held(reader):
    write_notices([draft(reader, "a")], now=at(1, 12))
    prefers(reader)
    assert deliver(now=at(1, 13)).sent == 1
    assert NoticePreference.history.count() == 2


def test_a_digest_withholds_only_what_names_a_case_restricted_since(reader):
    case = CaseFactory()
    write_notices([draft(reader, "a", subject=f"Case {case.child_ref}", case_ids=[case.pk])], now=at(1, 12))
    write_notices([draft(reader, "b", subject="Nothing secret")], now=at(1, 13))
    Case.objects.update(is_restricted=True, restriction_reason="Related to a member of staff")
    deliver(now=at(2, 8))
    assert case.child_ref not in mail.outbox[0].body
    assert "Nothing secret" in mail.outbox[0].body


def test_nobody_chooses_for_somebody_else(reader):
    with pytest.raises(Refused, match="themselves"):
        choose_delivery(user=reader, digest_at=None, quiet=NIGHT, by=UserFactory(), now=at(1, 9))


def test_one_chooses_in_the_browser_and_reads_when_a_notice_was_sent(client, server):  # noqa: F811
    user = UserFactory()
    client.force_login(user)
    address = reverse("notices:preferences")
    page = client.post(address, {"digest_at": "08:00:00", "quiet_from": "19:00:00", "quiet_until": "none"})
    assert page.status_code == 422
    assert "Say until when no e-mails are to come." in page.content.decode()
    page = client.post(
        address, {"digest_at": "08:00:00", "quiet_from": "19:00:00", "quiet_until": "07:00:00"}
    )
    assert page.status_code == 302
    assert '<option value="08:00:00" selected>8am</option>' in client.get(address).content.decode()
    now = timezone.now()
    write_notices([draft(user, "a")], now=now)
    inbox = reverse("notices:inbox")
    assert "Comes by e-mail in the next daily digest" in client.get(inbox).content.decode()
    tomorrow = now + timedelta(days=1, hours=12)
    assert deliver(now=tomorrow.astimezone(LONDON).replace(hour=9)).sent == 1
    assert "E-mailed in a daily digest" in client.get(inbox).content.decode()
    write_notices([draft(user, "u", is_urgent=True)], now=now)
    assert "E-mail waiting to be sent" in client.get(inbox).content.decode()
    server.refused = {user.email}
    Notice.objects.filter(dedupe_key="u").update(attempts=3)
    deliver(now=now)
    assert "Could not be e-mailed" in client.get(inbox).content.decode()
