"""The audit's own page, its sections, handing in, and reading what was handed in."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits import access, workflow
from audits.identifiers import suspicions
from audits.models import CaseAudit
from audits.pages import (
    audit_page,
    problem_url,
    problems_by_topic,
    reading_of,
    result_rows,
    sent_back,
    words_of,
)
from audits.paper import paper_of_audit
from audits.progress import standing_of
from audits.readiness import problems_before_submission
from audits.workflow import NotReady
from qaframework.activities.access import find_assignment_to_open, get_signature
from qaframework.activities.forms import SignForm
from qaframework.activities.pages import may_sign
from qaframework.activities.views import SIGNED
from qaframework.allocation.models import Assignment
from qaframework.allocation.views.standing import to_standing
from qaframework.allocation.wording import subject_line
from qaframework.people.access import local_today, signed_in
from qaframework.people.exports import file_response
from qaframework.people.form_page import sent, try_form
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.tools import workflow as tools
from qaframework.tools.definition import Section
from qaframework.tools.paper import WRITERS
from qaframework.tools.reading import answers_of
from qaframework.tools.views import answer_endpoint, section_page


@signed_in
@require_safe
def open_work(request: HttpRequest, pk: int) -> HttpResponse:
    """From an assignment to its audit, made ready when its auditor comes first.

    Whoever only sees that it is owed reads how far it is.
    """
    now = timezone.now()
    audits = access.visible_audits(request.user, local_today())
    audit = audits.filter(assignment=pk).only("pk").first()
    if audit is None:
        assignment = find_assignment_to_open(request.user, pk, ("case_audit",), now=now)
        if assignment is None:
            return to_standing(request.user, pk)
        audit = workflow.open_audit(assignment=assignment, by=request.user, now=now)
    return redirect("audits:audit", pk=audit.pk)


@signed_in
@require_safe
def audit(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    found = access.get_audit(request.user, pk, now=now)
    # What was handed in has its own page; here only an open audit shows how far it is.
    answers = answers_of(found.answer_set) if found.is_open else {}
    page = audit_page(found, answers, request.user, now)
    context = {"audit": found, "page": page, "words": words_of(found)}
    return render(request, "audits/audit/audit.html", context)


@signed_in
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Start, and go to the first section."""
    now = timezone.now()
    found = access.get_audit_to_edit(request.user, pk, now=now)
    try:
        workflow.begin_audit(audit=found, by=request.user, now=now)
    except SomebodyElseWasFirst:
        messages.warning(request, "This audit is not open any more.")
        return redirect("audits:audit", pk=pk)
    first = found.answer_set.tool_version.definition.sections[0]
    return redirect("audits:section", pk=pk, key=first.key)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One section to fill in. Works without scripts; then the button saves."""
    now = timezone.now()
    found = access.get_audit_to_fill_in(request.user, pk, now=now)
    definition = found.answer_set.tool_version.definition
    keys = [one.key for one in definition.sections]
    if key not in keys:
        raise Http404
    if request.method != "POST" and not found.is_open:
        return redirect("audits:read", pk=pk)
    if request.method == "POST":
        begin_if_needed(found, request.user)
    place = keys.index(key)
    context = {
        "audit": found,
        "title": subject_line(found.assignment),
        "section": definition.sections[place],
        "position": f"Section {place + 1} of {len(keys)}",
        "previous_url": _section_url(pk, definition.sections, place - 1),
    }
    return section_page(
        request,
        found.answer_set,
        definition.sections[place],
        scheme=definition.scheme,
        save_url=reverse("audits:answer", args=[pk]),
        next_url=_section_url(pk, definition.sections, place + 1) or reverse("audits:judgement", args=[pk]),
        template="audits/audit/section.html",
        context=context,
        now=now,
        actions_url=reverse("audits:actions", args=[pk]),
        signer=str(found.assignment.worker or ""),
    )


@signed_in
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Save one answer as it is typed."""
    found = access.get_audit_to_save(request.user, pk, now=timezone.now())
    begin_if_needed(found, request.user)
    return answer_endpoint(request, answer_set=found.answer_set, now=timezone.now())


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is missing at once, what may identify somebody, and handing in (BED-12)."""
    now = timezone.now()
    found = access.get_audit_to_edit(request.user, pk, now=now)
    if request.method == "POST":
        try:
            workflow.submit_audit(audit=found, by=request.user, now=now)
        except NotReady:
            return _check_page(request, found, status=422)
        except (Refused, SomebodyElseWasFirst):
            messages.warning(
                request, "Somebody changed or submitted this audit meanwhile. See how it stands."
            )
            return redirect("audits:audit", pk=pk)
        messages.success(
            request, f"Submitted. The {words_of(found)['qa_team']} has it, and the actions are on their way."
        )
        return redirect("audits:audit", pk=pk)
    if not found.is_open:
        return redirect("audits:read", pk=pk)
    return _check_page(request, found)


@signed_in
@require_safe
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """The audit to read and print: as handed in, an earlier version, or as it stands while it is open."""
    found = access.get_audit(request.user, pk, now=timezone.now())
    asked = request.GET.get("version", "")
    version = int(asked) if asked.isdecimal() and len(asked) < 6 else None
    return _reading_page(request, found, version)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The practitioner signs that they have read it; what they want to say is their comment."""
    now = timezone.now()
    found = access.get_audit_as_worker(request.user, pk, now=now)
    signature = get_signature(found.answer_set, request.user)
    if not may_sign(signature, found.answer_set, request.user):
        return redirect("audits:read", pk=pk)
    form = SignForm(sent(request))

    def give(data: dict[str, Any]) -> str:
        tools.sign(signature=signature, comment="", by=request.user, now=now)
        messages.success(request, f"{SIGNED} If you want to say something, add a comment.")
        return reverse("audits:audit", args=[pk])

    status = try_form(request, form, give)
    if isinstance(status, HttpResponse):
        return status
    return _reading_page(request, found, None, form, status)


