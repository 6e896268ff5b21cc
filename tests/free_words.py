"""What people write in their own words may name a child, so none of it leaves by e-mail."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from qaframework.notices.models import Notice, NoticeCase
from qaframework.people.models import User
from tests.history import our_models

# One line in somebody's own words; every longer text is found by its kind of field.
SHORT = {
    "allocation.Assignment": ("theme",),
    "audits.AuditMeeting": ("place",),
    "audits.GoodPractice": ("title",),
    "audits.DrawnCase": ("replacement_note",),
}
# Shorter ones are words that a message may have for other reasons, such as "Late".
LONG_ENOUGH = 10


def words_that_leave() -> list[str]:
    """A line for each notice whose subject, text or calendar file, all of which are e-mailed, has words that
    are stored as somebody's own."""
    mailed = [
        (notice.kind, " ".join(f"{notice.subject} {notice.body} {unfolded(notice.calendar)}".split()))
        for notice in Notice.objects.all()
    ]
    if not mailed:
        return []
    return sorted(
        f"Notice of the kind {kind} has the words of {where}: {words[:60]}"
        for where, words in _own_words()
        for kind, text in mailed
        if words in text
    )


def unfolded(calendar: str) -> str:
    """A calendar file as it reads: its long lines are folded, and some signs have a backslash before them."""
    return calendar.replace("\r\n ", "").replace("\\", "")


def _own_words() -> Iterator[tuple[str, str]]:
    """Every text with where it is stored, but for answers that only choose a colleague, by name."""
    names_of_people = set(User.objects.values_list("full_name", flat=True))
    for model in our_models():
        names = _free_fields(model)
        for row in model._base_manager.values_list(*names) if names else ():
            for name, value in zip(names, row, strict=True):
                where = f"{model._meta.label}.{name}"
                yield from ((where, words) for words in _texts(value) if words not in names_of_people)


def _free_fields(model: type[models.Model]) -> list[str]:
    if model is Notice:
        return ["quote"]
    if model is NoticeCase:
        return []  # its lines are those of the notice itself
    personal = set(model.PERSONAL_FIELDS)  # type: ignore[attr-defined]
    free = (models.TextField, models.JSONField)
    long = [one.name for one in model._meta.concrete_fields if one.name in personal and isinstance(one, free)]
    return [*long, *SHORT.get(model._meta.label, ())]


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, its white space as a message would have it."""
    if isinstance(value, str):
        words = " ".join(value.split())
        if len(words) >= LONG_ENOUGH:
            yield words
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
