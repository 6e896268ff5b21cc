"""E-mails that come back are found on the list of what reached nobody, by SMTP and by GOV.UK Notify."""

import io
import json
import sys
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from qaframework.notices.models import Notice
from qaframework.notices.returned import Returned, read_report
from qaframework.notices.workflow import Delivered, deliver, write_notices
from tests.factories.people import UserFactory
from tests.notices.test_outbox import draft

pytestmark = pytest.mark.django_db

# As a mail server writes it (RFC 3464).
REPORT = """From: MAILER-DAEMON@mail.example
To: bounces@northmoor.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; gone@northmoor.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such
    mailbox here

--b
Content-Type: {kind}

Message-ID: <notice-{notice}@quality.northmoor.example>
Subject: Learning space due

--b--
"""


def report(notice=7, action="failed", status="5.1.1", kind="text/rfc822-headers") -> bytes:
    return REPORT.format(notice=notice, action=action, status=status, kind=kind).encode()


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_report_names_the_notice_and_the_reason(kind):
    assert read_report(report(kind=kind)) == Returned(7, "550 5.1.1 no such mailbox here")


@pytest.mark.parametrize(
    "content",
    [
        report(action="delayed", status="4.4.1"),
        report().replace(b"<notice-7@", b"<newsletter-7@"),
        b"Subject: Out of office\n\nI am away until Monday.",
        b"",
    ],
    ids=["delayed", "not ours", "a person's answer", "nothing"],
)
def test_anything_else_is_no_report(content):
    assert read_report(content) is None


def hand_over(monkeypatch, content: bytes, *options: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    call_command("note_returned", "-", *options)


def test_what_came_back_is_on_the_list_with_its_reason(monkeypatch, now, capsys):
    write_notices([draft(UserFactory())], now=now)
    deliver(now=now)
    notice = Notice.objects.get()
    hand_over(monkeypatch, report(notice.pk), "--dry-run")
    assert not Notice.objects.failed().exists()
    hand_over(monkeypatch, report(notice.pk))
    failed = Notice.objects.failed().get()
    assert failed.last_error == "It came back: 550 5.1.1 no such mailbox here"
    assert failed.delivered == "E-mailed 10 November 2026, 10am, but it came back"
    hand_over(monkeypatch, report(notice.pk))
    hand_over(monkeypatch, b"Subject: hello\n\n")
    said = capsys.readouterr().out
    assert "was not sent from here, or this is known" in said
    assert "This is no report" in said
    assert deliver(now=now).sent == 0


def test_a_mail_server_sends_what_comes_back_to_its_own_address(settings, now):
    settings.BOUNCE_ADDRESS = "bounces@northmoor.example"
    write_notices([draft(UserFactory())], now=now)
    deliver(now=now)
    (message,) = mail.outbox
    assert message.from_email == "bounces@northmoor.example"
    assert message.message()["From"] == settings.DEFAULT_FROM_EMAIL


class Notify(BaseHTTPRequestHandler):
    """As much of GOV.UK Notify as an e-mail meets."""

    status = 201
    taken: list[dict] = []  # noqa: RUF012  emptied before each test

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.status == 201:
            self.taken.append({**sent, "path": self.path, "token": self.headers["Authorization"]})
        self.send_response(self.status)
        self.end_headers()
        said = (
            {"id": "1"}
            if self.status == 201
            else {"errors": [{"error": "BadRequestError", "message": "Not on your team"}]}
        )
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *args: object) -> None:
        """Nothing on the screen of whoever runs the tests."""


@pytest.fixture
def notify(settings):
    Notify.status, Notify.taken = 201, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Notify)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.EMAIL_BACKEND = "qaframework.notices.notify.NotifyBackend"
    settings.NOTIFY_BASE_URL = f"http://127.0.0.1:{server.server_port}"
    settings.NOTIFY_API_KEY = (
        "quality-8b3c5a1e-0000-4000-8000-000000000000-8b3c5a1e-0000-4000-8000-000000000001"
    )
    settings.NOTIFY_TEMPLATE_ID = "8b3c5a1e-0000-4000-8000-000000000002"
    yield Notify
    server.shutdown()
    server.server_close()
    thread.join()


def test_notify_gets_address_words_and_reference(notify, now):
    user = UserFactory()
    write_notices([draft(user)], now=now)
    assert deliver(now=now) == Delivered(1, 0, 0)
    (taken,) = notify.taken
    assert taken["path"] == "/v2/notifications/email"
    assert taken["email_address"] == user.email
    assert taken["personalisation"]["subject"] == "Learning space due"
    assert "It is due." in taken["personalisation"]["body"]
    assert taken["reference"].startswith(f"<notice-{Notice.objects.get().pk}@")
    assert taken["token"].startswith("Bearer ")


def test_what_notify_refuses_is_tried_again_and_then_on_the_list(notify, now):
    notify.status = 400
    write_notices([draft(UserFactory())], now=now)
    Notice.objects.update(attempts=3)
    assert deliver(now=now) == Delivered(0, 1, 0)
    assert Notice.objects.failed().get().last_error == "GOV.UK Notify answered 400: Not on your team"


def test_while_notify_cannot_work_no_attempt_is_used_up(notify, now, settings):
    write_notices([draft(UserFactory()), draft(UserFactory(), "b")], now=now)
    for minute, status in enumerate((500, 503, 403, 429)):
        notify.status = status
        stopped = deliver(now=now + timedelta(minutes=minute))
        assert (stopped.sent, stopped.failed, stopped.waiting) == (0, 0, 2)
        assert str(status) in stopped.trouble
    settings.NOTIFY_BASE_URL = "http://127.0.0.1:9"  # nobody listens there
    assert "Request failed" in deliver(now=now + timedelta(minutes=9)).trouble
    assert set(Notice.objects.values_list("attempts", flat=True)) == {0}


def receipt(client, reference, status="permanent-failure", token="agreed"):
    return client.post(
        reverse("notices:receipt"),
        {"id": "1", "reference": reference, "status": status},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def test_notify_says_what_came_back(client, now, settings):
    settings.NOTIFY_CALLBACK_TOKEN = "agreed"
    write_notices([draft(UserFactory())], now=now)
    deliver(now=now)
    reference = f"<notice-{Notice.objects.get().pk}@quality.northmoor.example>"
    assert receipt(client, reference, "delivered").status_code == 204
    assert receipt(client, reference, token="guessed").status_code == 404
    assert not Notice.objects.failed().exists()
    assert receipt(client, "nonsense").status_code == 400
    assert (
        client.post(
            reverse("notices:receipt"),
            "[]",
            content_type="application/json",
            headers={"Authorization": "Bearer agreed"},
        ).status_code
        == 400
    )
    assert receipt(client, reference).status_code == 204
    assert "no such mailbox" in Notice.objects.failed().get().last_error


def test_without_an_agreed_token_there_is_no_such_page(client, settings):
    settings.NOTIFY_CALLBACK_TOKEN = ""
    assert receipt(client, "<notice-1@x>", token="").status_code == 404