def _reading_page(
    request: HttpRequest,
    found: CaseAudit,
    version: int | None,
    form: SignForm | None = None,
    status: int = 200,
) -> HttpResponse:
    reading = reading_of(found, version, reader=request.user)
    if reading is None:
        raise Http404
    actions = found.action_plan.actions.select_related("owner_post").order_by("due_on", "pk")
    context = {
        "audit": found,
        "title": subject_line(found.assignment),
        "reading": reading,
        "actions": actions,
    }
    is_newest = reading.shown is not None and reading.shown.revision == found.answer_set.revision
    signature = reading.signature if is_newest else None
    if form or (signature and may_sign(signature, found.answer_set, request.user)):
        sign_url = reverse("audits:sign", args=[found.pk])
        context |= {"sign_form": form or SignForm(), "sign_url": sign_url}
    return render(request, "audits/audit/read.html", context, status=status)


@signed_in
@require_safe
def paper(request: HttpRequest, pk: str, kind: str) -> HttpResponse:
    """The questions of this audit with their guidance and room to write, as a file (BF-04)."""
    found = access.get_audit(request.user, int(pk), now=timezone.now())
    return file_response(f"audit-{found.pk}-questions", kind, WRITERS[kind](paper_of_audit(found)))


def begin_if_needed(found: CaseAudit, user: User) -> None:
    """The first thing saved starts the audit, also when somebody new holds the post."""
    under_way = found.assignment.state == Assignment.State.IN_PROGRESS and found.auditor_id == user.pk
    if not under_way and found.is_open:
        workflow.begin_audit(audit=found, by=user, now=timezone.now())


def _check_page(request: HttpRequest, found: CaseAudit, status: int = 200) -> HttpResponse:
    answers = answers_of(found.answer_set)
    standing = standing_of(found, answers)
    problems = problems_before_submission(found, standing, local_today())
    context = {
        "audit": found,
        "title": subject_line(found.assignment),
        "count": len(problems),
        "topics": problems_by_topic(found, problems),
        "suspicions": [
            (one, problem_url(found, one.place)) for one in suspicions(found, standing.values, local_today())
        ],
        "summary": result_rows(found),
        "sent_back": sent_back(found, request.user),
        "was_refused": status == 422,
        "words": words_of(found),
    }
    return render(request, "audits/audit/submit.html", context, status=status)


def _section_url(pk: int, sections: tuple[Section, ...], place: int) -> str:
    if not 0 <= place < len(sections):
        return ""
    return reverse("audits:section", args=[pk, sections[place].key])
