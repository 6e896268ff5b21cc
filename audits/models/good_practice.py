"""The library of good practice: what audits found worth telling others (BF-20, LAN-23)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

PERSON = settings.AUTH_USER_MODEL
LONGEST_TITLE = 120


class GoodPractice(models.Model):
    """Good practice in one piece of work, from being proposed to being read by everybody.

    What is published says nothing that could identify a child, and names the practitioner only when somebody
    asked them and they agreed. ``question`` is the key of the question that noted it, empty for the work as a
    whole. ``unit`` is the service, or what is nearest above the team, so that a small team is not named.
    ``version`` grows with every change, so that nobody writes over what they have not read.
    """

    PERSONAL_FIELDS: ClassVar = (
        "proposal",
        "proposed_by",
        "title",
        "what_was_done",
        "why_it_helped",
        "topics",
        "named",
        "asked_by",
        "published_by",
        "end_reason",
    )

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        SET_ASIDE = "set_aside", "Not for the library"
        PUBLISHED = "published", "In the library"
        WITHDRAWN = "withdrawn", "Withdrawn"

    framework = models.ForeignKey("packs.Framework", on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(
        "allocation.Assignment", on_delete=models.PROTECT, related_name="good_practice"
    )
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    question = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=State)
    proposal = models.TextField(blank=True, help_text="Why somebody proposes it.")
    proposed_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=LONGEST_TITLE, blank=True)
    what_was_done = models.TextField(blank=True)
    why_it_helped = models.TextField(blank=True)
    topics = models.TextField(
        blank=True, help_text="Each between two line breaks, so that one can be looked for."
    )
    named = models.ForeignKey(
        PERSON,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The practitioner, where they agreed to be named.",
    )
    asked_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agreed_on = models.DateField(null=True, blank=True)
    published_by = models.ForeignKey(
        PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.TextField(blank=True, help_text="Why it was withdrawn.")
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["-published_at", "-pk"]
        verbose_name_plural = "good practice"
        indexes: ClassVar = [
            models.Index(fields=["state", "published_at", "id"], name="good_practice_newest_first")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assignment", "question"], name="good_practice_noted_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "withdrawn"])
                | (
                    Q(published_by__isnull=False, published_at__isnull=False)
                    & ~Q(title="")
                    & ~Q(what_was_done="")
                    & ~Q(why_it_helped="")
                ),
                name="published_good_practice_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(end_reason=""),
                name="withdrawn_good_practice_says_why",
            ),
            models.CheckConstraint(
                condition=Q(named__isnull=True, asked_by__isnull=True, agreed_on__isnull=True)
                | Q(named__isnull=False, asked_by__isnull=False, agreed_on__isnull=False),
                name="named_practitioner_has_agreed",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"Good practice {self.pk}"

    @property
    def topic_list(self) -> list[str]:
        return self.topics.split("\n")[1:-1]
