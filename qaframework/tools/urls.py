"""Routes of the tools, under tools/."""

from django.urls import path

from qaframework.tools import loading, views

app_name = "tools"
urlpatterns = [
    path("", views.tools, name="tools"),
    path("load/", loading.load, name="load"),
    path("<int:pk>/", views.preview, name="preview"),
]
