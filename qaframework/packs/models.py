"""A published framework as data, in versions that are never edited once in force."""

import json
from datetime import date
from functools import lru_cache, reduce
from operator import or_
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Col
from simple_history.models import HistoricalRecords

from qaframework.packs.definition import Pack, known, parse
from qaframework.people.models import Unit


class FrozenJSONField(models.JSONField):
    """JSON that is large and never changes: the same text is read once per process, whoever asks for it.

    All who ask share one object, so nobody may change it.
    """

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if isinstance(expression, Col) and isinstance(value, str):
            return _read(value)
        return super().from_db_value(value, expression, connection)

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs  # the same column


@lru_cache(maxsize=64)
def _read(text: str) -> Any:
    return json.loads(text)


class FrameworkQuerySet(models.QuerySet["Framework"]):
    def live(self) -> "FrameworkQuerySet":
        return self.filter(is_live=True)

    def holding_for(self, unit: Unit) -> "FrameworkQuerySet":
        """Those that hold for the unit: for itself or for one above it."""
        above = Unit.objects.above(unit).values("pk")
        return self.filter(pk__in=Framework.units.through.objects.filter(unit__in=above).values("framework"))


class Framework(models.Model):
    """One authority's framework for one or more parts of its organisation."""

    PERSONAL_FIELDS: ClassVar = ()

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    is_live = models.BooleanField(default=True)
    units = models.ManyToManyField(
        "people.Unit", related_name="frameworks", help_text="It holds for these units and all below them."
    )
    history = HistoricalRecords(m2m_fields=[units])

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def parts(self) -> models.QuerySet["Unit"]:
        """The open units for which it holds, and all below them."""
        return Unit.objects.filter(self.covers(), is_active=True)

    def covers(self, unit_field: str = "") -> Q:
        """Rows whose unit is one for which it holds or lies below one, open or closed.

        ``unit_field`` is the look-up of the unit, such as ``"case__unit"``; empty for units themselves.
        """
        look_up = f"{unit_field}__path__startswith" if unit_field else "path__startswith"
        return reduce(or_, (Q(**{look_up: unit.path}) for unit in self.units.all()), Q(pk__in=[]))

    def overlaps(self) -> list[str]:
        """A sentence for each other live framework that holds for a part of the same organisation: the posts
        there owe the work of both."""
        own = [unit.path for unit in self.units.all()]
        told = []
        for other in Framework.objects.live().exclude(pk=self.pk).prefetch_related("units"):
            theirs = [unit.path for unit in other.units.all()]
            if any(a.startswith(b) or b.startswith(a) for a in own for b in theirs):
                told.append(
                    f"{other} holds for a part of the same organisation: posts there owe the work of both. "
                    "If only one is meant, load each again for the parts it is for."
                )
        return told

    def version_on(self, day: date) -> "FrameworkVersion":
        """The version in force on a local date. Raises FrameworkVersion.DoesNotExist when none is."""
        return (
            self.versions.filter(effective_from__lte=day)
            .order_by("effective_from", "number")
            .reverse()[:1]
            .get()
        )


class FrameworkVersion(models.Model):
    """The framework's rules from one date on. ``content`` is the pack as loaded; it is frozen."""

    PERSONAL_FIELDS: ClassVar = ()

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=80, help_text="The pack's own version, such as 2026.1.")
    effective_from = models.DateField()
    content = FrozenJSONField()
    content_hash = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True, help_text="What this version changed and why.")
    created_at = models.DateTimeField()
    history = HistoricalRecords(excluded_fields=["content"])

    class Meta:
        ordering: ClassVar = ["framework", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["framework", "number"], name="framework_version_number_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="framework_version_number_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.framework} {self.label}"

    @property
    def pack(self) -> Pack:
        """The rules as typed objects, parsed once per version and process.

        The content is large: a query that only needs the rules may defer it.
        """
        return known(self.content_hash) or parse(self.content_hash, self.content)
