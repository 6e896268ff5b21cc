"""Routes of the surveys, under surveys/."""

from django.urls import path

from qaframework.tools.surveys import views

app_name = "surveys"
urlpatterns = [
    path("", views.surveys, name="surveys"),
    path("<int:pk>/", views.survey, name="survey"),
    path("of/<int:pk>/<slug:activity>/<slug:period>/", views.said, name="said"),
]
