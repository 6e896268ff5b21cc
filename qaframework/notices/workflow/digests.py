"""One e-mail a day for those who prefer it: a letter that carries the notices which waited for it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Min, OuterRef, Subquery

from qaframework.notices.models import DIGEST, Notice, NoticePreference
from qaframework.notices.workflow.writing import NoticeDraft, write_letters
from qaframework.people.calendar import working_calendar
from qaframework.rules.quiet_hours import first_allowed


@transaction.atomic
def gather_digests(*, now: datetime) -> int:
    """Write the digests that have fallen due by ``now`` (aware); return how many people get one.

    Each brings what waited when its time came. After days of silence that is one digest, not one a day;
    quiet hours move it to their end. Only for whoever holds the sender's lease: of two that gather at once,
    one could add to a letter that the other has sent.
    """
    waiting = NoticePreference.objects.filter(
        digest_at__isnull=False, user__notices__delivery=Notice.Delivery.HELD
    ).annotate(oldest=Min("user__notices__created_at"))
    due_for: dict[datetime, list[int]] = defaultdict(list)
    calendar = working_calendar()
    for preference in waiting.order_by("pk"):
        due = preference.digest_due(now, calendar)
        if preference.oldest <= due and first_allowed(due, preference.quiet_hours, calendar) <= now:
            due_for[due].append(preference.user_id)
    return sum(_gather(people, due, now=now) for due, people in sorted(due_for.items()))


def _gather(people: Iterable[int], due: datetime, *, now: datetime) -> int:
    """Put what waits for each of these people since ``due`` or longer into one letter.

    Whoever had their letter of that time already waits for the next: that one may have left.
    """
    keys = {person: f"{DIGEST}:{person}:{due.isoformat()}" for person in people}
    written = Notice.objects.filter(dedupe_key__in=keys.values()).values_list("recipient", flat=True)
    without = keys.keys() - set(written)
    held = Notice.objects.held().filter(recipient__in=without, created_at__lte=due)
    counts = held.order_by().values_list("recipient").annotate(Count("pk"))
    count = write_letters(
        [NoticeDraft(person, DIGEST, keys[person], _subject(many), "") for person, many in counts], now=now
    )
    letters = Notice.objects.filter(
        recipient=OuterRef("recipient"), dedupe_key__in=[keys[person] for person in without]
    )
    held.update(delivery=Notice.Delivery.IN_DIGEST, digest=Subquery(letters.order_by().values("pk")[:1]))
    return count


def _subject(count: int) -> str:
    return "One notice for you" if count == 1 else f"{count} notices for you"
