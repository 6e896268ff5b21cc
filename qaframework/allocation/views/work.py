"""One's own work, the return board, and requests for more time."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from qaframework.allocation import access, board, workflow
from qaframework.allocation import my_work as my_work_page
from qaframework.allocation.case_work import COLUMNS as CASE_WORK_COLUMNS
from qaframework.allocation.case_work import case_work_rows
from qaframework.allocation.forms import (
    DecisionForm,
    ExtensionForm,
    ReallocateForm,
    WithdrawForm,
)
from qaframework.allocation.models import Assignment, ExtensionRequest
from qaframework.allocation.requests import decided_rows, waiting_rows
from qaframework.allocation.starting import may_start_any
from qaframework.allocation.views.programme import warn_of_limits
from qaframework.allocation.wording import how_far, notice_url, subject_line
from qaframework.caseload.access import get_case, visible_cases
from qaframework.people.access import has_capability, local_today, requires
from qaframework.people.form_page import form_page, sent
from qaframework.people.paging import keyset_page
from qaframework.people.roles import Capability
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import short_date, uk_date
from qaframework.rules.periods import Month

PLANNERS = access.PLANNERS
WORK_COLUMNS = ("Work", "Case", "Due", "State")


# One's own work


@login_required
@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """Open to everybody who is signed in: whoever holds no post is told so."""
    work = my_work_page.my_work(request.user, local_today())
    context = {
        "work": work,
        "columns": columns(*WORK_COLUMNS),
        "owed_columns": columns(*WORK_COLUMNS, "More time"),
        "waiting_columns": columns("What", "Due", "State"),
        "to_sign_columns": columns("What", "Submitted"),
        "to_say_columns": columns("What", "Until"),
        "part_columns": columns(*WORK_COLUMNS, "Led by"),
        "ahead_columns": columns("Month", "Work", "How many", numeric=("How many",)),
        "verifies": has_capability(request.user, Capability.VERIFY_ACTIONS, local_today()),
        "may_start": may_start_any(request.user, local_today()),
        "next_text": f"Your next work is planned for {work.next_month}. You get a notice when it comes.",
    }
    return render(request, "allocation/my_work.html", context)


@login_required
@require_safe
def case_work(request: HttpRequest, pk: int) -> HttpResponse:
    """The audits of a case: a part of its page, which logs the reading, or a page that logs its own."""
    today = local_today()
    is_part = bool(request.headers.get("HX-Request"))
    if is_part:
        case = get_object_or_404(visible_cases(request.user, today), pk=pk)
    else:
        case = get_case(request.user, pk, today, now=timezone.now())
    found = access.case_assignments(request.user, case, today)
    rows = case_work_rows(found, request.user, today)
    template = "allocation/case_work.html" if is_part else "allocation/case_work_page.html"
    return render(request, template, {"case": case, "columns": CASE_WORK_COLUMNS, "rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_extension(request: HttpRequest, pk: int) -> HttpResponse:
    """Only before the deadline; after it the form is gone, and one sent all the same is refused (LAN-32)."""
    assignment = access.get_owned_assignment(request.user, pk)
    page = {
        "title": "Ask for more time",
        "back": {"label": "My work", "url": reverse("allocation:my_work")},
        "facts": facts_of(assignment),
        "button": "Send the request",
    }
    refusal = workflow.why_no_extension(assignment, timezone.now())
    if refusal and request.method != "POST":
        page["text"] = [refusal]
        return render(request, "people/form.html", {"page": page})
    form = ExtensionForm(sent(request), assignment=assignment)

    def ask(values: dict[str, Any]) -> str:
        workflow.ask_extension(assignment=assignment, by=request.user, now=timezone.now(), **values)
        messages.success(request, "Your request has been sent. The deadline stands until it is decided.")
        return reverse("allocation:my_work")

    return form_page(request, form, ask, page)


# The return board


@requires(Capability.RUN_QUALITY_ASSURANCE, Capability.SEE_TEAM_WORK)
@require_safe
def return_board(request: HttpRequest) -> HttpResponse:
    today = local_today()
    shown = board.board_for(request.user, request.GET, today)
    context = {
        "board": shown,
        "columns": columns(*board.COLUMNS),
        "expected_columns": columns(
            "Work",
            "Period",
            "Expected",
            "Allocated",
            "Handed in",
            numeric=("Expected", "Allocated", "Handed in"),
        ),
        "caption": f"Work due in {shown.month.label}",
        "runs_quality_assurance": has_capability(request.user, Capability.RUN_QUALITY_ASSURANCE, today),
    }
    return render(request, "allocation/return_board.html", context)


@requires(Capability.RUN_QUALITY_ASSURANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def reallocate(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = access.get_managed_assignment(request.user, pk)
    posts = access.posts_that_audit(assignment.programme.framework, local_today())
    posts = posts.exclude(pk=assignment.post_id)

    def move(**values: Any) -> str:
        workflow.reallocate(assignment=assignment, **values)
        warn_of_limits(request, assignment)
        return f"{subject_line(assignment)} is now with {assignment.post}."

    page = {
        "title": "Move this work to another post",
        "text": [
            "The deadline stays. Both the move and your reason stay on the record.",
            *_who_reads(assignment),
        ],
        "button": "Move",
        "other": {"label": "Withdraw it instead", "url": reverse("allocation:withdraw", args=[pk])},
    }
    return _change_page(request, assignment, ReallocateForm(sent(request), posts=posts), move, page)


@requires(Capability.RUN_QUALITY_ASSURANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = access.get_managed_assignment(request.user, pk)

    def take_off(**values: Any) -> str:
        workflow.withdraw(assignment=assignment, **values)
        return f"{subject_line(assignment)} has been withdrawn."

    page = {
        "title": "Withdraw this work",
        "text": [
            "Nobody owes it any more, and it leaves every count. This cannot be undone.",
            *_who_reads(assignment),
        ],
        "button": "Withdraw",
    }
    return _change_page(request, assignment, WithdrawForm(sent(request)), take_off, page)


def _who_reads(assignment: Assignment) -> list[str]:
    """Of work that is only planned nobody has heard yet."""
    return ["Whoever has it now is told, and reads your reason."] if assignment.is_open else []


def _change_page(
    request: HttpRequest,
    assignment: Assignment,
    form: Form,
    change: Callable[..., str],
    page: dict[str, Any],
) -> HttpResponse:
    """A form that changes the assignment: ``change`` does it and says what was done."""

    def act(values: dict[str, Any]) -> str:
        messages.success(request, change(by=request.user, now=timezone.now(), **values))
        return board_of(assignment)

    back = {"label": "Back", "url": board_of(assignment)}
    return form_page(request, form, act, {"back": back, "facts": facts_of(assignment), **page})


# Requests for more time


@requires(Capability.DECIDE_EXTENSIONS, Capability.RUN_QUALITY_ASSURANCE)
@require_safe
def extensions(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, soonest deadline first; on the other tab what was decided or lapsed."""
    today = local_today()
    is_past = request.GET.get("show") == "decided"
    found = access.visible_requests(request.user, today).select_related(
        "assignment__post__unit", "assignment__case", "asked_by", "decided_by"
    )
    waiting = found.filter(state=ExtensionRequest.State.ASKED)
    if is_past:
        found = found.exclude(state=ExtensionRequest.State.ASKED)
        page = keyset_page(found, moment="asked_at", query=request.GET, newest_first=True)
        rows = decided_rows(page.rows)
        labels = ("Work", "Asked by", "Asked for", "Outcome", "Decision")
    else:
        page = keyset_page(waiting, moment="assignment__due_on", query=request.GET)
        rows = waiting_rows(page.rows, request.user, today)
        labels = ("Work", "Asked by", "Asked for", "Deadline", "Decide")
    url = reverse("allocation:extensions")
    tabs = [
        {"label": "To decide", "url": url, "current": not is_past},
        {"label": "Decided or lapsed", "url": f"{url}?show=decided", "current": is_past},
    ]
    context = {"page": page, "rows": rows, "columns": columns(*labels), "tabs": tabs, "is_past": is_past}
    return render(request, "allocation/extensions.html", context)


