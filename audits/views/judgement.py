"""Judging together: the grade and its reasons, the practitioner's view, advice when they cannot agree."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from audits import access, workflow
from audits.forms import AdviceForm, JudgementForm, WorkerViewForm
from audits.models import CaseAudit
from audits.pages import Grading, grade_label, grading_of, words_of
from audits.views.audit import begin_if_needed
from audits.workflow import JudgementConflict
from qaframework.allocation.wording import subject_line
from qaframework.allocation.workflow import activity_of
from qaframework.people.access import signed_in
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.tools.reading import answers_of

KEEP_PREFIX = "keep__"
THEIRS = "theirs"
LOCKED = "This audit has been submitted, so the judgement cannot be changed."


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
            version=_version(request),
            values=_values(request, form.cleaned_data),
            by=request.user,
            now=now,
        )
    except JudgementConflict as conflict:
        return _conflict_page(request, audit, form, conflict)
    except Refused as refusal:
        return _lost_page(request, audit, form, str(refusal))
    return redirect(_after_judgement(audit))


@signed_in
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Save one field of the judgement as it is typed; answers like the tools' own endpoint."""
    now = timezone.now()
    audit = access.get_audit_to_save(request.user, pk, now=now)
    key = request.GET.get("question_key", "")
    sent = {key: request.POST.get("value", "")}
    form = JudgementForm(audit, sent, practitioner="", has_unmet_indicators=True)
    if key not in form.fields:
        return JsonResponse({"message": "This page has changed. Load it again."}, status=422)
    if not form.is_valid():
        return JsonResponse(
            {"message": " ".join(form.errors.get(key, ["Choose from the list."]))}, status=422
        )
    begin_if_needed(audit, request.user)
    value = {key: form.cleaned_data[key]}
    try:
        workflow.save_judgement(
            audit=audit, version=_version(request), values=value, by=request.user, now=now
        )
    except JudgementConflict as conflict:
        theirs = getattr(conflict.theirs, key)
        answer = {
            "mine": value[key],
            "theirs": theirs,
            "version": conflict.theirs.version,
            "by": _name(conflict),
        }
        return JsonResponse(answer, status=409)
    except Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=423)
    return JsonResponse({"version": audit.version, "saved_at": now.isoformat()})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def worker_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The practitioner's grade and view, from their own device (BF-13)."""
    now = timezone.now()
    audit = access.get_audit_as_worker(request.user, pk, now=now)
    if request.method != "POST" and not audit.is_open:
        return redirect("audits:read", pk=pk)
    form = WorkerViewForm(audit, _with_the_rest(request, audit))
    if request.method == "POST" and form.is_valid():
        values = _values(request, form.cleaned_data)
        values = {name: values.get(name, getattr(audit, name)) for name in form.fields}
        try:
            workflow.add_worker_view(
                audit=audit, version=_version(request), by=request.user, now=now, **values
            )
        except JudgementConflict as conflict:
            return _conflict_page(request, audit, form, conflict)
        except Refused as refusal:
            return _lost_page(request, audit, form, str(refusal))
        messages.success(request, "Your view is saved. The auditor can see it.")
        return redirect("audits:audit", pk=pk)
    grading = grading_of(audit, answers_of(audit.answer_set))
    context = {**_context(audit, form), "grading": grading}
    return render(request, "audits/audit/worker_view.html", context, status=422 if form.errors else 200)


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


def _version(request: HttpRequest) -> int:
    """The version that was read; 0, which never was, when the number is damaged."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


def _values(request: HttpRequest, cleaned: dict[str, str]) -> dict[str, str]:
    """What was sent, without what the person chose to leave to somebody else's text."""
    return {
        name: text
        for name, text in cleaned.items()
        if name in request.POST and request.POST.get(KEEP_PREFIX + name) != THEIRS
    }


def _with_the_rest(request: HttpRequest, audit: CaseAudit) -> Any:
    """What was sent; a part that was not, because only another is in question, stays as it is."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    for name in WorkerViewForm.base_fields:
        data.setdefault(name, getattr(audit, name))
    return data


def _conflict_page(
    request: HttpRequest, audit: CaseAudit, form: Any, conflict: JudgementConflict
) -> HttpResponse:
    """Both texts of each part with a choice; everything else that was sent travels along."""
    words = {name: dict(getattr(field, "choices", ())) for name, field in form.fields.items()}
    shown = []
    for name in conflict.names:
        mine, theirs = conflict.mine[name], getattr(conflict.theirs, name)
        shown.append(
            {
                "key": name,
                "question": {"text": form.fields[name].label},
                "mine": words[name].get(mine, mine),
                "theirs": words[name].get(theirs, theirs),
                "by": _name(conflict),
            }
        )
    context = {
        "conflicts": shown,
        "versions": [("version", conflict.theirs.version)],
        "sent": list(conflict.mine.items()),
        "section": None,
    }
    return render(request, "tools/conflict.html", context, status=409)


def _lost_page(request: HttpRequest, audit: CaseAudit, form: Any, text: str) -> HttpResponse:
    """Handed in meanwhile: what was typed and not saved, to copy."""
    words = {name: dict(getattr(field, "choices", ())) for name, field in form.fields.items()}
    lost = [
        {"question": {"text": form.fields[name].label}, "mine": words[name].get(value, value)}
        for name, value in form.cleaned_data.items()
        if value and value != getattr(audit, name)
    ]
    context = {"lost": lost, "back_url": reverse("audits:audit", args=[audit.pk])}
    return render(request, "tools/locked.html", context, status=423)


def _name(conflict: JudgementConflict) -> str:
    by: User | None = conflict.by
    return by.full_name if by else "The system"
