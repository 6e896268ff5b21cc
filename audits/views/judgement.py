"""Judging together: the grade and its reasons, advice when the two cannot agree."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from audits import access, workflow
from audits.forms import AdviceForm, JudgementForm
from audits.models import CaseAudit
from audits.pages import Grading, grade_label, grading_of, words_of
from audits.views.audit import begin_if_needed
from audits.views.saving import conflict_page, field_sent, lost_page, save_field, values_sent, version_sent
from audits.workflow import JudgementConflict
from qaframework.allocation.wording import subject_line
from qaframework.allocation.workflow import activity_of
from qaframework.people.access import signed_in
from qaframework.people.refusal import Refused
from qaframework.tools.reading import answers_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def judgement(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge together. Works without scripts; then the button saves."""
    now = timezone.now()
    audit = access.get_audit_to_edit(request.user, pk, now=now)
    if request.method != "POST" and not audit.is_open:
        return redirect("audits:read", pk=pk)
    grading = grading_of(audit, answers_of(audit.answer_set))
    form = _form(request, audit, grading)
    if request.method != "POST" or not form.is_valid():
        return _judgement_page(request, audit, form, grading)
    begin_if_needed(audit, request.user)
    try:
        workflow.save_judgement(
            audit=audit,
            version=version_sent(request),
            values=values_sent(request, form.cleaned_data),
            by=request.user,
            now=now,
        )
    except JudgementConflict as conflict:
        return conflict_page(request, audit, form, conflict)
    except Refused as refusal:
        return lost_page(request, audit, form, str(refusal))
    return redirect(_after_judgement(audit))


@signed_in
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Save one field of the judgement as it is typed; answers like the tools' own endpoint."""
    audit = access.get_audit_to_save(request.user, pk, now=timezone.now())
    form = JudgementForm(audit, field_sent(request), practitioner="", has_unmet_indicators=True)

    def begin_and_save(**judged: Any) -> CaseAudit:
        begin_if_needed(audit, request.user)
        return workflow.save_judgement(**judged)

    return save_field(request, audit, form, begin_and_save)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def advice(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the quality assurance team when the two cannot agree, and read what it says (BF-14)."""
    now = timezone.now()
    audit = access.get_audit_to_edit(request.user, pk, now=now)
    words = words_of(audit)
    form = AdviceForm(audit, request.POST or None, practitioner=words["practitioner"])
    if request.method == "POST" and form.is_valid():
        try:
            workflow.ask_advice(audit=audit, by=request.user, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, f"The {words['qa_team']} has been asked. You will be told when it answers."
            )
            return redirect("audits:audit", pk=pk)
    request_made = getattr(audit, "advice_request", None)
    definition = audit.answer_set.tool_version.definition
    context = {
        **_context(audit, form),
        "advice": request_made,
        "may_ask": audit.is_open and request_made is None,
        "advised_grade": grade_label(definition, request_made.advised_grade) if request_made else "",
    }
    return render(request, "audits/audit/advice.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, audit: CaseAudit, grading: Grading | None) -> JudgementForm:
    return JudgementForm(
        audit,
        request.POST or None,
        practitioner=words_of(audit)["practitioner"],
        in_person=activity_of(audit.assignment).mode == "in_person",
        has_unmet_indicators=bool(grading and grading.unmet),
        save_url=reverse("audits:judge", args=[audit.pk]),
    )


def _context(audit: CaseAudit, form: Any) -> dict[str, Any]:
    title = subject_line(audit.assignment)
    return {"audit": audit, "title": title, "form": form, "words": words_of(audit)}


def _judgement_page(
    request: HttpRequest, audit: CaseAudit, form: JudgementForm, grading: Grading | None
) -> HttpResponse:
    context = {**_context(audit, form), "grading": grading, "advice": getattr(audit, "advice_request", None)}
    return render(request, "audits/audit/judgement.html", context, status=422 if form.errors else 200)


def _after_judgement(audit: CaseAudit) -> str:
    disagree = audit.agreement == CaseAudit.Agreement.NOT_AGREED
    asks = disagree and getattr(audit, "advice_request", None) is None
    return reverse("audits:advice" if asks else "audits:actions", args=[audit.pk])
