"""Routes of the tools, under tools/."""

from django.urls import path

from qaframework.tools import views

app_name = "tools"
urlpatterns = [
    path("", views.tools, name="tools"),
    path("<int:pk>/", views.preview, name="preview"),
]
