"""The verbs of this room; the only code that changes its state."""

from qaframework.allocation.workflow.assignments import (
    activity_of,
    allocate,
    begin,
    change_subject,
    deadline_for,
    finish,
    mark_submitted,
    reallocate,
    send_back,
    set_worker,
    start_moderation,
    withdraw,
)
from qaframework.allocation.workflow.extensions import (
    ask_extension,
    decide_extension,
    lapse_requests,
    may_decide,
    why_no_extension,
    why_not_decided,
)
from qaframework.allocation.workflow.planning import (
    Planned,
    add_work,
    allocate_period_work,
    make_programme,
    posts_in,
    set_dates,
)

__all__ = [
    "Planned",
    "add_work",
    "activity_of",
    "allocate",
    "allocate_period_work",
    "ask_extension",
    "begin",
    "change_subject",
    "decide_extension",
    "deadline_for",
    "finish",
    "lapse_requests",
    "make_programme",
    "mark_submitted",
    "may_decide",
    "posts_in",
    "reallocate",
    "send_back",
    "set_dates",
    "set_worker",
    "start_moderation",
    "why_no_extension",
    "why_not_decided",
    "withdraw",
]
