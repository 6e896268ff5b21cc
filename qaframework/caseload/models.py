"""Which children's cases the authority works with, and the imports that keep the list true.

Minimal by design: the case system's reference and, optionally, initials. No names, no dates of
birth, no addresses.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from qaframework.people.models import Unit


class PlanType(models.TextChoices):
    EARLY_HELP = "early_help", "Early help"
    FRONT_DOOR = "front_door", "Front door"
    ASSESSMENT = "assessment", "Assessment"
    CHILD_IN_NEED = "child_in_need", "Child in need"
    CHILD_PROTECTION = "child_protection", "Child protection"
    CHILD_IN_CARE = "child_in_care", "Child in care"
    CARE_LEAVER = "care_leaver", "Care leaver"
    UNKNOWN = "unknown", "Not recorded"


class AgeBand(models.TextChoices):
    UNBORN = "unborn", "Unborn"
    UNDER_1 = "under_1", "Under 1"
    FROM_1_TO_4 = "1_to_4", "1 to 4"
    FROM_5_TO_9 = "5_to_9", "5 to 9"
    FROM_10_TO_15 = "10_to_15", "10 to 15"
    FROM_16_TO_17 = "16_to_17", "16 to 17"
    ADULT = "18_and_over", "18 and over"
    UNKNOWN = "unknown", "Not recorded"


class CaseStatus(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    TRANSFERRED = "transferred", "Transferred"


class CaseFlag(models.TextChoices):
    """A need or risk that the case system marks a child with, and that draws and themes can go by."""

    SEND = "send", "Special educational needs or disability"
    EHC_PLAN = "ehc_plan", "Education, health and care plan"
    EXPLOITATION = "exploitation", "At risk of exploitation"
    MISSING = "missing", "Has gone missing"
    DOMESTIC_ABUSE = "domestic_abuse", "Domestic abuse"
    PRE_PROCEEDINGS = "pre_proceedings", "Pre-proceedings"
    PRIVATE_FOSTERING = "private_fostering", "Privately fostered"
    UNACCOMPANIED = "unaccompanied", "Unaccompanied asylum-seeking child"
    YOUNG_CARER = "young_carer", "Young carer"


def flag_keys(flags: str) -> tuple[str, ...]:
    """The keys of a stored list of flags."""
    return tuple(flags.split(",")) if flags else ()


def flag_labels(flags: str) -> str:
    """A stored list of flags in words, such as “Young carer, Has gone missing”; empty for none."""
    return ", ".join(str(CaseFlag(key).label) for key in flag_keys(flags))


class RegisterEntry(models.Model):
    """What the case register says about one child: the same in the register and in a file that waits."""

    initials = models.CharField(max_length=4, blank=True)
    status = models.CharField(max_length=12, choices=CaseStatus, default=CaseStatus.OPEN)
    plan_type = models.CharField(max_length=20, choices=PlanType, default=PlanType.UNKNOWN)
    age_band = models.CharField(max_length=12, choices=AgeBand, default=AgeBand.UNKNOWN)
    sex = models.CharField(max_length=1, blank=True)
    ethnicity = models.CharField(max_length=8, blank=True, help_text="National code such as WBRI.")
    disability = models.BooleanField(null=True, blank=True)
    flags = models.CharField(
        max_length=120, blank=True, help_text="Keys of CaseFlag in alphabetical order, separated by commas."
    )
    family_ref = models.CharField(max_length=40, blank=True)
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="cases", verbose_name="team"
    )
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    worker_name = models.CharField(max_length=150, blank=True, help_text="As the register spells it.")
    team_name = models.CharField(max_length=120, blank=True, help_text="As the register spells it.")
    opened_on = models.DateField(null=True, blank=True)
    plan_started_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    closure_reason = models.CharField(max_length=80, blank=True)
    last_visit_on = models.DateField(null=True, blank=True)
    last_review_on = models.DateField(null=True, blank=True)
    last_supervision_on = models.DateField(null=True, blank=True)
    is_restricted = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def flag_keys(self) -> tuple[str, ...]:
        return flag_keys(self.flags)


class Case(RegisterEntry):
    """One child known to the authority."""

    PERSONAL_FIELDS: ClassVar = (
        "child_ref",
        "initials",
        "worker_name",
        "worker",
        "restriction_reason",
        "on_hold_reason",
    )

    Status: ClassVar = CaseStatus

    child_ref = models.CharField("child reference", max_length=20, unique=True)
    restriction_reason = models.CharField(max_length=200, blank=True)
    on_hold_reason = models.CharField(
        max_length=200, blank=True, help_text="Complaint or review under way: not to be drawn."
    )
    last_import = models.ForeignKey(
        "caseload.CaseImport",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="The last import that changed something here.",
    )
    # Entries are looked up by case and day only, and an import writes one for each case.
    history = HistoricalRecords(no_db_index=["child_ref", "unit", "worker", "last_import"])

    class Meta:
        ordering: ClassVar = ["child_ref"]
        indexes: ClassVar = [
            models.Index(fields=["status", "unit"], name="case_by_status_and_unit"),
            models.Index(fields=["id"], name="case_restricted", condition=Q(is_restricted=True)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(child_ref=""), name="case_has_a_reference"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(opened_on__isnull=True)
                | Q(closed_on__gte=F("opened_on")),
                name="case_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=~Q(status="open") | Q(closed_on__isnull=True), name="open_case_has_no_closing_date"
            ),
            models.CheckConstraint(
                condition=Q(is_restricted=False) | ~Q(restriction_reason=""),
                name="restricted_case_has_a_reason",
                violation_error_message="Say why the case is restricted.",
            ),
        ]

    def __str__(self) -> str:
        return self.child_ref


class CaseClearance(models.Model):
    """A named person may see one restricted case, until the review date."""

    PERSONAL_FIELDS: ClassVar = ("user", "reason", "granted_by")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clearances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="clearances")
    reason = models.CharField(max_length=200)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    review_on = models.DateField(help_text="Ends on this day unless renewed.")
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["case", "user"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "user"], name="clearance_once_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} may see {self.case}"


class CaseImport(models.Model):
    """One file with the register as it stood on a day: checked first, then applied whole or discarded."""

    PERSONAL_FIELDS: ClassVar = ("uploaded_by", "decided_by")

    class State(models.TextChoices):
        CHECKED = "checked", "Checked, waiting for your decision"
        APPLIED = "applied", "Applied"
        DISCARDED = "discarded", "Discarded"

    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64)
    layout = models.CharField(max_length=20, help_text="csv, xlsx or annex_a")
    extract_date = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.CHECKED)
    counts = models.JSONField(
        default=dict, help_text="rows, new, changed, closed, reopened, missing, refused, warnings …"
    )
    register_version = models.BigIntegerField(
        default=0, help_text="The last history entry of the register that this import knows of."
    )
    directory_hash = models.CharField(
        max_length=64,
        blank=True,
        help_text="People and teams as they were when the file was checked.",
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.extract_date:%d %B %Y})"


class StagedCase(RegisterEntry):
    """One child of an import that waits for the decision: what the register would say afterwards.

    A child whose entry would not change is counted in the import and has no row here.
    """

    PERSONAL_FIELDS: ClassVar = ("child_ref", "initials", "worker_name", "differences", "worker")

    class Change(models.TextChoices):
        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Open again"
        MISSING = "missing", "Missing from this extract"

    # Changes that move work, each with the key under which ``differences`` has it.
    MOVES: ClassVar = {"team": "unit_id", "worker": "worker_id", "plan": "plan_type"}

    # Written in bulk and soon gone: keys that the register itself checks are not checked twice.
    case_import = models.ForeignKey(
        CaseImport,
        on_delete=models.CASCADE,
        related_name="staged_cases",
        db_index=False,
        db_constraint=False,
    )
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    child_ref = models.CharField("child reference", max_length=20)
    change = models.CharField(max_length=12, choices=Change)
    differences = models.JSONField(default=dict, help_text="{field: [before, after]}, as people read them")

    class Meta:
        ordering: ClassVar = ["child_ref"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case_import", "child_ref"], name="staged_case_once_per_import")
        ]

    def __str__(self) -> str:
        return f"{self.child_ref}: {self.change}"


class ImportFinding(models.Model):
    """What is wrong, or doubtful, in one cell of an imported file, and what would be right."""

    PERSONAL_FIELDS: ClassVar = ("value",)

    class Severity(models.TextChoices):
        REFUSED = "refused", "Row refused"
        WARNING = "warning", "Taken, please check"

    case_import = models.ForeignKey(CaseImport, on_delete=models.CASCADE, related_name="findings")
    severity = models.CharField(max_length=10, choices=Severity)
    sheet = models.CharField(max_length=80, blank=True)
    row = models.PositiveIntegerField(null=True, blank=True)
    column = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=120, blank=True)
    problem = models.CharField(max_length=300)
    remedy = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = ["severity", "sheet", "row", "pk"]

    def __str__(self) -> str:
        return f"{self.sheet} row {self.row}: {self.problem}"
