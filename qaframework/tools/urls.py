"""Routes of the tools, under tools/."""

from django.urls import path, re_path

from qaframework.tools import activity_page, loading, views

app_name = "tools"
urlpatterns = [
    path("", views.tools, name="tools"),
    path("load/", loading.load, name="load"),
    path("activities/<int:pk>/new/", activity_page.activity, name="new_activity"),
    path("activities/<int:pk>/<slug:key>/", activity_page.activity, name="activity"),
    path("<int:pk>/", views.preview, name="preview"),
    re_path(r"^(?P<pk>\d+)/questions\.(?P<kind>docx|pdf)$", views.paper, name="paper"),
]
