"""What observations of practice say people need to learn, and what teams could do better (RBWM-14).

Gathered from the questions that a form marks for it. Whom it was about is told to the managers above that
person only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from observations.models import Observation
from qaframework.allocation.access import people_in_line
from qaframework.allocation.models import Assignment
from qaframework.allocation.reading import with_rules
from qaframework.caseload.access import cleared_q
from qaframework.people.forms import FilterForm, offer
from qaframework.people.models import Unit, User
from qaframework.people.templatetags.page import short_date, unbroken
from qaframework.rules.periods import Month
from qaframework.tools.conditions import is_blank
from qaframework.tools.definition import Question
from qaframework.tools.models import Answer, ToolVersion
from qaframework.tools.values import text_of
from reporting.access import overseen_q
from reporting.forms import unit_choices

KINDS = {"training_need": "Training need", "team_improvement": "Team improvement"}
COLUMNS = ("What would help", "Kind", "Part of the organisation", "Work", "Observed")
PERSON = "Person"
MONTHS_BACK = 12
MOST_SHOWN = 100


class NeedsFilter(FilterForm):
    """What kind, where and when."""

    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "Both"), *KINDS.items()])
    unit = forms.ChoiceField(label="Part of the organisation", required=False)
    month = forms.ChoiceField(label="Observed in", required=False)

    def __init__(self, data: Any, *, units: list[Unit], today: date) -> None:
        super().__init__(data)
        months = [Month.of(today).plus(-step) for step in range(MONTHS_BACK)]
        offer(self, "unit", [("", "All that I may see"), *unit_choices(units)])
        offer(self, "month", [("", "The last twelve months"), *((one.key, one.label) for one in months)])
        self.first = months[-1]

    @property
    def days(self) -> tuple[date, date | None]:
        """The first local day, and the last one where a month is chosen."""
        month = self.chosen("month")
        return (Month.parse(month).start, Month.parse(month).end) if month else (self.first.start, None)


@dataclass(frozen=True)
class Need:
    """One answer. ``observation`` is None, and nobody is named, unless the reader manages the person."""

    text: str
    kind: str
    unit: Unit
    work: str
    observed_on: date | None
    worker: User | None
    observation: int | None


@dataclass(frozen=True)
class LearningNeeds:
    """The latest come first."""

    filter: NeedsFilter
    needs: list[Need]

    @property
    def columns(self) -> list[str]:
        return [*COLUMNS, PERSON] if self._names_somebody else list(COLUMNS)

    @property
    def rows(self) -> list[list[Any]]:
        return [
            [*_cells(one), unbroken(short_date(one.observed_on)), _person(one)][: len(self.columns)]
            for one in self.needs[:MOST_SHOWN]
        ]

    @property
    def file_rows(self) -> Iterator[list[Any]]:
        """All of them for a spreadsheet, a header first."""
        yield self.columns
        for one in self.needs:
            yield [*_cells(one), short_date(one.observed_on), str(one.worker or "")][: len(self.columns)]

    @property
    def _names_somebody(self) -> bool:
        return any(one.worker for one in self.needs)


def learning_needs_for(user: User, query: QueryDict, today: date) -> LearningNeeds:
    """As the address narrows it, of observations in units that the reader oversees."""
    units = list(Unit.objects.filter(overseen_q(user, today, ""), is_active=True).order_by("path"))
    chosen = NeedsFilter(query, units=units, today=today)
    observations = _observations(user, chosen, units, today)
    managed = set(people_in_line(user, today).values_list("user", flat=True))
    return LearningNeeds(chosen, list(_needs(observations, chosen.chosen("kind"), managed)))


def _observations(user: User, chosen: NeedsFilter, units: list[Unit], today: date) -> QuerySet[Observation]:
    first, last = chosen.days
    found = Observation.objects.filter(
        overseen_q(user, today, "assignment__unit"),
        cleared_q(user, today, case_field="assignment__case"),
        assignment__kind="observation",
        assignment__state__in=Assignment.DONE_STATES,
        observed_on__gte=first,
    )
    if last is not None:
        found = found.filter(observed_on__lte=last)
    unit = next((one for one in units if str(one.pk) == chosen.chosen("unit")), None)
    return found.filter(assignment__unit__path__startswith=unit.path) if unit else found


def _needs(observations: QuerySet[Observation], kind: str, managed: set[int]) -> Iterator[Need]:
    """Three queries: which forms were used, what was answered, and how its work is called."""
    asked = _questions(observations, kind)
    given = Answer.objects.filter(
        answer_set__observation__in=observations.order_by().values("pk"),
        answer_set__tool_version__in=asked,
        question_key__in={key for questions in asked.values() for key in questions},
    ).order_by("-answer_set__observation__observed_on", "-pk")
    related = ("assignment__worker", "assignment__unit")
    answers = list(given.select_related(*(f"answer_set__observation__{one}" for one in related)))
    with_rules([one.answer_set.observation.assignment for one in answers])
    for answer in answers:
        question = asked[answer.answer_set.tool_version_id].get(answer.question_key)
        if question is None or is_blank(answer.value):
            continue
        observation = answer.answer_set.observation
        assignment = observation.assignment
        is_managed = assignment.worker_id in managed
        yield Need(
            text=text_of(question, answer.value),
            kind=KINDS[question.gathers],
            unit=assignment.unit,
            work=assignment.framework_version.pack.activity(assignment.activity).label,
            observed_on=observation.observed_on,
            worker=assignment.worker if is_managed else None,
            observation=observation.pk if is_managed else None,
        )


def _questions(observations: QuerySet[Observation], kind: str) -> dict[int, dict[str, Question]]:
    """The questions that are gathered, by key, of each version of a form on which one was observed."""
    used = observations.order_by().values("answer_set__tool_version")
    versions = ToolVersion.objects.filter(pk__in=used).defer("content")
    return {
        version.pk: {
            question.key: question
            for section in version.definition.sections
            for question in section.questions
            if question.gathers in KINDS and kind in ("", question.gathers)
        }
        for version in versions
    }


def _cells(one: Need) -> list[Any]:
    return [one.text, one.kind, one.unit.name, one.work]


def _person(one: Need) -> Any:
    if one.worker is None:
        return "–"
    return {"text": str(one.worker), "url": reverse("observations:read", args=[one.observation])}
