"""Routes of this room: the live audit, and what the quality assurance team does around it."""

from django.urls import include, path

app_name = "audits"

urlpatterns = [
    path("", include("audits.urls_qa")),
    path("", include("audits.urls_audit")),
    path("good-practice/", include("audits.urls_good_practice")),
    path("moderation/benchmarking/", include("audits.urls_benchmarking")),
    path("case-reviews/", include("audits.urls_case_reviews")),
    path("dip-samples/themes/", include("audits.urls_dip_themes")),
    path("dip-samples/", include("audits.urls_dip_samples")),
]
