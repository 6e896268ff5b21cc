from django.urls import path

from qaframework.people import views

app_name = "people"

urlpatterns = [
    path("my-account/", views.my_account, name="my_account"),
    path("my-account/calendar/", views.calendar_address, name="calendar_address"),
    path("organisation/", views.organisation, name="organisation"),
    path("units/<int:pk>/", views.unit, name="unit"),
    path("units/<int:pk>/add-unit/", views.unit_add, name="unit_add"),
    path("units/<int:pk>/add-post/", views.post_add, name="post_add"),
    path("posts/<int:pk>/", views.post, name="post"),
    path("posts/<int:pk>/close/", views.post_close, name="post_close"),
    path("posts/<int:pk>/appoint/", views.appoint, name="appoint"),
    path("holdings/<int:pk>/end/", views.holding_end, name="holding_end"),
    path("person/<int:pk>/", views.person, name="person"),
    path("person/<int:pk>/leave/", views.person_leave, name="person_leave"),
    path("reads/", views.reads, name="reads"),
    path("import/", views.import_new, name="import_new"),
    path("import/<int:pk>/", views.import_preview, name="import"),
    path("import/<int:pk>/apply/", views.import_apply, name="import_apply"),
]
