"""Making a programme, and bringing it into step: first read what would change and why, then confirm it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from qaframework.allocation import access, workflow
from qaframework.allocation.forms import ConfirmPlanForm, MakeProgrammeForm
from qaframework.allocation.plan_lines import Change, Line
from qaframework.allocation.plan_wording import COLUMNS, PlanWords
from qaframework.allocation.views.programme import PLANNERS, programme_crumb
from qaframework.allocation.year_view import pack_of, span_of
from qaframework.packs.definition import Pack
from qaframework.packs.models import Framework
from qaframework.people.access import local_today, requires, signed_in
from qaframework.people.form_page import form_page, sent, try_form
from qaframework.people.paging import keyset_page
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import uk_datetime
from qaframework.rules.periods import YEARS, ProgrammeYear

MAKING = {"label": "Make a programme", "url": reverse_lazy("allocation:make_programme")}


@requires(Capability.RUN_QUALITY_ASSURANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def make_programme(request: HttpRequest) -> HttpResponse:
    """Of which framework and year; what it would be follows on the next page."""
    today = local_today()
    frameworks = access.visible_frameworks(request.user, today, Capability.RUN_QUALITY_ASSURANCE)
    this_year = ProgrammeYear.of(today).year
    form = MakeProgrammeForm(sent(request), frameworks=frameworks, years=[this_year, this_year + 1])

    def go_on(values: dict[str, Any]) -> str:
        framework = values["framework"]
        if not access.may_plan(request.user, framework, today):
            raise Refused("This framework also holds for units that are not yours. Ask who plans them.")
        workflow.propose(framework=framework, year=values["year"], now=timezone.now())
        return reverse("allocation:confirm_programme", args=[framework.pk, values["year"]])

    page = {
        "title": "Make a programme",
        "back": {"label": "Programme", "url": reverse("allocation:programme")},
        "text": ["The quotas become work by post and month. On the next page you read what would change."],
        "button": "Continue",
    }
    return form_page(request, form, go_on, page)


@requires(Capability.RUN_QUALITY_ASSURANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_programme(request: HttpRequest, framework_pk: int, year: int) -> HttpResponse:
    """What would be added, withdrawn and moved, and why; made once the person confirms what they read."""
    framework = access.get_framework_to_plan(request.user, framework_pk)
    now, form = timezone.now(), ConfirmPlanForm(sent(request))

    def make(values: dict[str, Any]) -> str:
        done = workflow.make_programme(framework=framework, year=year, by=request.user, now=now, **values)
        messages.success(request, f"The programme {done.programme} has been made. {_summary(done.lines)}")
        return programme_crumb(done.programme)["url"]

    proposal = _proposal_or_404(framework, year, now)
    status = try_form(request, form, make)
    if isinstance(status, HttpResponse):
        return status
    context = {
        "framework": framework,
        "proposal": proposal,
        "errors": form.non_field_errors(),
        "summary": _summary(proposal.lines),
        "title": f"Changes to the programme, {proposal.span.label}",
        "back": programme_crumb(proposal.programme) if proposal.programme else MAKING,
        **(_lines(proposal.lines, proposal.pack) if proposal.programme else _first_lines(proposal)),
    }
    return render(request, "allocation/programme_proposal.html", context, status=status)


@requires(*PLANNERS)
@require_safe
def programme_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """When the programme was made and brought into step, by whom, and how much that changed."""
    shown = access.get_programme(request.user, pk)
    plannings = shown.plannings.select_related("made_by")
    page = keyset_page(plannings, moment="made_at", query=request.GET, newest_first=True)
    rows = [
        [
            {
                "text": uk_datetime(one.made_at),
                "url": reverse("allocation:programme_change", args=[pk, one.pk]),
            },
            str(one.made_by or "An operator"),
            _summary(map(Line.of, one.lines)),
        ]
        for one in page.rows
    ]
    context = {
        "programme": shown,
        "title": f"How the programme was planned, {span_of(shown).label}",
        "rows": rows,
        "columns": columns("When", "By", "Pieces of work"),
        "page": page,
        "back": programme_crumb(shown),
    }
    return render(request, "allocation/programme_changes.html", context)


@requires(*PLANNERS)
@require_safe
def programme_change(request: HttpRequest, pk: int, planning_pk: int) -> HttpResponse:
    """What one planning changed and why, as it was confirmed."""
    shown = access.get_programme(request.user, pk)
    planning = get_object_or_404(shown.plannings.select_related("made_by"), pk=planning_pk)
    lines = [Line.of(data) for data in planning.lines]
    context = {
        "programme": shown,
        "planning": planning,
        "title": f"Planned on {uk_datetime(planning.made_at)}",
        "summary": _summary(lines),
        "back": {
            "label": "How the programme was planned",
            "url": reverse("allocation:programme_changes", args=[pk]),
        },
        **_lines(lines, pack_of(shown, local_today())),
    }
    return render(request, "allocation/programme_change.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def approve_programme(request: HttpRequest, pk: int, planning_pk: int) -> HttpResponse:
    """What a planning made of the programme, to be approved by whoever answers for it (RBWM-08)."""
    planning = access.get_planning_to_approve(request.user, pk, planning_pk)
    programme, now, form = planning.programme, timezone.now(), Form(sent(request))

    def approve(values: dict[str, Any]) -> str:
        workflow.approve_programme(planning=planning, by=request.user, now=now)
        messages.success(request, "You have approved the programme.")
        return request.path

    status = try_form(request, form, approve)
    if isinstance(status, HttpResponse):
        return status
    lines = [Line.of(data) for data in planning.lines]
    context = {
        "programme": programme,
        "planning": planning,
        "approval": getattr(planning, "approval", None),
        "is_newest": not programme.plannings.filter(pk__gt=planning.pk).exists(),
        "errors": form.non_field_errors(),
        "title": f"Approve the programme, {span_of(programme).label}",
        "summary": _summary(lines),
        **_lines(lines, pack_of(programme, local_today())),
    }
    return render(request, "allocation/programme_approval.html", context, status=status)


def _proposal_or_404(framework: Framework, year: int, now: datetime) -> workflow.Proposal:
    """Years that have ended or have no rules are not offered, so nobody looks for them."""
    if year not in YEARS:
        raise Http404
    try:
        return workflow.propose(framework=framework, year=year, now=now)
    except Refused as refused:
        raise Http404 from refused


def _lines(lines: Sequence[Line], pack: Pack) -> dict[str, Any]:
    """The rows of the table of changes."""
    words = PlanWords.load(lines, pack, local_today())
    return {"rows": [words.row(line) for line in lines], "columns": columns(*COLUMNS)}


def _first_lines(proposal: workflow.Proposal) -> dict[str, Any]:
    """Of a programme that is new, by kind of work: how many posts owe it, and how many pieces in all."""
    posts: dict[str, set[int]] = defaultdict(set)
    pieces: Counter[str] = Counter()
    for gap in proposal.missing:
        posts[gap.activity].add(gap.owner)
        pieces[gap.activity] += 1
    activities = [one for one in proposal.pack.activities.values() if one.key in pieces]
    return {
        "rows": [[one.label, len(posts[one.key]), pieces[one.key]] for one in activities],
        "columns": columns(
            "Work", "Posts that owe it", "In the year", numeric=("Posts that owe it", "In the year")
        ),
    }


def _summary(lines: Iterable[Line]) -> str:
    """For instance “12 added, 3 withdrawn.”; what stays is no change."""
    counts: Counter[Change] = Counter()
    for line in lines:
        counts[line.change] += len(line.months)
    told = [f"{counts[one]} {one.value}" for one in Change if counts[one] and one is not Change.STAYS]
    return f"{', '.join(told)}." if told else "Nothing was added, withdrawn or moved."
