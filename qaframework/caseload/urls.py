"""Routes of this room."""

from django.urls import URLPattern

app_name = "caseload"

urlpatterns: list[URLPattern] = []
