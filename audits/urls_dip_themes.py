"""Routes of themes of dip samples and what they show."""

from django.urls import path

from audits.views import dip_themes

urlpatterns = [
    path("", dip_themes.themes, name="dip_themes"),
    path(
        "choose/<int:programme>/<slug:rule>/<int:unit>/<str:month>/",
        dip_themes.choose,
        name="choose_dip_theme",
    ),
    path("<int:pk>/", dip_themes.theme, name="dip_theme"),
    path("<int:pk>/narrative/", dip_themes.narrative, name="write_narrative"),
    path("<int:pk>/sign/", dip_themes.sign, name="sign_narrative"),
    path("<int:pk>/let-sign/", dip_themes.let_sign, name="let_sign_narrative"),
]
