"""Saying what an audit was like, and what everybody said."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from qaframework.people.access import local_today, requires, signed_in
from qaframework.people.form_page import sent, try_form
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import short_date
from qaframework.tools.surveys import access
from qaframework.tools.surveys.forms import SurveyForm
from qaframework.tools.surveys.results import FEWEST, Group, Said, groups_of
from qaframework.tools.surveys.workflow import ANSWERED, CLOSED, answer_survey


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """The short form for who is asked. It is kept whole or not at all, and nothing of it is kept by name."""
    today = local_today()
    invitation = access.get_invitation(request.user, pk, today)
    definition = invitation.survey.tool_version.definition
    form = SurveyForm(sent(request), definition=definition)

    def say(values: dict[str, Any]) -> str:
        answer_survey(invitation=invitation, answers=form.answers, by=request.user, now=timezone.now())
        messages.success(request, "Thank you. Your answers were added to those of others, without your name.")
        return reverse("allocation:my_work")

    over = ANSWERED if invitation.is_used else CLOSED if today > invitation.closes_on else ""
    status: HttpResponse | int = 200
    if request.method == "POST":
        status = try_form(request, form, say)
        if isinstance(status, HttpResponse):
            return status
    context = {"invitation": invitation, "tool": definition, "form": form, "over": over, "fewest": FEWEST}
    return render(request, "tools/surveys/survey.html", context, status=status)


@requires(access.QA)
@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    """By quarter, kind of work and role: how many were asked, how many answered, how long it took them."""
    tables: dict[str, list[list[Any]]] = {}
    today = local_today()
    groups = groups_of(access.readable_surveys(request.user, today), today)
    has_several = len({group.framework for group in groups}) > 1
    for group in groups:
        name = f"{group.framework.name}: {group.quarter.label}" if has_several else group.quarter.label
        tables.setdefault(name, []).append(_row(group))
    numbers = ("Asked", "Answered", "Minutes spent, median")
    context = {
        "tables": [*tables.items()],
        "columns": columns("Kind of work", "Who was asked", *numbers, numeric=numbers),
        "fewest": FEWEST,
    }
    return render(request, "tools/surveys/surveys.html", context)


@requires(access.QA)
@require_safe
def said(request: HttpRequest, pk: int, activity: str, period: str) -> HttpResponse:
    """What was said about one kind of work in one quarter, by each role apart."""
    today = local_today()
    found = access.get_surveys(request.user, pk, activity, period, today)
    groups = groups_of(found, today)
    first = groups[0]
    context = {
        "title": f"{first.label}: what people said",
        "quarter": first.quarter.label,
        "parts": [_part(group) for group in groups],
        "fewest": FEWEST,
    }
    return render(request, "tools/surveys/said.html", context)


def _row(group: Group) -> list[Any]:
    address = reverse("surveys:said", args=[group.framework.pk, group.activity, group.quarter.key])
    answered = {"few": f"Fewer than {FEWEST}", "running": f"Shown from {short_date(group.shown_from)}"}
    return [
        {"text": group.label, "url": address},
        group.role,
        group.asked,
        answered.get(group.why_hidden, group.answered),
        "–" if group.minutes is None else f"{group.minutes:g}",
    ]


def _part(group: Group) -> dict[str, Any]:
    return {
        "group": group,
        "rows": [
            {"label": one.question.text, "value": _in_words(one, group)}
            for one in group.said
            if not one.is_in_words
        ],
        "words": [one for one in group.said if one.is_in_words],
    }


def _in_words(one: Said, group: Group) -> str:
    if one.answered < FEWEST:
        return f"Fewer than {FEWEST} answered this, so nothing is shown."
    lines = [] if one.median is None else [f"Median {one.median:g}"]
    lines += [", ".join(f"{words}: {share}%" for words, share in one.shares)] if one.shares else []
    lines += [f"{one.answered} answered this"] if one.answered != group.answered else []
    return "\n".join(lines)
