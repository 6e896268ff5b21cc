"""Routes of the quality assurance team: draws, inbox, moderation, dip samples."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
