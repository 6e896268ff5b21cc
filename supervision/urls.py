"""Routes of this room."""

from supervision.views import PAGES

app_name = "supervision"

urlpatterns = PAGES.routes()
