"""Sample draws: run, look at, check, and replace a case."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from audits import qa_access, workflow
from audits.draw_pages import (
    draw_page,
    draw_rows,
    frame_file,
    month_rows,
    months_to_draw,
    proof_facts,
    title_of,
)
from audits.models import DrawnCase
from audits.qa_forms import ReplaceForm, RunDrawForm
from audits.theme_pages import by_theme
from audits.workflow import Drawn
from qaframework.allocation.access import visible_frameworks
from qaframework.allocation.reading import packs_on
from qaframework.people.access import local_today, requires
from qaframework.people.exports import csv_response
from qaframework.people.form_page import form_page
from qaframework.people.models import RecordRead
from qaframework.people.paging import keyset_page
from qaframework.people.reads import log_read
from qaframework.people.roles import Capability
from qaframework.people.tables import columns

QA = Capability.RUN_QUALITY_ASSURANCE


@requires(QA)
@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    found = qa_access.visible_draws(request.user, local_today()).defer("frame", "exclusions")
    page = keyset_page(
        found.select_related("pool", "drawn_by"), moment="drawn_at", query=request.GET, newest_first=True
    )
    packs = packs_on(local_today())
    numeric = ("Could be drawn", "Asked for")
    counted = ("Audits planned", "With a case")
    context = {
        "months": month_rows(request.user, local_today(), packs),
        "month_columns": columns("Month", *counted, "Draw", numeric=counted),
        "has_themes": any(by_theme(pack) for pack in packs.values()),
        "page": page,
        "rows": draw_rows(page.rows),
        "columns": columns("Draw", *numeric, "Shortfall", "Drawn", numeric=numeric),
    }
    return render(request, "audits/draws/draws.html", context)


@requires(QA)
@require_http_methods(["GET", "HEAD", "POST"])
def run_draw(request: HttpRequest) -> HttpResponse:
    """Draw a month now; the system does it by itself when the month's lead time begins (BF-01)."""
    today = local_today()
    months = months_to_draw(request.user, today)
    form = RunDrawForm(
        request.POST or None,
        frameworks=visible_frameworks(request.user, today, QA),
        today=today,
        proposed=months.proposed,
        drawn=months.drawn,
    )

    def run(values: dict[str, Any]) -> str:
        month = values["month"]
        drawn = workflow.draw_month(
            framework=values["framework"],
            month=month,
            seed=values["seed"] or None,
            by=request.user,
            now=timezone.now(),
        )
        _tell(request, drawn, month.label)
        return reverse("audits:draws")

    page = {
        "title": "Run a month’s draw",
        "back": {"label": "Draws", "url": reverse("audits:draws")},
        "text": [
            "Draws are made by themselves when the lead time of a month begins. Here you can make them "
            "sooner. What has been drawn stays as it is: each kind of audit is drawn once for each month "
            "and function.",
            "Who can be drawn is fixed first, then the seed is chosen. From both, anyone can work the draw "
            "out again.",
        ],
        "button": "Draw and allocate",
    }
    return form_page(request, form, run, page)


def _tell(request: HttpRequest, drawn: Drawn, month: str) -> None:
    if drawn.draws or drawn.allocated:
        made = f"{len(drawn.draws)} draw{'' if len(drawn.draws) == 1 else 's'} made"
        cases = f"{drawn.allocated} case{'' if drawn.allocated == 1 else 's'} allocated"
        messages.success(request, f"{month}: {made}, {cases}.")
    else:
        messages.info(request, f"{month}: nothing is left to draw. Draws that were made stay as they are.")
    for warning in drawn.warnings:
        messages.warning(request, warning)


@requires(QA)
@require_safe
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    today = local_today()
    shown = qa_access.get_draw(request.user, pk, today)
    context = {
        "draw": shown,
        "shown": draw_page(shown, request.user, today),
        "exclusion_columns": columns("Reason", "Cases", numeric=("Cases",)),
        "case_columns": columns("Case", "Drawn as", "Kind", "Ticket", "Auditor", "State", "Change"),
        "post_columns": columns("Post", "Unit", "Change"),
    }
    return render(request, "audits/draws/draw.html", context)


@requires(QA)
@require_safe
def replay_draw(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the draw again from its record, and say whether it gives the same cases."""
    shown = qa_access.get_draw(request.user, pk, local_today())
    context = {
        "draw": shown,
        "title": title_of(shown),
        "replay": workflow.verify_draw(shown),
        "facts": proof_facts(shown),
    }
    return render(request, "audits/draws/replay.html", context)


@requires(QA)
@require_safe
def draw_frame(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who could be drawn, as CSV, without restricted cases."""
    today = local_today()
    shown = qa_access.get_draw(request.user, pk, today)
    log_read(
        reader=request.user,
        kind=RecordRead.Kind.REPORT,
        record_id=shown.pk,
        label=f"List of draw {shown.pk}",
        now=timezone.now(),
    )
    return csv_response(f"draw-{shown.pk}.csv", frame_file(shown, request.user, today))


@requires(QA)
@require_http_methods(["GET", "HEAD", "POST"])
def replace_case(request: HttpRequest, pk: int) -> HttpResponse:
    drawn = qa_access.get_drawn_case_to_replace(request.user, pk, local_today())
    back = reverse("audits:draw", args=[drawn.draw_id])
    form = ReplaceForm(request.POST or None)

    def replace(values: dict[str, Any]) -> str:
        new = workflow.replace_case(drawn=drawn, by=request.user, now=timezone.now(), **values)
        messages.success(
            request, f"Case {new.case} takes the place of case {drawn.case}. Both stay on the record."
        )
        return back

    page = {
        "title": f"Replace case {drawn.case}",
        "back": {"label": title_of(drawn.draw), "url": back},
        "facts": _place(drawn),
        "text": [
            "The next suitable reserve takes its place, one of the same kind before others, and the auditor "
            "and the new practitioner are told. Both cases stay on the record, with your reason."
        ],
        "button": "Replace",
    }
    return form_page(request, form, replace, page)


def _place(drawn: DrawnCase) -> list[dict[str, str]]:
    owner = str(drawn.assignment.post) if drawn.assignment else "Nobody"
    return [
        {"label": "Case", "value": drawn.case.child_ref},
        {"label": "With", "value": owner},
    ]
