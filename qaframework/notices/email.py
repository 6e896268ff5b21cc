"""A notice as an e-mail: plain text and simple HTML, with an address into the application."""

import re
import smtplib
from contextlib import suppress
from datetime import date
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from icalendar import Calendar

from qaframework.notices.access import withhold_restricted
from qaframework.notices.models import Notice

# What a mail server or an address can do to us: refusals and lost connections, time-outs and refused
# connections (OSError), addresses or texts that cannot be put into a message (ValueError).
MAIL_TROUBLE = (smtplib.SMTPException, OSError, ValueError)


MESSAGE_ID = re.compile(r"<notice-(\d+)@")


class MessageRefused(OSError):
    """One e-mail was not taken; the message says why, in words for an administrator."""


class ServerUnreachable(OSError):
    """Nothing can be sent now, through no fault of the message; it says why, as MessageRefused does."""


def email_for(notice: Notice, connection: BaseEmailBackend, on: date) -> EmailMultiAlternatives:
    """The message for one notice, for what its reader may know on that local day.

    Its Message-ID is always the same, so that a repeat, or a report that it came back, can be recognised.
    """
    carried = list(notice.digested.order_by("created_at", "pk")) if notice.is_letter else []
    withhold_restricted([notice, *carried], notice.recipient, on)
    context = {
        "notice": notice,
        "address": _address(notice),
        "inbox": f"{settings.SITE_URL}{reverse('notices:inbox')}",
        "carried": [{"notice": one, "address": _address(one)} for one in carried],
    }
    host = urlsplit(settings.SITE_URL).hostname
    message = EmailMultiAlternatives(
        subject=notice.subject,
        body=render_to_string("notices/email.txt", context),
        from_email=settings.BOUNCE_ADDRESS or settings.DEFAULT_FROM_EMAIL,
        to=[notice.recipient.email],
        connection=connection,
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "Message-ID": f"<notice-{notice.pk}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    if notice.calendar:
        method = Calendar.from_ical(notice.calendar)["method"]
        message.attach("invitation.ics", notice.calendar, f"text/calendar; method={method}")
    message.attach_alternative(render_to_string("notices/email.html", context), "text/html")
    return message


def _address(notice: Notice) -> str:
    return f"{settings.SITE_URL}{notice.url}" if notice.url else ""


def in_words(trouble: Exception) -> str:
    """What went wrong, for an administrator: what the mail server said, where it said something."""
    match trouble:
        case MessageRefused() | ServerUnreachable():
            return str(trouble)
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(trouble.recipients.values()))
            return f"The mail server refused the address: {code} {said.decode(errors='replace')}"
        case smtplib.SMTPResponseException():
            return f"The mail server refused it: {trouble.smtp_code} {_decoded(trouble.smtp_error)}"
        case OSError() if trouble.strerror:
            return f"The mail server cannot be reached: {trouble.strerror}"
    return f"{type(trouble).__name__}: {trouble}"


def _decoded(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said


def release(connection: BaseEmailBackend) -> None:
    """Close a connection that may be broken; the next message opens a new one."""
    with suppress(*MAIL_TROUBLE):
        connection.close()
