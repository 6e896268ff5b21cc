"""Routes of dip samples."""

from audits.views.dip_samples import PAGES

urlpatterns = PAGES.routes()
