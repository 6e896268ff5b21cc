"""The library of good practice, what may go into it, and keeping it (BF-20, LAN-23)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits import good_practice_access as access
from audits import good_practice_pages as pages
from audits import workflow
from audits.good_practice import candidates_for, entries_of, library_for, noted_in
from audits.good_practice_forms import ProposeForm, SetAsideForm, TellingForm, WithdrawForm
from audits.models import CaseAudit, GoodPractice
from qaframework.allocation.wording import subject_line
from qaframework.people.access import has_capability, local_today, requires
from qaframework.people.form_page import form_page, sent, try_form
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.people.tables import columns

page_to_send = require_http_methods(["GET", "HEAD", "POST"])
Keep = Callable[[TellingForm], GoodPractice]


@requires(*access.READERS)
@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """Everything that is published, the newest first."""
    today = local_today()
    shown = library_for(request.user, request.GET, today)
    context = {
        "library": shown,
        "is_narrowed": any(shown.filter.chosen(name) for name in shown.filter.fields),
        "keeps": has_capability(request.user, access.QA, today),
    }
    return render(request, "audits/good_practice/library.html", context)


@requires(*access.READERS)
@require_safe
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry to read."""
    today = local_today()
    shown = access.get_good_practice(request.user, pk, today)
    keeps = access.keeps(request.user, shown, today)
    context = {
        "entry": shown,
        "facts": pages.entry_facts(shown, keeps=keeps),
        "is_published": shown.state == GoodPractice.State.PUBLISHED,
        "is_own": shown.assignment.worker_id == request.user.pk,
        "keeps": keeps,
    }
    return render(request, "audits/good_practice/entry.html", context)


@requires(access.QA)
@require_safe
def candidates(request: HttpRequest) -> HttpResponse:
    """What audits noted and managers propose, until somebody decides on it."""
    found = candidates_for(request.user, request.GET, local_today())
    context = {
        "proposed_columns": columns("Work", "What others can learn from it", "Proposed by"),
        "proposed": [pages.proposed_row(one) for one in found.proposed],
        "columns": columns("Work", "What was noted", "Final grade", "Handed in"),
        "rows": [pages.candidate_row(one) for one in found.noted],
        "page": found.page,
        "back": _back(),
    }
    return render(request, "audits/good_practice/candidates.html", context)


@requires(access.QA, access.MANAGES)
@require_safe
def of_audit(request: HttpRequest, pk: int) -> HttpResponse:
    """What was good about one audit, and what became of it."""
    audit = access.get_praised_audit(request.user, pk, now=timezone.now())
    today, unit = local_today(), audit.assignment.unit
    keeps = has_capability(request.user, access.QA, today, unit)
    manages = has_capability(request.user, access.MANAGES, today, unit)
    whole = entries_of(audit).filter(question="").first()
    context = {
        "audit": audit,
        "title": subject_line(audit.assignment),
        "parts": [pages.noted_part(one, audit, keeps=keeps) for one in noted_in(audit)],
        "whole": pages.whole_part(audit, whole, keeps=keeps, manages=manages),
        "is_restricted": audit.assignment.case is not None and audit.assignment.case.is_restricted,
        "back": _back_to_candidates() if keeps else _back(),
    }
    return render(request, "audits/good_practice/of_audit.html", context)


