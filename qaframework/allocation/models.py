"""Who owes which quality-assurance work by when: programmes, assignments, extensions."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from qaframework.people.models import Post
from qaframework.rules.deadlines import Offset


class Programme(models.Model):
    """The plan of one programme year of one framework. ``year`` is the year it starts in."""

    PERSONAL_FIELDS: ClassVar = ()

    framework = models.ForeignKey("packs.Framework", on_delete=models.PROTECT, related_name="programmes")
    year = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    created_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["-year", "framework"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["framework", "year"], name="one_programme_a_year"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="programme_has_length"),
        ]

    def __str__(self) -> str:
        return f"{self.framework} {self.year}"


class Planning(models.Model):
    """One making, or re-making, of a programme: what it went by, what that changed and why. Never changed.

    ``posts`` has the role and the units, nearest first, of each post by its key; ``versions`` the key of the
    framework's version by quarter; ``lines`` is read by ``plan_lines``.
    """

    PERSONAL_FIELDS: ClassVar = ("made_by",)

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="plannings")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Nobody when the product planned by itself or an operator did.",
    )
    posts = models.JSONField()
    versions = models.JSONField()
    lines = models.JSONField()
    updated = models.PositiveIntegerField(help_text="How much planned work followed newer rules from then.")

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.programme}, planned {self.made_at:%d %B %Y}"


class ProgrammeApproval(models.Model):
    """Whoever answers for the programme has read a planning and approves it (RBWM-08). Never changed."""

    PERSONAL_FIELDS: ClassVar = ("approved_by",)

    planning = models.OneToOneField(Planning, on_delete=models.CASCADE, related_name="approval")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"Approval of {self.planning}"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def open(self) -> "AssignmentQuerySet":
        """Allocated and not yet handed in."""
        return self.filter(state__in=Assignment.OPEN_STATES)

    def owed_by(self, posts: "Iterable[Post] | models.QuerySet[Post]") -> "AssignmentQuerySet":
        return self.filter(post__in=posts)

    def late(self, on: date) -> "AssignmentQuerySet":
        """Open work whose last day lies before that local date, and whose deadline is not paused."""
        return self.open().filter(due_on__lt=on, paused_on__isnull=True)

    def still_owed_or_done(self) -> "AssignmentQuerySet":
        """All but what was withdrawn or excluded; planned work too."""
        return self.exclude(state__in=Assignment.CALLED_OFF_STATES)

    def counted(self) -> "AssignmentQuerySet":
        """Work that belongs in return rates: neither withdrawn nor excluded (LAN-32)."""
        return self.exclude(state__in=("planned", "withdrawn", "excluded"))


class Assignment(models.Model):
    """One piece of quality-assurance work that a post owes.

    Planned from the quotas; allocated when its subject and deadline are set. Dates are local,
    ``due_on`` is the last day on which the work is in time.
    """

    PERSONAL_FIELDS: ClassVar = ("worker", "worker_reason")

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        ALLOCATED = "allocated", "Not started"
        IN_PROGRESS = "in_progress", "In progress"
        SUBMITTED = "submitted", "Submitted"
        SENT_BACK = "sent_back", "Sent back"
        MODERATING = "moderating", "Being moderated"
        FINAL = "final", "Final"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXCLUDED = "excluded", "Excluded"

    class Selection(models.TextChoices):
        RANDOM = "random", "Drawn at random"
        TARGETED = "targeted", "Chosen for a reason"
        NONE = "none", "No case"

    CALLED_OFF_STATES: ClassVar = ("withdrawn", "excluded")
    OPEN_STATES: ClassVar = ("allocated", "in_progress", "sent_back")
    DONE_STATES: ClassVar = ("submitted", "moderating", "final")

    EXTRA: ClassVar = 1000  # Work on top of the quotas has ordinals above this; re-planning leaves it alone.

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="assignments")
    framework_version = models.ForeignKey(
        "packs.FrameworkVersion", on_delete=models.PROTECT, related_name="+"
    )
    activity = models.CharField(max_length=40, help_text="Key of the activity type in the pack.")
    kind = models.CharField(
        max_length=20, help_text="The activity type's kind: case_audit, dip_sample, observation …"
    )
    post = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(
        "people.Unit",
        on_delete=models.PROTECT,
        related_name="assignments",
        help_text="The unit whose practice is looked at; the post's own unit until a subject is set.",
    )
    period = models.CharField(max_length=8, help_text="Month such as 2026-12.")
    ordinal = models.PositiveSmallIntegerField(
        default=1, help_text="Tells several of one activity in one period apart."
    )
    theme = models.CharField(max_length=120, blank=True)
    case = models.ForeignKey(
        "caseload.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="assignments"
    )
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assignments_as_worker",
        help_text="The practitioner who takes part or is observed.",
    )
    worker_reason = models.CharField(
        max_length=300, blank=True, help_text="Why this person, where the framework says whose turn it is."
    )
    selection = models.CharField(max_length=10, choices=Selection, default=Selection.NONE)
    state = models.CharField(max_length=12, choices=State, default=State.PLANNED)
    allocated_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    original_due_on = models.DateField(null=True, blank=True)
    paused_on = models.DateField(
        null=True, blank=True, help_text="Since when the deadline is paused; it moves when the pause ends."
    )
    pause_reason = models.CharField(max_length=80, blank=True, help_text="One of the reasons in the pack.")
    submitted_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    clock = models.OneToOneField(
        "clocks.Clock", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    history = HistoricalRecords()

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["post", "state", "due_on", "id"], name="assignment_my_work"),
            models.Index(fields=["due_on", "id", "original_due_on"], name="assignment_by_due"),
            models.Index(fields=["original_due_on", "id"], name="assignment_by_first_due"),
            models.Index(fields=["programme", "activity", "period"], name="assignment_by_period"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "activity", "post", "period", "ordinal"], name="assignment_slot_unique"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "withdrawn"]) | Q(due_on__isnull=False),
                name="allocated_work_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "moderating", "final"]) | Q(submitted_at__isnull=False),
                name="submitted_work_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(paused_on__isnull=True, pause_reason="")
                | (Q(paused_on__isnull=False, state__in=["allocated", "in_progress", "sent_back"]))
                & ~Q(pause_reason=""),
                name="paused_work_is_open_and_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.period} – {self.post}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    def is_late(self, on: date) -> bool:
        """Whether it is still owed on a local day after its last one, which is not paused."""
        runs = self.is_open and self.paused_on is None
        return runs and self.due_on is not None and self.due_on < on


class ExtensionRequest(models.Model):
    """A request for more time, or to be excluded, decided by a Head of Service before the deadline."""

    PERSONAL_FIELDS: ClassVar = ("asked_by", "decided_by", "reason", "decision_reason")

    class Kind(models.TextChoices):
        EXTENSION = "extension", "Extension"
        EXCLUSION = "exclusion", "Exclusion"

    class State(models.TextChoices):
        ASKED = "asked", "Waiting for a decision"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"
        LAPSED = "lapsed", "Lapsed without a decision"

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="extension_requests")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    reason = models.TextField()
    new_due_on = models.DateField(null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["-asked_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(state="asked"), name="one_open_request_per_assignment"
            ),
            models.CheckConstraint(
                condition=Q(kind="exclusion") | Q(new_due_on__isnull=False),
                name="extension_has_a_new_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "refused"])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="decided_request_has_person_and_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.assignment}"


class Reallocation(models.Model):
    """Work moved from one post to another by the QA team, with the reason (LAN-06)."""

    PERSONAL_FIELDS: ClassVar = ("moved_by", "reason")

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="reallocations")
    from_post = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="+")
    to_post = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-moved_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.from_post} → {self.to_post}"


class ObservationIntervalQuerySet(models.QuerySet["ObservationInterval"]):
    def in_force(self) -> "ObservationIntervalQuerySet":
        return self.filter(ended_on__isnull=True)


class ObservationInterval(models.Model):
    """Somebody's practice is observed more often than the framework asks for, and why (BED-30).

    Only the line of managers above the person reads it. In force until it is ended; ``review_on`` is the
    local date on which to look at it again, and ends nothing.
    """

    PERSONAL_FIELDS: ClassVar = ("worker", "why")

    class Within(models.TextChoices):
        FOUR_WEEKS = "4 weeks", "Every 4 weeks"
        SIX_WEEKS = "6 weeks", "Every 6 weeks"
        TWO_MONTHS = "2 months", "Every 2 months"
        THREE_MONTHS = "3 months", "Every 3 months"
        FOUR_MONTHS = "4 months", "Every 4 months"
        SIX_MONTHS = "6 months", "Every 6 months"
        NINE_MONTHS = "9 months", "Every 9 months"
        TWELVE_MONTHS = "12 months", "Every 12 months"

    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="observation_intervals"
    )
    within = models.CharField(max_length=10, choices=Within)
    why = models.TextField()
    review_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = ObservationIntervalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["worker"],
                condition=Q(ended_on__isnull=True),
                name="one_observation_interval_in_force",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("starts_on")),
                name="observation_interval_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_within_display()}: {self.worker}"

    @property
    def offset(self) -> Offset:
        return Offset.parse(self.within)

    def is_to_be_reviewed(self, on: date) -> bool:
        return self.ended_on is None and self.review_on is not None and self.review_on <= on
