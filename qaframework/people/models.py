"""Who: people, the organisation tree, posts and who holds them, and who read whose record."""

import hashlib
from datetime import date, timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from simple_history.models import HistoricalRecords

from qaframework.people.roles import ROLE_CHOICES, Capability, roles_with
from qaframework.rules.working_days import start_of_day


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{**fields, "is_superuser": True})


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. Signs in with the work e-mail address."""

    PERSONAL_FIELDS: ClassVar = ("email", "full_name", "staff_reference", "newly_qualified_until")

    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=150)
    staff_reference = models.CharField(
        max_length=40, null=True, blank=True, unique=True, help_text="The worker's id in the case system."
    )
    newly_qualified_until = models.DateField(
        null=True,
        blank=True,
        help_text="Last day of the assessed and supported year in employment; empty for everybody else.",
    )
    left_on = models.DateField(null=True, blank=True, help_text="Last day at work; empty while employed.")
    is_active = models.BooleanField(default=True)
    # Never a copy of a password.
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["full_name"]

    class Meta:
        ordering: ClassVar = ["full_name", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="user_email_any_case_unique")]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As usual, except that the stamp of signing in is no change and makes no history entry."""
        if kwargs.get("update_fields") != ["last_login"]:
            super().save(*args, **kwargs)
            return
        self.skip_history_when_saving = True
        super().save(*args, **kwargs)
        del self.skip_history_when_saving

    def is_newly_qualified(self, on: date) -> bool:
        """Whether that local date lies in their assessed and supported year in employment (ASYE)."""
        return self.newly_qualified_until is not None and on <= self.newly_qualified_until

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name


class UnitQuerySet(models.QuerySet["Unit"]):
    def below(self, unit: "Unit") -> "UnitQuerySet":
        """The unit itself and everything beneath it."""
        return self.filter(path__startswith=unit.path)

    def above(self, unit: "Unit") -> "UnitQuerySet":
        """The unit itself and its ancestors, nearest first."""
        steps = unit.path.strip("/").split("/")
        paths = ["/" + "/".join(steps[: i + 1]) + "/" for i in range(len(steps))]
        return self.filter(path__in=paths).order_by("-path")


class Unit(models.Model):
    """A part of the organisation: the authority at the root, teams at the leaves."""

    PERSONAL_FIELDS: ClassVar = ()

    class Kind(models.TextChoices):
        AUTHORITY = "authority", "Authority"
        FUNCTION = "function", "Function"
        SERVICE = "service", "Service"
        LOCALITY = "locality", "Locality"
        TEAM = "team", "Team"

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField(
        max_length=500,
        unique=True,
        editable=False,
        help_text="Codes from the root, such as /north/duty/duty-1/.",
    )
    is_active = models.BooleanField(default=True)
    history = HistoricalRecords()

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [
            # SQLite compares beginnings of paths without regard to case.
            models.UniqueConstraint(Lower("code"), name="unit_code_any_case_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.path = f"{self.parent.path if self.parent else '/'}{self.code}/"
        super().save(*args, **kwargs)


class PostQuerySet(models.QuerySet["Post"]):
    def open(self) -> "PostQuerySet":
        return self.filter(is_active=True)

    def with_capability(self, capability: Capability) -> "PostQuerySet":
        return self.filter(role__in=roles_with(capability))

    def held_by(self, user: User | int, on: date) -> "PostQuerySet":
        """Posts that ``user`` holds, or acts in, on that local date."""
        return self.filter(pk__in=PostHolding.objects.on(on).filter(user=user).values("post"))


class Post(models.Model):
    """A place in the organisation that owes work. People come and go; the post stays."""

    PERSONAL_FIELDS: ClassVar = ()

    code = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=120)
    role = models.CharField(max_length=40, choices=ROLE_CHOICES)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    reports_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="direct_reports"
    )
    is_active = models.BooleanField(default=True)
    history = HistoricalRecords()

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["unit__path", "title", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reports_to__isnull=True) | ~Q(reports_to=F("id")),
                name="post_does_not_report_to_itself",
                violation_error_message="A post cannot report to itself.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class PostHoldingQuerySet(models.QuerySet["PostHolding"]):
    def on(self, day: date) -> "PostHoldingQuerySet":
        """Holdings in force on that local date, by people who are still employed then."""
        return (
            self.filter(starts_on__lte=day)
            .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
            .filter(Q(user__left_on__isnull=True) | Q(user__left_on__gte=day), user__is_active=True)
        )


