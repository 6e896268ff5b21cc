"""The roof's routes: each room brings its own."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.views.generic import RedirectView, TemplateView

from audits.views import why
from escalation import views as escalation
from qaframework.allocation.access import get_visible_assignment
from qaframework.people import views as people
from qaframework.people.access import signed_in
from qaframework.style_guide import StyleGuideView

WORK_PAGES = {
    "benchmarking": "audits:benchmarking_open",
    "case_audit": "audits:open",
    "case_review": "audits:case_review_open",
    "dip_sample": "audits:dip_sample_open",
    "observation": "observations:open",
    "practice_week": "observations:open",
    "supervision_audit": "supervision:open",
    "visit": "observations:open",
    "peer_review": "observations:open",
    "appraisal": "observations:open",
}


@signed_in
def open_work(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a person to the page of an assignment's kind. Somebody else's work is not found."""
    assignment = get_visible_assignment(request.user, pk)
    return redirect(WORK_PAGES[assignment.kind], pk=assignment.pk)


urlpatterns = [
    path("", people.home, name="home"),
    path("keep-alive/", people.keep_alive, name="keep_alive"),
    path("healthz", escalation.healthz, name="healthz"),
    path("metrics", escalation.metrics, name="metrics"),
    path("accessibility/", TemplateView.as_view(template_name="accessibility.html"), name="accessibility"),
    path("privacy/", TemplateView.as_view(template_name="privacy.html"), name="privacy"),
    path("work/<int:pk>/", open_work, name="open_work"),
    path("work/<int:pk>/why/", why.why_case, name="why_case"),
    # The work address is the administrator's to change, not one's own.
    path("account/email/", RedirectView.as_view(pattern_name="people:my_account"), name="account_email"),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("people/", include("qaframework.people.urls")),
    path("notices/", include("qaframework.notices.urls")),
    path("frameworks/", include("qaframework.packs.urls")),
    path("cases/", include("qaframework.caseload.urls")),
    path("tools/", include("qaframework.tools.urls")),
    path("surveys/", include("qaframework.tools.surveys.urls")),
    path("", include("qaframework.allocation.urls")),
    path("", include("qaframework.actions.urls")),
    path("", include("audits.urls")),
    path("observations/", include("observations.urls")),
    path("supervision/", include("supervision.urls")),
    path("escalations/", include("escalation.urls")),
    path("", include("reporting.urls")),
]

if not settings.PRODUCTION:
    urlpatterns.append(path("style-guide/", StyleGuideView.as_view(), name="style_guide"))
