"""Routes of one audit: its page, meeting, sections, judgement, actions and handing in."""

from django.urls import path, re_path

from audits.views import actions, afterwards, audit, judgement, meeting, worker_view

urlpatterns = [
    path("audits/open/<int:pk>/", audit.open_work, name="open"),
    path("audits/<int:pk>/", audit.audit, name="audit"),
    path("audits/<int:pk>/begin/", audit.begin, name="begin"),
    path("audits/<int:pk>/meeting/", meeting.meeting, name="meeting"),
    path("audits/<int:pk>/meeting/accept/", meeting.accept, name="accept_meeting"),
    path("audits/<int:pk>/meeting/cancel/", meeting.cancel, name="cancel_meeting"),
    path("audits/<int:pk>/prepare/", meeting.prepare, name="prepare"),
    path("audits/<int:pk>/meeting.ics", meeting.calendar, name="calendar"),
    path("audits/<int:pk>/section/<slug:key>/", audit.section, name="section"),
    path("audits/<int:pk>/answer/", audit.answer, name="answer"),
    path("audits/<int:pk>/judgement/", judgement.judgement, name="judgement"),
    path("audits/<int:pk>/judgement/answer/", judgement.judge, name="judge"),
    path("audits/<int:pk>/view/", worker_view.worker_view, name="worker_view"),
    path("audits/<int:pk>/view/answer/", worker_view.say, name="say"),
    path("audits/<int:pk>/view/said/", worker_view.said, name="said"),
    path("audits/<int:pk>/view/stands/", worker_view.stands, name="stands"),
    path("audits/<int:pk>/advice/", judgement.advice, name="advice"),
    path("audits/<int:pk>/actions/", actions.actions, name="actions"),
    path("audits/<int:pk>/actions/<int:action_pk>/change/", actions.change_action, name="change_action"),
    path("audits/<int:pk>/actions/<int:action_pk>/remove/", actions.remove_action, name="remove_action"),
    path("audits/<int:pk>/concern/", actions.concern, name="concern"),
    path("audits/<int:pk>/submit/", audit.submit, name="submit"),
    path("audits/<int:pk>/reflection/", afterwards.reflection, name="reflection"),
    path("audits/<int:pk>/comment/", afterwards.comment, name="comment"),
    path("audits/<int:pk>/read/", audit.read, name="read"),
    path("audits/<int:pk>/sign/", audit.sign, name="sign"),
    re_path(r"^audits/(?P<pk>\d+)/questions\.(?P<kind>docx|pdf)$", audit.paper, name="paper"),
]
