"""Arranging the audit meeting, putting it into a calendar, and getting ready for it (BF-02, BF-03)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits import access, workflow
from audits.forms import CancelMeetingForm, MeetingForm, PreparationForm
from audits.invitations import calendar_file
from audits.models import AuditMeeting, CaseAudit
from audits.progress import meeting_of
from qaframework.allocation.wording import subject_line
from qaframework.people.access import local_today, signed_in
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused

CHANGED = "The meeting has changed meanwhile. See how it stands now."


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a meeting, or move it."""
    now = timezone.now()
    audit = access.get_audit_as_participant(request.user, pk, now=now)
    if not audit.is_open:
        return redirect("audits:audit", pk=pk)
    found = meeting_of(audit)
    minutes = audit.answer_set.tool_version.definition.minutes
    form = (
        MeetingForm(request.POST, today=local_today())
        if request.method == "POST"
        else MeetingForm.starting_from(found, minutes, today=local_today())
    )
    if request.method == "POST" and form.is_valid():
        try:
            workflow.propose_meeting(
                audit=audit,
                starts_at=form.starts_at,
                minutes=form.cleaned_data["minutes"],
                place=form.cleaned_data["place"],
                by=request.user,
                now=now,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Proposed. The other person has been told.")
            return redirect("audits:audit", pk=pk)
    context = {"audit": audit, "title": subject_line(audit.assignment), "form": form, "meeting": found}
    return render(request, "audits/audit/meeting.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    audit, found = _audit_and_meeting(request, pk)
    try:
        workflow.accept_meeting(meeting=found, by=request.user, now=timezone.now())
    except SomebodyElseWasFirst:
        messages.warning(request, CHANGED)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "The meeting is agreed. You can put it into your calendar.")
    return redirect("audits:audit", pk=audit.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    audit, found = _audit_and_meeting(request, pk)
    form = CancelMeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.cancel_meeting(
                meeting=found, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
            )
        except SomebodyElseWasFirst:
            messages.warning(request, CHANGED)
        else:
            messages.success(request, "The meeting is cancelled and the other person has been told.")
        return redirect("audits:audit", pk=pk)
    context = {"audit": audit, "title": subject_line(audit.assignment), "form": form, "meeting": found}
    return render(request, "audits/audit/cancel_meeting.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """The practitioner says what they have ready before the meeting (BF-03)."""
    now = timezone.now()
    audit = access.get_audit_as_worker(request.user, pk, now=now)
    form = PreparationForm(audit, request.POST)
    if not form.is_valid():
        messages.warning(request, "This list has changed. See how it stands now.")
        return redirect("audits:audit", pk=pk)
    try:
        workflow.prepare(audit=audit, ready=form.cleaned_data["ready"], by=request.user, now=now)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Saved. The auditor can see what is ready.")
    return redirect("audits:audit", pk=pk)


@signed_in
@require_safe
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The meeting as a calendar file, for both."""
    audit, found = _audit_and_meeting(request, pk)
    found.audit = audit
    address = reverse("audits:audit", args=[audit.pk])
    content = calendar_file(found, address=address, now=timezone.now())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-meeting-{audit.pk}.ics"'
    return response


def _audit_and_meeting(request: HttpRequest, pk: int) -> tuple[CaseAudit, AuditMeeting]:
    audit = access.get_audit_as_participant(request.user, pk, now=timezone.now())
    found = meeting_of(audit)
    if found is None:
        raise Http404
    return audit, found
