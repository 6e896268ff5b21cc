"""Routes of this room."""

from django.urls import path, re_path

from qaframework.actions import views

app_name = "actions"

urlpatterns = [
    path("actions/", views.tracker, name="tracker"),
    re_path(r"^actions/export\.(?P<kind>csv|xlsx)$", views.export, name="export"),
    path("actions/<int:pk>/", views.action, name="action"),
    path("actions/<int:pk>/begin/", views.begin, name="begin"),
    path("actions/<int:pk>/finish/", views.finish, name="finish"),
    path("actions/<int:pk>/verify/", views.verify, name="verify"),
    path("actions/<int:pk>/return/", views.give_back, name="return"),
    path("actions/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("plans/<int:pk>/", views.plan, name="plan"),
    re_path(r"^plans/(?P<pk>\d+)/plan\.(?P<kind>docx|pdf)$", views.plan_document, name="plan_document"),
    path("plans/<int:pk>/on-file/", views.place_on_file, name="place_on_file"),
    path("plans/<int:pk>/supervision/", views.supervision_review, name="supervision_review"),
    path("plans/<int:pk>/told/", views.told, name="told"),
    path("concerns/", views.concerns, name="concerns"),
    path("concerns/<int:pk>/", views.concern, name="concern"),
    path("loops/", views.loops, name="loops"),
    path("loops/<int:pk>/", views.loop, name="loop"),
    path("loops/<int:pk>/meeting/", views.loop_meeting, name="loop_meeting"),
    path("loops/<int:pk>/authorise/", views.loop_authorise, name="loop_authorise"),
    path("loops/<int:pk>/return/", views.loop_return, name="loop_return"),
]
