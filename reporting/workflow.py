"""Building reports once a period, the words people add, release, and re-issue."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min
from django.urls import reverse

from qaframework.allocation.models import Assignment
from qaframework.notices.workflow import NoticeDraft, write_notices
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people import history
from qaframework.people.directory import Organisation
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Quarter
from qaframework.rules.working_days import local_date
from reporting.contents import report_sections
from reporting.document import to_json
from reporting.figures import all_figures
from reporting.figures.scope import Scope
from reporting.models import Report
from reporting.periods import Period, due_periods, period_of

QA_MANAGER = "qa_manager"


@transaction.atomic
def build_report(
    *, framework: Framework, kind: str, period: Period, by: User | None, now: datetime
) -> Report:
    """The report of a month or quarter that has ended, with its figures frozen as they stand at ``now``.

    Built again, it stays as it is and is returned in its newest version. Raises Refused for a period that
    has not ended, or in which the framework was not in force.
    """
    if built := _newest(framework, kind, period):
        return built
    figures = _frozen_figures(framework, period, now)
    draft = Report(framework=framework, kind=kind, period=period.key, figures=figures, built_at=now)
    try:
        with transaction.atomic():
            report = history.create(draft, by=by, now=now, reason="Built")
    except IntegrityError:
        # Somebody else built it at the same moment.
        if built := _newest(framework, kind, period):
            return built
        raise
    _tell(report, [QA_MANAGER], "report_draft", f"A draft is ready: {report.title}", now=now)
    return report


def build_due_reports(*, now: datetime) -> int:
    """Build every report that is due and does not exist, oldest first; returns how many were built.

    Found by the periods that have ended since work was first given out under the framework, so that an
    outage of any length is caught up with, and a new installation writes no reports about nothing. Nothing is
    written about a time before the first report of its kind that there is.
    """
    built = 0
    today = local_date(now)
    in_force = Framework.objects.live().filter(versions__effective_from__lte=today)
    for framework in in_force.annotate(effective_from=Min("versions__effective_from")):
        began_on = _first_work_on(framework)
        if began_on is None:
            continue
        pack = framework.version_on(today).pack
        since = max(Quarter.of(began_on, pack.year_starts_in).start, framework.effective_from)
        have = set(framework.reports.values_list("kind", "period"))
        for rule in pack.reports:
            oldest = min((key for kind, key in have if kind == rule.kind), default="")
            for period in due_periods(rule, pack, since=since, today=today):
                if period.key > oldest and (rule.kind, period.key) not in have:
                    build_report(framework=framework, kind=rule.kind, period=period, by=None, now=now)
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
    newest = _newest(report.framework, report.kind, period)
    if newest != report or report.state != Report.State.RELEASED:
        raise Refused("Only the newest version can be issued again, once it has been released.")
    again = Report(
        framework=report.framework,
        kind=report.kind,
        period=report.period,
        version=report.version + 1,
        figures=_frozen_figures(report.framework, period, now),
        so_what=report.so_what,
        now_what=report.now_what,
        built_at=now,
    )
    return history.create(again, by=by, now=now, reason=reason)


def recipients_of(report: Report) -> tuple[str, ...]:
    """Role keys that the framework names for this kind of report."""
    pack = report.framework.version_on(local_date(report.built_at)).pack
    return next((rule.recipients for rule in pack.reports if rule.kind == report.kind), ())


def _first_work_on(framework: Framework) -> date | None:
    work = Assignment.objects.filter(programme__framework=framework)
    first: date | None = work.aggregate(first=Min("allocated_on"))["first"]
    return first


def _newest(framework: Framework, kind: str, period: Period) -> Report | None:
    found = Report.objects.filter(framework=framework, kind=kind, period=period.key)
    return found.order_by("-version").first()


def _frozen_figures(framework: Framework, period: Period, now: datetime) -> dict[str, Any]:
    on = local_date(now)
    if period.end >= on:
        raise Refused(f"{period.label} has not ended. Its report can be built from the day after.")
    try:
        version = framework.version_on(period.end)
    except FrameworkVersion.DoesNotExist:
        raise Refused(f"{framework} was not in force in {period.label}.") from None
    paths = tuple(framework.units.values_list("path", flat=True))
    scope = Scope(version=version, period=period, paths=paths, on=on)
    figures = all_figures(scope)
    return {
        "period": period.label,
        "sections": to_json(report_sections(figures, scope)),
        "data": asdict(figures),
    }


def _tell(report: Report, roles: Iterable[str], kind: str, subject: str, *, now: datetime) -> None:
    """A notice to everybody who holds a post of these roles in, above or below the framework's units."""
    organisation = Organisation.load(local_date(now))
    paths = list(report.framework.units.values_list("path", flat=True))
    posts = [
        post
        for post in organisation.posts.values()
        if post.is_active
        and post.role in roles
        and any(post.unit.path.startswith(path) or path.startswith(post.unit.path) for path in paths)
    ]
    holders = {holder.pk for post in posts if (holder := organisation.holder_of(post.pk))}
    write_notices(
        [
            NoticeDraft(
                recipient_id=pk,
                kind=kind,
                dedupe_key=f"{kind}:{report.pk}:{pk}",
                subject=subject,
                body="Open the report to read it.",
                url=reverse("reporting:report", args=[report.pk]),
            )
            for pk in sorted(holders)
        ],
        now=now,
    )
