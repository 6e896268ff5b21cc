"""The practitioner's part of a running audit, on their own device: following it, and their own view of it."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits import access, workflow
from audits.forms import LiveViewForm, WorkerViewForm
from audits.models import CaseAudit
from audits.pages import as_it_stands, grading_of, has_begun
from audits.views.saving import conflict_page, field_sent, lost_page, save_field, values_sent, version_sent
from audits.workflow import JudgementConflict
from audits.workflow.judging import VIEW_FIELDS
from qaframework.allocation.wording import subject_line
from qaframework.people.access import signed_in
from qaframework.people.refusal import Refused
from qaframework.tools.models import Answer
from qaframework.tools.reading import answers_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def worker_view(request: HttpRequest, pk: int) -> HttpResponse:
    """How the audit stands, and the practitioner's own grade and view (BF-13). Works without scripts."""
    now = timezone.now()
    audit = access.get_audit_as_worker(request.user, pk, now=now)
    if request.method != "POST":
        return _page(request, audit) if audit.is_open else redirect("audits:read", pk=pk)
    form = WorkerViewForm(audit, _with_the_rest(request, audit))
    if not form.is_valid():
        return _page(request, audit, form)
    values = values_sent(request, form.cleaned_data)
    try:
        workflow.add_worker_view(
            audit=audit, version=version_sent(request), values=values, by=request.user, now=now
        )
    except JudgementConflict as conflict:
        return conflict_page(request, audit, form, conflict)
    except Refused as refusal:
        return lost_page(request, audit, form, str(refusal))
    messages.success(request, "Your view is saved. The auditor can see it.")
    return redirect("audits:audit", pk=pk)


@signed_in
@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the practitioner's grade or view as it is typed."""
    audit = access.get_audit_to_follow(request.user, pk, now=timezone.now())
    return save_field(request, audit, LiveViewForm(audit, field_sent(request)), workflow.add_worker_view)


@signed_in
@require_safe
def said(request: HttpRequest, pk: int) -> JsonResponse:
    """What the practitioner's view is now, for the pages of both who write it down."""
    audit = access.get_open_view(request.user, pk, now=timezone.now())
    return JsonResponse({"version": audit.version, **{name: getattr(audit, name) for name in VIEW_FIELDS}})


@signed_in
@require_safe
def stands(request: HttpRequest, pk: int) -> HttpResponse:
    """How the running audit stands, as part of the practitioner's page; 204 when that is what it shows."""
    audit = access.get_audit_to_follow(request.user, pk, now=timezone.now())
    if not has_begun(audit):
        raise Http404
    shown = _stands(audit, answers_of(audit.answer_set))
    if request.GET.get("seen") == shown["stamp"]:
        return HttpResponse(status=204)
    return render(request, "audits/audit/stands.html", shown)


def _stands(audit: CaseAudit, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """The content with a stamp that changes when it does."""
    context = {"audit": audit, "standing": as_it_stands(audit, answers)}
    content = render_to_string("audits/audit/standing.html", context)
    stamp = hashlib.sha256(content.encode()).hexdigest()[:16]
    return {"audit": audit, "content": content, "stamp": stamp}


def _page(request: HttpRequest, audit: CaseAudit, form: WorkerViewForm | None = None) -> HttpResponse:
    save_url = reverse("audits:say", args=[audit.pk])
    answers = answers_of(audit.answer_set)
    context = {
        "audit": audit,
        "title": subject_line(audit.assignment),
        "form": form or LiveViewForm(audit, save_url=save_url),
        "grading": grading_of(audit, answers),
        **(_stands(audit, answers) if has_begun(audit) else {}),
    }
    return render(request, "audits/audit/worker_view.html", context, status=422 if form else 200)


def _with_the_rest(request: HttpRequest, audit: CaseAudit) -> Any:
    """What was sent; a part that was not, because only another is in question, stays as it is."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    for name in WorkerViewForm.base_fields:
        data.setdefault(name, getattr(audit, name))
    return data
