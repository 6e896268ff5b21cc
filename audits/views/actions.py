"""Agreeing the actions during the audit, and raising a concern at any moment of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from audits import access, workflow
from audits.models import CaseAudit
from audits.pages import words_of
from audits.views.audit import begin_if_needed
from qaframework.actions import workflow as plans
from qaframework.actions.drafts import DraftedFor, change_page, draft_rows
from qaframework.actions.forms import ActionForm, ConcernForm
from qaframework.actions.models import Action
from qaframework.allocation.wording import subject_line
from qaframework.people.access import local_today, signed_in
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused

LOCKED = "This audit has been submitted, so no action can be added. Copy what you typed before you leave."


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def actions(request: HttpRequest, pk: int) -> HttpResponse:
    """The actions drafted so far, and a form for one more (BF-09)."""
    now = timezone.now()
    audit = access.get_audit_to_edit(request.user, pk, now=now)
    if not audit.is_open and request.method != "POST":
        return redirect("audits:read", pk=pk)
    form = ActionForm(
        audit.action_plan,
        request.POST or None,
        by=request.user,
        today=local_today(),
        auditor_post=audit.assignment.post,
    )
    onward = "audits:submit" if "go_on" in request.POST else "audits:actions"
    if onward == "audits:submit" and form.is_blank:
        return redirect(onward, pk=pk)
    if request.method == "POST" and not audit.is_open:
        form.add_error(None, LOCKED)
    elif request.method == "POST" and form.is_valid():
        begin_if_needed(audit, request.user)
        try:
            form.save(now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, " ".join(["Action added.", *(one.message for one in form.warnings)]))
            return redirect(onward, pk=pk)
    context = {
        "audit": audit,
        "title": subject_line(audit.assignment),
        "form": form,
        "drafts": draft_rows(audit.action_plan, lambda name, action: _url(name, audit, action), form.owners),
        "words": words_of(audit),
    }
    return render(request, "audits/audit/actions.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def change_action(request: HttpRequest, pk: int, action_pk: int) -> HttpResponse:
    """Write a draft in other words."""
    audit = access.get_audit_to_edit(request.user, pk, now=timezone.now())
    if not audit.is_open and request.method != "POST":
        return redirect("audits:read", pk=pk)
    work = DraftedFor(
        audit.action_plan,
        audit.assignment.post,
        audit.is_open,
        list_url=reverse("audits:actions", args=[pk]),
        begin=lambda: begin_if_needed(audit, request.user),
    )
    context = {"audit": audit, "title": subject_line(audit.assignment)}
    return change_page(request, action_pk, work, "audits/audit/change_action.html", context)


@signed_in
@require_POST
def remove_action(request: HttpRequest, pk: int, action_pk: int) -> HttpResponse:
    """Take a draft back."""
    now = timezone.now()
    audit = access.get_audit_to_edit(request.user, pk, now=now)
    action = get_object_or_404(audit.action_plan.actions, pk=action_pk)
    try:
        plans.remove_draft(action=action, by=request.user, now=now)
    except (Refused, SomebodyElseWasFirst) as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "The action was removed.")
    return redirect("audits:actions", pk=pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def concern(request: HttpRequest, pk: int) -> HttpResponse:
    """A child may be unsafe now: told at once, while the audit goes on (RBWM-11)."""
    now = timezone.now()
    audit = access.get_audit_as_participant(request.user, pk, now=now)
    form = ConcernForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.raise_concern(audit=audit, what=form.cleaned_data["what"], by=request.user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The people who can act have been told. Go on with the audit.")
            return redirect("audits:audit", pk=pk)
    context = {"audit": audit, "title": subject_line(audit.assignment), "form": form}
    return render(request, "audits/audit/concern.html", context, status=422 if form.errors else 200)


def _url(name: str, audit: CaseAudit, action: Action) -> str:
    return reverse(f"audits:{name}", args=[audit.pk, action.pk])
