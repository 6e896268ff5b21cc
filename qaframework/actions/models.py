"""Remedial actions until they are verified, concerns raised now, loops until authorised, and challenges."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Min, Q
from simple_history.models import HistoricalRecords

from qaframework.packs.definition import ChallengeKind

PERSON = settings.AUTH_USER_MODEL


class ActionPlan(models.Model):
    """The actions that came out of one piece of quality-assurance work."""

    PERSONAL_FIELDS: ClassVar = ("worker", "issued_by", "placed_on_file_by", "supervision_agreement")

    title = models.CharField(max_length=120)
    framework_version = models.ForeignKey(
        "packs.FrameworkVersion", on_delete=models.PROTECT, related_name="+"
    )
    case = models.ForeignKey(
        "caseload.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="action_plans"
    )
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="action_plans")
    worker = models.ForeignKey(
        PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="action_plans"
    )
    source_url = models.CharField(max_length=200, blank=True)
    issued_at = models.DateTimeField(
        null=True, blank=True, help_text="When its actions became binding: at submission."
    )
    issued_by = models.ForeignKey(
        PERSON,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who agreed the actions.",
    )
    notified_at = models.DateTimeField(null=True, blank=True, help_text="Worker and manager told (48 hours).")
    notify_clock = models.OneToOneField(
        "clocks.Clock", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    placed_on_file_at = models.DateTimeField(null=True, blank=True)
    placed_on_file_by = models.ForeignKey(
        PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    supervision_review_on = models.DateField(
        null=True, blank=True, help_text="The last day to go through it in supervision (BF-11)."
    )
    supervision_reviewed_on = models.DateField(null=True, blank=True)
    supervision_agreement = models.TextField(blank=True, help_text="What both agreed then.")
    created_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["issued_at"], name="plan_issued")]

    def __str__(self) -> str:
        return self.title

    def earliest_draft(self) -> date | None:
        """The first day on which an action that has not been issued is due."""
        first: date | None = self.actions.filter(state=Action.State.DRAFT).aggregate(day=Min("due_on"))["day"]
        return first


class Action(models.Model):
    """One thing to be put right: what, by which post, by when, and how we will know."""

    PERSONAL_FIELDS: ClassVar = (
        "evidence",
        "done_by",
        "verified_by",
        "what",
        "measure",
        "finding",
        "longer_reason",
        "difference_made",
        "closing_note",
    )

    class Priority(models.TextChoices):
        IMMEDIATE = "immediate", "Immediate"
        STANDARD = "standard", "Standard"
        LEARNING = "learning", "Learning"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        IN_PROGRESS = "in_progress", "In progress"
        DONE = "done", "To be verified"
        VERIFIED = "verified", "Verified"
        CANCELLED = "cancelled", "Cancelled"

    OWED_STATES: ClassVar = ("open", "in_progress")

    plan = models.ForeignKey(ActionPlan, on_delete=models.CASCADE, related_name="actions")
    what = models.TextField()
    measure = models.TextField(help_text="How we will know that it is done.")
    finding = models.TextField(blank=True)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.STANDARD)
    owner_post = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="actions")
    due_on = models.DateField()
    longer_reason = models.TextField(blank=True, help_text="Why more time than the framework gives.")
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    evidence = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    difference_made = models.TextField(blank=True, help_text="What it changed for the child.")
    closing_note = models.TextField(blank=True, help_text="Why cancelled, or what was missing when returned.")
    clock = models.OneToOneField(
        "clocks.Clock", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["owner_post", "state", "due_on", "id"], name="action_my_work"),
            models.Index(fields=["due_on", "id"], name="action_by_due"),
            models.Index(
                fields=["due_on"], name="action_owed", condition=Q(state__in=["open", "in_progress"])
            ),
            models.Index(fields=["done_at"], name="action_done"),
            models.Index(fields=["verified_at"], name="action_verified"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(what="") & ~Q(measure=""), name="action_says_what_and_how"),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "verified"])
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="done_action_has_person_and_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(verified_at__isnull=False, verified_by__isnull=False),
                name="verified_action_has_person_and_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.what[:80]


class Concern(models.Model):
    """A child may be unsafe now: told at once, acknowledged by a named person (RBWM-11, SAN-01)."""

    PERSONAL_FIELDS: ClassVar = ("what", "raised_by", "acknowledged_by", "response")

    answer_set = models.ForeignKey(
        "tools.AnswerSet", null=True, blank=True, on_delete=models.PROTECT, related_name="concerns"
    )
    case = models.ForeignKey("caseload.Case", on_delete=models.PROTECT, related_name="concerns")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="concerns")
    what = models.TextField()
    raised_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(
        PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    response = models.TextField(blank=True)
    clock = models.OneToOneField(
        "clocks.Clock", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["-raised_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="concern_acknowledged_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"Concern about {self.case}"


class LoopClosure(models.Model):
    """Closing the loop after an inadequate grade (LAN-24 to LAN-27).

    A Senior Manager meets worker and manager and records the evidence; the Head of Service
    authorises or returns it; three months later a different case of the same worker is audited.
    """

    PERSONAL_FIELDS: ClassVar = (
        "worker",
        "child_is_safe",
        "evidence_seen",
        "other_children",
        "kinds_of_cause",
        "causes",
        "support",
        "present",
        "learning",
        "authorised_by",
        "return_reason",
        "no_reaudit_reason",
    )

    class State(models.TextChoices):
        DUE = "due", "Meeting due"
        WITH_HEAD_OF_SERVICE = "with_hos", "To be authorised"
        RETURNED = "returned", "Returned"
        AUTHORISED = "authorised", "Authorised"

    class Cause(models.TextChoices):
        KNOWLEDGE = "knowledge", "Knowledge and skill"
        CAPACITY = "capacity", "Time and caseload"
        SUPERVISION = "supervision", "Supervision"
        SYSTEM = "system", "Systems and procedures"
        PARTNERS = "partners", "Partner agencies"
        OTHER = "other", "Something else"

    plan = models.OneToOneField(ActionPlan, on_delete=models.PROTECT, related_name="loop")
    case = models.ForeignKey("caseload.Case", on_delete=models.PROTECT, related_name="loops")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="loops")
    worker = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="loops")
    grade = models.CharField(max_length=40)
    senior_post = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="loops_to_hold")
    state = models.CharField(max_length=12, choices=State, default=State.DUE)
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    met_on = models.DateField(null=True, blank=True)
    present = models.CharField(max_length=300, blank=True)
    evidence_seen = models.JSONField(
        default=dict, blank=True, help_text="What shows that it is done, by the key of each action."
    )
    child_is_safe = models.TextField(blank=True, help_text="Is the child safe, and how do you know.")
    other_children = models.TextField(blank=True, help_text="Was another child affected; what was checked.")
    kinds_of_cause = models.JSONField(default=list, blank=True, help_text="Keys of what led to it.")
    causes = models.TextField(blank=True)
    support = models.TextField(blank=True, help_text="What support the worker gets, from whom, until when.")
    learning = models.TextField(blank=True)
    sent_to_hos_at = models.DateTimeField(null=True, blank=True)
    authorised_by = models.ForeignKey(
        PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    authorised_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.TextField(blank=True)
    reaudit_due_on = models.DateField(null=True, blank=True)
    no_reaudit_reason = models.TextField(blank=True, help_text="Why no other case is audited after all.")
    clock = models.OneToOneField(
        "clocks.Clock", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="authorised")
                | Q(authorised_at__isnull=False, authorised_by__isnull=False, reaudit_due_on__isnull=False),
                name="authorised_loop_has_person_and_reaudit",
            ),
            models.CheckConstraint(
                condition=Q(no_reaudit_reason="") | Q(state="authorised"),
                name="only_an_authorised_loop_does_without_reaudit",
            ),
        ]

    def __str__(self) -> str:
        return f"Closing the loop for {self.case}"

    @property
    def causes_in_words(self) -> str:
        return ", ".join(str(self.Cause(key).label) for key in self.kinds_of_cause)


class Challenge(models.Model):
    """An alert or dispute about one child's case, until it is settled (RBWM-17, RBWM-20, SAN-27).

    Its kind, the stages and their times are the framework's. Whoever holds the post from which it was raised
    speaks for it.
    """

    PERSONAL_FIELDS: ClassVar = (
        "worker",
        "what",
        "wanted",
        "raised_by",
        "closed_by",
        "closing_note",
        "difference_made",
    )

    class State(models.TextChoices):
        OPEN = "open", "To be answered"
        ANSWERED = "answered", "Answered"
        SETTLED = "settled", "Settled"
        WITHDRAWN = "withdrawn", "Withdrawn"

    RUNNING_STATES: ClassVar = ("open", "answered")

    framework_version = models.ForeignKey(
        "packs.FrameworkVersion", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=40, help_text="Key of the kind in the framework version.")
    case = models.ForeignKey("caseload.Case", on_delete=models.PROTECT, related_name="challenges")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="challenges")
    worker = models.ForeignKey(
        PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="challenges"
    )
    themes = models.JSONField(default=list, help_text="Keys of themes of the framework version.")
    what = models.TextField(help_text="What is wrong.")
    wanted = models.TextField(help_text="What should happen.")
    is_urgent = models.BooleanField(default=False, help_text="Raised because the child may not be safe.")
    raised_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    raised_from = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="challenges")
    raised_at = models.DateTimeField()
    first_stage = models.PositiveSmallIntegerField(help_text="The stage of its kind at which it began.")
    stage = models.PositiveSmallIntegerField(help_text="The present stage of its kind, from 1.")
    asked_post = models.ForeignKey(
        "people.Post",
        on_delete=models.PROTECT,
        related_name="challenges_to_answer",
        help_text="Answers at the present stage.",
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    clock = models.OneToOneField(
        "clocks.Clock",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Of the present stage; once it is answered, of the decision whether that settles it.",
    )
    difference_made = models.TextField(blank=True, help_text="What changed for the child.")
    closing_note = models.TextField(blank=True, help_text="What came out of it, or why it was withdrawn.")
    closed_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    supervision_on = models.DateField(null=True, blank=True, help_text="When supervision followed it up.")
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["-raised_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["raised_at"], name="challenge_raised"),
            models.Index(fields=["closed_at"], name="challenge_closed"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(what="") & ~Q(wanted=""), name="challenge_says_what"),
            models.CheckConstraint(
                condition=Q(first_stage__gte=1, stage__gte=F("first_stage")), name="challenge_goes_forward"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "answered"], closed_at__isnull=True, closed_by__isnull=True)
                | (
                    Q(state__in=["settled", "withdrawn"], closed_at__isnull=False, closed_by__isnull=False)
                    & ~Q(closing_note="")
                ),
                name="closed_challenge_has_person_moment_and_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rules.label} about case {self.case}"

    @property
    def rules(self) -> ChallengeKind:
        """What the framework says about its kind."""
        return self.framework_version.pack.challenges.kinds[self.kind]


class ChallengeAnswer(models.Model):
    """What somebody found and did at one stage of a challenge. ``due_at`` is UTC."""

    PERSONAL_FIELDS: ClassVar = ("by", "found", "done")

    class Agreed(models.TextChoices):
        YES = "yes", "Agreed"
        PARTLY = "partly", "Agreed in part"
        NO = "no", "Not agreed"

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="answers")
    kind = models.CharField(max_length=40, help_text="The kind of the challenge when it was answered.")
    stage = models.PositiveSmallIntegerField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    due_at = models.DateTimeField()
    found = models.TextField(help_text="What was found on looking into it.")
    done = models.TextField(help_text="What was done, or will be done and by when.")
    agreed = models.CharField(max_length=8, choices=Agreed)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["answered_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["answered_at"], name="challenge_answered")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["challenge", "kind", "stage"], name="one_answer_at_each_stage_of_a_challenge"
            ),
            models.CheckConstraint(
                condition=~Q(found="") & ~Q(done=""), name="challenge_answer_says_what_was_found_and_done"
            ),
        ]

    def __str__(self) -> str:
        return f"Answer at stage {self.stage}"
