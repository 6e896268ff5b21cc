"""Who gets which answer on which route: one row per route and record.

A row reads: this route, about this record of ``tests/pages/world.py``, opens for these people, who get this
status. Everybody else who is signed in gets 404, as if it did not exist; a row with ``gate`` answers 403
(a page that says who may) to those who are not in it. Whoever is not signed in is sent to sign in.
A row may send a form (``post``); what it sends is empty, so the status is that of a refusal or a redirect.
"""

from tests.pages.rows import (
    ABOVE,
    ADMIN,
    ADMINS,
    AUDITOR,
    CLEARED,
    DECIDERS,
    EVERYBODY,
    EVERYWHERE,
    HEAD,
    LEADS_FUNCTION,
    LINE,
    LINE_ANYWHERE,
    MANAGER,
    OVERSEES_FUNCTION,
    OWN,
    QA,
    SEES_ACTION,
    SEES_CASE,
    SEES_FIGURES,
    SEES_HANDED_IN,
    SEES_LATE_WORK,
    SEES_OPEN_AUDIT,
    STAFF,
    WORKER,
    WORKS_IN_FUNCTION,
    Row,
    elsewhere,
    get,
    group,
    post,
)

ROOF = [
    get("home", for_=EVERYBODY, answer=302),
    post("keep_alive", for_=EVERYBODY, answer=204),
    get("healthz", for_=EVERYBODY, signed_out=200),
    # For monitoring, which has the token that it was given; nobody has while none is.
    get("metrics", for_=EVERYBODY, answer=404, signed_out=404),
    get("accessibility", for_=EVERYBODY, signed_out=200),
    get("privacy", for_=EVERYBODY, signed_out=200),
    get("style_guide", for_=EVERYBODY, signed_out=200),
    get("open_work", "open work", for_=SEES_LATE_WORK | WORKER, answer=302),
]

# allauth's own pages: for oneself only, whoever one is. Nobody here has set up a second step yet.
ACCOUNT = [
    get("account_login", for_=EVERYBODY, answer=302, signed_out=200),
    get("account_logout", for_=EVERYBODY),
    get("account_inactive", for_=EVERYBODY, signed_out=200),
    get("account_signup", for_=EVERYBODY, answer=302, signed_out=200),
    get("account_reauthenticate", for_=EVERYBODY),
    get("account_email", for_=EVERYBODY, answer=302, signed_out=302),
    get("account_email_verification_sent", for_=EVERYBODY, signed_out=200),
    get("account_change_password", for_=EVERYBODY),
    get("account_set_password", for_=EVERYBODY, answer=302),
    get("account_reset_password", for_=EVERYBODY, signed_out=200),
    get("account_reset_password_done", for_=EVERYBODY, signed_out=200),
    get("account_reset_password_from_key", "password key", for_=EVERYBODY, signed_out=200),
    get("account_reset_password_from_key_done", for_=EVERYBODY, signed_out=200),
    get("account_confirm_login_code", for_=EVERYBODY, answer=302),
    get("account_confirm_email", "e-mail key", for_=EVERYBODY, signed_out=200),
    get("mfa_index", for_=EVERYBODY),
    get("mfa_authenticate", for_=EVERYBODY, answer=302),
    get("mfa_reauthenticate", for_=EVERYBODY, answer=302),
    get("mfa_activate_totp", for_=EVERYBODY, answer=302),
    get("mfa_deactivate_totp", for_=EVERYBODY, answer=404),
    get("mfa_view_recovery_codes", for_=EVERYBODY, answer=404),
    get("mfa_generate_recovery_codes", for_=EVERYBODY, answer=302),
    get("mfa_download_recovery_codes", for_=EVERYBODY, answer=404),
]

PEOPLE = [
    get("people:my_account", for_=EVERYBODY),
    get("people:calendar_address", for_=EVERYBODY),
    get("people:organisation", for_=ADMINS, gate=ADMINS),
    get("people:unit", "unit", for_=ADMIN, gate=ADMINS),
    get("people:unit_add", "unit", for_=ADMIN, gate=ADMINS),
    get("people:post_add", "unit", for_=ADMIN, gate=ADMINS),
    get("people:post", "post", for_=ADMIN, gate=ADMINS),
    get("people:post_close", "post", for_=ADMIN, gate=ADMINS),
    get("people:appoint", "post", for_=ADMIN, gate=ADMINS),
    get("people:holding_end", "holding", for_=ADMIN, gate=ADMINS),
    get("people:person", "person", for_=ADMINS | QA, gate=ADMINS | QA),
    get("people:person_leave", "person", for_=ADMINS, gate=ADMINS),
    get("people:reads", for_=ADMINS | QA, gate=ADMINS | QA),
    get("people:import_new", for_=ADMIN, gate=ADMIN),
    get("people:import", "people import", for_=ADMIN, gate=ADMIN),
    post("people:import_apply", "people import", for_=ADMIN, gate=ADMIN),
]

