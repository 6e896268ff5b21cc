"""Routes of this room."""

from observations.views import PAGES

app_name = "observations"

urlpatterns = PAGES.routes()
