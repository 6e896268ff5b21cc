"""Benchmarking: the exercises, one with all its forms side by side, and the form of each auditor (SAN-23)."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits import benchmarking_access as access
from audits import benchmarking_pages as pages
from audits import workflow
from audits.benchmarking_forms import CallOffForm, OutcomeForm, OverallForm, SectionAgreedForm, SetUpForm
from audits.models import BenchmarkingAudit, BenchmarkingExercise
from audits.moderation_pages import tabs
from audits.workflow.benchmarking import sections_to_agree, title_of
from qaframework.activities.access import get_own_activity
from qaframework.activities.pages import Row
from qaframework.activities.views import ActivityPages
from qaframework.allocation.models import Assignment
from qaframework.allocation.wording import why_url
from qaframework.people.access import has_capability, local_today, requires, signed_in
from qaframework.people.calendar import working_calendar
from qaframework.people.form_page import form_page, sent, try_form
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import User
from qaframework.people.paging import keyset_page
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability
from qaframework.people.tables import columns
from qaframework.rules.deadlines import Offset, due_date

QA = Capability.RUN_QUALITY_ASSURANCE
USUAL_TIME = Offset.parse("4 weeks")
COLUMNS = columns("Exercise", "Set up", "Handed in", "The group meets", "State")
page_to_send = require_http_methods(["GET", "HEAD", "POST"])


@requires(Capability.OWN_ACTIONS)
@require_safe
def exercises(request: HttpRequest) -> HttpResponse:
    """Those that the person sees, the newest first."""
    today = local_today()
    in_group = ~Q(audits__assignment__state__in=Assignment.CALLED_OFF_STATES)
    done = Q(audits__assignment__state__in=Assignment.DONE_STATES)
    found = access.visible_exercises(request.user, today).annotate(
        in_group=Count("audits", filter=in_group), handed_in=Count("audits", filter=done)
    )
    related = ("case", "framework_version")
    shown = found.select_related(*related).defer("framework_version__content")
    page = keyset_page(shown, moment="set_up_at", query=request.GET, newest_first=True)
    runs_qa = has_capability(request.user, QA, today)
    context = {
        "tabs": tabs("benchmarking", request.user, today) if runs_qa else [],
        "columns": COLUMNS,
        "rows": pages.exercise_rows(page.rows),
        "page": page,
        "may_set_up": bool(access.activities_to_set_up(request.user, today)),
        "runs_qa": runs_qa,
    }
    return render(request, "audits/benchmarking/exercises.html", context)


@requires(QA)
@page_to_send
def set_up(request: HttpRequest) -> HttpResponse:
    """Choose a case and a group. Not there where no framework has such exercises."""
    today, now = local_today(), timezone.now()
    offered = {
        f"{programme.pk}/{activity.key}": (programme, activity)
        for programme, activity in access.activities_to_set_up(request.user, today)
    }
    if not offered:
        raise Http404
    _, first = next(iter(offered.values()))
    form = SetUpForm(
        sent(request),
        user=request.user,
        on=today,
        activities=[(key, f"{act.label}, {prog.framework.name}") for key, (prog, act) in offered.items()],
        due_on=due_date(today, first.deadline or USUAL_TIME, working_calendar()),
    )

    def act(values: dict[str, Any]) -> str:
        programme, activity = offered[values["activity"]]
        made = workflow.set_up_exercise(
            programme=programme,
            activity=activity.key,
            case=values["child_ref"],
            group=form.group,
            due_on=values["due_on"],
            meets_on=values["meets_on"],
            by=request.user,
            now=now,
        )
        messages.success(request, "The exercise is set up. Everybody has been told.")
        return reverse("audits:benchmarking", args=[made.pk])

    page = {
        "title": "Set up a benchmarking exercise",
        "back": {"url": reverse("audits:benchmarking_exercises"), "label": "Benchmarking"},
        "text": [
            "A group audits the same case, each alone. When all forms are in, the group compares its grades "
            "and agrees on one result. It counts in no figure on practice."
        ],
        "button": "Set up and tell everybody",
    }
    return form_page(request, form, act, page)


@signed_in
@require_safe
def exercise(request: HttpRequest, pk: int) -> HttpResponse:
    """Who takes part and has handed in; once the forms are open, all grades side by side and the result."""
    today, user = local_today(), request.user
    found = access.get_exercise(user, pk, now=timezone.now())
    collated = pages.collate(found, user, today)
    runs_qa = has_capability(user, QA, today, found.unit)
    writes = collated is not None and found.is_running and access.writes_up(user, found, today)
    mine = access.own_audit(user, found, today)
    context: dict[str, Any] = {
        "exercise": found,
        "title": title_of(found),
        "back": _back(user, today),
        "facts": pages.facts(found, today),
        "group": pages.group_table(found, collated, user, today, moves=runs_qa and found.is_running),
        "mine": pages.own_form_fact(mine, today),
        "mine_url": reverse("audits:benchmarking_activity", args=[mine.pk]) if mine else "",
        "is_open": collated is not None,
        "closed_text": pages.FORMS_CLOSED if mine or runs_qa else pages.WAIT_FOR_RESULT,
        "may_call_off": runs_qa and found.is_running,
        "writes": writes,
    }
    if collated is not None:
        context |= {
            "grid": pages.grid(collated),
            "agreed": pages.agreed_table(found, collated, writes=writes),
            "result": pages.result_facts(found, collated),
            "lean_columns": columns("Auditor", "Compared with what was agreed"),
            "leans": pages.lean_rows(collated),
            "may_finish": writes and not sections_to_agree(found),
            "may_share": bool(
                found.finished_at and not found.shared_at and access.writes_up(user, found, today)
            ),
        }
    return render(request, "audits/benchmarking/exercise.html", context)


@signed_in
@page_to_send
def agree(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One section: what each wrote, side by side, and what the group agrees on."""
    now, today = timezone.now(), local_today()
    found = access.get_exercise_to_agree(request.user, pk, now=now)
    collated = pages.collate(found, request.user, today)
    section = next((one for one in collated.graded if one.key == key), None) if collated else None
    if collated is None or section is None:
        raise Http404
    known = collated.agreed.get(key)
    initial = (
        {"grade": known.agreed_grade, "note": known.note, "read": known.version} if known else {"read": 0}
    )
    differed = len(set(collated.grades_of(key))) > 1
    form = SectionAgreedForm(sent(request), tool=collated.tool, differed=differed, initial=initial)

    def act(values: dict[str, Any]) -> str:
        workflow.agree_section(exercise=found, section=key, by=request.user, now=now, **values)
        messages.success(request, f"{section.title}: what you agreed on is kept.")
        return reverse("audits:benchmarking", args=[pk])

    status = try_form(request, form, act)
    if isinstance(status, HttpResponse):
        return status
    context = {
        "title": section.title,
        "back": _to(found),
        "form": form,
        "beside": pages.section_table(collated, section),
        "apart": pages.apart(collated, key),
    }
    return render(request, "audits/benchmarking/agree.html", context, status=status)


