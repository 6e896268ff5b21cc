"""Building reports once a period, the words people add, release, and re-issue."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min
from django.urls import reverse

from qaframework.allocation.models import Assignment
from qaframework.notices.workflow import Message, write_notices
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people import history
from qaframework.people.directory import Organisation
from qaframework.people.models import Post, Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Quarter
from qaframework.rules.working_days import local_date
from reporting.contents import report_sections
from reporting.document import to_json
from reporting.figures import all_figures
from reporting.figures.scope import Scope
from reporting.models import Report
from reporting.parts import covers, rules_for, units_of
from reporting.periods import Period, due_periods, period_of

QA_MANAGER = "qa_manager"


@transaction.atomic
def build_report(
    *,
    framework: Framework,
    kind: str,
    period: Period,
    unit: Unit | None = None,
    by: User | None,
    now: datetime,
) -> Report:
    """The report of a month or quarter that has ended, with its figures frozen as they stand at ``now``.

    It is about ``unit`` and all below it, or about all that the framework holds for (LAN-01). Built again, it
    stays as it is and is returned in its newest version. Raises Refused for a period that has not ended or in
    which the framework was not in force, and for a unit that is not the framework's.
    """
    if built := _newest(framework, unit, kind, period):
        return built
    draft = Report(
        framework=framework,
        unit=unit,
        kind=kind,
        period=period.key,
        figures=_frozen_figures(framework, unit, period, now),
        built_at=now,
    )
    try:
        with transaction.atomic():
            report = history.create(draft, by=by, now=now, reason="Built")
    except IntegrityError:
        # Somebody else built it at the same moment.
        if built := _newest(framework, unit, kind, period):
            return built
        raise
    _tell(report, [QA_MANAGER], "report_draft", f"A draft is ready: {report.title}", now=now)
    return report


def build_due_reports(*, now: datetime) -> int:
    """Build every report that is due and does not exist, oldest first; returns how many were built.

    Found by the periods that have ended since work was first given out under the framework, so that an
    outage of any length is caught up with, and a new installation writes no reports about nothing. Nothing is
    written about a time before the first report of its kind that there is. Reports of single units go by the
    work of those units.
    """
    built = 0
    today = local_date(now)
    in_force = Framework.objects.live().filter(versions__effective_from__lte=today)
    for framework in in_force.annotate(effective_from=Min("versions__effective_from")):
        for kind, unit, period in _missing(framework, framework.effective_from, today):
            build_report(framework=framework, kind=kind, period=period, unit=unit, by=None, now=now)
            built += 1
    return built


@transaction.atomic
def write_words(
    *, report: Report, so_what: str, now_what: str, was: tuple[str, str], by: User, now: datetime
) -> Report:
    """Keep what people say about the figures while the report is a draft; ``was`` is what they had read.

    Raises SomebodyElseWasFirst when somebody wrote meanwhile, or released it.
    """
    only_if = {"state": Report.State.DRAFT, "so_what": was[0], "now_what": was[1]}
    return history.change(
        report, by=by, now=now, reason="Words", only_if=only_if, so_what=so_what, now_what=now_what
    )


@transaction.atomic
def release_report(*, report: Report, by: User, now: datetime) -> Report:
    """Send the report to those whom the framework names. Raises Refused while its words are missing."""
    missing = [
        label
        for label, text in (("what the figures mean", report.so_what), ("what will be done", report.now_what))
        if not text.strip()
    ]
    if missing:
        raise Refused(f"Write {' and '.join(missing)} before you release the report.")
    only_if = {"state": Report.State.DRAFT, "so_what": report.so_what, "now_what": report.now_what}
    history.change(
        report,
        by=by,
        now=now,
        reason="Released",
        only_if=only_if,
        state=Report.State.RELEASED,
        released_by=by,
        released_at=now,
    )
    _tell(report, recipients_of(report), "report_released", f"Released: {report.title}", now=now)
    return report


@transaction.atomic
def reissue_report(*, report: Report, reason: str, by: User, now: datetime) -> Report:
    """A new draft of a released report, with the figures as they stand now and the words as they were.

    The released version stays as it is. Raises Refused without a reason, and when a later version exists.
    """
    if not reason.strip():
        raise Refused("Say why the report has to be issued again.")
    version = report.framework.version_on(local_date(now))
    period = period_of(report.kind, report.period, version.pack)
    newest = _newest(report.framework, report.unit, report.kind, period)
    if newest != report or report.state != Report.State.RELEASED:
        raise Refused("Only the newest version can be issued again, once it has been released.")
    again = Report(
        framework=report.framework,
        unit=report.unit,
        kind=report.kind,
        period=report.period,
        version=report.version + 1,
        figures=_frozen_figures(report.framework, report.unit, period, now),
        so_what=report.so_what,
        now_what=report.now_what,
        built_at=now,
    )
    return history.create(again, by=by, now=now, reason=reason)


def recipients_of(report: Report) -> tuple[str, ...]:
    """Role keys that the framework names for this kind of report."""
    pack = report.framework.version_on(local_date(report.built_at)).pack
    rules = rules_for(pack, report.kind, report.unit)
    return tuple(dict.fromkeys(role for rule in rules for role in rule.recipients))


def _missing(
    framework: Framework, in_force_from: date, today: date
) -> Iterator[tuple[str, Unit | None, Period]]:
    """Kind, unit and period of each report that is due and does not exist; without a unit it is about all."""
    pack = framework.version_on(today).pack
    first_work = _first_work_by_unit(framework)
    have: dict[tuple[str, int | None], set[str]] = defaultdict(set)
    for kind, unit_id, key in framework.reports.values_list("kind", "unit", "period"):
        have[kind, unit_id].add(key)
    for rule in pack.reports:
        for unit in units_of(rule, framework) if rule.is_of_parts else [None]:
            began_on = _began_on(first_work, unit)
            if began_on is None:
                continue
            since = max(Quarter.of(began_on, pack.year_starts_in).start, in_force_from)
            known = have[rule.kind, unit.pk if unit else None]
            oldest = min(known, default="")
            for period in due_periods(rule, pack, since=since, today=today):
                if period.key > oldest and period.key not in known:
                    known.add(period.key)
                    yield rule.kind, unit, period


def _first_work_by_unit(framework: Framework) -> list[tuple[str, date]]:
    """The path of each unit that owes work or whose work is looked at, and when the first was given out."""
    given_out = Assignment.objects.filter(programme__framework=framework, allocated_on__isnull=False)
    owed, about = (
        given_out.order_by().values_list(f"{unit}__path").annotate(first=Min("allocated_on"))
        for unit in ("post__unit", "unit")
    )
    return [*owed, *about.filter(unit__isnull=False)]


def _began_on(first_work: list[tuple[str, date]], unit: Unit | None) -> date | None:
    """When work began in the unit and below it, or anywhere."""
    begun = (first for path, first in first_work if unit is None or path.startswith(unit.path))
    return min(begun, default=None)


def _newest(framework: Framework, unit: Unit | None, kind: str, period: Period) -> Report | None:
    found = Report.objects.filter(framework=framework, unit=unit, kind=kind, period=period.key)
    return found.select_related("framework", "unit").order_by("-version").first()


def _frozen_figures(framework: Framework, unit: Unit | None, period: Period, now: datetime) -> dict[str, Any]:
    on = local_date(now)
    if period.end >= on:
        raise Refused(f"{period.label} has not ended. Its report can be built from the day after.")
    try:
        version = framework.version_on(period.end)
    except FrameworkVersion.DoesNotExist:
        raise Refused(f"{framework} was not in force in {period.label}.") from None
    held = tuple(framework.units.values_list("path", flat=True))
    if unit is not None and not unit.path.startswith(held):
        raise Refused(f"{framework} does not hold for {unit.name}.")
    paths = held if unit is None else (unit.path,)
    is_whole = all(path.startswith(paths) for path in held)
    scope = Scope(version=version, period=period, paths=paths, on=on, is_whole=is_whole)
    figures = all_figures(scope)
    return {
        "period": period.label,
        "sections": to_json(report_sections(figures, scope)),
        "data": asdict(figures),
    }


def _tell(report: Report, roles: Iterable[str], kind: str, subject: str, *, now: datetime) -> None:
    """A notice to everybody who holds a post of these roles and reads the report from there."""
    organisation = Organisation.load(local_date(now))
    held = list(report.framework.units.values_list("path", flat=True))
    posts = [
        post
        for post in organisation.posts.values()
        if post.is_active and post.role in roles and _reads(post, report.unit, held)
    ]
    holders = {holder.pk for post in posts if (holder := organisation.holder_of(post.pk))}
    message = Message(
        kind,
        report.pk,
        subject=subject,
        body="Open the report to read it.",
        url=reverse("reporting:report", args=[report.pk]),
    )
    write_notices(message.to(holders), now=now)


def _reads(post: Post, unit: Unit | None, held: Iterable[str]) -> bool:
    """In, above or below the framework's units; a report of one unit from a post that covers it."""
    if unit is not None:
        return covers(post, unit)
    return any(post.unit.path.startswith(path) or path.startswith(post.unit.path) for path in held)
