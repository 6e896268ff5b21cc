"""Who is told what about work that a post owes: its owner, and the practitioner who takes part in it.

Whoever did it themselves is not told. A reason is the owner's to read, and in no e-mail.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.urls import reverse

from qaframework.allocation.models import Assignment, Reallocation
from qaframework.allocation.wording import notice_url, subject_line
from qaframework.caseload.models import Case
from qaframework.notices.workflow import Message, NoticeDraft, write_notices
from qaframework.people import directory
from qaframework.people.models import User
from qaframework.rules.working_days import local_date

NOT_TAKING_PART = "It does not go ahead. You do not have to prepare for it, or meet about it."


def tell(
    assignment: Assignment,
    people: Iterable[User | None],
    *,
    kind: str,
    key: str,
    subject: str,
    body: str,
    now: datetime,
    url: str = "",
    quote: str = "",
) -> None:
    """Write one notice about the assignment to each of the people; the same kind and key only once."""
    drafts = _drafts(assignment, people, kind=kind, key=key, subject=subject, body=body, url=url, quote=quote)
    write_notices(drafts, now=now)


def tell_allocated(
    assignments: Sequence[Assignment],
    *,
    by: User | None,
    now: datetime,
    again: str = "",
    is_moved: bool = False,
) -> None:
    """Tell those who owe the work, and those who take part in it, once for each ``again``."""
    auditors = directory.holders_of([one.post for one in assignments], local_date(now))
    drafts: list[NoticeDraft] = []
    for one in assignments:
        auditor = auditors[one.post_id]
        drafts += _drafts_for_owner(one, auditor, again)
        drafts += _drafts_for_worker(one, auditor, again, is_moved)
    write_notices([draft for draft in drafts if by is None or draft.recipient_id != by.pk], now=now)


def tell_not_needed(
    assignment: Assignment,
    said: str,
    *,
    by: User | None,
    now: datetime,
    quote: str = "",
    besides: Collection[User] = (),
) -> None:
    """Tell the owner of work that was given out, and is called off, and whoever was to take part in it.

    ``said`` is the sentence that the owner reads about who called it off or why.
    """
    owner = directory.holder_of(assignment.post, local_date(now))
    drafts = _drafts(
        assignment,
        [owner],
        kind="called_off",
        key="",
        subject=f"No longer needed: {subject_line(assignment)}",
        body=f"{said} There is nothing left for you to do.",
        url=reverse("allocation:standing", args=[assignment.pk]),
        quote=quote,
    )
    drafts += _drafts_not_taking_part(assignment, _participant(assignment, owner), assignment.case)
    not_told = {person.pk for person in (by, *besides) if person}
    write_notices([draft for draft in drafts if draft.recipient_id not in not_told], now=now)


def tell_not_taking_part(
    assignment: Assignment, case: Case | None, worker: User | None, *, by: User, now: datetime
) -> None:
    """Tell the practitioner of a case in whose place another has come."""
    owner = directory.holder_of(assignment.post, local_date(now))
    if assignment.kind == "case_audit" and worker not in (owner, by):
        write_notices(_drafts_not_taking_part(assignment, worker, case), now=now)


def tell_moved_away(
    assignment: Assignment, owner: User | None, move: Reallocation, *, by: User, now: datetime
) -> None:
    """Tell the person with whom work was before it moved to another post."""
    if owner == by:
        return
    tell(
        assignment,
        [owner],
        kind="moved_away",
        key=str(move.pk),
        subject=f"No longer with you: {subject_line(assignment)}",
        body=f"{by} has moved it to {move.to_post}, and says why. There is nothing left for you to do.",
        url=reverse("allocation:my_work"),
        quote=move.reason,
        now=now,
    )


def _participant(assignment: Assignment, owner: User | None) -> User | None:
    """The practitioner whom an audit was announced to; work of other kinds is arranged by its owner."""
    worker = assignment.worker
    return worker if assignment.kind == "case_audit" and worker != owner else None


def _drafts_for_owner(assignment: Assignment, owner: User | None, again: str) -> list[NoticeDraft]:
    assert assignment.due_on is not None
    return _drafts(
        assignment,
        [owner],
        kind="allocated",
        key=again,
        subject=f"New work for you: {subject_line(assignment)}",
        body=f"Please complete it by {assignment.due_on:%-d %B %Y}.",
    )


def _drafts_for_worker(
    assignment: Assignment, auditor: User | None, again: str, is_moved: bool
) -> list[NoticeDraft]:
    subject = f"You are invited to take part: {subject_line(assignment)}"
    body = (
        f"{auditor or 'The auditor'} will arrange a meeting with you. Before it, please check "
        "that the child's record is up to date."
    )
    if is_moved:
        subject = f"Somebody else audits with you: {subject_line(assignment)}"
        body = f"It is now with {auditor or assignment.post}, who will tell you how it goes on."
    people = [_participant(assignment, auditor)]
    return _drafts(assignment, people, kind="allocated_worker", key=again, subject=subject, body=body)


def _drafts_not_taking_part(
    assignment: Assignment, worker: User | None, case: Case | None
) -> list[NoticeDraft]:
    message = Message(
        "called_off_worker",
        f"{assignment.pk}:{case.pk if case else ''}",
        subject=f"No longer needed: {subject_line(assignment, case)}",
        body=NOT_TAKING_PART,
        url=reverse("allocation:standing", args=[assignment.pk]),
        case_ids=[case.pk if case else None],
    )
    return message.to([worker])


def _drafts(
    assignment: Assignment,
    people: Iterable[User | None],
    *,
    kind: str,
    key: str,
    subject: str,
    body: str,
    url: str = "",
    quote: str = "",
) -> list[NoticeDraft]:
    message = Message(
        kind,
        f"{assignment.pk}:{key}",
        subject=subject,
        body=body,
        url=url or notice_url(assignment),
        case_ids=[assignment.case_id],
        quote=quote,
    )
    return message.to(people)
