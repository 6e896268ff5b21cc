"""Routes of this room."""

from django.urls import path

from observations import views

app_name = "observations"

urlpatterns = [
    *views.PAGES.routes(),
    path("<int:pk>/arrange/", views.arrange, name="arrange"),
    path("<int:pk>/talk/", views.talk, name="talk"),
]
