"""The pages on which one says when a question is asked, or must be answered: by answers to earlier ones."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from qaframework.people.access import requires
from qaframework.people.form_page import form_page, sent
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.tools.building import workflow
from qaframework.tools.building.access import BUILDERS
from qaframework.tools.building.conditions import (
    ConditionForm,
    DropConditionForm,
    EarlierForm,
    answers_to,
    condition_in_words,
    earlier_questions,
)
from qaframework.tools.building.content import Part
from qaframework.tools.building.views.pages import (
    Facts,
    draft_of,
    framework_of,
    part_page,
    question_of,
)
from qaframework.tools.models import ToolDraft

GET_OR_POST = ["GET", "HEAD", "POST"]
TITLES = {"shown_if": "When is it asked?", "required_if": "When must it be answered?"}


@dataclass(frozen=True)
class Asked:
    """One of a question's two lists of conditions, as its page shows it; all of them have to hold."""

    name: str
    title: str
    nothing: str
    conditions: list[str]


def conditions_of(draft: ToolDraft, question: Part) -> list[Asked]:
    """When the question is asked and must be answered, in words."""
    framework = framework_of(draft)
    nothing = {
        "shown_if": "Always.",
        "required_if": "Always." if question.get("required") else "Never: it may be left open.",
    }
    return [
        Asked(
            name,
            title,
            nothing[name],
            [condition_in_words(one, draft.content, framework) for one in question.get(name) or ()],
        )
        for name, title in TITLES.items()
    ]


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def new_condition(request: HttpRequest, pk: int, key: str, name: str) -> HttpResponse:
    """First the earlier question; then, on the next page, what its answer has to be."""
    draft = draft_of(request, pk)
    _, found = question_of(draft, key)
    if name not in TITLES:
        raise Http404
    form = EarlierForm(sent(request), tool=draft.content, key=key)

    def go_on(said: dict[str, Any]) -> str:
        return reverse("tools:draft_condition", args=[draft.pk, key, name, said["question"]])

    page = {
        "title": TITLES[name],
        "back": {"label": "Back to the question", "url": _question_url(draft, key)},
        "text": [found["text"], "It can depend on what is asked before it."],
        "button": "Continue",
    }
    return form_page(request, form, go_on, page)


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def condition(request: HttpRequest, pk: int, key: str, name: str, earlier: str) -> HttpResponse:
    draft = draft_of(request, pk)
    _, found = question_of(draft, key)
    asked = {one["key"]: one for _, parts in earlier_questions(draft.content, key) for one in parts}
    if name not in TITLES or earlier not in asked:
        raise Http404
    answers = answers_to(asked[earlier], draft.content, framework_of(draft))
    form = ConditionForm(sent(request), question=found, earlier=asked[earlier], answers=answers)

    def keep(said: dict[str, Any]) -> str:
        conditions = [*(found.get(name) or ()), form.condition()]
        workflow.change_question(
            draft=draft,
            key=key,
            values={name: conditions},
            read=said["read"],
            by=request.user,
            now=timezone.now(),
        )
        return _question_url(draft, key)

    def stands(now: ToolDraft) -> tuple[Any, Facts]:
        other = question_of(now, key)[1]
        said = "\n".join(
            condition_in_words(one, now.content, framework_of(now)) for one in other.get(name) or ()
        )
        return other, [{"label": TITLES[name], "value": said or "Always"}]

    text = [f"{found['text']}", f"It depends on the answer to “{asked[earlier]['text']}”."]
    page = {"title": TITLES[name], "text": text, "button": "Save"}
    return part_page(request, draft, form, keep, stands, page)


@require_POST
@requires(*BUILDERS)
def drop_condition(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One condition goes, unless the question has changed since it was read."""
    draft = draft_of(request, pk)
    _, found = question_of(draft, key)
    form = DropConditionForm(request.POST)
    if form.is_valid():
        name, place = form.cleaned_data["name"], form.cleaned_data["place"]
        left = [one for number, one in enumerate(found.get(name) or ()) if number != place]
        try:
            workflow.change_question(
                draft=draft,
                key=key,
                values={name: left},
                read=form.cleaned_data["read"],
                by=request.user,
                now=timezone.now(),
            )
        except SomebodyElseWasFirst:
            return redirect(_question_url(draft, key))
    return redirect(_question_url(draft, key))


def _question_url(draft: ToolDraft, key: str) -> str:
    return reverse("tools:draft_question", args=[draft.pk, key])
