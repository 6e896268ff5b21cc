"""A draft from its beginning to its end: begun, looked at, previewed, discarded."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qaframework.packs.models import FrameworkVersion
from qaframework.packs.reading import hash_of
from qaframework.packs.wording import in_a_list
from qaframework.people.access import local_today, requires
from qaframework.people.form_page import form_page, sent
from qaframework.people.refusal import Refused
from qaframework.rules.grades import OverallRule
from qaframework.tools.building import access, workflow
from qaframework.tools.building.access import BUILDERS
from qaframework.tools.building.conditions import condition_in_words
from qaframework.tools.building.content import Part, questions_of, sections_of
from qaframework.tools.building.forms import RULES, ConfirmForm
from qaframework.tools.building.kinds import SIGNERS, kind_in_words
from qaframework.tools.building.reading import as_it_stands, earlier_kinds
from qaframework.tools.building.reasons import Reason, reasons_against
from qaframework.tools.building.starting import COPY, NewToolForm, ReplaceForm
from qaframework.tools.building.views.pages import (
    TOOLS,
    crumbs_of,
    draft_of,
    draft_url,
    file_page,
    newest_of,
)
from qaframework.tools.definition import WORKER, freeze
from qaframework.tools.forms import SectionForm
from qaframework.tools.models import AnswerSet, Tool, ToolDraft, ToolVersion


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*BUILDERS)
def new_tool(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a tool that the framework does not have yet."""
    framework = access.get_framework(request.user, pk, local_today())
    taken = {
        *framework.tools.values_list("key", flat=True),
        *framework.tool_drafts.values_list("key", flat=True),
    }
    copy = request.GET.get("copy")
    form = NewToolForm(
        sent(request),
        request.FILES or None,
        framework=framework,
        taken=taken,
        initial={"start": COPY, "other": f"{framework.pk}.{copy}"} if copy else {},
    )

    def begin(said: dict[str, Any]) -> str:
        draft = workflow.begin_draft(
            framework=framework, tool=form.tool(), by=request.user, now=timezone.now()
        )
        return draft_url(draft)

    page = {
        "title": "Add a tool",
        "text": [f"For {framework.name}. It is a draft that nobody works with until you publish it."],
        "button": "Begin the draft",
    }
    return file_page(request, form, begin, {"page": page, "crumbs": [TOOLS]})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*BUILDERS)
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Take all of a draft from a file, such as the one that was exported and changed elsewhere."""
    found = draft_of(request, pk)
    form = ReplaceForm(sent(request), request.FILES or None, initial={"read": found.revision})

    def take(said: dict[str, Any]) -> str:
        workflow.replace_content(
            draft=found, tool=said["file"], read=said["read"], by=request.user, now=timezone.now()
        )
        messages.success(request, "The draft says what the file says.")
        return draft_url(found)

    page = {
        "title": "Take the draft from a file",
        "text": ["What the draft says now is replaced by what the file says."],
        "button": "Replace the draft",
    }
    return file_page(request, form, take, {"page": page, "crumbs": crumbs_of(found)})


@require_POST
@requires(*BUILDERS)
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to change a tool that there is, or go on where its draft is; one that was retired comes back."""
    tool = access.get_own_tool(request.user, pk, local_today())
    written = as_it_stands(tool.framework, tool.key)
    if written is None:
        raise Http404
    try:
        draft = workflow.begin_draft(
            framework=tool.framework, tool=written, by=request.user, now=timezone.now()
        )
    except Refused as refused:
        messages.info(request, str(refused))
        return redirect("tools:tool", pk=tool.pk)
    return redirect(draft_url(draft))


