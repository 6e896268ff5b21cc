from django.urls import path

from escalation import views

app_name = "escalation"

urlpatterns = [
    path("", views.board, name="board"),
    path("<int:pk>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("history/", views.history, name="history"),
    path("health/", views.health, name="health"),
]
