from django.urls import path

from qaframework.notices import views

app_name = "notices"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("when/", views.preferences, name="preferences"),
    path("read/", views.read_all, name="read_all"),
    path("<int:pk>/read/", views.read, name="read"),
    path("receipts/", views.receipt, name="receipt"),
    path("not-sent/", views.failed, name="failed"),
    path("not-sent/try-again/", views.retry_all, name="retry_all"),
    path("not-sent/<int:pk>/try-again/", views.retry, name="retry"),
    path("not-sent/<int:pk>/close/", views.close, name="close"),
]
