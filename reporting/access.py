"""Whose figures a person may see, and which reports they may read or work on."""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from qaframework.allocation.access import visible_frameworks
from qaframework.allocation.reading import packs_on
from qaframework.packs.definition import ReportRule
from qaframework.packs.models import Framework, FrameworkQuerySet
from qaframework.people.access import capability_q, has_capability, posts_of
from qaframework.people.models import Post, RecordRead, Unit, UnitQuerySet, User
from qaframework.people.reads import log_read
from qaframework.people.roles import Capability, roles_with
from reporting.links import Links, links_for
from reporting.models import Report
from reporting.parts import asked_for, covered_by

OVERSIGHT = (Capability.SEE_TEAM_WORK, Capability.RUN_QUALITY_ASSURANCE)


def frameworks_with_figures(user: User, on: date) -> FrameworkQuerySet:
    """Frameworks in force for a unit in, above or below those whose figures the person sees."""
    roles = roles_with(Capability.SEE_FIGURES)
    posts = [post for post in posts_of(user, on) if post.role in roles]
    scope = Q(pk__in=[])
    for post in posts:
        above = Unit.objects.above(post.unit).order_by().values("pk")
        scope |= Q(units__path__startswith=post.unit.path) | Q(units__in=above)
    return Framework.objects.live().filter(scope, versions__effective_from__lte=on).distinct()


def units_with_figures(user: User, on: date) -> UnitQuerySet:
    """Units that the person may choose.

    Those who read figures without seeing the work behind them get their own units as a whole: parts of them
    could be subtracted from each other until one child's audit is left.
    """
    overseen = capability_q(user, Capability.SEE_TEAM_WORK, on, "") | capability_q(
        user, Capability.RUN_QUALITY_ASSURANCE, on, ""
    )
    roles = roles_with(Capability.SEE_FIGURES)
    own = [post.unit_id for post in posts_of(user, on) if post.role in roles]
    return Unit.objects.filter(overseen | Q(pk__in=own), is_active=True).order_by("path")


def overseen_q(user: User, on: date, unit_field: str) -> Q:
    """Rows of units whose work the person sees, or for which they run quality assurance."""
    return capability_q(user, OVERSIGHT, on, unit_field)


def links_of(user: User, period: str, on: date) -> Links:
    """Where figures of a period (a month's key, or a quarter's) may lead the person."""
    return links_for(
        sees_work=any(has_capability(user, capability, on) for capability in OVERSIGHT),
        runs_qa=has_capability(user, Capability.RUN_QUALITY_ASSURANCE, on),
        month=period,
    )


def visible_reports(user: User, on: date) -> QuerySet[Report]:
    """Released reports that the framework sends to a role of the person's; all for those who edit them."""
    scope = _edited(user, on) | _received(user, on)
    return Report.objects.filter(scope).select_related("framework", "unit")


def units_reported_on(reports: QuerySet[Report]) -> UnitQuerySet:
    """The units of which some of the reports are, in the order of the tree."""
    return Unit.objects.filter(pk__in=reports.order_by().values("unit")).order_by("path")


def may_edit(user: User, report: Report, on: date) -> bool:
    """Whether the person runs quality assurance where the report's framework holds."""
    return (
        visible_frameworks(user, on, Capability.RUN_QUALITY_ASSURANCE).filter(pk=report.framework_id).exists()
    )


def get_report(user: User, pk: int, on: date, *, now: datetime, purpose: str = "") -> Report:
    """The report; the reading is logged. Raises Http404 for those to whom it is not sent."""
    report = get_object_or_404(visible_reports(user, on).select_related("released_by"), pk=pk)
    log_read(
        reader=user,
        kind=RecordRead.Kind.REPORT,
        record_id=report.pk,
        label=report.title,
        now=now,
        purpose=purpose,
    )
    return report


def get_edited_report(user: User, pk: int, on: date) -> Report:
    """A report whose words the person may write. Raises Http404."""
    edited = Report.objects.filter(_edited(user, on)).select_related("framework", "unit")
    return get_object_or_404(edited, pk=pk)


def _edited(user: User, on: date) -> Q:
    frameworks = visible_frameworks(user, on, Capability.RUN_QUALITY_ASSURANCE)
    return Q(framework__in=frameworks.values("pk"))


def _received(user: User, on: date) -> Q:
    posts = posts_of(user, on)
    scope = Q(pk__in=[])
    packs = packs_on(on) if posts else {}
    for framework in frameworks_with_figures(user, on).prefetch_related("units") if packs else []:
        here = [post for post in posts if _lies_with(post, framework)]
        for rule in packs[framework.pk].reports:
            if recipients := [post for post in here if post.role in rule.recipients]:
                about = Q(framework=framework, kind=rule.kind, state=Report.State.RELEASED)
                scope |= about & _part(rule, recipients)
    return scope


def _part(rule: ReportRule, posts: list[Post]) -> Q:
    if not rule.is_of_parts:
        return Q(unit__isnull=True)
    return asked_for(rule, "unit__") & covered_by(posts)


def _lies_with(post: Post, framework: Framework) -> bool:
    paths = [unit.path for unit in framework.units.all()]
    return any(post.unit.path.startswith(path) or path.startswith(post.unit.path) for path in paths)
