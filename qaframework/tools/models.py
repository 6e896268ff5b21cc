"""Audit tools in frozen versions, and the answers given on them."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from qaframework.packs.models import FrozenJSONField
from qaframework.tools.definition import ToolDefinition, known, parse


class Tool(models.Model):
    """A form for one kind of quality-assurance activity, such as a learning space."""

    PERSONAL_FIELDS: ClassVar = ()

    framework = models.ForeignKey("packs.Framework", on_delete=models.CASCADE, related_name="tools")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["framework", "key"], name="tool_key_once_per_framework")
        ]

    def __str__(self) -> str:
        return self.name


class ToolVersion(models.Model):
    """The questions as they stood at one time. Never edited; a change is a new version."""

    PERSONAL_FIELDS: ClassVar = ()

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = FrozenJSONField()
    content_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    history = HistoricalRecords(excluded_fields=["content"])

    class Meta:
        ordering: ClassVar = ["tool", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tool", "number"], name="tool_version_number_unique"),
            models.UniqueConstraint(fields=["tool", "content_hash"], name="tool_version_content_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.tool} version {self.number}"

    @property
    def definition(self) -> ToolDefinition:
        """The questions as typed objects, parsed once per version and process.

        The content is large: a query that only needs the definition may defer it.
        """
        return known(self.content_hash) or parse(self.content_hash, self.content)


class ToolDraft(models.Model):
    """A tool that is being built or changed. It may be incomplete, and nobody answers on it.

    ``content`` is the tool as its pack file writes it, ``based_on`` the version of the framework that it
    began from, and ``revision`` grows by one with every change.
    """

    PERSONAL_FIELDS: ClassVar = ("started_by", "changed_by")

    framework = models.ForeignKey("packs.Framework", on_delete=models.CASCADE, related_name="tool_drafts")
    key = models.SlugField(max_length=60)
    content = models.JSONField()
    based_on = models.ForeignKey("packs.FrameworkVersion", on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["framework", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["framework", "key"], name="one_draft_per_tool"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="draft_revision_positive"),
        ]

    def __str__(self) -> str:
        return f"Draft of {self.name}"

    @property
    def name(self) -> str:
        """What the tool is called in the draft."""
        return str(self.content.get("name") or self.key)


class AnswerSet(models.Model):
    """All answers of one piece of work on one frozen tool version.

    Open: answers may be saved. Locked: submitted, nothing changes until it is sent back, which
    opens it for the next revision.
    """

    PERSONAL_FIELDS: ClassVar = ()

    tool_version = models.ForeignKey(ToolVersion, on_delete=models.PROTECT, related_name="answer_sets")
    is_locked = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=1)
    given_rows = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="How many rows it has, where these were given and nobody adds one.",
    )
    created_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"Answers {self.pk} on {self.tool_version}"


class Answer(models.Model):
    """The present answer to one question. ``version`` grows by one with every save."""

    PERSONAL_FIELDS: ClassVar = ("value", "saved_by")

    answer_set = models.ForeignKey(AnswerSet, on_delete=models.CASCADE, related_name="answers")
    question_key = models.CharField(max_length=60)
    value = models.JSONField(help_text="Text, number, list or object, by the question's type.")
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["answer_set", "question_key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["answer_set", "question_key"], name="one_answer_per_question"),
            models.CheckConstraint(condition=Q(version__gte=1), name="answer_version_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.question_key} (version {self.version})"


class Submission(models.Model):
    """The answers exactly as they were handed in. Never changes."""

    PERSONAL_FIELDS: ClassVar = ("answers", "submitted_by")

    answer_set = models.ForeignKey(AnswerSet, on_delete=models.PROTECT, related_name="submissions")
    revision = models.PositiveIntegerField()
    answers = models.JSONField(help_text="{question key: value}")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["answer_set", "-revision"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["answer_set", "revision"], name="one_submission_per_revision")
        ]

    def __str__(self) -> str:
        return f"Submission {self.revision} of answers {self.answer_set_id}"


class Survey(models.Model):
    """What everybody of one role says after audits of one kind in one quarter, added up as it comes in.

    Nobody's answers stand together, nothing says who gave one or when, and there is no history: one more
    entry of it would be one person's answers. ``period`` is the quarter in which the audits became final, and
    ``closes_on`` the last day on which anybody can answer.
    """

    PERSONAL_FIELDS: ClassVar = ("tallies",)

    class Role(models.TextChoices):
        WORKER = "worker", "Practitioners"
        AUDITOR = "auditor", "Auditors"

    framework_version = models.ForeignKey(
        "packs.FrameworkVersion", on_delete=models.PROTECT, related_name="+"
    )
    tool_version = models.ForeignKey(ToolVersion, on_delete=models.PROTECT, related_name="+")
    activity = models.CharField(max_length=40)
    period = models.CharField(max_length=8, help_text="A quarter of the programme year, such as 2026-Q3.")
    role = models.CharField(max_length=8, choices=Role)
    closes_on = models.DateField()
    answered = models.PositiveIntegerField(default=0)
    tallies = models.JSONField(
        default=dict,
        blank=True,
        help_text="{question key: {answer: how often}}, each in the order of its key.",
    )

    class Meta:
        ordering: ClassVar = ["-period", "activity", "role"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["framework_version", "activity", "period", "role"], name="one_survey_per_quarter"
            )
        ]

    def __str__(self) -> str:
        return f"Survey {self.activity} {self.period} ({self.role})"


class SurveyInvitation(models.Model):
    """One person may answer a survey once. It says whether they have, never when, and has no history."""

    PERSONAL_FIELDS: ClassVar = ("person", "label")

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="invitations")
    answer_set = models.ForeignKey(AnswerSet, on_delete=models.PROTECT, related_name="invitations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=200, help_text="Shown in lists; a reference, never a name.")
    case = models.ForeignKey(
        "caseload.Case",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Set when the work is about one child, so that a restricted case stays hidden in lists.",
    )
    closes_on = models.DateField(help_text="The last day on which they can answer.")
    is_used = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["closes_on", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["person", "closes_on"],
                name="survey_invitations_waiting",
                condition=Q(is_used=False),
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["answer_set", "person"], name="invited_once_per_work")
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk} to {self.survey}"


class SignatureQuerySet(models.QuerySet["Signature"]):
    def waiting(self) -> "SignatureQuerySet":
        """Those that are asked for and not given; nobody signs what was opened again since."""
        return self.filter(
            signed_at__isnull=True,
            submission__answer_set__is_locked=True,
            submission__answer_set__revision=F("submission__revision"),
        )


class Signature(models.Model):
    """The person whom the work is about is asked to sign what was handed in; with ``signed_at``, they have.

    It belongs to one submission: what is opened and handed in again is signed again.
    """

    PERSONAL_FIELDS: ClassVar = ("signer", "label", "comment")

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="signature")
    question_key = models.CharField(max_length=60)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=200, help_text="Shown in lists; a reference, never a name.")
    url = models.CharField(max_length=200)
    case = models.ForeignKey(
        "caseload.Case",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Set when the work is about one child, so that a restricted case stays hidden in lists.",
    )
    asked_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(blank=True)
    history = HistoricalRecords()

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["asked_at", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["signer", "asked_at"],
                name="signatures_waiting",
                condition=Q(signed_at__isnull=True),
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(signed_at__isnull=False) | Q(comment=""), name="comment_comes_with_signature"
            )
        ]

    def __str__(self) -> str:
        return f"Signature {self.pk} of submission {self.submission_id}"

    @property
    def value(self) -> dict[str, Any] | str:
        """What stands at its question: a sign-off as ``tools.values`` has it, "" while it is not signed."""
        if self.signed_at is None:
            return ""
        return {
            "id": str(self.signer_id),
            "name": self.signer.full_name,
            "at": self.signed_at.isoformat(),
            "comment": self.comment,
        }
