"""Routes of reviews of one case."""

from audits.views.case_reviews import PAGES

urlpatterns = PAGES.routes()
