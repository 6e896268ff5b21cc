"""Alerts and disputes: the list, raising one, one with its stages, and each next step (RBWM-17, RBWM-20)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from qaframework.actions import challenge_access as access
from qaframework.actions import challenge_pages as pages
from qaframework.actions import workflow
from qaframework.actions.challenge_forms import (
    CASE_UNKNOWN,
    AnswerForm,
    CaseReferenceForm,
    FollowUpForm,
    RaiseForm,
    SettleForm,
    WhyForm,
)
from qaframework.actions.models import Challenge
from qaframework.actions.pages import story, tabs
from qaframework.actions.views.step_page import step_page
from qaframework.people.access import local_today, signed_in
from qaframework.people.form_page import form_page, sent
from qaframework.people.refusal import Refused
from qaframework.people.tables import columns


@signed_in
@require_safe
def challenges(request: HttpRequest) -> HttpResponse:
    """Open to everybody who is signed in: each sees their own, and what they oversee."""
    context = {
        "list": pages.challenge_list(request.user, request.GET, timezone.now()),
        "columns": columns(*pages.COLUMNS),
        "may_raise": access.raises_any(request.user, local_today()),
        "tabs": tabs("challenges"),
    }
    return render(request, "actions/challenges.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def raise_about(request: HttpRequest) -> HttpResponse:
    """Which case it is about, for those who know its reference."""
    if not access.raises_any(request.user, local_today()):
        raise Http404

    def find(values: dict[str, Any]) -> str:
        case = access.find_case_to_challenge(request.user, values["reference"], local_today())
        if case is None:
            raise Refused(CASE_UNKNOWN)
        return reverse("actions:challenge_raise", args=[case.pk])

    page = {"title": "Raise an alert or dispute", "button": "Continue", "back": _back_to_list()}
    return form_page(request, CaseReferenceForm(sent(request)), find, page)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def raise_challenge(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    case, version, kinds = access.get_case_to_challenge(request.user, pk, now=now)
    form = RaiseForm(version.pack.challenges, kinds, sent(request), today=local_today())

    def act(values: dict[str, Any]) -> str:
        raised = workflow.raise_challenge(
            case=case, framework_version=version, by=request.user, now=now, **values
        )
        messages.success(
            request, f"Raised. {raised.asked_post.title}, the practitioner and their manager know."
        )
        return reverse("actions:challenge", args=[raised.pk])

    title = f"Raise about case {case.child_ref}"
    facts = [
        {"label": "Team", "value": case.unit.name if case.unit else ""},
        {"label": "Practitioner", "value": str(case.worker or "None known")},
    ]
    page = {"title": title, "button": "Raise", "back": _back_to_list(), "facts": facts}
    return form_page(request, form, act, page)


@signed_in
@require_safe
def challenge(request: HttpRequest, pk: int) -> HttpResponse:
    today = local_today()
    shown = access.get_challenge(request.user, pk, now=timezone.now())
    answers = list(shown.answers.select_related("by"))
    context = {
        "challenge": shown,
        "tag": pages.challenge_tag(shown, today),
        "path": pages.challenge_path(shown, answers),
        "waits_for": pages.waits_for(shown, today),
        "facts": pages.challenge_facts(shown, today),
        "answers": pages.answers_shown(shown, answers),
        "outcome": pages.outcome_facts(shown),
        "steps": pages.challenge_steps(shown, request.user, today),
        "story": story(shown),
        "story_columns": columns("When", "Who", "What"),
    }
    return render(request, "actions/challenge.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_challenge_to_answer(request.user, pk, now=now)
    return _step(
        request,
        shown,
        AnswerForm(sent(request), today=local_today()),
        lambda values: workflow.answer_challenge(challenge=shown, by=request.user, now=now, **values),
        step="challenge_answer",
        title="Answer",
        button="Send the answer",
        done="Answered. Whoever raised it says whether that settles it.",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_own_challenge(request.user, pk, now=now)
    return _step(
        request,
        shown,
        SettleForm(sent(request), today=local_today()),
        lambda values: workflow.settle_challenge(challenge=shown, by=request.user, now=now, **values),
        step="challenge_settle",
        title="It is settled",
        button="Settle",
        done="Settled.",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def further(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_own_challenge(request.user, pk, now=now)
    return _step(
        request,
        shown,
        _why(request, shown, "Why does it go to the next stage?"),
        lambda values: workflow.take_further(challenge=shown, by=request.user, now=now, **values),
        step="challenge_further",
        title="Take it to the next stage",
        button="Take it further",
        done="It is at the next stage now.",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def serious(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_own_challenge(request.user, pk, now=now)
    becomes = shown.framework_version.pack.challenges.kinds.get(shown.rules.becomes)
    what = becomes.label.lower() if becomes else "more serious one"
    return _step(
        request,
        shown,
        _why(request, shown, "Why is it serious?"),
        lambda values: workflow.make_serious(challenge=shown, by=request.user, now=now, **values),
        step="challenge_serious",
        title=f"Make it a {what}",
        button=f"Make it a {what}",
        done=f"It is a {what} now.",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_own_challenge(request.user, pk, now=now)

    def act(values: dict[str, Any]) -> Challenge:
        return workflow.withdraw_challenge(challenge=shown, reason=values["reason"], by=request.user, now=now)

    return _step(
        request,
        shown,
        _why(request, shown, "Why do you withdraw it?"),
        act,
        step="challenge_withdraw",
        title="Withdraw",
        button="Withdraw",
        done="Withdrawn, with your reason.",
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def supervision(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    shown = access.get_challenge_to_follow_up(request.user, pk, now=now)
    return _step(
        request,
        shown,
        FollowUpForm(sent(request)),
        lambda values: workflow.follow_up_in_supervision(challenge=shown, by=request.user, now=now, **values),
        step="challenge_supervision",
        title="Record the talk in supervision",
        button="Save",
        done="Recorded.",
    )


def _why(request: HttpRequest, shown: Challenge, label: str) -> WhyForm:
    return WhyForm(shown, sent(request), label=label, today=local_today())


def _back_to_list() -> dict[str, str]:
    return {"url": reverse("actions:challenges"), "label": "Alerts and disputes"}


def _step(
    request: HttpRequest, shown: Challenge, form: Form, act: Callable[[dict[str, Any]], Any], **words: str
) -> HttpResponse:
    today = local_today()
    return step_page(
        request,
        form,
        act,
        open_steps=pages.challenge_steps(shown, request.user, today),
        back={"url": reverse("actions:challenge", args=[shown.pk]), "label": str(shown)},
        facts=[
            {"label": "What is wrong", "value": shown.what},
            {"label": "What should happen", "value": shown.wanted},
        ],
        **words,
    )
