"""The verbs of this room; the only code that changes its state."""

from audits.workflow.afterwards import comment_as_worker, record_reflection
from audits.workflow.benchmarking import (
    agree_section,
    call_off_exercise,
    finish_exercise,
    hand_in_benchmarking,
    judge_overall,
    set_up_exercise,
    share_learning,
    tell_of_opened_forms,
)
from audits.workflow.dip_themes import choose_dip_theme, let_sign, sign_narrative, write_narrative
from audits.workflow.draws import Drawn, draw_due_months, draw_month
from audits.workflow.falling_due import FellDue, open_due_work
from audits.workflow.good_practice import (
    Naming,
    Telling,
    change_good_practice,
    propose_good_practice,
    publish_good_practice,
    set_aside_good_practice,
    withdraw_good_practice,
)
from audits.workflow.judging import (
    JudgementConflict,
    NotReady,
    add_worker_view,
    ask_advice,
    begin_audit,
    give_advice,
    raise_concern,
    save_judgement,
    submit_audit,
)
from audits.workflow.meetings import (
    accept_meeting,
    call_off_needless_meetings,
    cancel_meeting,
    propose_meeting,
    remind_of_meetings,
)
from audits.workflow.moderating import (
    begin_moderation,
    complete_moderation,
    draw_due_moderations,
    draw_moderations,
    record_discussion,
    release_moderation,
    send_back_for_evidence,
    verify_moderation_draw,
)
from audits.workflow.opening import open_audit
from audits.workflow.preparing import prepare
from audits.workflow.reauditing import do_without_reaudit, open_due_reaudits
from audits.workflow.replacing import replace_case
from audits.workflow.reviewing import (
    call_off_needless_reviews,
    open_case_reviews,
    open_started_review,
)
from audits.workflow.sampling import draw_cases_of, open_dip_sample
from audits.workflow.themes import set_theme
from audits.workflow.verifying import verify_draw, verify_sample

__all__ = [
    "Drawn",
    "FellDue",
    "JudgementConflict",
    "Naming",
    "NotReady",
    "Telling",
    "accept_meeting",
    "add_worker_view",
    "agree_section",
    "call_off_exercise",
    "finish_exercise",
    "hand_in_benchmarking",
    "judge_overall",
    "set_up_exercise",
    "share_learning",
    "tell_of_opened_forms",
    "ask_advice",
    "begin_audit",
    "begin_moderation",
    "choose_dip_theme",
    "let_sign",
    "sign_narrative",
    "write_narrative",
    "call_off_needless_meetings",
    "call_off_needless_reviews",
    "change_good_practice",
    "cancel_meeting",
    "comment_as_worker",
    "complete_moderation",
    "do_without_reaudit",
    "draw_cases_of",
    "draw_due_moderations",
    "draw_due_months",
    "draw_moderations",
    "draw_month",
    "give_advice",
    "open_audit",
    "open_case_reviews",
    "open_started_review",
    "open_dip_sample",
    "open_due_reaudits",
    "open_due_work",
    "prepare",
    "propose_good_practice",
    "propose_meeting",
    "publish_good_practice",
    "raise_concern",
    "record_discussion",
    "record_reflection",
    "release_moderation",
    "remind_of_meetings",
    "replace_case",
    "save_judgement",
    "send_back_for_evidence",
    "set_aside_good_practice",
    "set_theme",
    "submit_audit",
    "verify_draw",
    "verify_moderation_draw",
    "verify_sample",
    "withdraw_good_practice",
]
