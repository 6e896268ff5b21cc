"""Saving answers, for pages of the rooms above that have checked who may, and looking at tools."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from qaframework.packs.definition import PackGradeScheme
from qaframework.people.access import signed_in
from qaframework.people.context import capabilities_of
from qaframework.people.exports import file_response
from qaframework.people.models import User
from qaframework.people.roles import Capability
from qaframework.tools import access
from qaframework.tools.definition import Question, QuestionType, Section
from qaframework.tools.forms import VERSION_PREFIX, SectionForm
from qaframework.tools.models import AnswerSet
from qaframework.tools.paper import WRITERS, paper_of
from qaframework.tools.parsing import parse_value
from qaframework.tools.reading import answers_of
from qaframework.tools.values import AnswerInvalid, as_sent, text_of
from qaframework.tools.workflow import AnswerConflict, AnswersLocked, find_question, save_answer

MAY_LIST = {Capability.RUN_QUALITY_ASSURANCE, Capability.CONFIGURE}


def answer_endpoint(request: HttpRequest, *, answer_set: AnswerSet, now: datetime) -> HttpResponse:
    """Save one answer as it is typed; ``request.user`` must be somebody who may.

    Form-encoded ``question_key`` (here or in the address), ``version`` and ``value``; three boxes send
    ``value.well``, ``value.worried`` and ``value.needs``. Answers 200 {version, saved_at}, 409 {mine, theirs,
    version, by} when somebody else saved first, 422 {message} for a wrong value and 423 {message} after
    handing in.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    key = request.POST.get("question_key") or request.GET.get("question_key", "")
    try:
        version = _version(request.POST.get("version", ""))
        question = find_question(answer_set, key)
        value = parse_value(question, _raw(question, request.POST))
        answer = save_answer(
            answer_set=answer_set,
            question_key=key,
            value=value,
            version=version,
            by=_person(request),
            now=now,
        )
    except AnswerInvalid as invalid:
        return JsonResponse({"message": invalid.message}, status=422)
    except AnswersLocked as locked:
        return JsonResponse({"message": str(locked)}, status=423)
    except AnswerConflict as conflict:
        return JsonResponse(
            {
                "mine": as_sent(question, conflict.mine),
                "theirs": as_sent(question, conflict.theirs),
                "version": conflict.version,
                "by": _name(conflict.by),
            },
            status=409,
        )
    return JsonResponse({"version": answer.version, "saved_at": answer.saved_at.isoformat()})


def section_page(
    request: HttpRequest,
    answer_set: AnswerSet,
    section: Section,
    *,
    scheme: PackGradeScheme | None,
    save_url: str,
    next_url: str,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
    row_links: Mapping[str, str] | None = None,
    actions_url: str = "",
    signer: str = "",
) -> HttpResponse:
    """Show a section to fill in (GET) or save it (POST); ``template`` gets ``context`` and ``form``.

    The template includes ``tools/section.html``. ``save_url`` is the address of ``answer_endpoint``,
    ``row_links`` of what rows are about, by what was given for them, ``actions_url`` of the page on which
    actions are agreed. ``signer`` is the name of the person whom the work is about.
    """
    if request.method == "POST":
        return save_section(
            request,
            answer_set,
            section,
            scheme=scheme,
            save_url=save_url,
            next_url=next_url,
            template=template,
            context=context,
            now=now,
            row_links=row_links,
            actions_url=actions_url,
            signer=signer,
        )
    asked = request.GET.get("rows", "")
    rows = int(asked) if asked.isdecimal() and len(asked) < 4 else 0
    form = SectionForm(
        answer_set,
        section,
        scheme,
        save_url=save_url,
        rows=rows,
        row_links=row_links,
        actions_url=actions_url,
        signer=signer,
    )
    return render(request, template, {**context, "form": form})


