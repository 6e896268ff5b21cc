"""What people wrote is read in the application, and is in no part of an e-mail."""

from datetime import time, timedelta
from html import unescape

import pytest
from django.core import mail
from django.urls import reverse

from qaframework.caseload.models import Case
from qaframework.notices.models import Notice
from qaframework.notices.workflow import NoticeDraft, choose_delivery, deliver, write_notices
from qaframework.rules.quiet_hours import QuietHours
from tests.factories.caseload import CaseFactory
from tests.factories.people import UserFactory
from tests.free_words import words_that_leave

pytestmark = pytest.mark.django_db

OWN_WORDS = "Marker: the family moved to Elm Road"
PLACE_FOR_THEM = "What was written is not in this e-mail."


def told(user, key="a", **changes):
    values = {
        "kind": "meeting",
        "subject": "Audit meeting cancelled: case N1",
        "body": "Ann Example cancelled the meeting, and says why.",
        "url": "/audits/1/",
        "quote": OWN_WORDS,
    }
    return NoticeDraft(recipient_id=user.pk, dedupe_key=key, **{**values, **changes})


def every_part(message) -> list[str]:
    attached = [attachment[1] for attachment in message.attachments]
    parts = [message.subject, message.body, *(content for content, _ in message.alternatives), *attached]
    return [unescape(part) for part in parts]


@pytest.mark.parametrize("in_digest", [False, True])
def test_no_part_of_an_email_has_what_was_written_and_each_says_where_it_is(now, in_digest):
    user = UserFactory()
    if in_digest:
        choose_delivery(user=user, digest_at=time(16, 0), quiet=QuietHours(), by=user, now=now)
    write_notices([told(user), told(user, "b", quote="")], now=now)
    deliver(now=now + timedelta(days=1))
    assert len(mail.outbox) == (1 if in_digest else 2)
    assert not any("Marker" in part for message in mail.outbox for part in every_part(message))
    texts = [message.body for message in mail.outbox]
    pages = [unescape(message.alternatives[0][0]) for message in mail.outbox]
    assert "".join(texts).count(PLACE_FOR_THEM) == "".join(pages).count(PLACE_FOR_THEM) == 1
    assert reverse("notices:inbox") in "".join(texts)


def test_its_reader_finds_it_among_their_notices_and_nobody_else_does(client, now):
    user, other = UserFactory(), UserFactory()
    write_notices([told(user)], now=now)
    for person, finds in ((user, True), (other, False)):
        client.force_login(person)
        assert (OWN_WORDS in client.get(reverse("notices:inbox")).content.decode()) is finds


def test_it_is_withheld_with_the_rest_when_the_case_is_restricted(client, now):
    user, case = UserFactory(), CaseFactory()
    write_notices([told(user, case_ids=[case.pk])], now=now)
    Case.objects.filter(pk=case.pk).update(is_restricted=True, restriction_reason="Family of staff")
    client.force_login(user)
    shown = client.get(reverse("notices:inbox")).content.decode()
    assert "About a restricted case" in shown
    assert "Marker" not in shown


@pytest.mark.parametrize("part", ["subject", "body", "calendar"])
def test_own_words_in_a_message_are_found(now, part):
    write_notices([told(UserFactory())], now=now)
    assert words_that_leave() == []
    Notice.objects.update(**{part: f"Cancelled. {OWN_WORDS}"})
    assert words_that_leave() == [
        f"Notice of the kind meeting has the words of notices.Notice.quote: {OWN_WORDS}"
    ]
