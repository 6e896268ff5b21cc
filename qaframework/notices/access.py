"""Notices belong to the person they are for; somebody else's does not exist."""

from django.shortcuts import get_object_or_404

from qaframework.notices.models import Notice, NoticeQuerySet
from qaframework.people.models import User


def own_notices(user: User) -> NoticeQuerySet:
    return Notice.objects.in_application().filter(recipient=user)


def get_notice(user: User, pk: int) -> Notice:
    return get_object_or_404(own_notices(user), pk=pk)


def get_failed(pk: int) -> Notice:
    """A notice that could not be sent, for administrators: they see whom it was for, not what it says."""
    return get_object_or_404(Notice.objects.failed().defer("body", "subject"), pk=pk)