def save_section(
    request: HttpRequest,
    answer_set: AnswerSet,
    section: Section,
    *,
    scheme: PackGradeScheme | None,
    save_url: str,
    next_url: str,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
    row_links: Mapping[str, str] | None = None,
    actions_url: str = "",
    signer: str = "",
) -> HttpResponse:
    """Save a whole section that was posted, then go on to ``next_url``.

    What can be saved is saved. Wrong answers come back on ``template`` (422), answers that somebody else
    changed on a page with both texts (409), and answers to a form that was handed in on a page that keeps
    what was typed (423).
    """
    form = SectionForm(
        answer_set,
        section,
        scheme,
        data=request.POST,
        save_url=save_url,
        row_links=row_links,
        actions_url=actions_url,
        signer=signer,
    )
    form.is_valid()
    changed = form.changed_answers()
    conflicts: dict[str, AnswerConflict] = {}
    try:
        for key, value in changed.items():
            try:
                answer = save_answer(
                    answer_set=answer_set,
                    question_key=key,
                    value=value,
                    version=form.versions[key],
                    by=_person(request),
                    now=now,
                )
                form.mark_saved(answer)
            except AnswerConflict as conflict:
                conflicts[key] = conflict
    except AnswersLocked:
        return _locked_page(request, form, changed, next_url)
    if conflicts:
        return _conflict_page(request, form, conflicts)
    if form.errors:
        return render(request, template, {**context, "form": form}, status=422)
    if "add_row" in request.POST and form.can_add_row:
        row = form.row_count + 1
        return redirect(f"{request.path}?rows={row}#row-{row}")
    return redirect(next_url)


@signed_in
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of a tool as auditors see it, with all its guidance, to look at and to print (BF-04)."""
    version = access.get_tool_version(pk)
    empty = AnswerSet(tool_version=version)
    definition = version.definition
    forms = [
        SectionForm(empty, section, definition.scheme, stored={}, is_inactive=True)
        for section in definition.sections
    ]
    may_list = capabilities_of(_person(request)) & MAY_LIST
    shown = {"version": version, "tool": definition, "forms": forms, "may_list": may_list}
    return render(request, "tools/preview.html", shown)


@signed_in
@require_safe
def paper(request: HttpRequest, pk: str, kind: str) -> HttpResponse:
    """The same to write on, as a file (BF-04)."""
    version = access.get_tool_version(int(pk))
    tool = version.definition
    return file_response(f"{tool.key}-{version.number}", kind, WRITERS[kind](paper_of(tool)))


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise TypeError("Only somebody who has signed in comes here.")
    return request.user


def _name(person: User | None) -> str:
    return person.full_name if person else "The system"


def _version(sent: str) -> int:
    if not sent.isdecimal() or len(sent) > 9:
        raise AnswerInvalid("The version of the answer is missing. Load the page again.")
    return int(sent)


def _raw(question: Question, sent: QueryDict) -> Any:
    if question.type is QuestionType.PICK_SEVERAL:
        return sent.getlist("value")
    if question.has_parts:
        return {name.removeprefix("value."): sent[name] for name in sent if name.startswith("value.")}
    return sent.get("value", "")


def _conflict_page(
    request: HttpRequest, form: SectionForm, conflicts: Mapping[str, AnswerConflict]
) -> HttpResponse:
    """Both texts of each answer with a choice; all else that could not be saved travels along."""
    shown = []
    for key, conflict in conflicts.items():
        question = form.definition.question(key)
        shown.append(
            {
                "key": key,
                "question": question,
                "mine": text_of(question, conflict.mine),
                "theirs": text_of(question, conflict.theirs),
                "by": _name(conflict.by),
            }
        )
    versions = {key: conflict.version for key, conflict in conflicts.items()}
    versions |= {key: form.versions[key] for key in form.keys if _is_wrong(form, key)}
    context = {
        "conflicts": shown,
        "sent": [
            (name, value)
            for key in versions
            for name in form.names(key)
            for value in request.POST.getlist(name)
        ],
        "versions": [(VERSION_PREFIX + key, version) for key, version in versions.items()],
        "section": form.section,
    }
    return render(request, "tools/conflict.html", context, status=409)


def _is_wrong(form: SectionForm, key: str) -> bool:
    return any(name in form.errors for name in form.names(key))


def _locked_page(
    request: HttpRequest, form: SectionForm, changed: Mapping[str, Any], back_url: str
) -> HttpResponse:
    stands = answers_of(form.answer_set)
    questions = {key: form.definition.question(key) for key in changed}
    lost = [
        {"question": questions[key], "mine": text_of(questions[key], value)}
        for key, value in changed.items()
        if key not in stands or stands[key].value != value
    ]
    return render(request, "tools/locked.html", {"lost": lost, "back_url": back_url}, status=423)
