"""Routes of this room."""

from django.urls import path, re_path

from reporting import views

app_name = "reporting"

urlpatterns = [
    path("calendar/<str:token>.ics", views.own_dates, name="own_dates"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("coverage/", views.coverage, name="coverage"),
    path("coverage/people.csv", views.coverage_file, name="coverage_file"),
    path("training-needs/", views.learning_needs, name="learning_needs"),
    path("training-needs/list.csv", views.learning_needs_file, name="learning_needs_file"),
    path("reports/", views.reports, name="reports"),
    path("reports/<int:pk>/", views.report, name="report"),
    re_path(r"^reports/(?P<pk>\d+)/report\.(?P<kind>pdf|docx|xlsx|json)$", views.file, name="file"),
    path("reports/<int:pk>/words/", views.words, name="words"),
    path("reports/<int:pk>/again/", views.reissue, name="reissue"),
]
