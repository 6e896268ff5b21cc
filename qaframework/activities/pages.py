"""The pages that every activity on a tool has: its parts, a section, actions, handing in, reading.

A room describes its kind of activity once (``ActivityPages``) and gets routes and views.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from qaframework.actions import workflow as actions
from qaframework.actions.drafts import draft_rows
from qaframework.actions.forms import ActionForm
from qaframework.activities.access import get_activity, get_assignment_to_open, get_own_activity, is_open
from qaframework.activities.models import Activity
from qaframework.activities.workflow import hand_in_and_finish, open_activity
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.allocation.wording import subject_line
from qaframework.people.access import local_today, posts_of, signed_in
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused
from qaframework.people.templatetags.page import due_in_words, uk_date, uk_datetime
from qaframework.tools.reading import answered_sections, missing_answers, progress, values_of
from qaframework.tools.views import answer_endpoint, section_page

Facts = list[dict[str, Any]]
Extra = Callable[[Any, HttpRequest], Mapping[str, Any]]


def nothing_more(activity: Activity, request: HttpRequest) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class ActivityPages:
    """One kind of activity: its model, the name and the address of its pages.

    ``panel`` is a template shown on the overview with what ``extra`` gives; ``ready`` says in words what
    must be done before the answers can be handed in, or nothing.
    """

    model: type[Activity]
    kinds: tuple[str, ...]
    namespace: str
    prefix: str = ""
    panel: str = ""
    extra: Extra = nothing_more
    ready: Callable[[Any], str] = field(default=lambda activity: "")

    def routes(self) -> list[URLPattern]:
        """Named open (by assignment), activity, section, answer, actions, remove_action, hand_in and read."""
        named = [
            ("open/<int:pk>/", self.open_work, "open"),
            ("<int:pk>/", self.overview, "activity"),
            ("<int:pk>/section/<slug:key>/", self.section, "section"),
            ("<int:pk>/answer/", self.answer, "answer"),
            ("<int:pk>/actions/", self.actions, "actions"),
            ("<int:pk>/actions/<int:action_pk>/remove/", self.remove_action, "remove_action"),
            ("<int:pk>/hand-in/", self.hand_in, "hand_in"),
            ("<int:pk>/read/", self.read, "read"),
        ]
        return [path(address, signed_in(view), name=f"{self.prefix}{name}") for address, view, name in named]

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"{self.namespace}:{self.prefix}{name}", args=args)

    def open_work(self, request: HttpRequest, pk: int) -> HttpResponse:
        """From an assignment to its activity, made ready when its owner comes first."""
        now = timezone.now()
        found = self.model._default_manager.filter(assignment=pk).only("pk").first()
        if found is None:
            assignment = get_assignment_to_open(request.user, pk, self.kinds)
            found = open_activity(self.model, assignment=assignment, by=request.user, now=now)
        return redirect(self.url("activity", found.pk))

    def overview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Its parts and how far each is; for those who may only read, what was handed in."""
        now = timezone.now()
        activity = get_activity(self.model, request.user, pk, now=now)
        if not is_open(activity) and not self.panel:
            return redirect(self.url("read", pk))
        context = self._context(activity, request) | {
            "facts": self.facts(activity),
            "tasks": self._tasks(activity) if is_open(activity) else [],
            "panel": self.panel,
            "is_open": is_open(activity),
            "not_ready": self.ready(activity),
            **self.extra(activity, request),
        }
        return render(request, "activities/activity.html", context)

    def section(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        now = timezone.now()
        activity = get_own_activity(self.model, request.user, pk, now=now)
        definition = activity.answer_set.tool_version.definition
        keys = [section.key for section in definition.sections]
        if key not in keys:
            raise Http404
        if request.method == "GET" and not is_open(activity):
            return redirect(self.url("read", pk))
        self._begin(activity, request)
        place = keys.index(key)
        following = keys[place + 1 : place + 2]
        next_url = self.url("section", pk, following[0]) if following else self.url("activity", pk)
        context = self._context(activity, request) | {
            "section": definition.sections[place],
            "position": f"Section {place + 1} of {len(keys)}",
        }
        return section_page(
            request,
            activity.answer_set,
            definition.sections[place],
            scheme=definition.scheme,
            save_url=self.url("answer", pk),
            next_url=next_url,
            template="activities/section.html",
            context=context,
            now=now,
        )

    def answer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save one answer as it is typed."""
        now = timezone.now()
        activity = get_own_activity(self.model, request.user, pk, now=now)
        return answer_endpoint(request, answer_set=activity.answer_set, now=now)

    def actions(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The actions drafted so far, and a form for one more."""
        now = timezone.now()
        activity = get_own_activity(self.model, request.user, pk, now=now)
        if not is_open(activity):
            return redirect(self.url("read", pk))
        form = ActionForm(
            activity.action_plan,
            request.POST or None,
            by=request.user,
            today=local_today(),
            auditor_post=activity.assignment.post,
        )
        if request.method == "POST" and form.is_valid():
            try:
                form.save(now)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                said = " ".join(["Action added.", *(one.message for one in form.warnings)])
                messages.success(request, said)
                return redirect(self.url("actions", pk))
        drafts = draft_rows(activity.action_plan, lambda action: self.url("remove_action", pk, action.pk))
        context = self._context(activity, request) | {"form": form, "drafts": drafts}
        return render(request, "activities/actions.html", context, status=422 if form.errors else 200)

    def remove_action(self, request: HttpRequest, pk: int, action_pk: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponse(status=405)
        now = timezone.now()
        activity = get_own_activity(self.model, request.user, pk, now=now)
        action = get_object_or_404(activity.action_plan.actions, pk=action_pk)
        try:
            actions.remove_draft(action=action, by=request.user, now=now)
        except (Refused, SomebodyElseWasFirst) as refusal:
            messages.warning(request, str(refusal))
        return redirect(self.url("actions", pk))

    def hand_in(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What is missing, all at once; then handing in."""
        now = timezone.now()
        activity = get_own_activity(self.model, request.user, pk, now=now)
        if not is_open(activity):
            return redirect(self.url("read", pk))
        problems = self._problems(activity)
        if request.method == "POST" and not problems:
            try:
                hand_in_and_finish(activity, by=request.user, now=now)
            except (Refused, SomebodyElseWasFirst):
                messages.warning(request, "Somebody changed or submitted this meanwhile. See how it stands.")
            else:
                messages.success(request, "Submitted. Thank you.")
            return redirect(self.url("activity", pk))
        context = self._context(activity, request) | {"problems": problems}
        status = 422 if request.method == "POST" else 200
        return render(request, "activities/hand_in.html", context, status=status)

    def read(self, request: HttpRequest, pk: int) -> HttpResponse:
        """To read and print: as handed in, or as it stands while it is open."""
        activity = get_activity(self.model, request.user, pk, now=timezone.now())
        definition = activity.answer_set.tool_version.definition
        submission = activity.answer_set.submissions.select_related("submitted_by").first()
        values = submission.answers if submission else values_of(activity.answer_set)
        context = self._context(activity, request) | {
            "facts": self.facts(activity),
            "submission": submission,
            "sections": answered_sections(definition, values),
            "actions": activity.action_plan.actions.select_related("owner_post").order_by("due_on", "pk"),
            **self.extra(activity, request),
        }
        return render(request, "activities/read.html", context)

    def facts(self, activity: Activity) -> Facts:
        assignment = activity.assignment
        facts: Facts = [{"label": "Owed by", "value": str(assignment.post)}]
        if assignment.theme:
            facts.append({"label": "Theme", "value": assignment.theme})
        if assignment.worker:
            facts.append({"label": "Practitioner", "value": str(assignment.worker)})
        if assignment.submitted_at:
            facts.append({"label": "Submitted", "value": uk_datetime(assignment.submitted_at)})
        elif assignment.due_on:
            due = f"{uk_date(assignment.due_on)}, {due_in_words(assignment.due_on, local_today())}"
            facts.append({"label": "Due", "value": due})
        facts.append({"label": "State", "value": assignment.get_state_display(), "status": assignment.state})
        return facts

    def _tasks(self, activity: Activity) -> list[dict[str, str]]:
        tasks = [
            {
                "label": one.section.title,
                "url": self.url("section", activity.pk, one.section.key),
                "status": "completed" if one.is_complete else "in_progress" if one.answered else "planned",
                "status_label": "Completed"
                if one.is_complete
                else f"{one.answered} of {one.required} answered",
            }
            for one in progress(activity.answer_set)
        ]
        count = activity.action_plan.actions.count()
        tasks.append(
            {
                "label": "Actions",
                "url": self.url("actions", activity.pk),
                "status": "completed" if count else "planned",
                "status_label": f"{count} drafted" if count else "None yet",
            }
        )
        return tasks

    def _problems(self, activity: Activity) -> list[dict[str, str]]:
        definition = activity.answer_set.tool_version.definition
        problems = [
            {
                "text": f"{section.title}: “{question.text}” has no answer.",
                "url": f"{self.url('section', activity.pk, section.key)}#id_{key}",
            }
            for section, question, key in missing_answers(definition, values_of(activity.answer_set))
        ]
        if said := self.ready(activity):
            problems.insert(0, {"text": said, "url": self.url("activity", activity.pk)})
        return problems

    def _begin(self, activity: Activity, request: HttpRequest) -> None:
        if request.method == "POST" and activity.assignment.state != Assignment.State.IN_PROGRESS:
            allocation.begin(assignment=activity.assignment, by=request.user, now=timezone.now())

    def _context(self, activity: Activity, request: HttpRequest) -> dict[str, Any]:
        names = ("activity", "actions", "hand_in", "read")
        return {
            "activity": activity,
            "title": subject_line(activity.assignment),
            "urls": {name: self.url(name, activity.pk) for name in names},
            "is_owner": any(
                post.pk == activity.assignment.post_id for post in posts_of(request.user, local_today())
            ),
        }