@requires(Capability.DECIDE_EXTENSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def decide_extension(request: HttpRequest, pk: int) -> HttpResponse:
    asked = access.get_request(request.user, pk)
    page = {
        "title": "Decide on a request",
        "back": {"label": "Requests for more time", "url": reverse("allocation:extensions")},
        "facts": [*facts_of(asked.assignment), *_request_facts(asked)],
        "button": "Record the decision",
    }
    refusal = workflow.why_not_decided(asked, request.user, timezone.now())
    if refusal and request.method != "POST":
        page["text"] = [refusal]
        return render(request, "people/form.html", {"page": page})
    form = DecisionForm(sent(request))

    def decide(values: dict[str, Any]) -> str:
        workflow.decide_extension(
            request=asked,
            grant=values["decision"] == "grant",
            decision_reason=values["decision_reason"],
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, f"The request has been {asked.get_state_display().lower()}.")
        return reverse("allocation:extensions")

    return form_page(request, form, decide, page)


def facts_of(assignment: Assignment) -> list[dict[str, Any]]:
    due = assignment.due_on
    facts: list[dict[str, Any]] = [
        {"label": "Work", "value": subject_line(assignment), "url": notice_url(assignment)},
        {"label": "Owed by", "value": assignment.post.title},
    ]
    if due is not None:
        distance = f" ({how_far(assignment, local_today())})" if assignment.is_open else ""
        facts.append({"label": "Due", "value": f"{uk_date(due)}{distance}"})
    return facts


def _request_facts(asked: ExtensionRequest) -> list[dict[str, Any]]:
    wish = f"More time, until {uk_date(asked.new_due_on)}" if asked.new_due_on else "Not to do it at all"
    return [
        {"label": "Asked by", "value": f"{asked.asked_by}, {short_date(asked.asked_at)}"},
        {"label": "Asked for", "value": wish},
        {"label": "Reason given", "value": asked.reason},
    ]


def board_of(assignment: Assignment) -> str:
    """Back to the month of the board with the work; to the post's timetable when it is only planned."""
    day = assignment.original_due_on
    if day is None:
        return reverse("allocation:programme_post", args=[assignment.programme_id, assignment.post_id])
    return f"{reverse('allocation:return_board')}?month={Month.of(day).key}"
