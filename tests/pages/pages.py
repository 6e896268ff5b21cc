"""Which pages are looked at, by whom: every row of the permission table that shows a page."""

from tests.pages.routes import ROWS
from tests.pages.rows import Row

# Not pages: what is downloaded or answered to a machine, and examples whose links lead nowhere.
NO_PAGES = {
    "style_guide",
    "healthz",
    "packs:export",
    "tools:export",
    "tools:export_draft",
    "caseload:import_findings",
    "actions:export",
    "actions:plan_document",
    "audits:calendar",
    "audits:paper",
    "audits:said",
    "audits:stands",
    "tools:paper",
    "audits:draw_frame",
    "reporting:coverage_file",
    "reporting:file",
    "reporting:learning_needs_file",
    "reporting:own_dates",
}
# Whose view of a page is looked at: the first of these for whom it opens.
VIEWERS = [
    "auditor",
    "qa_manager",
    "practitioner",
    "config_admin",
    "head_of_service",
    "senior_manager",
    "cleared",
    "iro",
]
SIGNED_OUT = {
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_email",
}


def viewer_of(row: Row) -> str:
    if row.route in SIGNED_OUT:
        return "anonymous"
    return next(persona for persona in VIEWERS if persona in row.opens_for)


PAGES = [
    row
    for row in ROWS
    if not row.is_post
    and row.route not in NO_PAGES
    and row.opens_for
    and (row.answer == 200 or row.route in SIGNED_OUT)
]
