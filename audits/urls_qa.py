"""Routes of the quality assurance team: draws, inbox, moderation, advice."""

from django.urls import path

from audits.views import advice, draws, inbox, moderation, themes, unallocated, why

urlpatterns = [
    path("draws/", draws.draws, name="draws"),
    path("draws/run/", draws.run_draw, name="run_draw"),
    path("draws/themes/", themes.themes, name="themes"),
    path("draws/themes/set/", themes.set_theme, name="set_theme"),
    path("draws/themes/<int:pk>/", themes.change_theme, name="change_theme"),
    path("draws/<int:pk>/", draws.draw, name="draw"),
    path("draws/<int:pk>/replay/", draws.replay_draw, name="replay_draw"),
    path("draws/<int:pk>/cases.csv", draws.draw_frame, name="draw_frame"),
    path("draws/cases/<int:pk>/", why.drawn_case, name="drawn_case"),
    path("draws/cases/<int:pk>/replace/", draws.replace_case, name="replace_case"),
    path("unallocated/", unallocated.unallocated, name="unallocated"),
    path("unallocated/re-audits/<int:pk>/", unallocated.no_reaudit, name="no_reaudit"),
    path("audits/inbox/", inbox.inbox, name="inbox"),
    path("moderation/", moderation.queue, name="moderation_queue"),
    path("moderation/<int:pk>/", moderation.moderation, name="moderation"),
    path("moderation/<int:pk>/take/", moderation.take, name="take_moderation"),
    path("moderation/<int:pk>/release/", moderation.release, name="release_moderation"),
    path("moderation/<int:pk>/discussion/", moderation.discussion, name="record_discussion"),
    path("moderation/<int:pk>/complete/", moderation.complete, name="complete_moderation"),
    path("moderation/<int:pk>/send-back/", moderation.send_back, name="send_back"),
    path("moderation/draws/", moderation.draws, name="moderation_draws"),
    path("moderation/draws/<int:pk>/", moderation.draw, name="moderation_draw"),
    path("moderation/advice/", advice.advice_queue, name="advice_queue"),
    path("moderation/advice/<int:pk>/", advice.give_advice, name="give_advice"),
]