NOTICES = [
    get("notices:inbox", for_=EVERYBODY),
    get("notices:preferences", for_=EVERYBODY),
    post("notices:read_all", for_=EVERYBODY, signed_out=302),
    post("notices:read", "notice", for_=AUDITOR, signed_out=302),
    get("notices:failed", for_=ADMINS, gate=ADMINS),
    # For GOV.UK Notify, which has the token that was agreed with it; nobody has while none is.
    post("notices:receipt", for_=EVERYBODY, answer=404, signed_out=404),
    post("notices:retry", "failed notice", for_=ADMINS, gate=ADMINS),
]

BUILDERS = ADMIN | QA
READS_FRAMEWORKS = SEES_FIGURES | ADMINS
FRAMEWORKS = [
    get("packs:frameworks", for_=READS_FRAMEWORKS, gate=READS_FRAMEWORKS),
    get("packs:framework", "framework", for_=READS_FRAMEWORKS, gate=READS_FRAMEWORKS),
    get("packs:version", "framework version", for_=READS_FRAMEWORKS, gate=READS_FRAMEWORKS),
    get("packs:difference", "framework versions", for_=READS_FRAMEWORKS, gate=READS_FRAMEWORKS),
    get("packs:export", "framework version", for_=READS_FRAMEWORKS, gate=READS_FRAMEWORKS),
    get("packs:calendar", "framework", for_=READS_FRAMEWORKS, gate=READS_FRAMEWORKS),
    get("packs:calendar_of", "framework and year", for_=READS_FRAMEWORKS, gate=READS_FRAMEWORKS),
    get("packs:quotas", "framework", for_=READS_FRAMEWORKS, gate=READS_FRAMEWORKS),
    post("packs:quotas", "framework", for_=ADMIN, gate=ADMIN, answer=422),
    get("tools:tools", for_=ADMINS | QA, gate=ADMINS | QA),
    get("tools:new_activity", "framework", for_=ADMIN, gate=ADMIN),
    post("tools:new_activity", "framework", for_=ADMIN, gate=ADMIN, answer=422),
    get("tools:activity", "framework and activity", for_=ADMIN, gate=ADMIN),
    post("tools:activity", "framework and activity", for_=ADMIN, gate=ADMIN, answer=422),
    get("tools:load", for_=ADMINS, gate=ADMINS),
    get("tools:preview", "tool", for_=EVERYBODY),
    get("tools:paper", "tool, pdf", for_=EVERYBODY),
    get("tools:tool", "audit tool", for_=ADMINS | QA, gate=ADMINS | QA),
    get("tools:compare", "audit tool", for_=ADMINS | QA, gate=ADMINS | QA, answer=302),
    get("tools:difference", "tool versions", for_=ADMINS | QA, gate=ADMINS | QA),
    get("tools:export", "tool, xlsx", for_=ADMINS | QA, gate=ADMINS | QA),
    get("tools:new_tool", "framework", for_=BUILDERS, gate=ADMINS | QA),
    post("tools:new_tool", "framework", for_=BUILDERS, gate=ADMINS | QA, answer=422),
    post("tools:begin_draft", "audit tool", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:retire", "audit tool", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft", "draft", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_preview", "draft", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:discard_draft", "draft", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:publish_draft", "draft", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:publish_draft", "unready draft", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft", "unready draft", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_file", "draft", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:export_draft", "draft, yaml", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_particulars", "draft", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_essentials", "draft", for_=BUILDERS, gate=ADMINS | QA),
    post("tools:draft_move", "draft", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_new_section", "draft", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_section", "draft section", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_remove_section", "draft section", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_new_question", "section of a draft", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_question", "draft question", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_kind", "draft question", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_remove_question", "draft question", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_new_condition", "conditions of a question", for_=BUILDERS, gate=ADMINS | QA),
    get("tools:draft_condition", "condition", for_=BUILDERS, gate=ADMINS | QA),
    post("tools:draft_drop_condition", "draft question", for_=BUILDERS, gate=ADMINS | QA),
]

CASES = [
    get("caseload:register", for_=STAFF, gate=STAFF),
    get("caseload:case", "case", for_=SEES_CASE, gate=STAFF),
    get("caseload:case", "restricted case", for_=CLEARED, gate=STAFF),
    get("caseload:hold", "case", for_=QA, gate=QA),
    get("caseload:hold", "restricted case", for_=CLEARED, gate=QA),
    post("caseload:release", "held case", for_=QA, gate=QA),
    get("caseload:close", "case", for_=QA, gate=QA),
    get("caseload:close", "restricted case", for_=CLEARED, gate=QA),
    get("caseload:restrict", "case", for_=QA, gate=QA),
    get("caseload:restricted", for_=QA, gate=QA),
    get("caseload:restricted_case", "restricted case", for_=QA, gate=QA),
    get("caseload:lift", "restricted case", for_=QA, gate=QA),
    get("caseload:revoke", "clearance", for_=QA, gate=QA),
    get("caseload:imports", for_=ADMIN | QA, gate=ADMIN | QA),
    get("caseload:import_new", for_=ADMIN | QA, gate=ADMIN | QA),
    get("caseload:import", "case import", for_=ADMIN | QA, gate=ADMIN | QA),
    post("caseload:import_apply", "case import", for_=ADMIN | QA, gate=ADMIN | QA),
    get("caseload:import_findings", "case import", for_=ADMIN | QA, gate=ADMIN | QA),
    get("caseload:import_changes", "case import, new", for_=ADMIN | QA, gate=ADMIN | QA),
]

PLANNERS = QA | ADMIN
PLANNERS_ANYWHERE = QA | ADMINS
DECIDERS_ANYWHERE = DECIDERS | elsewhere(DECIDERS)
WORK = [
    get("allocation:my_work", for_=EVERYBODY),
    get("allocation:what_to_start", for_=MANAGER | AUDITOR),
    get("allocation:start_work", "work to start", for_=MANAGER | AUDITOR),
    post("allocation:start_work", "work to start", for_=MANAGER | AUDITOR, answer=422),
    get("allocation:return_board", for_=LINE_ANYWHERE | QA, gate=LINE_ANYWHERE | QA),
    get("allocation:case_work", "case", for_=SEES_CASE),
    get("allocation:case_work", "restricted case", for_=CLEARED),
    get("allocation:ask_extension", "open work", for_=AUDITOR),
    get("allocation:ask_extension", "restricted work", for_=group()),
    get("allocation:reallocate", "open work", for_=QA, gate=QA),
    get("allocation:reallocate", "restricted work", for_=CLEARED, gate=QA),
    get("allocation:withdraw", "open work", for_=QA, gate=QA),
    get("allocation:withdraw", "restricted work", for_=CLEARED, gate=QA),
    get(
        "allocation:extensions",
        for_=DECIDERS_ANYWHERE | QA,
        gate=DECIDERS_ANYWHERE | QA,
    ),
    get("allocation:decide_extension", "extension request", for_=DECIDERS, gate=DECIDERS_ANYWHERE),
    get("allocation:observed", "worker", for_=LINE),
    get("allocation:set_interval", "worker", for_=LINE),
    post("allocation:set_interval", "worker", for_=LINE, answer=422),
    post("allocation:end_interval", "worker", for_=LINE),
    get("allocation:newly_qualified", "worker", for_=LINE),
    get("allocation:programme", for_=PLANNERS_ANYWHERE, gate=PLANNERS_ANYWHERE),
    get("allocation:make_programme", for_=QA, gate=QA),
    get("allocation:confirm_programme", "framework to plan", for_=QA, gate=QA),
    get("allocation:programme_changes", "programme", for_=PLANNERS, gate=PLANNERS_ANYWHERE),
    get("allocation:programme_change", "planning", for_=PLANNERS, gate=PLANNERS_ANYWHERE),
    get("allocation:approve_programme", "planning", for_=frozenset()),
    get("allocation:programme_role", "programme role", for_=PLANNERS, gate=PLANNERS_ANYWHERE),
    get("allocation:programme_post", "programme post", for_=PLANNERS, gate=PLANNERS_ANYWHERE),
    get("allocation:ask_for_work", "programme", for_=QA, gate=QA),
    get("allocation:plan_more", "programme", for_=QA, gate=QA),
    get("allocation:programme_dates", "programme dates", for_=QA, gate=QA),
]

VERIFIES = LINE | group("qa_manager", "qa_manager elsewhere")
RAISED = group("iro")
# Reviewing officers work with children of every team.
RAISES = RAISED | elsewhere(RAISED)
ACTIONS = [
    get("actions:tracker", for_=EVERYBODY),
    get("actions:export", "csv", for_=EVERYBODY),
    get("actions:to_verify", for_=EVERYBODY, answer=302),
    get("actions:case_actions", "case", for_=SEES_CASE),
    get("actions:case_actions", "restricted case", for_=CLEARED),
    get("actions:action", "action", for_=SEES_ACTION),
    get("actions:action", "restricted action", for_=CLEARED),
    post("actions:begin", "action", for_=WORKER),
    get("actions:finish", "action", for_=WORKER),
    get("actions:verify", "done action", for_=VERIFIES),
    get("actions:return", "done action", for_=VERIFIES),
    get("actions:cancel", "action", for_=VERIFIES),
    get("actions:plan", "plan", for_=SEES_HANDED_IN),
    get("actions:plan", "restricted plan", for_=CLEARED),
    get("actions:plan_document", "plan, docx", for_=SEES_HANDED_IN),
    get("actions:plan_document", "restricted plan, docx", for_=CLEARED),
    post("actions:place_on_file", "plan", for_=SEES_ACTION),
    get("actions:supervision_review", "plan", for_=SEES_ACTION),
    # Both were told when the plan was issued, which the page says.
    get("actions:told", "plan", for_=SEES_ACTION, answer=302),
    get("actions:concerns", for_=EVERYBODY),
    get("actions:concern", "concern", for_=SEES_ACTION | AUDITOR),
    get("actions:challenges", for_=EVERYBODY),
    get("actions:challenge_about", for_=RAISES),
    get("actions:challenge_raise", "case", for_=RAISES),
    get("actions:challenge_raise", "restricted case", for_=group()),
    get("actions:challenge", "alert", for_=SEES_ACTION | RAISED),
    get("actions:challenge", "answered dispute", for_=SEES_ACTION | RAISED),
    get("actions:challenge_answer", "alert", for_=LINE),
    get("actions:challenge_settle", "answered dispute", for_=RAISED),
    get("actions:challenge_further", "alert", for_=RAISED),
    get("actions:challenge_serious", "alert", for_=RAISED),
    get("actions:challenge_withdraw", "alert", for_=RAISED),
    get("actions:challenge_supervision", "answered dispute", for_=WORKER | VERIFIES),
    get("actions:loops", for_=EVERYBODY),
    get("actions:loop", "loop", for_=SEES_ACTION),
    get("actions:loop_meeting", "loop", for_=group("senior_manager")),
    post("actions:loop_authorise", "waiting loop", for_=DECIDERS),
    get("actions:loop_return", "waiting loop", for_=DECIDERS),
]

MEET = AUDITOR | WORKER
AUDITS = [
    get("audits:open", "open work", for_=SEES_OPEN_AUDIT, answer=302),
    get("audits:open", "restricted work", for_=CLEARED, answer=302),
    get("audits:audit", "planned audit", for_=SEES_OPEN_AUDIT),
    get("audits:audit", "open audit", for_=SEES_OPEN_AUDIT),
    get("audits:audit", "submitted audit", for_=SEES_HANDED_IN),
    get("audits:audit", "restricted audit", for_=CLEARED),
    post("audits:begin", "planned audit", for_=AUDITOR),
    get("audits:meeting", "planned audit", for_=MEET),
    get("audits:meeting", "restricted audit", for_=group()),
    post("audits:accept_meeting", "planned audit", for_=MEET),
    get("audits:cancel_meeting", "planned audit", for_=MEET),
    post("audits:prepare", "planned audit", for_=WORKER),
    get("audits:calendar", "planned audit", for_=MEET),
    get("audits:section", "section", for_=AUDITOR),
    get("audits:section", "restricted section", for_=group()),
    post("audits:answer", "open audit", for_=AUDITOR, answer=422),
    get("audits:judgement", "open audit", for_=AUDITOR),
    get("audits:judgement", "submitted audit", for_=AUDITOR, answer=302),
    post("audits:judge", "open audit", for_=AUDITOR, answer=422),
    get("audits:worker_view", "open audit", for_=WORKER),
    post("audits:say", "open audit", for_=WORKER, answer=422),
    get("audits:said", "open audit", for_=MEET),
    get("audits:stands", "open audit", for_=WORKER),
    get("audits:stands", "planned audit", for_=group()),
    get("audits:advice", "disputed audit", for_=AUDITOR),
    get("audits:actions", "open audit", for_=AUDITOR),
    post("audits:remove_action", "draft action", for_=AUDITOR),
    get("audits:concern", "open audit", for_=MEET),
    # Only after an audit in which the practitioner took no part.
    get("audits:reflection", "submitted audit", for_=group()),
    get("audits:comment", "submitted audit", for_=WORKER),
    get("audits:sign", "submitted audit", for_=WORKER),
    get("audits:submit", "open audit", for_=AUDITOR),
    get("audits:read", "open audit", for_=SEES_OPEN_AUDIT),
    get("audits:read", "submitted audit", for_=SEES_HANDED_IN),
    get("audits:read", "restricted audit", for_=CLEARED),
    get("audits:paper", "open audit, docx", for_=SEES_OPEN_AUDIT),
    get("audits:paper", "submitted audit, docx", for_=SEES_HANDED_IN),
    get("audits:paper", "restricted audit, docx", for_=CLEARED),
]

QUALITY = [
    get("audits:draws", for_=QA, gate=QA),
    get("audits:run_draw", for_=QA, gate=QA),
    get("audits:themes", for_=QA, gate=QA),
    get("audits:set_theme", for_=QA, gate=QA),
    get("audits:change_theme", "theme", for_=QA, gate=QA),
    get("audits:draw", "draw", for_=QA, gate=QA),
    get("audits:replay_draw", "draw", for_=QA, gate=QA),
    get("audits:draw_frame", "draw", for_=QA, gate=QA),
    get("audits:drawn_case", "drawn case", for_=QA | AUDITOR | WORKER | ABOVE),
    get("why_case", "open work", for_=QA | AUDITOR | WORKER | ABOVE),
    get("audits:replace_case", "drawn case", for_=QA, gate=QA),
    get("audits:unallocated", for_=QA, gate=QA),
    get("audits:no_reaudit", "closed loop", for_=QA, gate=QA),
    get("audits:no_reaudit", "waiting loop", for_=group(), gate=QA),
    get("audits:inbox", for_=LINE_ANYWHERE | QA, gate=LINE_ANYWHERE | QA),
    get("audits:moderation_queue", for_=QA, gate=QA),
    get("audits:moderation", "moderation", for_=QA, gate=QA),
    get("audits:moderation", "restricted moderation", for_=CLEARED, gate=QA),
    post("audits:take_moderation", "moderation", for_=QA, gate=QA),
    post("audits:release_moderation", "moderation", for_=QA, gate=QA),
    post("audits:record_discussion", "moderation", for_=QA, gate=QA, answer=422),
    post("audits:complete_moderation", "moderation", for_=QA, gate=QA, answer=422),
    post("audits:send_back", "moderation", for_=QA, gate=QA, answer=422),
    get("audits:moderation_draws", for_=QA, gate=QA),
    get("audits:moderation_draw", "moderation draw", for_=QA, gate=QA),
    get("audits:advice_queue", for_=QA, gate=QA),
    get("audits:give_advice", "advice", for_=QA, gate=QA),
]

# The library of the framework of one function, and a final audit of a team in it.
READS_LIBRARY = OWN | AUDITOR | QA | group("colleague")
LOOKS_FOR_GOOD_PRACTICE = {"for_": LINE | QA, "gate": LINE_ANYWHERE | QA}
GOOD_PRACTICE = [
    get("audits:library", for_=EVERYWHERE, gate=EVERYWHERE),
    get("audits:good_practice", "good practice", for_=READS_LIBRARY, gate=EVERYWHERE),
    get("audits:change_good_practice", "good practice", for_=QA, gate=QA),
    get("audits:withdraw_good_practice", "good practice", for_=QA, gate=QA),
    get("audits:good_practice_candidates", for_=QA, gate=QA),
    get("audits:good_practice_of", "final audit", **LOOKS_FOR_GOOD_PRACTICE),
    get("audits:propose_good_practice", "final audit", **LOOKS_FOR_GOOD_PRACTICE),
    get("audits:publish_good_practice", "final audit", for_=QA, gate=QA),
    get("audits:publish_noted", "noted good practice", for_=QA, gate=QA),
    post("audits:set_aside_good_practice", "final audit", for_=QA, gate=QA),
]

ESCALATION = [
    get("escalation:board", for_=EVERYBODY),
    get("escalation:history", for_=EVERYBODY),
    get("escalation:acknowledge", "step", for_=SEES_LATE_WORK),
    get("escalation:health", for_=ADMINS, gate=ADMINS),
]

# Dip samples, observations and supervision audits have the same pages; here the auditor's post owes them.
OVERSEE_AUDITOR = AUDITOR | QA
NOBODY = group()


def _activity(space: str, kind: str) -> list[Row]:
    return [
        get(f"{space}open", f"{kind} work", for_=AUDITOR | QA, answer=302),
        get(f"{space}activity", kind, for_=OVERSEE_AUDITOR),
        get(f"{space}section", f"{kind} section", for_=AUDITOR),
        post(f"{space}answer", kind, for_=AUDITOR, answer=422),
        get(f"{space}actions", kind, for_=AUDITOR),
        get(f"{space}concern", kind, for_=AUDITOR),
        post(f"{space}remove_action", f"{kind} action", for_=AUDITOR),
        get(f"{space}hand_in", kind, for_=AUDITOR),
        get(f"{space}read", kind, for_=OVERSEE_AUDITOR),
        post(f"{space}sign", kind, for_=NOBODY),
    ]


ACTIVITIES = [
    *_activity("audits:dip_sample_", "dip sample"),
    get("audits:dip_sample_choose", "sample of a worker", for_=AUDITOR),
    get("audits:dip_sample_choose_form", "dip sample", for_=AUDITOR),
    get("audits:dip_sample_why", "drawn sample", for_=AUDITOR | QA),
    get("audits:dip_themes", for_=STAFF, gate=STAFF),
    get("audits:choose_dip_theme", "month of dip samples", for_=HEAD | QA, gate=LINE_ANYWHERE | QA),
    get("audits:dip_theme", "theme of dip samples", for_=WORKS_IN_FUNCTION, gate=STAFF),
    get("audits:write_narrative", "theme of dip samples", for_=OVERSEES_FUNCTION, gate=LINE_ANYWHERE | QA),
    post("audits:sign_narrative", "theme of dip samples", for_=WORKS_IN_FUNCTION, gate=STAFF),
    get("audits:let_sign_narrative", "theme of dip samples", for_=HEAD, gate=LINE_ANYWHERE | QA),
    *_activity("audits:case_review_", "case review"),
    *_activity("observations:", "observation"),
    get("observations:sign", "observation to sign", for_=WORKER),
    get("observations:arrange", "observation", for_=AUDITOR),
    get("observations:talk", "observation", for_=AUDITOR),
    *_activity("supervision:", "supervision audit"),
    get("supervision:choose", "supervision audit", for_=AUDITOR),
    get("supervision:discussed", "supervision audit", for_=AUDITOR),
]

SENT_REPORTS = group(
    "qa_manager", "senior_manager", "head_of_service", "director", "executive_director", "board_member"
)
READS_REPORT = SENT_REPORTS | QA
REPORTING = [
    get("reporting:own_dates", "calendar address", for_=EVERYBODY, signed_out=200),
    get("reporting:dashboard", for_=SEES_FIGURES, gate=SEES_FIGURES),
    get("reporting:coverage", for_=LINE_ANYWHERE | QA, gate=LINE_ANYWHERE | QA),
    get("reporting:coverage_file", for_=LINE_ANYWHERE | QA, gate=LINE_ANYWHERE | QA),
    get("reporting:learning_needs", for_=LINE_ANYWHERE | QA, gate=LINE_ANYWHERE | QA),
    get("reporting:learning_needs_file", for_=LINE_ANYWHERE | QA, gate=LINE_ANYWHERE | QA),
    get("reporting:reports", for_=SEES_FIGURES, gate=SEES_FIGURES),
    get("reporting:report", "released report", for_=READS_REPORT, gate=SEES_FIGURES),
    get("reporting:report", "draft report", for_=QA, gate=SEES_FIGURES),
    get("reporting:report", "report of a function", for_=LEADS_FUNCTION | QA, gate=SEES_FIGURES),
    get("reporting:file", "released report, pdf", for_=READS_REPORT, gate=SEES_FIGURES),
    get("reporting:file", "draft report, pdf", for_=QA, gate=SEES_FIGURES),
    get("reporting:words", "draft report", for_=QA, gate=QA),
    get("reporting:reissue", "released report", for_=QA, gate=QA),
]

ROWS = [
    *ROOF,
    *ACCOUNT,
    *PEOPLE,
    *NOTICES,
    *FRAMEWORKS,
    *CASES,
    *WORK,
    *ACTIONS,
    *AUDITS,
    *QUALITY,
    *GOOD_PRACTICE,
    *ESCALATION,
    *ACTIVITIES,
    *REPORTING,
]