class PostHolding(models.Model):
    """Who holds, or acts in, a post from one local date to another, both included."""

    PERSONAL_FIELDS: ClassVar = ("user",)

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="holdings")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="holdings")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    is_acting = models.BooleanField(default=False, help_text="Covers for the holder or a vacancy.")
    history = HistoricalRecords()

    objects = PostHoldingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["post", "-starts_on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["post", "user", "starts_on"], name="holding_once_per_person_and_start"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="holding_ends_after_it_starts",
                violation_error_message="The last day must not be before the first day.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.post}"

    def covers(self, day: date) -> bool:
        """Whether it was in force on that local date."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class LocalClosureDay(models.Model):
    """A day on which the authority is closed besides weekends and England's bank holidays."""

    PERSONAL_FIELDS: ClassVar = ()

    day = models.DateField(unique=True)
    name = models.CharField(max_length=80)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%d %B %Y} – {self.name}"


class RecordReadQuerySet(models.QuerySet["RecordRead"]):
    def matching(
        self,
        *,
        reader: str = "",
        kind: str = "",
        record: str = "",
        since: date | None = None,
        until: date | None = None,
    ) -> "RecordReadQuerySet":
        """Readings by somebody (part of name or address), of a record, between local dates, both included."""
        found = self
        if reader:
            found = found.filter(Q(reader__full_name__icontains=reader) | Q(reader__email__icontains=reader))
        if kind:
            found = found.filter(kind=kind)
        if record:
            found = found.filter(label__iexact=record)
        if since:
            found = found.filter(at__gte=start_of_day(since))
        return found.filter(at__lt=start_of_day(until + timedelta(days=1))) if until else found


class RecordRead(models.Model):
    """One reading of a child's, an audit's or a worker's record. Written once, never changed."""

    PERSONAL_FIELDS: ClassVar = ("reader", "label", "purpose")

    class Kind(models.TextChoices):
        CASE = "case", "Case"
        AUDIT = "audit", "Audit"
        PERSON = "person", "Person"
        REPORT = "report", "Report or export"
        CALENDAR = "calendar", "Own dates, by a calendar program"

    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reads")
    kind = models.CharField(max_length=10, choices=Kind)
    record_id = models.BigIntegerField()
    label = models.CharField(max_length=120, help_text="The reference shown, never a name.")
    at = models.DateTimeField()
    purpose = models.CharField(max_length=200, blank=True)

    objects = RecordReadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["kind", "record_id", "-at"], name="read_by_record"),
            models.Index(fields=["-at", "-id"], name="read_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.reader} read {self.kind} {self.label}"


class CalendarAddressQuerySet(models.QuerySet["CalendarAddress"]):
    def with_token(self, token: str) -> "CalendarAddressQuerySet":
        return self.filter(token_hash=CalendarAddress.hash_of(token))


class CalendarAddress(models.Model):
    """The secret address at which a person's calendar program reads their own dates; at most one each.

    Only a hash of the secret is kept, so that nobody who sees the database can use it. The secret is long
    and random, which is why a plain hash is enough.
    """

    PERSONAL_FIELDS: ClassVar = ("user",)

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_address")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    history = HistoricalRecords(excluded_fields=["token_hash"])

    objects = CalendarAddressQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["user"]
        verbose_name_plural = "calendar addresses"

    def __str__(self) -> str:
        return f"Calendar address of {self.user}"

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()


class PeopleImport(models.Model):
    """A people file that was checked and waits for somebody to apply or discard it."""

    PERSONAL_FIELDS: ClassVar = ("content", "checked_by")

    class State(models.TextChoices):
        CHECKED = "checked", "Checked, waiting"
        APPLIED = "applied", "Applied"
        DISCARDED = "discarded", "Discarded"

    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKED)
    content = models.JSONField(default=dict, blank=True, help_text="The rows; emptied when no longer needed.")
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()
    history = HistoricalRecords(excluded_fields=["content"])

    class Meta:
        ordering: ClassVar = ["-checked_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["checked", "applied", "discarded"]), name="people_import_state_known"
            )
        ]

    def __str__(self) -> str:
        return self.file_name
