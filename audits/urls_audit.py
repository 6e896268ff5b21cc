"""Routes of one audit: its page, meeting, sections, judgement, actions and handing in."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