@signed_in
@page_to_send
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """The agreed grade overall and what all learn, which ends the exercise."""
    now = timezone.now()
    found = access.get_exercise_to_agree(request.user, pk, now=now)
    collated = pages.collate(found, request.user, local_today())
    if collated is None:
        raise Http404
    form = OutcomeForm(sent(request), tool=collated.tool, today=local_today())

    def act(values: dict[str, Any]) -> str:
        workflow.finish_exercise(exercise=found, by=request.user, now=now, **values)
        messages.success(request, "The exercise is finished. The group has been told.")
        return reverse("audits:benchmarking", args=[pk])

    missing = sections_to_agree(found)
    overall = [
        {"label": one.name, "value": collated.label(grade), "grade": grade}
        for one in collated.forms
        if (grade := one.grades[pages.OVERALL])
    ]
    page = {
        "title": "Finish the exercise",
        "back": _to(found),
        "facts": overall,
        "text": [
            f"Not agreed yet: {', '.join(missing)}."
            if missing
            else "After this the result stays as it is. Forms that are still missing are called off."
        ],
        "button": "Finish the exercise",
    }
    return form_page(request, form, act, page)


@signed_in
@require_POST
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell everybody who audits what there is to learn."""
    now = timezone.now()
    found = access.get_exercise(request.user, pk, now=now)
    if not access.writes_up(request.user, found, local_today()):
        raise Http404
    try:
        told = workflow.share_learning(exercise=found, by=request.user, now=now)
    except (Refused, SomebodyElseWasFirst) as refusal:
        said = refusal if isinstance(refusal, Refused) else "It had been shared already."
        messages.warning(request, str(said))
    else:
        messages.success(request, f"Shared. {told} people who audit have been told.")
    return redirect("audits:benchmarking", pk=pk)


@requires(QA)
@page_to_send
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """End it without a result."""
    now = timezone.now()
    found = access.get_exercise_to_call_off(request.user, pk, now=now)

    def act(values: dict[str, Any]) -> str:
        workflow.call_off_exercise(exercise=found, by=request.user, now=now, **values)
        messages.success(request, "The exercise is called off. Whoever still owed a form has been told.")
        return reverse("audits:benchmarking", args=[pk])

    page = {
        "title": "Call off the exercise",
        "back": _to(found),
        "text": ["Forms that are handed in are kept, and nobody else will read them."],
        "button": "Call it off",
    }
    return form_page(request, CallOffForm(sent(request)), act, page)


@requires(Capability.OWN_ACTIONS)
@require_safe
def learning(request: HttpRequest, pk: int) -> HttpResponse:
    """What auditors learn from an exercise, without the case and without names."""
    return render(request, "audits/benchmarking/learning.html", {"exercise": access.get_shared_learning(pk)})


def _back(user: User, today: date) -> dict[str, str]:
    return {"url": reverse("audits:benchmarking_exercises"), "label": "Benchmarking"}


def _to(found: BenchmarkingExercise) -> dict[str, str]:
    return {"url": reverse("audits:benchmarking", args=[found.pk]), "label": title_of(found)}


class BenchmarkingPages(ActivityPages):
    """The form of one of the group: the shared pages, read by others only once the forms are open."""

    model = BenchmarkingAudit
    kinds = (access.KIND,)
    namespace = "audits"
    prefix = "benchmarking_"
    arranging = "overall"
    arranging_label = "Your grade overall"
    has_actions = False

    def visible(self, user: User, on: date) -> QuerySet[BenchmarkingAudit]:
        return access.readable_audits(user, on)

    def readable(self, user: User, on: date) -> QuerySet[BenchmarkingAudit]:
        return access.readable_audits(user, on)

    def routes(self) -> list[URLPattern]:
        return [*super().routes(), self.route("<int:pk>/overall/", self.overall, "overall")]

    def open_work(self, request: HttpRequest, pk: int) -> HttpResponse:
        """To the form for whoever may read it, else to the exercise."""
        on = local_today()
        form = access.readable_audits(request.user, on).filter(assignment=pk).only("pk").first()
        if form is not None:
            return redirect(self.url("activity", form.pk))
        found = access.visible_exercises(request.user, on).filter(audits__assignment=pk).only("pk").first()
        if found is None:
            raise Http404
        return redirect("audits:benchmarking", pk=found.pk)

    def rows(self, audit: BenchmarkingAudit, *, is_owner: bool) -> list[Row]:
        assignment, exercise = audit.assignment, audit.exercise
        meets = (
            exercise.audits.in_group().filter(meets_worker=True).select_related("assignment__post").first()
        )
        found: list[Row] = [
            {"label": "Child", "value": str(assignment.case), "url": why_url(assignment)},
            {
                "label": "The exercise",
                "value": f"The group meets on {exercise.meets_on:%-d %B %Y}",
                "url": reverse("audits:benchmarking", args=[exercise.pk]),
            },
        ]
        if meets is not None:
            who = "You do" if meets.pk == audit.pk and is_owner else str(meets.assignment.post)
            found.append({"label": "Who meets the practitioner", "value": who})
        if audit.overall_grade:
            scheme = audit.answer_set.tool_version.definition.scheme
            label = scheme.scheme.grade(audit.overall_grade).label if scheme else audit.overall_grade
            found.append({"label": "Grade overall", "value": label, "grade": audit.overall_grade})
            found.append({"label": "Why this grade", "value": audit.grade_reason})
        return found

    def to_know(self, audit: BenchmarkingAudit) -> str:
        return (
            "The others read your form when all are in or the last day has passed. You cannot change it then."
        )

    def finish(self, audit: BenchmarkingAudit, *, by: User, now: datetime) -> None:
        workflow.hand_in_benchmarking(audit=audit, by=by, now=now)

    def overall(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One's own grade overall, and why."""
        now = timezone.now()
        audit = get_own_activity(BenchmarkingAudit, request.user, pk, now=now)
        if not audit.is_open:
            return redirect(self.url("read", pk))
        tool = audit.answer_set.tool_version.definition
        initial = {"grade": audit.overall_grade, "reason": audit.grade_reason}
        form = OverallForm(sent(request), tool=tool, initial=initial)

        def save(data: dict[str, Any]) -> None:
            workflow.judge_overall(audit=audit, by=request.user, now=now, **data)

        return self.form_page(request, audit, form, save, title=self.arranging_label)

    def _tasks(self, audit: Any) -> list[Row]:
        """The grade overall comes after the sections."""
        first, *sections = super()._tasks(audit)
        return [*sections, first]


PAGES = BenchmarkingPages()
