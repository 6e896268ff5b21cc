"""Case audits, their meetings, advice, moderation and results, and dip samples."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from qaframework.activities.models import Activity
from qaframework.people.templatetags.page import uk_date

PERSON = settings.AUTH_USER_MODEL


class CaseAudit(Activity):
    """An audit of one child's case, live with the practitioner where possible."""

    PERSONAL_FIELDS: ClassVar = (
        "worker_view",
        "impact",
        "not_involved_reason",
        "worker_comment",
        "reflection_outcome",
        "auditor",
        "grade_reason",
        "unmet_indicators_reason",
        "preparation",
    )

    class Involvement(models.TextChoices):
        IN_PERSON = "in_person", "Yes, in person"
        BY_CALL = "by_call", "Yes, by call"
        NO = "no", "No"

    class Agreement(models.TextChoices):
        AGREED = "agreed", "Agreed"
        NOT_AGREED = "not_agreed", "Not agreed"

    follow_up_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups"
    )
    auditor = models.ForeignKey(
        PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="audits_done"
    )
    preparation = models.JSONField(
        default=dict,
        blank=True,
        help_text="What the practitioner has ready: {key: {by, name, at}} with the moment in UTC.",
    )
    worker_took_part = models.CharField(max_length=10, choices=Involvement, blank=True)
    not_involved_reason = models.TextField(blank=True)
    overall_grade = models.CharField(max_length=40, blank=True, help_text="The auditor's grade.")
    grade_reason = models.TextField(blank=True)
    impact = models.TextField(blank=True, help_text="The difference the work made for the child.")
    worker_grade = models.CharField(max_length=40, blank=True)
    worker_view = models.TextField(blank=True)
    agreement = models.CharField(max_length=12, choices=Agreement, blank=True)
    unmet_indicators_reason = models.TextField(blank=True)
    worker_comment = models.TextField(blank=True, help_text="What they want to add after submission.")
    reflection_offered_on = models.DateField(
        null=True, blank=True, help_text="When a practitioner who did not take part was offered a discussion."
    )
    reflection_outcome = models.TextField(blank=True)
    final_grade = models.CharField(max_length=40, blank=True)
    final_grade_reached_by = models.CharField(max_length=200, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Grows with every save of the judgement.")

    class Meta(Activity.Meta):
        indexes: ClassVar = [models.Index(fields=["submitted_at", "id"], name="audit_by_submission")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | ~Q(impact=""), name="submitted_audit_states_impact"
            )
        ]

    def __str__(self) -> str:
        return f"Audit {self.pk}"


class AuditMeeting(models.Model):
    """The meeting of auditor and practitioner: proposed by one, accepted by the other, moved, cancelled."""

    PERSONAL_FIELDS: ClassVar = ("proposed_by",)

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        ACCEPTED = "accepted", "Accepted"
        CANCELLED = "cancelled", "Cancelled"

    audit = models.OneToOneField(CaseAudit, on_delete=models.CASCADE, related_name="meeting")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=90)
    place = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveSmallIntegerField(default=0, help_text="Grows with every change (iCalendar).")
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["starts_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(minutes__gte=15), name="meeting_lasts_a_quarter_hour")
        ]

    def __str__(self) -> str:
        return f"Meeting for {self.audit}"


class AdviceRequest(models.Model):
    """Auditor and practitioner cannot agree on the grade: the QA team is asked (BF-14)."""

    PERSONAL_FIELDS: ClassVar = ("auditor_reason", "worker_reason", "advice", "asked_by", "advised_by")

    audit = models.OneToOneField(CaseAudit, on_delete=models.CASCADE, related_name="advice_request")
    auditor_reason = models.TextField()
    worker_reason = models.TextField()
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    advice = models.TextField(blank=True)
    advised_grade = models.CharField(max_length=40, blank=True)
    advised_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    advised_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["asked_at"]

    def __str__(self) -> str:
        return f"Advice on {self.audit}"


class ModerationDraw(models.Model):
    """The verifiable random choice of the share of a period's audits that is moderated (LAN-34)."""

    PERSONAL_FIELDS: ClassVar = ("drawn_by",)

    programme = models.ForeignKey(
        "allocation.Programme", on_delete=models.PROTECT, related_name="moderation_draws"
    )
    activity = models.CharField(max_length=40)
    period = models.CharField(max_length=8)
    seed = models.CharField(max_length=80)
    percent = models.PositiveSmallIntegerField()
    population = models.PositiveIntegerField(
        help_text="Audits of which the percentage is taken: the frame, and those whose grade decides."
    )
    frame = models.JSONField(help_text="Ids of the audits that could be chosen, in their order.")
    frame_hash = models.CharField(max_length=64)
    chosen = models.JSONField(help_text="Ids chosen at random.")
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-period", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "activity", "period"], name="one_moderation_draw_per_period"
            )
        ]

    def __str__(self) -> str:
        return f"Moderation {self.activity} {self.period}"


