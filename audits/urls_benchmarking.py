"""Routes of benchmarking exercises, and of the form of each auditor."""

from django.urls import include, path

from audits.views import benchmarking

urlpatterns = [
    path("", benchmarking.exercises, name="benchmarking_exercises"),
    path("set-up/", benchmarking.set_up, name="benchmarking_set_up"),
    path("<int:pk>/", benchmarking.exercise, name="benchmarking"),
    path("<int:pk>/agree/<slug:key>/", benchmarking.agree, name="benchmarking_agree"),
    path("<int:pk>/outcome/", benchmarking.outcome, name="benchmarking_outcome"),
    path("<int:pk>/share/", benchmarking.share, name="benchmarking_share"),
    path("<int:pk>/call-off/", benchmarking.call_off, name="benchmarking_call_off"),
    path("<int:pk>/learning/", benchmarking.learning, name="benchmarking_learning"),
    path("forms/", include(benchmarking.PAGES.routes())),
]
