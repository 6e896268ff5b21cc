"""The routes of the project, with those of this room where the roof does not have them yet."""

from django.urls import include, path

from qaframework import urls

urlpatterns = [
    *urls.urlpatterns,
    path("frameworks/", include("qaframework.packs.urls")),
    path("tools/", include("qaframework.tools.urls")),
]
