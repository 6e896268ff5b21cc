"""An observation's pages: the shared ones, and whom it concerns."""

from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone

from observations import workflow
from observations.models import Observation
from observations.wording import WORDS
from qaframework.activities.access import get_own_activity
from qaframework.activities.forms import (
    DayForm,
    PersonAndDayForm,
    UnitAndDayForm,
    people_to_choose,
    units_of,
)
from qaframework.activities.pages import Row, person_rows
from qaframework.activities.views import ActivityPages
from qaframework.allocation.workflow import activity_of
from qaframework.people.access import local_today
from qaframework.people.models import User
from qaframework.people.templatetags.page import uk_date
from qaframework.rules.working_days import local_date

OBSERVED = [
    "practitioner",
    "advanced_practitioner",
    "practice_development_manager",
    "iro",
    "cp_chair",
    "team_manager",
    "senior_manager",
]


class ObservationPages(ActivityPages):
    model = Observation
    kinds = ("observation", "practice_week", "visit", "peer_review", "appraisal")
    namespace = "observations"
    arranging = "arrange"
    arranging_label = "Arrange it"

    def routes(self) -> list[URLPattern]:
        return [
            *super().routes(),
            self.route("<int:pk>/arrange/", self.arrange, "arrange"),
            self.route("<int:pk>/talk/", self.talk, "talk"),
        ]

    def rows(self, observation: Observation, *, is_owner: bool) -> list[Row]:
        day: Row = {"label": "Day", "value": uk_date(observation.observed_on) or "Not arranged yet"}
        if observation.is_visit:
            place = str(observation.assignment.unit) if observation.observed_on else "Not arranged yet"
            return [{"label": "Service visited", "value": place}, day]
        if not observation.is_of_a_person:
            return [day]
        words = WORDS[observation.assignment.kind]
        found = [*person_rows(observation, words.person), day | {"label": words.day}]
        submitted = observation.assignment.submitted_at
        if submitted and (said := observation.issued_before(local_date(submitted))):
            found.append({"label": "Issued", "value": said})
        if observation.observed_on is not None:
            found.append(
                {
                    "label": "Talked about together",
                    "value": uk_date(observation.shared_with_worker_on) or "Not recorded yet",
                    "change_url": self.url("talk", observation.pk) if is_owner else "",
                    "change_label": "when you talked about it",
                }
            )
        return found

    def arrange(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Whom to observe and when; which service to visit and when; for a practice week only when."""
        now = timezone.now()
        observation = get_own_activity(Observation, request.user, pk, now=now)
        form = self._arrange_form(request, observation)

        def save(data: dict[str, Any]) -> None:
            if observation.is_visit:
                workflow.arrange_visit(
                    observation=observation,
                    unit=data["unit"],
                    visited_on=data["day"],
                    by=request.user,
                    now=now,
                )
                return
            workflow.arrange(
                observation=observation,
                worker=data.get("person"),
                observed_on=data["day"],
                by=request.user,
                now=now,
            )

        known = WORDS.get(observation.assignment.kind)
        title = known.title if known else "Arrange the visit"
        return self.form_page(request, observation, form, save, title=title)

    def talk(self, request: HttpRequest, pk: int) -> HttpResponse:
        """When observer and practitioner talked about it."""
        now = timezone.now()
        observation = get_own_activity(Observation, request.user, pk, now=now)
        if not observation.is_of_a_person:
            raise Http404
        form = DayForm(
            request.POST or None,
            day_label="When did you go through it together?",
            initial={"day": observation.shared_with_worker_on},
        )

        def save(data: dict[str, Any]) -> None:
            workflow.record_talk(observation=observation, shared_on=data["day"], by=request.user, now=now)

        title = "Record the talk with the practitioner"
        return self.form_page(request, observation, form, save, title=title)

    def finish(self, activity: Observation, *, by: User, now: datetime) -> None:
        """As for every activity; the note of a visit goes to more people."""
        workflow.hand_in(observation=activity, by=by, now=now)

    def to_know(self, activity: Observation) -> str:
        return activity.issued_before(local_today())

    def _who_is_told(self, visit: Observation) -> str:
        if activity_of(visit.assignment).is_announced:
            return "Its manager is told of the day as soon as you save it."
        return "Nobody there is told before you submit your note of the visit."

    def _arrange_form(self, request: HttpRequest, observation: Observation) -> Form:
        initial = {"person": observation.assignment.worker_id, "day": observation.observed_on}
        if observation.is_visit:
            unit = observation.assignment.unit_id if observation.observed_on else None
            return UnitAndDayForm(
                request.POST or None,
                units=units_of(observation.assignment.framework_version.framework),
                unit_label="Which service do you visit?",
                unit_hint=self._who_is_told(observation),
                day_label="On which day?",
                initial=initial | {"unit": unit},
            )
        if not observation.is_of_a_person:
            return DayForm(request.POST or None, day_label="When are you there?", initial=initial)
        return PersonAndDayForm(
            request.POST or None,
            people=people_to_choose(observation.assignment, request.user, local_today(), OBSERVED),
            person_label=WORDS[observation.assignment.kind].ask_person,
            day_label=WORDS[observation.assignment.kind].ask_day,
            initial=initial,
        )


PAGES = ObservationPages()
