"""After an audit was handed in: the practitioner's comment, and the discussion with one who was not there."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from audits import access, workflow
from audits.forms import CommentForm, ReflectionForm
from audits.models import CaseAudit
from audits.pages import words_of
from qaframework.allocation.wording import subject_line
from qaframework.people.access import signed_in
from qaframework.people.refusal import Refused


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def reflection(request: HttpRequest, pk: int) -> HttpResponse:
    """The auditor records that a discussion was offered, and what came of it (BED-14)."""
    now = timezone.now()
    audit = access.get_audit_to_edit(request.user, pk, now=now)
    if audit.submitted_at is None or audit.worker_took_part != CaseAudit.Involvement.NO:
        raise Http404
    initial = {"offered_on": audit.reflection_offered_on, "outcome": audit.reflection_outcome}
    form = ReflectionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.record_reflection(audit=audit, by=request.user, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The discussion is recorded.")
            return redirect("audits:audit", pk=pk)
    context = {
        "audit": audit,
        "title": subject_line(audit.assignment),
        "form": form,
        "heading": "Discussion afterwards",
        "text": f"The {words_of(audit)['practitioner']} did not take part. Offer to go through it together.",
    }
    return render(request, "audits/audit/afterwards.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """The practitioner adds what they want to say, once the audit was handed in."""
    now = timezone.now()
    audit = access.get_audit_as_worker(request.user, pk, now=now)
    if audit.submitted_at is None:
        raise Http404
    form = CommentForm(request.POST or None, initial={"comment": audit.worker_comment})
    if request.method == "POST" and form.is_valid():
        try:
            workflow.comment_as_worker(audit=audit, by=request.user, now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your comment is saved with the audit.")
            return redirect("audits:audit", pk=pk)
    context = {
        "audit": audit,
        "title": subject_line(audit.assignment),
        "form": form,
        "heading": "Your comment",
        "text": "The audit stays as it was submitted. Your comment is kept beside it.",
    }
    return render(request, "audits/audit/afterwards.html", context, status=422 if form.errors else 200)
