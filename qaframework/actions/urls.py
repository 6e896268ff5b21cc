"""Routes of this room."""

from django.urls import path, re_path

from qaframework.actions.views import action, challenge, concern, loop, plan, tracker

app_name = "actions"

urlpatterns = [
    path("actions/", tracker.tracker, name="tracker"),
    re_path(r"^actions/export\.(?P<kind>csv|xlsx)$", tracker.export, name="export"),
    path("actions/to-verify/", tracker.to_verify, name="to_verify"),
    path("actions/of-case/<int:pk>/", tracker.case_actions, name="case_actions"),
    path("actions/<int:pk>/", action.action, name="action"),
    path("actions/<int:pk>/begin/", action.begin, name="begin"),
    path("actions/<int:pk>/finish/", action.finish, name="finish"),
    path("actions/<int:pk>/verify/", action.verify, name="verify"),
    path("actions/<int:pk>/return/", action.give_back, name="return"),
    path("actions/<int:pk>/cancel/", action.cancel, name="cancel"),
    path("plans/<int:pk>/", plan.plan, name="plan"),
    re_path(r"^plans/(?P<pk>\d+)/plan\.(?P<kind>docx|pdf)$", plan.document, name="plan_document"),
    path("plans/<int:pk>/on-file/", plan.place_on_file, name="place_on_file"),
    path("plans/<int:pk>/supervision/", plan.supervision_review, name="supervision_review"),
    path("plans/<int:pk>/told/", plan.told, name="told"),
    path("concerns/", concern.concerns, name="concerns"),
    path("concerns/<int:pk>/", concern.concern, name="concern"),
    path("challenges/", challenge.challenges, name="challenges"),
    path("challenges/raise/", challenge.raise_about, name="challenge_about"),
    path("challenges/raise/<int:pk>/", challenge.raise_challenge, name="challenge_raise"),
    path("challenges/<int:pk>/", challenge.challenge, name="challenge"),
    path("challenges/<int:pk>/answer/", challenge.answer, name="challenge_answer"),
    path("challenges/<int:pk>/settle/", challenge.settle, name="challenge_settle"),
    path("challenges/<int:pk>/further/", challenge.further, name="challenge_further"),
    path("challenges/<int:pk>/serious/", challenge.serious, name="challenge_serious"),
    path("challenges/<int:pk>/withdraw/", challenge.withdraw, name="challenge_withdraw"),
    path("challenges/<int:pk>/supervision/", challenge.supervision, name="challenge_supervision"),
    path("loops/", loop.loops, name="loops"),
    path("loops/<int:pk>/", loop.loop, name="loop"),
    path("loops/<int:pk>/meeting/", loop.meeting, name="loop_meeting"),
    path("loops/<int:pk>/authorise/", loop.authorise, name="loop_authorise"),
    path("loops/<int:pk>/return/", loop.give_back, name="loop_return"),
]