@requires(access.MANAGES)
@page_to_send
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose an audit for the library."""
    audit = access.get_audit_to_propose(request.user, pk, now=timezone.now())

    def act(values: dict[str, Any]) -> str:
        workflow.propose_good_practice(audit=audit, by=request.user, now=timezone.now(), **values)
        messages.success(request, "Proposed. The quality assurance team has been told.")
        return reverse("audits:good_practice_of", args=[pk])

    page = {
        "title": "Propose for the library of good practice",
        "back": _back_to(audit),
        "text": [
            "The quality assurance team reads it and writes the entry so that nobody can recognise the child."
        ],
        "button": "Propose",
    }
    return form_page(request, ProposeForm(sent(request)), act, page)


@requires(access.QA)
@page_to_send
def publish(request: HttpRequest, pk: int, question: str = "") -> HttpResponse:
    """Write the entry of an audit, or of what one of its questions noted."""
    audit = access.get_audit_to_publish(request.user, pk, question, now=timezone.now())
    noted = next((one for one in noted_in(audit) if one.question.key == question), None)
    known = entries_of(audit).filter(question=question).first()

    def keep(form: TellingForm) -> GoodPractice:
        return workflow.publish_good_practice(
            audit=audit,
            question=question,
            telling=form.telling(),
            naming=form.naming(),
            by=request.user,
            now=timezone.now(),
        )

    form = _form(
        request, known, noted.question.themes if noted else (), audit.assignment.worker, request.user
    )
    words = {
        "title": "Put into the library of good practice",
        "button": "Publish",
        "done": "Published. Everybody can read it now, and the practitioner has been told.",
        "noted": noted.text if noted else "",
        "proposal": known.proposal if known else "",
        "back": _back_to(audit),
    }
    return _tell(request, form, keep, words)


@requires(access.QA)
@page_to_send
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Word an entry better, or record that the practitioner may be named after all."""
    found = access.get_good_practice_to_keep(request.user, pk, local_today())

    def keep(form: TellingForm) -> GoodPractice:
        return workflow.change_good_practice(
            entry=found,
            read=form.cleaned_data["read"] or 0,
            telling=form.telling(),
            naming=form.naming(),
            by=request.user,
            now=timezone.now(),
        )

    form = _form(request, found, (), found.assignment.worker, request.user)
    words = {
        "title": "Change this entry",
        "button": "Keep the changes",
        "done": "Changed.",
        "back": _back_to_entry(found),
    }
    return _tell(request, form, keep, words)


@requires(access.QA)
@page_to_send
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an entry out of the library."""
    found = access.get_good_practice_to_keep(request.user, pk, local_today())

    def act(values: dict[str, Any]) -> str:
        workflow.withdraw_good_practice(entry=found, by=request.user, now=timezone.now(), **values)
        messages.success(request, "Withdrawn. Nobody else reads it any more.")
        return reverse("audits:good_practice", args=[pk])

    page = {
        "title": "Withdraw from the library",
        "back": _back_to_entry(found),
        "facts": [{"label": "Title", "value": found.title}],
        "button": "Withdraw",
    }
    return form_page(request, WithdrawForm(sent(request)), act, page)


@requires(access.QA)
@require_POST
def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave out of the library what a question noted, or the audit as a whole."""
    form = SetAsideForm(request.POST)
    question = form.cleaned_data["question"] if form.is_valid() else ""
    audit = access.get_audit_to_publish(request.user, pk, question, now=timezone.now())
    try:
        workflow.set_aside_good_practice(audit=audit, question=question, by=request.user, now=timezone.now())
    except (Refused, SomebodyElseWasFirst):
        messages.warning(request, "Somebody else has decided on this meanwhile. See how it stands.")
    else:
        messages.success(request, "Set aside. It can still be published later.")
    return redirect("audits:good_practice_of", pk=pk)


def _form(
    request: HttpRequest, known: GoodPractice | None, themes: tuple[str, ...], worker: User | None, user: User
) -> TellingForm:
    initial = pages.begin_with(known, themes, user)
    return TellingForm(sent(request), initial=initial, worker=worker, today=local_today())


def _tell(request: HttpRequest, form: TellingForm, keep: Keep, words: dict[str, Any]) -> HttpResponse:
    def act(values: dict[str, Any]) -> str:
        kept = keep(form)
        messages.success(request, words["done"])
        return reverse("audits:good_practice", args=[kept.pk])

    answer = try_form(request, form, act)
    if isinstance(answer, HttpResponse):
        return answer
    context = {"form": form, "page": words}
    return render(request, "audits/good_practice/tell.html", context, status=answer)


def _back() -> dict[str, str]:
    return {"label": "Good practice", "url": reverse("audits:library")}


def _back_to_candidates() -> dict[str, str]:
    return {"label": "Candidates for the library", "url": reverse("audits:good_practice_candidates")}


def _back_to(audit: CaseAudit) -> dict[str, str]:
    return {
        "label": subject_line(audit.assignment),
        "url": reverse("audits:good_practice_of", args=[audit.pk]),
    }


def _back_to_entry(found: GoodPractice) -> dict[str, str]:
    return {"label": found.title, "url": reverse("audits:good_practice", args=[found.pk])}
