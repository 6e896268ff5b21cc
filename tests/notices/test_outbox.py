"""Notices are written once, and read by nobody but the person they are for."""

from datetime import timedelta

import pytest
from django.urls import reverse

from qaframework.caseload.models import Case
from qaframework.notices.models import Notice, NoticeCase
from qaframework.notices.workflow import NoticeDraft, mark_read, write_notices
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def draft(user, key="a", **changes):
    values = {"kind": "reminder", "subject": "Learning space due", "body": "It is due.", "url": "/work/1/"}
    return NoticeDraft(recipient_id=user.pk, dedupe_key=key, **{**values, **changes})


def test_the_same_event_for_the_same_person_is_one_notice(now):
    user = UserFactory()
    assert write_notices([draft(user), draft(user, "b"), draft(user)], now=now) == 2
    assert write_notices([draft(user), draft(user, "c")], now=now + timedelta(hours=1)) == 1
    assert Notice.objects.count() == 3
    assert Notice.objects.get(dedupe_key="a").created_at == now


def test_any_number_of_notices_and_of_their_cases_is_written_in_few_statements(
    now, django_assert_num_queries
):
    user, case = UserFactory(), CaseFactory()
    drafts = [draft(user, f"k{number}", case_ids=[case.pk, None]) for number in range(1500)]
    with django_assert_num_queries(5):  # savepoint, who prefers a digest, both, release
        assert write_notices(drafts, now=now) == 1500
    assert write_notices(drafts, now=now) == 0
    assert NoticeCase.objects.filter(case=case).count() == 1500


def test_every_field_arrives_as_it_was_written(now):
    user = UserFactory()
    body = "It’s “due”.\n\nLine two; drop table – \\ 100%"
    write_notices([NoticeDraft(user.pk, "reminder", "x", "Two\nlines", body, "/w/")], now=now)
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind, notice.body, notice.url) == (user, "reminder", body, "/w/")
    assert notice.subject == "Two lines"
    assert (notice.created_at, notice.next_attempt_at, notice.read_at) == (now, now, None)
    assert (notice.delivery, notice.attempts) == ("queued", 0)


def test_a_long_subject_is_shortened_rather_than_refused(now):
    write_notices([draft(UserFactory(), subject="word " * 100)], now=now)
    assert Notice.objects.get().subject.endswith("…")


def test_reading_is_for_the_persons_own_notices_only(now):
    user, other = UserFactory(), UserFactory()
    write_notices([draft(user), draft(user, "b"), draft(other, "c")], now=now)
    theirs = Notice.objects.get(dedupe_key="c")
    assert mark_read(recipient=user, notice_ids=[theirs.pk], now=now) == 0
    assert mark_read(recipient=user, notice_ids=None, now=now) == 2
    assert mark_read(recipient=user, notice_ids=None, now=now) == 0
    assert Notice.objects.unread().get() == theirs


def test_the_inbox_shows_ones_own_notices_newest_first(client, now):
    user, other = UserFactory(), UserFactory()
    write_notices([draft(user, subject="Older"), draft(other, "b", subject="Not yours")], now=now)
    write_notices([draft(user, "c", subject="Newer <b>")], now=now + timedelta(hours=1))
    client.force_login(user)
    page = client.get(reverse("notices:inbox"))
    text = page.content.decode()
    assert page.status_code == 200
    assert text.index("Newer &lt;b&gt;") < text.index("Older")
    assert "Not yours" not in text


def test_a_long_inbox_is_paged_and_every_notice_is_on_exactly_one_page(client, now):
    user = UserFactory()
    for number in range(60):
        write_notices([draft(user, f"k{number}")], now=now + timedelta(minutes=number // 7))
    client.force_login(user)
    seen, url = [], reverse("notices:inbox")
    while url:
        page = client.get(url).context["page"]
        seen.append([notice.pk for notice in page.rows])
        url = page.next_url and reverse("notices:inbox") + page.next_url
    flat = [pk for rows in seen for pk in rows]
    assert [len(rows) for rows in seen] == [25, 25, 10]
    assert flat == list(Notice.objects.order_by("-created_at", "-pk").values_list("pk", flat=True))
    back = client.get(reverse("notices:inbox") + page.previous_url).context["page"]
    assert [notice.pk for notice in back.rows] == seen[1]


def test_a_page_pointer_that_cannot_be_read_gives_the_first_page(client, now):
    user = UserFactory()
    write_notices([draft(user)], now=now)
    client.force_login(user)
    for pointer in ("nonsense", "2026-01-01~1", "~", "2026-01-01T00:00:00+00:00~x"):
        assert len(client.get(reverse("notices:inbox"), {"after": pointer}).context["page"].rows) == 1


def test_opening_a_notice_marks_it_read_and_goes_to_the_work(client, now):
    user = UserFactory()
    write_notices([draft(user), draft(user, "b")], now=now)
    client.force_login(user)
    first, second = Notice.objects.order_by("dedupe_key")
    assert client.post(reverse("notices:read", args=[first.pk]), {"open": ""}).url == "/work/1/"
    assert client.post(reverse("notices:read", args=[second.pk])).url == reverse("notices:inbox")
    assert not Notice.objects.unread().exists()
    assert "Nothing" not in client.get(reverse("notices:inbox"), {"show": "unread"}).content.decode()


def test_marking_all_as_read_says_how_many(client, now):
    user = UserFactory()
    write_notices([draft(user), draft(user, "b")], now=now)
    client.force_login(user)
    page = client.post(reverse("notices:read_all"), follow=True)
    assert "2 notices marked as read." in page.content.decode()


def test_another_persons_notice_does_not_exist(client, now):
    user, other = UserFactory(), UserFactory()
    write_notices([draft(other)], now=now)
    client.force_login(user)
    assert client.post(reverse("notices:read", args=[Notice.objects.get().pk])).status_code == 404
    assert Notice.objects.unread().count() == 1


def test_changes_need_a_post_and_pages_a_sign_in(client, now):
    assert client.get(reverse("notices:inbox")).status_code == 302
    client.force_login(UserFactory())
    assert client.get(reverse("notices:read_all")).status_code == 405
    assert client.get(reverse("notices:read", args=[1])).status_code == 405


def test_the_inbox_does_not_name_a_case_that_was_restricted_later(now, client):
    case, user = CaseFactory(), UserFactory()
    write_notices([draft(user, subject=f"Act now: case {case.child_ref}", case_ids=[case.pk])], now=now)
    client.force_login(user)
    assert case.child_ref in client.get("/notices/").content.decode()
    Case.objects.update(is_restricted=True, restriction_reason="Related to a member of staff")
    page = client.get("/notices/").content.decode()
    assert case.child_ref not in page
    assert "About a restricted case" in page
    opened = client.post(f"/notices/{Notice.objects.get().pk}/read/", {"open": ""})
    assert opened["Location"] == "/notices/"
    CaseClearanceFactory(case=case, user=user)
    assert case.child_ref in client.get("/notices/").content.decode()
