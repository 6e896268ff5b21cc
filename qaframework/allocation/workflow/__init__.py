"""The verbs of this room; the only code that changes its state."""

from qaframework.allocation.workflow.annual_shares import CaughtUp, add_missing_audits
from qaframework.allocation.workflow.approving import approve_programme, may_approve
from qaframework.allocation.workflow.assignments import (
    Allotment,
    activity_of,
    allocate,
    allocate_all,
    begin,
    change_subject,
    deadline_for,
    finish,
    mark_submitted,
    reallocate,
    send_back,
    start_moderation,
    withdraw,
)
from qaframework.allocation.workflow.events import date_event
from qaframework.allocation.workflow.extensions import (
    ask_extension,
    decide_extension,
    lapse_requests,
    may_decide,
    why_no_extension,
    why_not_decided,
)
from qaframework.allocation.workflow.intervals import end_interval, set_interval
from qaframework.allocation.workflow.pausing import (
    due_after_pause,
    may_pause,
    pause,
    pause_reasons,
    resume,
    why_not_paused,
    why_not_resumed,
)
from qaframework.allocation.workflow.planning import (
    Planned,
    add_work,
    allocate_period_work,
    ask_for_work,
    make_programme,
    plan_more,
    set_dates,
)
from qaframework.allocation.workflow.proposing import Proposal, posts_in, propose
from qaframework.allocation.workflow.starting import Started, start_work
from qaframework.allocation.workflow.subjects import BEFORE_HANDING_IN, set_theme_of, set_unit, set_worker
from qaframework.allocation.workflow.telling import tell

__all__ = [
    "BEFORE_HANDING_IN",
    "CaughtUp",
    "Planned",
    "Proposal",
    "Started",
    "Allotment",
    "add_missing_audits",
    "add_work",
    "activity_of",
    "allocate",
    "allocate_all",
    "allocate_period_work",
    "approve_programme",
    "ask_extension",
    "ask_for_work",
    "begin",
    "change_subject",
    "date_event",
    "decide_extension",
    "due_after_pause",
    "end_interval",
    "deadline_for",
    "finish",
    "lapse_requests",
    "make_programme",
    "mark_submitted",
    "may_approve",
    "may_decide",
    "may_pause",
    "pause",
    "pause_reasons",
    "plan_more",
    "posts_in",
    "propose",
    "reallocate",
    "resume",
    "send_back",
    "set_dates",
    "set_interval",
    "set_theme_of",
    "set_unit",
    "set_worker",
    "start_moderation",
    "start_work",
    "tell",
    "why_no_extension",
    "why_not_decided",
    "why_not_paused",
    "why_not_resumed",
    "withdraw",
]
