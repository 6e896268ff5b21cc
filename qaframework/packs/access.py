"""Who may look at frameworks and change them.

A framework is a published set of rules, without records of children or staff: whoever plans, audits the
auditors or reads figures may read all of it. Changing it is for those who configure all its units.
"""

from datetime import date

from django.shortcuts import get_object_or_404

from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people.access import has_capability
from qaframework.people.models import User
from qaframework.people.roles import Capability

READERS = (Capability.CONFIGURE, Capability.RUN_QUALITY_ASSURANCE, Capability.SEE_FIGURES)


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
