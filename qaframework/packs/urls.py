"""Routes of the frameworks, under frameworks/."""

from django.urls import path

from qaframework.packs import views

app_name = "packs"
urlpatterns = [
    path("", views.frameworks, name="frameworks"),
    path("<int:pk>/", views.framework, name="framework"),
    path("<int:pk>/versions/<int:number>/", views.framework, name="version"),
    path("<int:pk>/versions/<int:older>/to/<int:newer>/", views.difference, name="difference"),
    path("<int:pk>/versions/<int:number>/export/", views.export, name="export"),
    path("<int:pk>/calendar/", views.calendar, name="calendar"),
    path("<int:pk>/calendar/<int:year>/", views.calendar, name="calendar_of"),
    path("<int:pk>/quotas/", views.quotas, name="quotas"),
]
