"""Writing notices in the transaction that causes them, and reading them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.text import Truncator

from qaframework.notices.models import Notice, NoticeCase, NoticePreference
from qaframework.people.bulk import insert_new
from qaframework.people.models import User

SUBJECT_LENGTH = 200


@dataclass(frozen=True)
class NoticeDraft:
    """A message to one person. ``url`` is a path within the application; the subject one plain line.

    Neither subject nor body may say more about a child than the case reference: both leave by e-mail. What a
    person wrote, such as a reason, is no part of them but the ``quote``, which only the application shows.
    ``case_ids`` are all cases that the message names, so that it is withheld from people who are not cleared
    for one of them when they read it; None among them stands for no case. Of a case that single lines of the
    body name, ``case_lines`` has these lines, and only they are withheld. ``calendar`` is an iCalendar file
    that the e-mail carries. What ``is_urgent`` leaves at once, whatever its reader prefers.
    """

    recipient_id: int
    kind: str
    dedupe_key: str
    subject: str
    body: str
    url: str = ""
    case_ids: Collection[int | None] = ()
    case_lines: Mapping[int, Sequence[str]] = field(default_factory=dict)
    calendar: str = ""
    is_urgent: bool = False
    quote: str = ""


@dataclass(frozen=True)
class Message:
    """One and the same notice to several people, each of whom gets it once for what it is ``about``.

    The other fields are those of a NoticeDraft.
    """

    kind: str
    about: object
    subject: str
    body: str
    url: str = ""
    case_ids: Collection[int | None] = ()
    is_urgent: bool = False
    calendar: str = ""
    quote: str = ""

    def to(self, people: Iterable[User | int | None]) -> list[NoticeDraft]:
        """One draft for each of the people, given as they are or by key; None stands for nobody."""
        keys = {one.pk if isinstance(one, User) else one for one in people}
        return [
            NoticeDraft(
                recipient_id=key,
                kind=self.kind,
                dedupe_key=f"{self.kind}:{self.about}:{key}",
                subject=self.subject,
                body=self.body,
                url=self.url,
                case_ids=self.case_ids,
                is_urgent=self.is_urgent,
                calendar=self.calendar,
                quote=self.quote,
            )
            for key in sorted(key for key in keys if key is not None)
        ]


@transaction.atomic
def write_notices(drafts: Iterable[NoticeDraft], *, now: datetime) -> int:
    """Put messages into the outbox, in three statements; return how many were not there before.

    Those of people who prefer a digest wait for it, unless they are urgent or an invitation.
    """
    written = list(drafts)
    can_wait = {draft.recipient_id for draft in written if not draft.is_urgent and not draft.calendar}
    prefer_digest = set(
        NoticePreference.objects.filter(user__in=can_wait, digest_at__isnull=False).values_list(
            "user_id", flat=True
        )
    )
    return _put([_notice(draft, now, prefer_digest) for draft in written], written)


def write_letter(draft: NoticeDraft, *, now: datetime) -> None:
    """Put a message that leaves by e-mail only into the outbox, unless its ``dedupe_key`` is there."""
    write_letters([draft], now=now)


@transaction.atomic
def write_letters(drafts: Sequence[NoticeDraft], *, now: datetime) -> int:
    """As ``write_letter``, of many; return how many were not there before."""
    letters = [_notice(draft, now, ()) for draft in drafts]
    for letter in letters:
        letter.is_letter = letter.is_urgent = True
    return _put(letters, drafts)


def _put(notices: Sequence[Notice], drafts: Sequence[NoticeDraft]) -> int:
    count = insert_new(notices)
    insert_new([case for draft in drafts for case in _cases(draft)])
    return count


def _cases(draft: NoticeDraft) -> list[NoticeCase]:
    named = {case_id: "" for case_id in draft.case_ids if case_id}
    named |= {case_id: "\n".join(lines) for case_id, lines in draft.case_lines.items()}
    return [
        NoticeCase(notice_id=draft.dedupe_key, case_id=case_id, lines=lines)
        for case_id, lines in named.items()
    ]


def _notice(draft: NoticeDraft, now: datetime, prefer_digest: Collection[int]) -> Notice:
    waits = draft.recipient_id in prefer_digest and not draft.is_urgent and not draft.calendar
    return Notice(
        dedupe_key=draft.dedupe_key,
        recipient_id=draft.recipient_id,
        kind=draft.kind,
        subject=Truncator(" ".join(draft.subject.split())).chars(SUBJECT_LENGTH),
        body=draft.body,
        quote=draft.quote,
        url=draft.url,
        calendar=draft.calendar,
        is_urgent=draft.is_urgent,
        delivery=Notice.Delivery.HELD if waits else Notice.Delivery.QUEUED,
        created_at=now,
        next_attempt_at=now,
    )


def mark_read(*, recipient: User, notice_ids: Sequence[int] | None, now: datetime) -> int:
    """Mark the person's own notices as read (all of them when ``notice_ids`` is None).

    Returns how many were unread until now.
    """
    unread = Notice.objects.in_application().unread().filter(recipient=recipient)
    if notice_ids is not None:
        unread = unread.filter(pk__in=notice_ids)
    return unread.update(read_at=now)
