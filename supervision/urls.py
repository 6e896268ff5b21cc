"""Routes of this room."""

from django.urls import path

from supervision import views

app_name = "supervision"

urlpatterns = [
    *views.PAGES.routes(),
    path("<int:pk>/choose/", views.choose, name="choose"),
    path("<int:pk>/discussed/", views.discussed, name="discussed"),
]
