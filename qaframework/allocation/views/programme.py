"""The year's programme: looked at, dated, and added to."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from qaframework.allocation import access, workflow
from qaframework.allocation.forms import AskForm, DatesForm, PlanMoreForm, ProgrammeFilter
from qaframework.allocation.limits import limits_exceeded_by, over_limit
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.plan_wording import approval_line
from qaframework.allocation.wording import subject_line
from qaframework.allocation.year_view import (
    pack_of,
    role_rows,
    span_of,
    timetable,
    version_of,
    work_rows,
    year_view,
)
from qaframework.packs.practice_wording import theme_rows
from qaframework.packs.wording import not_due_in
from qaframework.people.access import local_today, requires
from qaframework.people.form_page import form_page, sent
from qaframework.people.models import Post
from qaframework.people.roles import ROLES, Capability
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import uk_date
from qaframework.rules.periods import Month

PLANNERS = access.PLANNERS


@requires(*PLANNERS)
@require_safe
def programme(request: HttpRequest) -> HttpResponse:
    today = local_today()
    frameworks = access.visible_frameworks(request.user, today)
    found = Programme.objects.filter(framework__in=frameworks.values("pk")).select_related("framework")
    largest_first = found.annotate(size=Count("assignments")).order_by("-year", "-size", "framework__name")
    programmes = list(largest_first)
    shown = _chosen(programmes, request.GET.get("programme", ""), today)
    if shown is None:
        return render(request, "allocation/programme_none.html", {"may_make": _may_make(request)})
    version = version_of(shown, today)
    pack = version.pack
    chosen = ProgrammeFilter(
        {**request.GET.dict(), "programme": str(shown.pk)},
        programmes=[(str(one.pk), f"{one.framework.name}, {span_of(one).label}") for one in programmes],
        activities=[(key, activity.label) for key, activity in pack.activities.items()],
    )
    may_plan = access.may_plan(request.user, shown.framework, today)
    view = year_view(shown, pack, chosen.chosen("activity"), today, may_date=may_plan)
    counted = ("Expected", "Planned", "Handed in")
    so_far = ("Expected so far", "Planned so far", "Handed in so far")
    in_year = ("Expected in the year", "Planned in the year")
    months = [f"{month.label[:3]}" for month in span_of(shown).months]
    context = {
        "programme": shown,
        "version": version,
        "span": span_of(shown),
        "view": view,
        "filter": chosen,
        "is_narrowed": bool(chosen.chosen("activity")),
        "may_plan": may_plan,
        "approval": approval_line(shown, pack),
        "columns": columns("Role", *months, "Year", numeric=(*months, "Year")),
        "not_due": not_due_in(pack, span_of(shown)),
        "totals": [total.row(today) for total in view.totals],
        "totals_columns": columns("Work", *so_far, *in_year, numeric=(*so_far, *in_year)),
        "themes": [row[:4] for row in theme_rows(pack, chosen.chosen("activity"))],
        "theme_columns": columns("Theme", "Work", "When", "Where"),
        "month_columns": columns("By the end of", *counted, numeric=counted),
        "undated_columns": columns("Work", "Quarter", "How many", "Dates", "Settle"),
    }
    return render(request, "allocation/programme.html", context)


@requires(*PLANNERS)
@require_safe
def programme_role(request: HttpRequest, pk: int, role: str) -> HttpResponse:
    shown = access.get_programme(request.user, pk)
    if role not in ROLES:
        raise Http404
    version = version_of(shown, local_today())
    pack = version.pack
    quarters = [f"Q{quarter.number}" for quarter in span_of(shown).quarters]
    context = {
        "programme": shown,
        "version": version,
        "title": f"{pack.role_label(role)}: {span_of(shown).label}",
        "rows": role_rows(shown, role, local_today()),
        "columns": columns("Post", "Unit", "Held by", *quarters, "Year", numeric=(*quarters, "Year")),
        "back": programme_crumb(shown),
    }
    return render(request, "allocation/programme_role.html", context)


@requires(*PLANNERS)
@require_safe
def programme_post(request: HttpRequest, pk: int, post_pk: int) -> HttpResponse:
    shown = access.get_programme(request.user, pk)
    may_plan = access.may_plan(request.user, shown.framework, local_today())
    owing = Post.objects.filter(pk__in=shown.assignments.values("post")).select_related("unit")
    post = get_object_or_404(owing, pk=post_pk)
    work = list(
        shown.assignments.filter(post=post)
        .select_related("case", "post")
        .order_by("period", "activity", "ordinal")
    )
    version = version_of(shown, local_today())
    pack = version.pack
    quarters = [f"Q{quarter.number}" for quarter in span_of(shown).quarters]
    context = {
        "programme": shown,
        "version": version,
        "post": post,
        "span": span_of(shown),
        "role": pack.role_label(post.role),
        "matrix": timetable(pack, span_of(shown), work),
        "over": [over.sentence(pack) for over in over_limit(shown, pack, [post])],
        "matrix_columns": columns("Work", *quarters, "Year", numeric=(*quarters, "Year")),
        "work": work_rows(pack, work, local_today(), may_plan=may_plan),
        "work_columns": columns("Work", "Month", "Due", "State", *(["Change"] if may_plan else [])),
        "back": {
            "label": pack.role_label(post.role),
            "url": reverse("allocation:programme_role", args=[shown.pk, post.role]),
        },
    }
    return render(request, "allocation/programme_post.html", context)


@requires(Capability.RUN_QUALITY_ASSURANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def programme_dates(request: HttpRequest, pk: int, activity: str, quarter: int) -> HttpResponse:
    """Settle the dates of work that the framework leaves undated (LAN-17)."""
    shown = access.get_programme(request.user, pk)
    pack, today = pack_of(shown, local_today()), local_today()
    known = pack.activities.get(activity)
    may = access.may_plan(request.user, shown.framework, today)
    if known is None or not known.is_dated_later or quarter not in range(1, 5) or not may:
        raise Http404
    period = span_of(shown).quarters[quarter - 1]
    form = DatesForm(sent(request))

    def settle(values: dict[str, Any]) -> str:
        count = workflow.set_dates(
            programme=shown, activity=activity, quarter=period, by=request.user, now=timezone.now(), **values
        )
        messages.success(
            request, f"{known.label}: {count} now {'has' if count == 1 else 'have'} these dates."
        )
        return programme_crumb(shown)["url"]

    page = {
        "title": f"Set the dates: {known.label}",
        "back": programme_crumb(shown),
        "text": [
            f"{period.label}. Everybody who owes it gets a notice. Dates that were set before move, with "
            "their reminders, where the work has not begun."
        ],
        "button": "Set the dates",
    }
    return form_page(request, form, settle, page)


@requires(Capability.RUN_QUALITY_ASSURANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_work(request: HttpRequest, pk: int) -> HttpResponse:
    """Work on top of the quotas that needs no drawn case, such as a look at supervision records."""
    shown, today = access.get_programme(request.user, pk), local_today()
    if not access.may_plan(request.user, shown.framework, today):
        raise Http404
    activities = shown.framework.version_on(today).pack.activities
    form = AskForm(
        sent(request),
        activities=[(key, one.label) for key, one in activities.items() if one.can_be_asked_for],
        posts=access.posts_that_audit(shown.framework, today),
    )

    def ask(values: dict[str, Any]) -> str:
        work = workflow.ask_for_work(programme=shown, by=request.user, now=timezone.now(), **values)
        messages.success(request, f"{subject_line(work)}: {work.post} owes it by {uk_date(work.due_on)}.")
        warn_of_limits(request, work)
        return reverse("allocation:programme_post", args=[shown.pk, work.post_id])

    text = [
        "For work that the quotas do not ask for, such as a look at supervision records. Whoever holds the "
        "post is told at once. The work is reminded of, escalated and counted like any other. Cases to audit "
        "are not chosen here: they are drawn at random."
    ]
    page = {
        "title": "Ask for one more piece of work",
        "back": programme_crumb(shown),
        "text": text,
        "button": "Ask for it",
    }
    return form_page(request, form, ask, page)


@requires(Capability.RUN_QUALITY_ASSURANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_more(request: HttpRequest, pk: int) -> HttpResponse:
    """One more audit of a case that the month's draw gives, such as a thematic one (BED-05)."""
    shown, today = access.get_programme(request.user, pk), local_today()
    if not access.may_plan(request.user, shown.framework, today):
        raise Http404
    activities = pack_of(shown, today).activities
    ahead = [month for month in span_of(shown).months if month >= Month.of(today)]
    form = PlanMoreForm(
        sent(request),
        activities=[(key, one.label) for key, one in activities.items() if one.draw],
        posts=access.posts_that_audit(shown.framework, today),
        months=[(month.key, month.label) for month in ahead],
    )

    def plan(values: dict[str, Any]) -> str:
        work = workflow.plan_more(programme=shown, by=request.user, now=timezone.now(), **values)
        messages.success(
            request, f"{subject_line(work)}: planned for {work.post}. The draw of the month gives the case."
        )
        warn_of_limits(request, work)
        return reverse("allocation:programme_post", args=[shown.pk, work.post_id])

    page = {
        "title": "Plan one more audit",
        "back": programme_crumb(shown),
        "text": [
            "For audits that the quotas do not ask for, such as an additional one on a theme. The case comes "
            "from the draw of the month, like all others. You are told if the post has more than the "
            "framework allows."
        ],
        "button": "Plan it",
    }
    return form_page(request, form, plan, page)


def warn_of_limits(request: HttpRequest, work: Assignment) -> None:
    """Say when a post has more of something than the framework allows, now that it has this work (BED-05)."""
    for sentence in limits_exceeded_by(work):
        messages.warning(request, sentence)


def programme_crumb(shown: Programme) -> dict[str, str]:
    return {"label": "Programme", "url": f"{reverse('allocation:programme')}?programme={shown.pk}"}


def _may_make(request: HttpRequest) -> bool:
    return access.visible_frameworks(request.user, local_today(), Capability.RUN_QUALITY_ASSURANCE).exists()


def _chosen(programmes: list[Programme], wanted: str, today: date) -> Programme | None:
    """The programme that the address names, else one of the present year, else the newest."""
    named = [one for one in programmes if str(one.pk) == wanted]
    present = [one for one in programmes if one.starts_on <= today <= one.ends_on]
    return next(iter([*named, *present, *programmes]), None)
