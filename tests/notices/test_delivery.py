"""E-mails leave once, are tried again after trouble, and one bad mailbox delays nobody."""

import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone

from qaframework.caseload.models import Case
from qaframework.notices.email import in_words
from qaframework.notices.lease import only_sender
from qaframework.notices.models import Notice, SenderLease
from qaframework.notices.workflow import Delivered, deliver, sending, write_notices
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.people import UserFactory
from tests.notices.test_outbox import draft

pytestmark = pytest.mark.django_db


class Server(EmailBackend):
    """A mail server that can be down, or refuse a mailbox."""

    is_down = False
    refused: set[str] = set()
    opened = 0

    def open(self) -> bool:
        type(self).opened += 1
        if self.is_down:
            raise ConnectionRefusedError("nobody answers")
        return True

    def send_messages(self, messages) -> int:
        for message in messages:
            if message.to[0] in self.refused:
                raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"no such mailbox")})
        return super().send_messages(messages)


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    Server.is_down, Server.refused, Server.opened = False, set(), 0
    return Server


def write(now, *users, **changes):
    for number, user in enumerate(users):
        write_notices([draft(user, f"{user.pk}-{number}", **changes)], now=now)


def test_what_waits_is_sent_once(server, now):
    write(now, UserFactory(), UserFactory())
    assert deliver(now=now) == Delivered(2, 0, 0)
    assert deliver(now=now + timedelta(minutes=5)) == Delivered(0, 0, 0)
    assert len(mail.outbox) == 2
    assert set(Notice.objects.values_list("delivery", "sent_at", "attempts")) == {("sent", now, 1)}


def test_more_than_one_batch_is_sent_in_a_run(server, now, monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 2)
    write(now, *(UserFactory() for _ in range(5)))
    assert deliver(now=now).sent == 5


def test_the_mail_is_plain_text_and_html_with_an_absolute_address(server, now, settings):
    settings.SITE_URL = "https://quality.northmoor.example"
    user = UserFactory(email="amira@northmoor.example")
    write(now, user, subject="Late: case N1 & co", body="It's <late>.", url="/work/7/")
    deliver(now=now)
    (message,) = mail.outbox
    html = message.alternatives[0].content
    assert message.to == ["amira@northmoor.example"]
    assert message.subject == "Late: case N1 & co"
    assert "It's <late>." in message.body
    assert "https://quality.northmoor.example/work/7/" in message.body
    assert "It&#x27;s &lt;late&gt;." in html
    assert 'href="https://quality.northmoor.example/work/7/"' in html


def test_a_repeat_can_be_recognised_by_its_message_id(server, now):
    user = UserFactory()
    write(now, user)
    deliver(now=now)
    Notice.objects.update(delivery="queued", sent_at=None)  # as if killed before noting that it was sent
    deliver(now=now + timedelta(minutes=2))
    first, second = (message.extra_headers["Message-ID"] for message in mail.outbox)
    assert first == second == f"<notice-{Notice.objects.get().pk}@127.0.0.1>"


def test_a_bad_mailbox_is_tried_four_times_and_delays_nobody(server, now):
    bad, good = UserFactory(email="gone@northmoor.example"), UserFactory()
    server.refused = {bad.email}
    write(now, bad, good)
    assert deliver(now=now) == Delivered(1, 1, 1)
    assert deliver(now=now + timedelta(seconds=59)) == Delivered(0, 0, 1)
    tries = [now + timedelta(minutes=minutes) for minutes in (1, 6, 36)]
    assert [deliver(now=at).failed for at in tries] == [1, 1, 1]
    assert deliver(now=now + timedelta(days=1)) == Delivered(0, 0, 0)
    failed = Notice.objects.failed().get()
    assert (failed.recipient, failed.attempts) == (bad, 4)
    assert failed.last_error == "The mail server refused the address: 550 no such mailbox"


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (smtplib.SMTPDataError(452, b"disk full"), "The mail server refused it: 452 disk full"),
        (
            ConnectionRefusedError(111, "Connection refused"),
            "The mail server cannot be reached: Connection refused",
        ),
        (ValueError("no address"), "ValueError: no address"),
    ],
)
def test_administrators_read_what_went_wrong(trouble, words):
    assert in_words(trouble) == words


