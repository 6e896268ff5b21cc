"""Who may look at frameworks and change them, and which frameworks hold for a unit.

A framework is a published set of rules, without records of children or staff: whoever plans, audits the
auditors or reads figures may read all of it. Changing it is for those who configure all its units.
"""

from datetime import date

from django.shortcuts import get_object_or_404

from qaframework.packs.models import Framework, FrameworkQuerySet, FrameworkVersion
from qaframework.people.access import has_capability
from qaframework.people.models import Unit, User
from qaframework.people.roles import Capability

READERS = (Capability.CONFIGURE, Capability.RUN_QUALITY_ASSURANCE, Capability.SEE_FIGURES)


def frameworks_for(unit: Unit) -> FrameworkQuerySet:
    """Live frameworks whose units contain the unit."""
    above = Unit.objects.above(unit).order_by().values("pk")
    holding = Framework.units.through.objects.filter(unit__in=above).values("framework")
    return Framework.objects.live().filter(pk__in=holding)


def get_framework(pk: int) -> Framework:
    """Raises Http404 when there is none; every reader of frameworks may read it."""
    return get_object_or_404(Framework.objects.prefetch_related("units"), pk=pk)


def get_version(framework: Framework, number: int) -> FrameworkVersion:
    """Raises Http404 when the framework has no version of that number."""
    return get_object_or_404(framework.versions.select_related("framework"), number=number)


def may_configure(user: User, framework: Framework, on: date) -> bool:
    """Whether the person configures every unit of the framework on that local date."""
    units = framework.units.all()
    return bool(units) and all(has_capability(user, Capability.CONFIGURE, on, unit=unit) for unit in units)


def may_load_for(user: User, units: list[Unit], on: date) -> bool:
    """Whether the person configures each of the units on that local date."""
    return all(has_capability(user, Capability.CONFIGURE, on, unit=unit) for unit in units)
