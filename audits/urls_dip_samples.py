"""Routes of dip samples."""

from audits.dip_samples import PAGES

urlpatterns = PAGES.routes()
