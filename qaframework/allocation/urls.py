from django.urls import path

from qaframework.allocation import views

app_name = "allocation"

urlpatterns = [
    path("my-work/", views.my_work, name="my_work"),
    path("work/case/<int:pk>/", views.case_work, name="case_work"),
    path("return-board/", views.return_board, name="return_board"),
    path("work/<int:pk>/extension/", views.ask_extension, name="ask_extension"),
    path("work/<int:pk>/move/", views.reallocate, name="reallocate"),
    path("work/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("extensions/", views.extensions, name="extensions"),
    path("extensions/<int:pk>/", views.decide_extension, name="decide_extension"),
    path("programme/", views.programme, name="programme"),
    path("programme/make/", views.make_programme, name="make_programme"),
    path("programme/<int:pk>/roles/<slug:role>/", views.programme_role, name="programme_role"),
    path("programme/<int:pk>/posts/<int:post_pk>/", views.programme_post, name="programme_post"),
    path(
        "programme/<int:pk>/dates/<slug:activity>/<int:quarter>/",
        views.programme_dates,
        name="programme_dates",
    ),
]
