from django.urls import path

from qaframework.allocation.views import observed, pausing, planning, programme, standing, starting, work

app_name = "allocation"

urlpatterns = [
    path("my-work/", work.my_work, name="my_work"),
    path("my-work/start/", starting.what_to_start, name="what_to_start"),
    path("my-work/start/<int:pk>/<slug:activity>/", starting.start_work, name="start_work"),
    path("work/case/<int:pk>/", work.case_work, name="case_work"),
    path("return-board/", work.return_board, name="return_board"),
    path("work/<int:pk>/standing/", standing.standing, name="standing"),
    path("work/<int:pk>/extension/", work.ask_extension, name="ask_extension"),
    path("work/<int:pk>/move/", work.reallocate, name="reallocate"),
    path("work/<int:pk>/withdraw/", work.withdraw, name="withdraw"),
    path("work/<int:pk>/pause/", pausing.pause, name="pause"),
    path("work/<int:pk>/resume/", pausing.resume, name="resume"),
    path("observed/<int:pk>/", observed.observed, name="observed"),
    path("observed/<int:pk>/interval/", observed.set_interval, name="set_interval"),
    path("observed/<int:pk>/interval/end/", observed.end_interval, name="end_interval"),
    path("observed/<int:pk>/newly-qualified/", observed.newly_qualified, name="newly_qualified"),
    path("extensions/", work.extensions, name="extensions"),
    path("extensions/<int:pk>/", work.decide_extension, name="decide_extension"),
    path("programme/", programme.programme, name="programme"),
    path("programme/make/", planning.make_programme, name="make_programme"),
    path(
        "programme/make/<int:framework_pk>/<int:year>/",
        planning.confirm_programme,
        name="confirm_programme",
    ),
    path("programme/<int:pk>/changes/", planning.programme_changes, name="programme_changes"),
    path(
        "programme/<int:pk>/changes/<int:planning_pk>/",
        planning.programme_change,
        name="programme_change",
    ),
    path(
        "programme/<int:pk>/changes/<int:planning_pk>/approve/",
        planning.approve_programme,
        name="approve_programme",
    ),
    path("programme/<int:pk>/roles/<slug:role>/", programme.programme_role, name="programme_role"),
    path("programme/<int:pk>/posts/<int:post_pk>/", programme.programme_post, name="programme_post"),
    path("programme/<int:pk>/ask/", programme.ask_for_work, name="ask_for_work"),
    path("programme/<int:pk>/more/", programme.plan_more, name="plan_more"),
    path(
        "programme/<int:pk>/dates/<slug:activity>/<int:quarter>/",
        programme.programme_dates,
        name="programme_dates",
    ),
]
