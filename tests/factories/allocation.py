"""Programmes, assignments and requests for tests."""

from datetime import UTC, date, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from qaframework.allocation.models import Assignment, ExtensionRequest, Programme
from qaframework.allocation.workflow import allocate, make_programme, mark_submitted
from qaframework.caseload.models import Case
from qaframework.packs.models import Framework
from qaframework.people.models import Post, User
from tests.factories.authority import Authority
from tests.factories.packs import lancashire

BEFORE_THE_YEAR = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)


class ProgrammeFactory(DjangoModelFactory):
    """The year from April 2026 without any work in it; give ``framework``."""

    class Meta:
        model = Programme

    year = 2026
    starts_on = date(2026, 4, 1)
    ends_on = date(2027, 3, 31)
    created_at = BEFORE_THE_YEAR


class AssignmentFactory(DjangoModelFactory):
    """Planned work; give ``programme``, ``framework_version`` and ``post``. See also ``owed``."""

    class Meta:
        model = Assignment

    activity = "learning_space"
    kind = "case_audit"
    unit = factory.SelfAttribute("post.unit")
    period = "2026-11"
    ordinal = factory.Sequence(lambda n: n % 800 + 51)  # beside what a planned year has


class ExtensionRequestFactory(DjangoModelFactory):
    """A request that waits for a decision; give ``assignment`` and ``asked_by``."""

    class Meta:
        model = ExtensionRequest

    kind = ExtensionRequest.Kind.EXTENSION
    reason = "The practitioner is on leave until the end of the month."
    new_due_on = date(2026, 12, 18)
    asked_at = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)


def planned_year(authority: Authority, *, now: datetime = BEFORE_THE_YEAR) -> Programme:
    """Lancashire's framework for the whole authority, with the programme of 2026 planned at ``now``."""
    version = lancashire([authority.root])
    return make_programme(framework=version.framework, year=2026, by=None, now=now).programme


def empty_year(authority: Authority) -> Programme:
    """Lancashire's framework for the whole authority, with a programme of 2026 without work."""
    framework = Framework.objects.filter(key="lancashire").first()
    framework = framework or lancashire([authority.root]).framework
    found = Programme.objects.filter(framework=framework, year=2026).first()
    return found or ProgrammeFactory(framework=framework)


def owed(
    authority: Authority,
    post: Post,
    *,
    due_on: date,
    now: datetime,
    case: Case | None = None,
    worker: User | None = None,
    **changes: Any,
) -> Assignment:
    """Work of a post that was allocated at ``now``, with its clock running."""
    programme = empty_year(authority)
    planned = AssignmentFactory(
        programme=programme, framework_version=programme.framework.versions.get(), post=post, **changes
    )
    return allocate(
        assignment=planned,
        case=case,
        worker=worker,
        unit=post.unit,
        selection="random" if case else "none",
        allocated_on=now.date(),
        due_on=due_on,
        by=None,
        now=now,
    )


def handed_in(authority: Authority, post: Post, *, by: User, at: datetime, **values: Any) -> Assignment:
    """Work that was handed in at an aware moment."""
    return mark_submitted(assignment=owed(authority, post, **values), by=by, now=at)
