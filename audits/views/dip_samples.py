"""A dip sample's pages: the shared ones, what was drawn for it, and what the answers add up to (LAN-12)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils import timezone
from django.views.decorators.http import require_safe

from audits import sample_pages, workflow
from audits.dip_samples import QuestionResult, choices, response, results
from audits.models import DipSample, DipSampleDraw
from audits.samples import rule_of
from qaframework.activities.access import get_activity, get_own_activity
from qaframework.activities.forms import PersonForm, ToolForm, people_to_choose
from qaframework.activities.pages import Row, person_rows
from qaframework.activities.views import ActivityPages
from qaframework.activities.workflow import choose_tool
from qaframework.allocation.models import Assignment
from qaframework.allocation.workflow import activity_of
from qaframework.people.access import local_today
from qaframework.people.models import User
from qaframework.people.tables import columns

COLUMNS = [
    {"label": "Question"},
    *({"label": label, "numeric": True} for label in ("Yes", "Partly", "No", "Does not apply")),
    {"label": "Share of yes"},
]
CHOICES = columns("Question", "Chosen")
WORKERS = ["practitioner", "advanced_practitioner"]


class DipSamplePages(ActivityPages):
    model = DipSample
    kinds = ("dip_sample",)
    namespace = "audits"
    prefix = "dip_sample_"
    arranging = "choose"
    arranging_label = "Choose whose cases you look at"

    def routes(self) -> list[URLPattern]:
        return [
            *super().routes(),
            self.route("<int:pk>/choose/", self.choose, "choose"),
            self.route("<int:pk>/form/", self.choose_form, "choose_form"),
            self.route("<int:pk>/why/", self.why, "why", require_safe),
        ]

    def start(self, assignment: Assignment, *, by: User, now: datetime) -> DipSample:
        """With what it looks at drawn for its owner, where the framework says so."""
        return workflow.open_dip_sample(assignment=assignment, by=by, now=now)

    def needs_arranging(self, sample: DipSample) -> bool:
        rule = rule_of(sample)
        return rule is not None and rule.is_of_one_worker

    def rows(self, sample: DipSample, *, is_owner: bool) -> list[Row]:
        found = person_rows(sample, "Whose cases") if self.needs_arranging(sample) else []
        if _tools_of(sample):
            found.append(
                {
                    "label": "Form",
                    "value": sample.answer_set.tool_version.definition.name,
                    "change_url": self.url("choose_form", sample.pk) if is_owner and sample.is_open else "",
                    "change_label": "the form",
                }
            )
        draw = _draw_of(sample)
        if draw is not None and draw.closes_on:
            found.append({"label": "Open for answers", "value": sample_pages.window(draw)})
        return found

    def looked_at(self, sample: DipSample, user: User) -> dict[str, Any] | None:
        draw = _draw_of(sample)
        return sample_pages.looked_at(draw, user, self.url("why", sample.pk)) if draw else None

    def row_links(self, sample: DipSample, user: User) -> dict[str, str]:
        draw = _draw_of(sample)
        return sample_pages.row_links(draw, user) if draw else {}

    def results(self, sample: DipSample, values: Mapping[str, Any]) -> dict[str, Any] | None:
        looks_at_nothing = sample.answer_set.given_rows == 0
        if sample.is_open or looks_at_nothing:
            return None
        definition = sample.answer_set.tool_version.definition
        found = results(definition, values)
        asked = response(definition, values)
        notes = dict.fromkeys(one.met.note for one in found if one.met.note)
        chosen: dict[str, list[str]] = defaultdict(list)
        for one in choices(definition, values):
            chosen[one.question.text].append(f"{one.label}: {one.number}")
        return {
            "columns": COLUMNS,
            "rows": [row(one) for one in found],
            "response": asked.in_words if asked else "",
            "notes": list(notes),
            "choice_columns": CHOICES,
            "choice_rows": [[text, "\n".join(counted)] for text, counted in chosen.items()],
        }

    def _tasks(self, sample: DipSample) -> list[Row]:
        """Before there is anything to look at, only what has to be settled."""
        found = super()._tasks(sample)
        return found[:1] if sample.waits_for_draw else found

    def _arranging_url(self, activity: Any) -> str:
        """While a survey is open there is nothing to settle, only a day to wait for."""
        return (
            super()._arranging_url(activity)
            if self.needs_arranging(activity)
            else self.url("activity", activity.pk)
        )

    def choose_form(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Which of the forms, by what the sample looks at (LAN-12)."""
        now = timezone.now()
        sample = get_own_activity(DipSample, request.user, pk, now=now)
        offered = _tools_of(sample)
        if not offered:
            raise Http404
        present = sample.answer_set.tool_version.definition.key
        form = ToolForm(request.POST or None, tools=offered, initial={"tool": present})

        def save(data: dict[str, Any]) -> None:
            choose_tool(sample, tool_key=data["tool"], by=request.user, now=now)

        theme = sample.assignment.theme
        text = [f"The theme is: {theme}."] if theme else []
        return self.form_page(request, sample, form, save, title="Choose the form", text=text)

    def choose(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Whose cases; they are drawn as soon as it is settled (SAN-30)."""
        now = timezone.now()
        sample = get_own_activity(DipSample, request.user, pk, now=now)
        if not self.needs_arranging(sample):
            raise Http404
        form = PersonForm(
            request.POST or None,
            people=people_to_choose(sample.assignment, request.user, local_today(), WORKERS),
            person_label="Whose cases do you look at?",
            initial={"person": sample.assignment.worker_id},
        )

        def save(data: dict[str, Any]) -> None:
            workflow.draw_cases_of(sample=sample, worker=data["person"], by=request.user, now=now)

        return self.form_page(
            request,
            sample,
            form,
            save,
            title="Choose whose cases you look at",
            text=["Some of the person’s open cases are then drawn at random. After that it stays as it is."],
            button="Draw the cases",
        )

    def why(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How what is looked at was drawn, and whether its record gives the same again."""
        sample = get_activity(DipSample, request.user, pk, now=timezone.now())
        draw = _draw_of(sample)
        if draw is None:
            raise Http404
        context = self._context(sample, request.user) | {
            "draw": draw,
            "why": sample_pages.why_these(draw, request.user),
            "replay": workflow.verify_sample(draw),
        }
        return render(request, "audits/draws/sample.html", context)


def _tools_of(sample: DipSample) -> list[tuple[str, str]]:
    """The forms that it can be done on, as choices; none where there is only one."""
    rules, pack = activity_of(sample.assignment), sample.assignment.framework_version.pack
    if not rules.other_tools:
        return []
    return [(key, pack.tool_names[key]) for key in (rules.tool, *rules.other_tools)]


def _draw_of(sample: DipSample) -> DipSampleDraw | None:
    """What the program drew for it; None where its owner chooses, and before it is drawn."""
    is_drawn = sample.answer_set.given_rows is not None and not sample.waits_for_draw
    return sample.draw if is_drawn else None


def row(one: QuestionResult) -> list[Any]:
    return [one.question.text, one.yes, one.partly, one.no, one.not_applicable, one.met.in_words]


PAGES = DipSamplePages()
