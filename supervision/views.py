"""A supervision audit's pages: the shared ones, and whose records they are about."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone

from qaframework.activities.access import get_own_activity
from qaframework.activities.forms import DayForm, PersonForm, people_to_choose
from qaframework.activities.pages import Row, person_rows
from qaframework.activities.views import ActivityPages
from qaframework.people.access import local_today
from qaframework.people.templatetags.page import uk_date
from supervision import workflow
from supervision.models import SupervisionAudit

SUPERVISORS = ["advanced_practitioner", "team_manager", "senior_manager", "head_of_service"]


class SupervisionAuditPages(ActivityPages):
    model = SupervisionAudit
    kinds = ("supervision_audit",)
    namespace = "supervision"
    arranging = "choose"
    arranging_label = "Choose the supervisor"

    def routes(self) -> list[URLPattern]:
        return [
            *super().routes(),
            self.route("<int:pk>/choose/", self.choose, "choose"),
            self.route("<int:pk>/discussed/", self.discussed, "discussed"),
        ]

    def rows(self, audit: SupervisionAudit, *, is_owner: bool) -> list[Row]:
        found = person_rows(audit, "Supervisor")
        if audit.assignment.worker is not None:
            found.append(
                {
                    "label": "Discussed in their supervision",
                    "value": uk_date(audit.discussed_on) or "Not recorded yet",
                    "change_url": self.url("discussed", audit.pk) if is_owner else "",
                    "change_label": "when it was discussed",
                }
            )
        return found

    def choose(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Whose records."""
        now = timezone.now()
        audit = get_own_activity(SupervisionAudit, request.user, pk, now=now)
        form = PersonForm(
            request.POST or None,
            people=people_to_choose(audit.assignment, request.user, local_today(), SUPERVISORS),
            person_label="Whose supervision records do you look at?",
            initial={"person": audit.assignment.worker_id},
        )

        def save(data: dict[str, Any]) -> None:
            workflow.choose_supervisor(audit=audit, supervisor=data["person"], by=request.user, now=now)

        return self.form_page(request, audit, form, save, title="Choose the supervisor")

    def discussed(self, request: HttpRequest, pk: int) -> HttpResponse:
        """When the supervisor talked about it with their own supervisor."""
        now = timezone.now()
        audit = get_own_activity(SupervisionAudit, request.user, pk, now=now)
        form = DayForm(
            request.POST or None,
            day_label="When was it discussed in the supervisor's own supervision?",
            initial={"day": audit.discussed_on},
        )

        def save(data: dict[str, Any]) -> None:
            workflow.record_discussion(audit=audit, discussed_on=data["day"], by=request.user, now=now)

        return self.form_page(request, audit, form, save, title="Record the discussion")


PAGES = SupervisionAuditPages()