class Moderation(models.Model):
    """A second judgement of a submitted audit by somebody else (LAN-34, LAN-35)."""

    PERSONAL_FIELDS: ClassVar = (
        "moderator",
        "auditor_viewpoint",
        "feedback",
        "grade_reason",
        "discussion_outcome",
    )

    class Because(models.TextChoices):
        RANDOM = "random", "Chosen at random"
        INADEQUATE = "grade", "Every audit with this grade is moderated"
        ALL = "all", "Every audit is moderated"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        IN_PROGRESS = "in_progress", "In progress"
        COMPLETED = "completed", "Completed"

    class Result(models.TextChoices):
        UPHELD = "upheld", "Grade upheld"
        RAISED = "raised", "Grade raised"
        LOWERED = "lowered", "Grade lowered"
        SENT_BACK = "sent_back", "Sent back for more evidence"

    class Criterion(models.TextChoices):
        EVIDENCE = "evidence", "Each judgement rests on evidence that is named"
        CHILD = "child", "The child’s daily life and views can be seen"
        IMPACT = "impact", "It is about the difference made for the child"
        PARTNERSHIP = "partnership", "The practitioner took part, and their view is there"
        DESCRIPTORS = "descriptors", "The grade matches what the grades mean"
        ACTIONS = "actions", "The actions follow from the findings, with who, what and by when"

    class Quality(models.TextChoices):
        MET = "met", "Met"
        PARTLY = "partly", "Partly"
        NOT_MET = "not_met", "Not met"

    audit = models.ForeignKey(CaseAudit, on_delete=models.CASCADE, related_name="moderations")
    because = models.CharField(max_length=8, choices=Because)
    draw = models.ForeignKey(
        ModerationDraw, null=True, blank=True, on_delete=models.PROTECT, related_name="moderations"
    )
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    moderator = models.ForeignKey(
        PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="moderations"
    )
    original_grade = models.CharField(max_length=40)
    quality = models.JSONField(
        default=dict, blank=True, help_text="Quality of the audit: {criterion: met|partly|not_met}"
    )
    moderated_grade = models.CharField(max_length=40, blank=True)
    grade_reason = models.TextField(blank=True)
    discussed_on = models.DateField(null=True, blank=True)
    auditor_viewpoint = models.TextField(blank=True)
    discussion_outcome = models.TextField(blank=True)
    feedback = models.TextField(blank=True)
    result = models.CharField(max_length=10, choices=Result, blank=True)
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    completed_at = models.DateTimeField(null=True, blank=True)
    clock = models.OneToOneField(
        "clocks.Clock", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["audit"], condition=~Q(state="completed"), name="one_open_moderation_per_audit"
            ),
            models.CheckConstraint(
                condition=~Q(state="completed") | (Q(completed_at__isnull=False) & ~Q(result="")),
                name="completed_moderation_has_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"Moderation of {self.audit}"


class DipSample(Activity):
    """A few questions about several children, or several pieces of finished work (LAN-12, BED-17).

    Answers hold one row for each of them.
    """

    PERSONAL_FIELDS: ClassVar = ()

    def __str__(self) -> str:
        return f"Dip sample {self.pk}"

    @property
    def waits_for_draw(self) -> bool:
        """Whether what it looks at is drawn once it is settled whose cases these are (SAN-30)."""
        return self.answer_set.given_rows is not None and not hasattr(self, "draw")

    def why_not_ready(self, on: date) -> str:
        if self.waits_for_draw:
            return "Say whose cases you look at. Then they are drawn."
        last = self.draw.closes_on if self.answer_set.given_rows is not None else None
        if last is not None and on <= last:
            return f"Answers can come until {uk_date(last)}. Submit it after that day."
        return ""


class AuditResult(models.Model):
    """One row per audit that has been submitted, kept in the same transaction, for the figures.

    Random and targeted audits are told apart, so that they are never pooled in one percentage.
    """

    PERSONAL_FIELDS: ClassVar = ()

    audit = models.OneToOneField(CaseAudit, on_delete=models.CASCADE, related_name="result")
    framework = models.ForeignKey("packs.Framework", on_delete=models.PROTECT, related_name="+")
    activity = models.CharField(max_length=40)
    month = models.CharField(max_length=8, help_text="Local month of submission, such as 2026-12.")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    plan_type = models.CharField(max_length=20)
    selection = models.CharField(max_length=10)
    is_restricted = models.BooleanField()
    original_grade = models.CharField(max_length=40)
    final_grade = models.CharField(max_length=40, blank=True)
    section_grades = models.JSONField(default=dict)
    worker_took_part = models.BooleanField()
    feedback_obtained = models.BooleanField(null=True)
    in_time = models.BooleanField()

    class Meta:
        ordering: ClassVar = ["-month", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["framework", "month", "unit"], name="result_by_month_and_unit")
        ]

    def __str__(self) -> str:
        return f"Result of {self.audit}"