@require_safe
@requires(*BUILDERS)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole draft in its order, with what stops it from being published."""
    found = draft_of(request, pk)
    newest = newest_of(found)
    framework = newest.content["framework"]
    context = {
        "crumbs": [TOOLS],
        "draft": found,
        "reasons": [(where_to_change(found, reason), reason) for reason in reasons_of(found, newest)],
        "facts": _facts(found, newest),
        "sections": [
            (section, _about(section), _questions(section, found, framework))
            for section in sections_of(found.content)
        ],
        "essentials": found.content.get("indicators", []),
        "published": Tool.objects.filter(framework=found.framework_id, key=found.key).first(),
    }
    return render(request, "tools/building/draft.html", context)


@require_safe
@requires(*BUILDERS)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft as auditors would see it, to look at only."""
    found = draft_of(request, pk)
    newest = newest_of(found)
    context: dict[str, Any] = {"crumbs": crumbs_of(found), "draft": found, "forms": []}
    try:
        version = _as_version(found, newest)
        definition = version.definition
    except (ValueError, KeyError):
        # It cannot be built yet; the reasons say why.
        return render(
            request, "tools/building/preview.html", {**context, "reasons": reasons_of(found, newest)}
        )
    empty = AnswerSet(tool_version=version)
    context["forms"] = [
        SectionForm(empty, section, definition.scheme, stored={}, is_inactive=True)
        for section in definition.sections
    ]
    return render(request, "tools/building/preview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(*BUILDERS)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = draft_of(request, pk)

    def end(said: dict[str, Any]) -> str:
        workflow.discard_draft(draft=found, by=request.user, now=timezone.now())
        messages.success(request, f"The draft of “{found.name}” is discarded.")
        return reverse("tools:tools")

    page = {
        "title": f"Discard the draft of “{found.name}”",
        "back": {"label": "Back to the draft", "url": draft_url(found)},
        "text": ["What has been changed in it is gone. Published versions stay as they are."],
        "button": "Discard the draft",
    }
    return form_page(request, ConfirmForm(sent(request)), end, page)


def reasons_of(draft: ToolDraft, newest: FrameworkVersion) -> list[Reason]:
    """Why the draft cannot be published after the newest version of its framework."""
    return reasons_against(draft.content, newest.content, earlier_kinds(draft))


def _as_version(draft: ToolDraft, newest: FrameworkVersion) -> ToolVersion:
    """The draft as a version that is saved nowhere. Raises KeyError or ValueError when it cannot be built."""
    frozen = freeze(draft.content, newest.content["framework"])
    return ToolVersion(content=frozen, content_hash=hash_of(frozen))


def where_to_change(draft: ToolDraft, reason: Reason) -> str:
    """The page on which what the reason is about is changed."""
    if reason.question:
        return reverse("tools:draft_question", args=[draft.pk, reason.question])
    if reason.section:
        return reverse("tools:draft_section", args=[draft.pk, reason.section])
    return reverse("tools:draft_particulars", args=[draft.pk])


def _facts(draft: ToolDraft, newest: FrameworkVersion) -> list[dict[str, Any]]:
    tool = draft.content
    overall, rows = tool.get("overall") or {}, tool.get("rows")
    facts = [
        ("What it is for", tool.get("purpose") or "Not said yet"),
        ("Usually takes", f"{tool['minutes']} minutes" if tool.get("minutes") else "Not said yet"),
        ("Grade scheme", _scheme_label(tool, newest)),
        ("Overall grade", _overall_in_words(overall)),
    ]
    if rows:
        facts.append(("Rows", f"{rows['label']}: {rows['minimum']} to {rows['maximum']}"))
    return [{"label": label, "value": value} for label, value in facts]


def _scheme_label(tool: Part, newest: FrameworkVersion) -> str:
    key, schemes = tool.get("grade_scheme"), newest.content["framework"].get("grade_schemes", ())
    return next((one["label"] for one in schemes if one["key"] == key), key or "It has no grades")


def _overall_in_words(overall: Part) -> str:
    if not overall.get("graded"):
        return "None"
    if overall.get("rule") == OverallRule.AUDITOR_JUDGES:
        return "There is one, which the auditor judges"
    rule = next((words for rule, words in RULES.items() if rule == overall.get("rule")), "")
    return f"There is one. What the sections suggest: {rule[:1].lower()}{rule[1:]}"


def _about(section: Part) -> str:
    parts = []
    if section.get("graded"):
        parts.append(
            "Graded, and its grade limits the overall grade" if section.get("limiting") else "Graded"
        )
    if not section.get("guidance"):
        parts.append("No words yet on what good looks like")
    return ". ".join(parts)


def _questions(section: Part, draft: ToolDraft, framework: Part) -> list[tuple[Part, list[str]]]:
    """The section's questions, each with what can be said of it in a line or two."""
    return [(one, [_line(one), *_conditions(one, draft, framework)]) for one in questions_of(section)]


def _line(question: Part) -> str:
    said = [kind_in_words(question["type"])]
    if question.get("by") == WORKER:
        said.append(f"by {SIGNERS[WORKER][:1].lower()}{SIGNERS[WORKER][1:]}")
    return ", ".join([*said, *(["required"] if question.get("required") else [])])


def _conditions(question: Part, draft: ToolDraft, framework: Part) -> list[str]:
    starts = {"shown_if": "Asked only if", "required_if": "Required if"}
    return [
        f"{start} {in_a_list([condition_in_words(one, draft.content, framework) for one in question[name]])}"
        for name, start in starts.items()
        if question.get(name)
    ]
