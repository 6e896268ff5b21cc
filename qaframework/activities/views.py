"""The pages that every activity on a tool has: its parts, a section, actions, handing in, reading.

A room describes its kind of activity once, as a subclass of ``ActivityPages``, and gets routes and views.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qaframework.actions import workflow as actions
from qaframework.actions.drafts import DraftedFor, change_page, draft_rows
from qaframework.actions.forms import ActionForm
from qaframework.activities import access, pages
from qaframework.activities.forms import ConcernAboutForm, SignAndCommentForm
from qaframework.activities.models import Activity
from qaframework.activities.pages import Row
from qaframework.activities.workflow import hand_in_and_finish, open_activity
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.allocation.views.standing import to_standing
from qaframework.allocation.wording import subject_line
from qaframework.people.access import local_today, signed_in
from qaframework.people.form_page import form_page, sent, try_form
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date
from qaframework.tools import workflow as tools
from qaframework.tools.reading import signature_of, signed_values, values_of
from qaframework.tools.views import answer_endpoint, section_page

SIGNED = "You have signed. Thank you."
View = Callable[..., HttpResponse]

page_to_send = require_http_methods(["GET", "HEAD", "POST"])


class ActivityPages:
    """One kind of activity: its model, which work it serves, and the names of its pages."""

    model: type[Activity]
    kinds: tuple[str, ...]
    namespace: str
    prefix = ""
    # The page on which whatever has to be settled before the work is settled, and what it is called in the
    # list of parts; empty where nothing has to be.
    arranging = ""
    arranging_label = ""
    # Whether what has to follow is drafted with it.
    has_actions = True

    def visible(self, user: User, on: date) -> QuerySet[Any]:
        """Activities whose arrangements the person may see on that local date."""
        return access.visible(self.model, user, on)

    def readable(self, user: User, on: date) -> QuerySet[Any]:
        """Activities whose answers the person may read on that local date."""
        return access.readable(self.model, user, on)

    def rows(self, activity: Any, *, is_owner: bool) -> list[Row]:
        """What this kind of activity says about itself, as rows of a summary list."""
        return []

    def results(self, activity: Any, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """What the answers add up to, as the parameters of a table."""
        return None

    def start(self, assignment: Assignment, *, by: User, now: datetime) -> Activity:
        """Make the activity of an assignment ready for its owner, who comes for the first time."""
        return open_activity(self.model, assignment=assignment, by=by, now=now)

    def needs_arranging(self, activity: Any) -> bool:
        """Whether something has to be settled before the work."""
        return bool(self.arranging)

    def looked_at(self, activity: Any, user: User) -> dict[str, Any] | None:
        """What the program has drawn for it, as the parameters of a table and where it is explained."""
        return None

    def row_links(self, activity: Any, user: User) -> dict[str, str]:
        """Addresses of what the rows are about, by what was given for them."""
        return {}

    def to_know(self, activity: Any) -> str:
        """What its owner has to know before it is handed in, and what does not keep it from being so."""
        return ""

    def finish(self, activity: Any, *, by: User, now: datetime) -> None:
        """Hand it in and tell whom it is about."""
        hand_in_and_finish(activity, by=by, now=now)

    # Routes

    def routes(self) -> list[URLPattern]:
        return [
            self.route("open/<int:pk>/", self.open_work, "open", require_safe),
            self.route("<int:pk>/", self.overview, "activity", require_safe),
            self.route("<int:pk>/section/<slug:key>/", self.section, "section"),
            self.route("<int:pk>/answer/", self.answer, "answer", require_POST),
            *(self._action_routes() if self.has_actions else []),
            self.route("<int:pk>/concern/", self.concern, "concern"),
            self.route("<int:pk>/hand-in/", self.hand_in, "hand_in"),
            self.route("<int:pk>/read/", self.read, "read", require_safe),
            self.route("<int:pk>/sign/", self.sign, "sign"),
        ]

    def _action_routes(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/actions/", self.actions, "actions"),
            self.route("<int:pk>/actions/<int:action_pk>/change/", self.change_action, "change_action"),
            self.route(
                "<int:pk>/actions/<int:action_pk>/remove/", self.remove_action, "remove_action", require_POST
            ),
        ]

    def route(
        self, address: str, view: View, name: str, methods: Callable[[View], View] = page_to_send
    ) -> URLPattern:
        return path(address, signed_in(methods(view)), name=f"{self.prefix}{name}")

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"{self.namespace}:{self.prefix}{name}", args=args)

    # Pages

    def open_work(self, request: HttpRequest, pk: int) -> HttpResponse:
        """From an assignment to its activity, made ready when its owner comes first.

        Whoever only sees that it is owed reads how far it is.
        """
        now = timezone.now()
        mine = self.visible(request.user, local_today())
        found = mine.filter(assignment=pk).only("pk").first()
        if found is None:
            assignment = access.find_assignment_to_open(request.user, pk, self.kinds, now=now)
            if assignment is None:
                return to_standing(request.user, pk)
            found = self.start(assignment, by=request.user, now=now)
        return redirect(self.url("activity", found.pk))

    def overview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What is arranged and how far its parts are; once it is handed in, what was recorded."""
        user, now = request.user, timezone.now()
        activity = access.get_among(self.visible(user, local_date(now)), user, pk, now=now)
        if not activity.is_open:
            return redirect(self.url("read", pk))
        context = self._context(activity, request.user)
        context |= {
            "facts": self._facts(activity, context["is_owner"]),
            "tasks": self._tasks(activity) if context["is_owner"] else [],
            "looked_at": self.looked_at(activity, request.user),
            "is_about_reader": activity.assignment.worker_id == request.user.pk,
            "tool": activity.answer_set.tool_version.definition,
        }
        return render(request, "activities/activity.html", context)

    def section(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        """One section to fill in. Works without scripts; then the button saves."""
        now = timezone.now()
        activity = access.get_own_activity(self.model, request.user, pk, now=now)
        definition = activity.answer_set.tool_version.definition
        keys = [section.key for section in definition.sections]
        if key not in keys:
            raise Http404
        if request.method == "POST":
            self._begin(activity, request.user)
        elif not activity.is_open:
            return redirect(self.url("read", pk))
        place = keys.index(key)
        before, after = keys[:place][-1:], keys[place + 1 :][:1]
        context = self._context(activity, request.user) | {
            "section": definition.sections[place],
            "position": f"Section {place + 1} of {len(keys)}",
            "previous_url": self.url("section", pk, before[0]) if before else "",
        }
        return section_page(
            request,
            activity.answer_set,
            definition.sections[place],
            scheme=definition.scheme,
            save_url=self.url("answer", pk),
            next_url=self.url("section", pk, after[0]) if after else self._after_sections(pk),
            template="activities/section.html",
            context=context,
            now=now,
            row_links=self.row_links(activity, request.user),
            actions_url=self._after_sections(pk),
            signer=str(activity.assignment.worker or ""),
        )

    def answer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save one answer as it is typed."""
        now = timezone.now()
        activity = access.get_activity_to_save(self.model, request.user, pk, now=now)
        self._begin(activity, request.user)
        return answer_endpoint(request, answer_set=activity.answer_set, now=now)

    def actions(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The actions drafted so far, and a form for one more."""
        now = timezone.now()
        activity = access.get_own_activity(self.model, request.user, pk, now=now)
        if not activity.is_open:
            return redirect(self.url("read", pk))
        form = ActionForm(
            activity.action_plan,
            request.POST or None,
            by=request.user,
            today=local_today(),
            auditor_post=activity.assignment.post,
        )

        def add(data: dict[str, Any]) -> str:
            self._begin(activity, request.user)
            form.save(now)
            said = " ".join(["Action added.", *(one.message for one in form.warnings)])
            messages.success(request, said)
            return self.url("hand_in" if goes_on else "actions", pk)

        goes_on = "go_on" in request.POST
        if goes_on and form.is_blank:
            return redirect(self.url("hand_in", pk))
        status = try_form(request, form, add)
        if isinstance(status, HttpResponse):
            return status
        drafts = draft_rows(
            activity.action_plan, lambda name, action: self.url(name, pk, action.pk), form.owners
        )
        context = self._context(activity, request.user) | {"form": form, "drafts": drafts}
        return render(request, "activities/actions.html", context, status=status)

    def change_action(self, request: HttpRequest, pk: int, action_pk: int) -> HttpResponse:
        """Write a draft in other words."""
        activity = access.get_own_activity(self.model, request.user, pk, now=timezone.now())
        if not activity.is_open and request.method != "POST":
            return redirect(self.url("read", pk))
        work = DraftedFor(
            activity.action_plan,
            activity.assignment.post,
            activity.is_open,
            list_url=self.url("actions", pk),
            begin=lambda: self._begin(activity, request.user),
        )
        context = self._context(activity, request.user)
        return change_page(request, action_pk, work, "activities/change_action.html", context)

    def remove_action(self, request: HttpRequest, pk: int, action_pk: int) -> HttpResponse:
        """Take a draft back."""
        now = timezone.now()
        activity = access.get_own_activity(self.model, request.user, pk, now=now)
        action = get_object_or_404(activity.action_plan.actions, pk=action_pk)
        try:
            actions.remove_draft(action=action, by=request.user, now=now)
        except (Refused, SomebodyElseWasFirst) as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "The action was removed.")
        return redirect(self.url("actions", pk))

    def concern(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A child may be unsafe now: told at once, while the work goes on."""
        now = timezone.now()
        activity = access.get_own_activity(self.model, request.user, pk, now=now)
        form = ConcernAboutForm(request.POST or None, user=request.user, on=local_today())

        def tell(data: dict[str, Any]) -> str:
            case = data["child_ref"]
            actions.raise_concern(
                case=case,
                unit=case.unit or activity.assignment.unit,
                worker=case.worker,
                answer_set=activity.answer_set,
                framework_version=activity.assignment.framework_version,
                what=data["what"],
                by=request.user,
                now=now,
            )
            messages.success(request, "The people who can act have been told. Go on with your work.")
            return self.url("activity", pk)

        status = try_form(request, form, tell)
        if isinstance(status, HttpResponse):
            return status
        context = self._context(activity, request.user) | {"form": form}
        return render(request, "activities/concern.html", context, status=status)

    def hand_in(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What is missing, all at once; then handing in."""
        now = timezone.now()
        activity = access.get_own_activity(self.model, request.user, pk, now=now)
        if not activity.is_open:
            return redirect(self.url("read", pk))
        problems = pages.problems(activity, local_today(), self.url, self._arranging_url(activity))
        if request.method == "POST" and not problems:
            try:
                self.finish(activity, by=request.user, now=now)
            except (Refused, SomebodyElseWasFirst):
                messages.warning(request, "Somebody changed or submitted this meanwhile. See how it stands.")
            else:
                messages.success(request, "Submitted. Thank you.")
            return redirect(self.url("activity", pk))
        context = self._context(activity, request.user) | {
            "problems": problems,
            "to_know": self.to_know(activity),
            "count": sum(len(there) for there in problems.values()),
            "was_refused": request.method == "POST",
        }
        status = 422 if context["was_refused"] else 200
        return render(request, "activities/hand_in.html", context, status=status)

    def read(self, request: HttpRequest, pk: int) -> HttpResponse:
        """To read and print: as handed in, or as it stands while it is open."""
        activity = self._get_to_read(request.user, pk, timezone.now())
        return self._reading_page(request, activity)

    def sign(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The person whom it is about signs that they have read it."""
        now = timezone.now()
        activity = self._get_to_read(request.user, pk, now)
        signature = access.get_signature(activity.answer_set, request.user)
        if not pages.may_sign(signature, activity.answer_set, request.user):
            return redirect(self.url("read", pk))
        form = SignAndCommentForm(sent(request))

        def give(data: dict[str, Any]) -> str:
            tools.sign(signature=signature, comment=data["comment"], by=request.user, now=now)
            messages.success(request, SIGNED)
            return self.url("read", pk)

        status = try_form(request, form, give)
        if isinstance(status, HttpResponse):
            return status
        return self._reading_page(request, activity, form, status)

    def _get_to_read(self, user: User, pk: int, now: datetime) -> Any:
        return access.get_among(self.readable(user, local_date(now)), user, pk, now=now)

    def _reading_page(
        self, request: HttpRequest, activity: Activity, form: Form | None = None, status: int = 200
    ) -> HttpResponse:
        submission = pages.newest_submission(activity.answer_set)
        signature = signature_of(submission) if submission else None
        values = signed_values(submission, signature) if submission else values_of(activity.answer_set)
        context = self._context(activity, request.user)
        if form or (signature and pages.may_sign(signature, activity.answer_set, request.user)):
            context |= {
                "sign_form": form or SignAndCommentForm(),
                "sign_url": self.url("sign", activity.pk),
            }
        context |= {
            "facts": [*self._facts(activity, context["is_owner"]), *pages.signature_rows(signature)],
            "looked_at": self.looked_at(activity, request.user),
            "submission": submission,
            "sections": pages.sections_to_read(activity, values),
            "tables": pages.tables_to_read(activity, values),
            "results": self.results(activity, values),
            "has_actions": self.has_actions,
            "actions": activity.action_plan.actions.select_related("owner_post").order_by("due_on", "pk"),
        }
        return render(request, "activities/read.html", context, status=status)

    # For the pages that a kind of activity adds

    def form_page(
        self,
        request: HttpRequest,
        activity: Activity,
        form: Form,
        act: Callable[[dict[str, Any]], None],
        *,
        title: str,
        text: Sequence[str] = (),
        button: str = "Save",
    ) -> HttpResponse:
        """A form about the activity; when ``act`` has done what it asks for, back to the activity."""

        def save(data: dict[str, Any]) -> str:
            act(data)
            messages.success(request, "Saved.")
            return self.url("activity", activity.pk)

        back = {"url": self.url("activity", activity.pk), "label": subject_line(activity.assignment)}
        return form_page(request, form, save, {"title": title, "text": text, "button": button, "back": back})

    def _after_sections(self, pk: int) -> str:
        """The page after the last section."""
        return self.url("actions" if self.has_actions else "activity", pk)

    def _facts(self, activity: Activity, is_owner: bool) -> list[Row]:
        return pages.facts(activity, local_today()) + self.rows(activity, is_owner=is_owner)

    def _tasks(self, activity: Any) -> list[Row]:
        found = pages.section_tasks(activity, self.url)
        if self.has_actions:
            found.append(pages.action_task(activity, self.url))
        if self.needs_arranging(activity):
            address = self._arranging_url(activity)
            found.insert(0, pages.arranging(activity, local_today(), self.arranging_label, address))
        return found

    def _arranging_url(self, activity: Activity) -> str:
        return self.url(self.arranging or "activity", activity.pk)

    def _begin(self, activity: Activity, user: User) -> None:
        """The first thing saved starts the work."""
        if activity.is_open and activity.assignment.state != Assignment.State.IN_PROGRESS:
            allocation.begin(assignment=activity.assignment, by=user, now=timezone.now())

    def _context(self, activity: Activity, user: User) -> dict[str, Any]:
        names = ["activity", "concern", "hand_in", "read", *(["actions"] if self.has_actions else [])]
        return {
            "activity": activity,
            "title": subject_line(activity.assignment),
            "urls": {name: self.url(name, activity.pk) for name in names},
            "is_owner": access.owes(user, activity, local_today()),
        }