def test_a_mailbox_that_works_again_gets_its_mail(server, now):
    user = UserFactory()
    server.refused = {user.email}
    write(now, user)
    deliver(now=now)
    server.refused = set()
    assert deliver(now=now + timedelta(minutes=1)).sent == 1
    assert Notice.objects.get().last_error == ""


def test_while_the_server_is_down_nothing_is_lost_and_no_attempt_is_used_up(server, now):
    write(now, UserFactory(), UserFactory())
    server.is_down = True
    for minute in range(60):
        stopped = deliver(now=now + timedelta(minutes=minute))
        assert stopped == Delivered(0, 0, 2, "ConnectionRefusedError: nobody answers")
    assert server.opened == 60
    server.is_down = False
    assert deliver(now=now + timedelta(minutes=60)).sent == 2


def test_a_run_stops_in_time_and_the_rest_waits(server, now, monkeypatch):
    monkeypatch.setattr(sending, "RUN_SECONDS", -1.0)
    write(now, UserFactory())
    assert deliver(now=now) == Delivered(0, 0, 1)


def test_who_has_left_gets_no_mail(server, now):
    gone = UserFactory(left_on=now.date() - timedelta(days=1))
    write(now, gone, UserFactory(is_active=False), UserFactory(left_on=now.date()))
    assert deliver(now=now) == Delivered(1, 0, 0)
    closed = Notice.objects.closed().get(recipient=gone)
    assert closed.last_error == f"{gone} has left, so no e-mail was sent."
    assert (closed.closed_at, closed.closed_by, closed.delivered) == (now, None, "Could not be e-mailed")
    assert not Notice.objects.failed().exists()


def test_two_senders_never_send_the_same_notice(server, now):
    write(now, UserFactory())
    notice = Notice.objects.get()
    assert sending._claim(Notice.objects.get(), now)
    assert not sending._claim(notice, now)


def test_a_sender_killed_in_its_last_attempt_leaves_the_notice_to_a_person(server, now):
    write(now, UserFactory())
    Notice.objects.update(attempts=4, next_attempt_at=now - timedelta(minutes=1))
    assert deliver(now=now) == Delivered(0, 0, 0)
    assert "interrupted" in Notice.objects.failed().get().last_error
    assert mail.outbox == []


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL has an advisory lock: next test")
def test_a_dead_sender_loses_its_lease(server, now):
    write(now, UserFactory())
    SenderLease.objects.create(name="notices", held_until=timezone.now() + timedelta(minutes=1))
    assert deliver(now=now) == Delivered(0, 0, 1)
    SenderLease.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert deliver(now=now) == Delivered(1, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_only_one_process_sends_at_a_time(server, now):
    write(now, UserFactory())
    with ThreadPoolExecutor(1) as thread, only_sender():
        assert thread.submit(_deliver_elsewhere, now).result() == 0
    assert deliver(now=now).sent == 1


def _deliver_elsewhere(now) -> int:
    """In a thread of its own, which has its own connection, as another process would."""
    try:
        return deliver(now=now).sent
    finally:
        connection.close()


def test_the_lease_is_given_back_also_after_trouble():
    with pytest.raises(ValueError, match="nonsense"), only_sender():
        int("nonsense")
    with only_sender() as is_ours:
        assert is_ours


def test_nobody_reads_of_a_case_that_was_restricted_before_the_mail_left(server, now):
    case, cleared, other = CaseFactory(), UserFactory(), UserFactory()
    write(now, cleared, other, subject=f"Act now: case {case.child_ref}", case_ids=[case.pk], url="/work/7/")
    Case.objects.update(is_restricted=True, restriction_reason="Related to a member of staff")
    CaseClearanceFactory(case=case, user=cleared)
    deliver(now=now)
    sent = {message.to[0]: message for message in mail.outbox}
    assert case.child_ref in sent[cleared.email].subject
    withheld = sent[other.email]
    assert withheld.subject == "About a restricted case"
    assert case.child_ref not in str(withheld.message())
    assert "/work/7/" not in str(withheld.message())
