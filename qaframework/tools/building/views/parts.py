"""The pages on which the parts of a draft are changed: particulars, essentials, sections, questions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from qaframework.packs.references.lookups import keys_of
from qaframework.people.access import requires
from qaframework.people.form_page import form_page, sent
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.tools.building import content, workflow
from qaframework.tools.building.access import BUILDERS
from qaframework.tools.building.changes import question_in_words
from qaframework.tools.building.content import Direction, Part, mark_of
from qaframework.tools.building.forms import (
    ConfirmForm,
    EssentialsForm,
    KindForm,
    NewQuestionForm,
    ParticularsForm,
    QuestionForm,
    SectionForm,
)
from qaframework.tools.building.kinds import kind_in_words
from qaframework.tools.building.views.asking import conditions_of
from qaframework.tools.building.views.pages import (
    Facts,
    draft_of,
    draft_url,
    framework_of,
    part_page,
    question_of,
    section_of,
)
from qaframework.tools.definition import QuestionType
from qaframework.tools.models import ToolDraft

GET_OR_POST = ["GET", "HEAD", "POST"]
# Lists of the framework that choices can come from.
LISTS = ("meeting_types",)


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def particulars(request: HttpRequest, pk: int) -> HttpResponse:
    draft = draft_of(request, pk)
    schemes = framework_of(draft).get("grade_schemes", [])
    form = ParticularsForm(sent(request), tool=draft.content, schemes=schemes)

    def keep(said: dict[str, Any]) -> str:
        workflow.change_particulars(
            draft=draft, values=form.values(), read=said["read"], by=request.user, now=timezone.now()
        )
        return draft_url(draft)

    def stands(now: ToolDraft) -> tuple[Any, Facts]:
        return workflow.particulars_of(now.content), _facts(
            now.content, name="Name", purpose="What it is for", minutes="Minutes", grade_scheme="Scale"
        )

    return part_page(request, draft, form, keep, stands, {"title": "The tool as a whole", "button": "Save"})


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def essentials(request: HttpRequest, pk: int) -> HttpResponse:
    """What is expected before work can be good or better (BF-18)."""
    draft = draft_of(request, pk)
    form = EssentialsForm(sent(request), tool=draft.content)

    def keep(said: dict[str, Any]) -> str:
        workflow.change_essentials(
            draft=draft,
            essentials=form.lines.parts_entered(),
            read=said["read"],
            by=request.user,
            now=timezone.now(),
        )
        return draft_url(draft)

    def stands(now: ToolDraft) -> tuple[Any, Facts]:
        found = now.content.get("indicators", [])
        return found, [
            {"label": f"Essential {number}", "value": one["text"]} for number, one in enumerate(found, 1)
        ]

    page = {
        "title": "Essentials",
        "text": [
            "What work is expected to show before it is graded good or better. Each is answered yes, partly, "
            "no or not applicable, before everything else.",
        ],
        "lines": "What is expected, in its order",
        "button": "Save",
    }
    return part_page(request, draft, form, keep, stands, page, "tools/building/lines.html")


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def new_section(request: HttpRequest, pk: int) -> HttpResponse:
    draft = draft_of(request, pk)
    form = SectionForm(sent(request))

    def add(said: dict[str, Any]) -> str:
        key = workflow.add_section(draft=draft, values=form.values(), by=request.user, now=timezone.now())
        return draft_url(draft, section=key)

    page = {"title": "Add a section", "button": "Add the section"}
    return part_page(request, draft, form, add, lambda now: ({}, []), page)


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def section(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    draft = draft_of(request, pk)
    form = SectionForm(sent(request), section=section_of(draft, key))

    def keep(said: dict[str, Any]) -> str:
        workflow.change_section(
            draft=draft, key=key, values=form.values(), read=said["read"], by=request.user, now=timezone.now()
        )
        return draft_url(draft, section=key)

    def stands(now: ToolDraft) -> tuple[Any, Facts]:
        found = section_of(now, key)
        return workflow.heading_of(found), _facts(found, title="Heading", guidance="What good looks like")

    return part_page(request, draft, form, keep, stands, {"title": "Change the section", "button": "Save"})


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def remove_section(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    draft = draft_of(request, pk)
    found = section_of(draft, key)
    count = len(content.questions_of(found))

    def remove(said: dict[str, Any]) -> str:
        workflow.remove_section(draft=draft, key=key, by=request.user, now=timezone.now())
        return draft_url(draft)

    page = {
        "title": f"Remove “{found['title']}”",
        "back": {"label": "Back to the draft", "url": draft_url(draft, section=key)},
        "text": [
            f"Its {count} question{'' if count == 1 else 's'} go with it."
            if count
            else "It has no questions."
        ],
        "button": "Remove the section",
    }
    return form_page(request, ConfirmForm(sent(request)), remove, page)


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def new_question(request: HttpRequest, pk: int, section_key: str) -> HttpResponse:
    draft = draft_of(request, pk)
    found = section_of(draft, section_key)
    form = NewQuestionForm(sent(request))

    def add(said: dict[str, Any]) -> str:
        key = workflow.add_question(
            draft=draft, section_key=section_key, values=said, by=request.user, now=timezone.now()
        )
        return redirect("tools:draft_question", pk=draft.pk, key=key).url

    page = {
        "title": "Add a question",
        "back": {"label": "Back to the draft", "url": draft_url(draft, section=section_key)},
        "text": [f"It comes last in “{found['title']}”. What else it needs is asked on the next page."],
        "button": "Continue",
    }
    return form_page(request, form, add, page)


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def question(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    draft = draft_of(request, pk)
    inside, found = question_of(draft, key)
    framework = framework_of(draft)
    lists = [name for name in LISTS if len(keys_of(framework, name)) > 1]
    form = QuestionForm(sent(request), question=found, section=inside, tool=draft.content, lists=lists)

    def keep(said: dict[str, Any]) -> str:
        workflow.change_question(
            draft=draft,
            key=key,
            values=form.values(),
            section_key=said["section"],
            read=said["read"],
            by=request.user,
            now=timezone.now(),
        )
        return draft_url(draft, question=key)

    def stands(now: ToolDraft) -> tuple[Any, Facts]:
        other = question_of(now, key)[1]
        facts = [{"label": name.capitalize(), "value": words} for name, words in question_in_words(other)]
        return other, facts

    page = {
        "title": "Change the question",
        "kind": kind_in_words(found["type"]),
        "key": key,
        "draft": draft,
        "conditions": conditions_of(draft, found),
        "read": mark_of(found),
        "lines": "What is asked in each row" if found["type"] == QuestionType.ROWS else "Choices",
        "button": "Save",
    }
    return part_page(request, draft, form, keep, stands, page, "tools/building/question.html")


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def kind(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    draft = draft_of(request, pk)
    _, found = question_of(draft, key)
    form = KindForm(sent(request), question=found)

    def keep(said: dict[str, Any]) -> str:
        workflow.change_kind(
            draft=draft, key=key, kind=said["type"], read=said["read"], by=request.user, now=timezone.now()
        )
        return redirect("tools:draft_question", pk=draft.pk, key=key).url

    def stands(now: ToolDraft) -> tuple[Any, Facts]:
        other = question_of(now, key)[1]
        return other, [{"label": "Kind of answer", "value": kind_in_words(other["type"])}]

    page = {
        "title": "Change the kind of answer",
        "text": [found["text"], "What only the old kind had, such as its choices, is left out."],
        "button": "Save",
    }
    return part_page(request, draft, form, keep, stands, page)


@require_http_methods(GET_OR_POST)
@requires(*BUILDERS)
def remove_question(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    draft = draft_of(request, pk)
    inside, found = question_of(draft, key)

    def remove(said: dict[str, Any]) -> str:
        workflow.remove_question(draft=draft, key=key, by=request.user, now=timezone.now())
        return draft_url(draft, section=inside["key"])

    page = {
        "title": "Remove this question",
        "back": {"label": "Back to the draft", "url": draft_url(draft, question=key)},
        "text": [found["text"], *_looked_at_by(draft, key)],
        "button": "Remove the question",
    }
    return form_page(request, ConfirmForm(sent(request)), remove, page)


@require_POST
@requires(*BUILDERS)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """A section or question one place up or down; one that is gone meanwhile is not moved."""
    draft = draft_of(request, pk)
    section_key, question_key = request.POST.get("section", ""), request.POST.get("question", "")
    direction = Direction.UP if request.POST.get("direction") == Direction.UP else Direction.DOWN
    try:
        if question_key:
            workflow.move_question(
                draft=draft, key=question_key, direction=direction, by=request.user, now=timezone.now()
            )
        else:
            workflow.move_section(
                draft=draft, key=section_key, direction=direction, by=request.user, now=timezone.now()
            )
    except SomebodyElseWasFirst:
        return redirect(draft_url(draft))
    return redirect(draft_url(draft, question_key, section_key))


def _looked_at_by(draft: ToolDraft, key: str) -> list[str]:
    labels = [
        one["label"]
        for one in framework_of(draft).get("standards", ())
        if key in (one.get("questions") or {}).get(draft.key, ())
    ]
    return [
        f"The standard “{label}” looks at it, and no longer will when this is published." for label in labels
    ]


def _facts(part: Part, **names: str) -> Facts:
    return [{"label": label, "value": str(part[name])} for name, label in names.items() if part.get(name)]
