"""Notices belong to the person they are for; somebody else's does not exist."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.shortcuts import get_object_or_404

from qaframework.caseload.access import cleared_q
from qaframework.notices.models import Notice, NoticeCase, NoticePreference, NoticeQuerySet
from qaframework.people.models import User


def own_notices(user: User) -> NoticeQuerySet:
    return Notice.objects.in_application().filter(recipient=user)


def get_notice(user: User, pk: int, on: date) -> Notice:
    """As the person may read it on that local day. Raises Http404 for somebody else's."""
    notice = get_object_or_404(own_notices(user), pk=pk)
    withhold_restricted([notice], user, on)
    return notice


def withhold_restricted(notices: Sequence[Notice], user: User, on: date) -> None:
    """Take out the words that name a case for which the person is not cleared: one query."""
    named = NoticeCase.objects.filter(notice__in=[notice.dedupe_key for notice in notices])
    hidden: dict[str, list[NoticeCase]] = defaultdict(list)
    for case in named.exclude(cleared_q(user, on)):
        hidden[case.notice_id].append(case)
    for notice in notices:
        if notice.dedupe_key in hidden:
            notice.leave_out(hidden[notice.dedupe_key])


def without_words(notices: NoticeQuerySet) -> NoticeQuerySet:
    """For administrators: they see whom each was for, not what it says."""
    return notices.select_related("recipient", "closed_by").defer("body", "subject", "quote", "calendar")


def get_failed(pk: int) -> Notice:
    return get_object_or_404(without_words(Notice.objects.failed()), pk=pk)


def chosen_by(user: User) -> dict[str, Any]:
    """When the person wants their e-mails, by the preference's fields; empty when nothing was chosen."""
    chosen = NoticePreference.objects.filter(user=user)
    fields = ("digest_at", "quiet_from", "quiet_until", "quiet_on_days_off")
    return dict(chosen.values(*fields).first() or {})
