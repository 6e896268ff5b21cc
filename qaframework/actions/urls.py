"""Routes of this room."""

from django.urls import URLPattern

app_name = "actions"

urlpatterns: list[URLPattern] = []
