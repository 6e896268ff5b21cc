"""Moderation: the queue, the second judgement, the months' draws."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits import qa_access, workflow
from audits.access import visible_audits
from audits.models import Moderation
from audits.moderation_pages import (
    audit_beside,
    chosen_rows,
    completed_rows,
    discussion_facts,
    draw_facts,
    draw_rows,
    draw_title,
    draws_to_make,
    moderation_facts,
    result_facts,
    standing_facts,
    tabs,
    waiting_rows,
)
from audits.qa_forms import CompleteForm, DiscussionForm, ModerationDrawForm, SendBackForm
from audits.workflow.moderating import refuse_if_involved
from qaframework.allocation.access import get_programme
from qaframework.allocation.reading import packs_on
from qaframework.allocation.wording import subject_line
from qaframework.people.access import local_today, requires
from qaframework.people.form_page import ELSEWHERE, form_page, try_form
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.paging import keyset_page
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability
from qaframework.people.tables import columns
from qaframework.rules.periods import Month

QA = Capability.RUN_QUALITY_ASSURANCE
RELATED = ("audit__assignment__case", "audit__assignment__post", "moderator")


@requires(QA)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, soonest due first; on another tab what was completed."""
    today = local_today()
    found = qa_access.visible_moderations(request.user, today).select_related(*RELATED)
    is_past = request.GET.get("show") == "completed"
    if is_past:
        done = found.filter(state=Moderation.State.COMPLETED)
        page = keyset_page(done, moment="completed_at", query=request.GET, newest_first=True)
        rows = completed_rows(page.rows)
        labels = ("Audit", "Grade", "Moderated grade", "Result", "Moderator")
    else:
        page = keyset_page(
            found.exclude(state=Moderation.State.COMPLETED), moment="due_on", query=request.GET
        )
        rows = waiting_rows(page.rows, today)
        labels = ("Audit", "Why", "Grade", "Taken by", "Due")
    context = {
        "page": page,
        "rows": rows,
        "columns": columns(*labels),
        "tabs": tabs("completed" if is_past else "waiting", request.user, today),
        "intro": "Both grades are kept: the auditor’s, and the moderated one, which is final."
        if is_past
        else "A second look at submitted audits: at every one whose grade asks for it, and at a share drawn "
        "at random after each month. Open one and take it. Nobody moderates an audit of their own.",
        "empty": "Nothing was moderated yet."
        if is_past
        else "Nothing waits for moderation. Audits come here at once when their grade asks for it, and after "
        "the end of a month when they are drawn.",
    }
    return render(request, "audits/moderation/queue.html", context)


# One moderation


@requires(QA, Capability.SEE_TEAM_WORK)
@require_safe
def moderation(request: HttpRequest, pk: int) -> HttpResponse:
    """The second judgement; for those above it, who are told when it is late, how far it is."""
    try:
        one = qa_access.get_moderation(request.user, pk, now=timezone.now())
    except Http404:
        return _standing(request, pk)
    return _page(request, one)


def _standing(request: HttpRequest, pk: int) -> HttpResponse:
    one, today = qa_access.get_moderation_to_follow(request.user, pk, now=timezone.now()), local_today()
    reads_audit = visible_audits(request.user, today).filter(pk=one.audit_id).exists()
    page = {
        "title": f"Moderation: {subject_line(one.audit.assignment)}",
        "back": {"label": "Escalations", "url": reverse("escalation:board")},
        "facts": standing_facts(one, today, reads_audit=reads_audit),
        "text": ["The quality assurance team makes this second judgement. The audit then shows its result."],
    }
    return render(request, "people/form.html", {"page": page})


@requires(QA)
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody moderates an audit of which they were part (LAN-34)."""
    one = qa_access.get_moderation(request.user, pk, now=timezone.now())
    return _do(
        request, one, lambda: workflow.begin_moderation(moderation=one, by=request.user, now=timezone.now())
    )


@requires(QA)
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    one = qa_access.get_moderation(request.user, pk, now=timezone.now())
    return _do(
        request, one, lambda: workflow.release_moderation(moderation=one, by=request.user, now=timezone.now())
    )


@requires(QA)
@require_POST
def discussion(request: HttpRequest, pk: int) -> HttpResponse:
    """The talk with the manager who did the audit (LAN-35). What was typed of the judgement stays typed."""
    one = qa_access.get_moderation(request.user, pk, now=timezone.now())
    talk = DiscussionForm(request.POST, moderation=one, today=local_today())
    judgement = _judgement_as_typed(request, one)
    status = try_form(request, talk, _record_talk(request, one))
    if not isinstance(status, HttpResponse):
        return _page(request, one, discussion=talk, judgement=judgement, status=status)
    return _page(request, one, judgement=judgement) if any(judgement.initial.values()) else status


@requires(QA)
@require_POST
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle the grade; a talk that was typed on the same page is recorded first."""
    now = timezone.now()
    one = qa_access.get_moderation(request.user, pk, now=now)
    talk = DiscussionForm(request.POST, moderation=one, today=local_today())
    if talk.says_something_new:
        status = try_form(request, talk, _record_talk(request, one))
        if not isinstance(status, HttpResponse):
            judgement = _judgement_as_typed(request, one)
            return _page(request, one, discussion=talk, judgement=judgement, status=status)
    form = CompleteForm(request.POST, definition=one.audit.answer_set.tool_version.definition)

    def finish(values: dict[str, Any]) -> str:
        workflow.complete_moderation(
            moderation=one,
            grade=values["grade"],
            grade_reason=values["grade_reason"],
            quality=form.quality,
            feedback=values["feedback"],
            by=request.user,
            now=now,
        )
        messages.success(request, f"{one.get_result_display()}. The manager can read your feedback.")
        return reverse("audits:moderation_queue")

    status = try_form(request, form, finish)
    return status if isinstance(status, HttpResponse) else _page(request, one, judgement=form, status=status)


