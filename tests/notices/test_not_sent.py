"""What could not be sent stays with the administrators until they try again or close it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from qaframework.notices.models import Notice
from qaframework.notices.workflow import (
    NoticeDraft,
    deliver,
    note_returned,
    try_again,
    write_letter,
)
from qaframework.people.refusal import Refused
from tests.factories.authority import small_authority
from tests.factories.people import UserFactory
from tests.notices.test_delivery import Server, server, write

__all__ = ["server"]

pytestmark = pytest.mark.django_db


def refuse(now, *users, **changes) -> None:
    """One e-mail to each of them that was tried for the last time."""
    Server.refused = {user.email for user in users}
    write(now, *users, **changes)
    Notice.objects.queued().update(attempts=3)
    deliver(now=now)
    Server.refused = set()


def test_an_administrator_sees_what_could_not_be_sent_but_not_what_it_says(server, client, now):
    authority = small_authority()
    refuse(now, authority.practitioner, subject="Secret subject", body="Secret body", is_urgent=True)
    for user, status in ((authority.admin, 200), (authority.qa_manager, 403), (authority.practitioner, 403)):
        client.force_login(user)
        assert client.get(reverse("notices:failed")).status_code == status
    client.force_login(authority.admin)
    text = client.get(reverse("notices:failed")).content.decode()
    assert authority.practitioner.email in text
    assert f"Reminder, to {authority.practitioner.full_name}" in text
    assert "Urgent" in text
    assert "no such mailbox" in text
    assert "Secret" not in text
    client.post(reverse("notices:retry", args=[Notice.objects.get().pk]))
    assert deliver(now=timezone.now()).sent == 1


def test_after_a_fault_is_mended_all_are_sent_with_one_press(server, client, now):  # noqa: F811
    refuse(now, UserFactory(), UserFactory())
    client.force_login(small_authority().admin)
    page = client.post(reverse("notices:retry_all"), follow=True)
    assert "2 e-mails will be sent again" in page.content.decode()
    assert deliver(now=timezone.now()).sent == 2


def test_what_an_administrator_closes_is_kept_with_who_and_when(server, client, now):  # noqa: F811
    admin, reader = small_authority().admin, UserFactory()
    refuse(now, reader)
    notice = Notice.objects.get()
    client.force_login(admin)
    page = client.post(reverse("notices:close", args=[notice.pk]), follow=True)
    assert "Nothing is stuck" in page.content.decode()
    closed = client.get(reverse("notices:failed"), {"show": "closed"}).content.decode()
    assert reader.email in closed
    assert f"Closed by {admin.full_name}" in closed
    assert "Try again" not in closed
    assert client.post(reverse("notices:retry", args=[notice.pk])).status_code == 404
    assert deliver(now=now + timedelta(days=1)).sent == 0
    client.force_login(reader)
    assert "Could not be e-mailed" in client.get(reverse("notices:inbox")).content.decode()


def test_a_link_for_signing_in_that_came_back_is_not_sent_again_empty(server, client, now):  # noqa: F811
    reader = UserFactory()
    write_letter(
        NoticeDraft(reader.pk, "account", "one", "Choose a new password", "Follow the link"), now=now
    )
    deliver(now=now)
    letter = Notice.objects.get()
    note_returned(notice_id=letter.pk, reason="no such mailbox", now=now)
    with pytest.raises(Refused, match="not kept"):
        try_again(notice=Notice.objects.get(), now=now)
    client.force_login(small_authority().admin)
    page = client.get(reverse("notices:failed")).content.decode()
    assert "About signing in" in page
    assert "The person can ask for a new one" in page
    assert reverse("notices:retry", args=[letter.pk]) not in page
    told = client.post(reverse("notices:retry", args=[letter.pk]), follow=True)
    assert "had a link that is not kept" in told.content.decode()
    client.post(reverse("notices:retry_all"))
    deliver(now=timezone.now())
    assert len(mail.outbox) == 1


def test_an_invitation_to_oneself_is_sent_again_whole(server, now):  # noqa: F811
    calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    letter = NoticeDraft(
        UserFactory().pk, "meeting", "one", "Meeting", "You meet on Monday.", calendar=calendar
    )
    write_letter(letter, now=now)
    deliver(now=now)
    note_returned(notice_id=Notice.objects.get().pk, reason="mailbox full", now=now)
    try_again(notice=Notice.objects.get(), now=now)
    deliver(now=now)
    assert "You meet on Monday." in mail.outbox[1].body