def _record_talk(request: HttpRequest, one: Moderation) -> Callable[[dict[str, Any]], str]:
    def record(values: dict[str, Any]) -> str:
        workflow.record_discussion(moderation=one, by=request.user, now=timezone.now(), **values)
        messages.success(request, "The talk is recorded.")
        return reverse("audits:moderation", args=[one.pk])

    return record


def _judgement_as_typed(request: HttpRequest, one: Moderation) -> CompleteForm:
    """The judgement as it stands in the browser, without asking yet for what is missing."""
    form = CompleteForm(definition=one.audit.answer_set.tool_version.definition)
    form.initial = {name: request.POST.get(name, "") for name in form.fields}
    return form


@requires(QA)
@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The audit does not show how its grade was reached: the manager adds to it and hands it in again."""
    now = timezone.now()
    one = qa_access.get_moderation(request.user, pk, now=now)
    form = SendBackForm(request.POST or None)

    def send(values: dict[str, Any]) -> str:
        workflow.send_back_for_evidence(moderation=one, by=request.user, now=now, **values)
        messages.success(request, "The audit has gone back to the manager with your note.")
        return reverse("audits:moderation_queue")

    page = {
        "title": "Send back for evidence",
        "back": {"label": "Moderation", "url": reverse("audits:moderation", args=[pk])},
        "facts": moderation_facts(one, local_today()),
        "text": ["The audit opens again for the manager. When it is handed in again, it comes back here."],
        "button": "Send back",
    }
    return form_page(request, form, send, page)


def _page(
    request: HttpRequest,
    one: Moderation,
    *,
    discussion: Form | None = None,
    judgement: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    today = local_today()
    is_mine = one.state == Moderation.State.IN_PROGRESS and one.moderator_id == request.user.pk
    if is_mine:
        discussion = discussion or DiscussionForm(moderation=one, today=today)
        judgement = judgement or CompleteForm(definition=one.audit.answer_set.tool_version.definition)
    context = {
        "moderation": one,
        "audit": audit_beside(one.audit, request.user, today),
        "action_columns": columns("Action", "Owner", "Due"),
        "facts": moderation_facts(one, today),
        "talk": discussion_facts(one),
        "result": result_facts(one),
        "is_mine": is_mine,
        "is_waiting": one.state == Moderation.State.WAITING,
        "is_taken": one.state == Moderation.State.IN_PROGRESS,
        "why_not": _why_not(one, request, today),
        "discussion_form": discussion,
        "judgement_form": judgement,
        # The frame's title and error summary follow the form that has something to say.
        "form": next((sent for sent in (discussion, judgement) if sent is not None and sent.errors), None),
    }
    return render(request, "audits/moderation/moderation.html", context, status=status)


def _why_not(one: Moderation, request: HttpRequest, today: Any) -> str:
    """Why this reader may not take a waiting moderation, or empty."""
    if one.state != Moderation.State.WAITING:
        return ""
    try:
        refuse_if_involved(one, request.user, today)
    except Refused as refusal:
        return str(refusal)
    return ""


def _do(request: HttpRequest, one: Moderation, verb: Callable[[], Any]) -> HttpResponse:
    try:
        verb()
    except Refused as refusal:
        messages.warning(request, str(refusal))
    except SomebodyElseWasFirst:
        messages.warning(request, ELSEWHERE)
    return redirect("audits:moderation", pk=one.pk)


# The months' draws


@requires(QA)
@require_http_methods(["GET", "HEAD", "POST"])
def draws(request: HttpRequest) -> HttpResponse:
    """The share of each ended month that is moderated at random (LAN-34), and a form for those to come."""
    today = local_today()
    due = draws_to_make(request.user, today)
    form = ModerationDrawForm(request.POST or None, due=due)

    def make(values: dict[str, Any]) -> str:
        programme, activity, month = values["due"].split("/")
        drawn = workflow.draw_moderations(
            programme=get_programme(request.user, int(programme)),
            activity=activity,
            month=Month.parse(month),
            seed=values["seed"] or None,
            by=request.user,
            now=timezone.now(),
        )
        assert drawn is not None
        messages.success(request, f"{len(drawn.chosen)} of {drawn.population} audits were chosen at random.")
        return reverse("audits:moderation_draw", args=[drawn.pk])

    status = try_form(request, form, make)
    if isinstance(status, HttpResponse):
        return status
    found = qa_access.visible_moderation_draws(request.user, today).select_related("programme", "drawn_by")
    page = keyset_page(found, moment="drawn_at", query=request.GET, newest_first=True)
    numeric = ("Handed in", "Could be chosen", "Chosen")
    context = {
        "form": form if due else None,
        "page": page,
        "rows": draw_rows(page.rows, today),
        "columns": columns("Draw", *numeric, "Drawn", numeric=numeric),
        "tabs": tabs("draws", request.user, today),
    }
    return render(request, "audits/moderation/draws.html", context, status=status)


@requires(QA)
@require_safe
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """One draw, made again at every look: whether it matches its record."""
    today = local_today()
    one = qa_access.get_moderation_draw(request.user, pk, today)
    chosen = qa_access.visible_moderations(request.user, today).filter(draw=one).select_related(*RELATED)
    context = {
        "draw": one,
        "title": draw_title(one, packs_on(today)),
        "facts": draw_facts(one),
        "replay": workflow.verify_moderation_draw(one),
        "columns": columns("Audit", "Number", "State"),
        "rows": chosen_rows(chosen.order_by("pk")),
    }
    return render(request, "audits/moderation/draw.html", context)
