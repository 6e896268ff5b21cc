"""The verbs of this room; the only code that changes its state."""

from qaframework.actions.workflow.concerns import acknowledge_concern, raise_concern
from qaframework.actions.workflow.loops import (
    authorise_loop,
    holds_meeting,
    may_authorise,
    open_loop,
    record_loop_meeting,
    return_loop,
    waive_reaudit,
)
from qaframework.actions.workflow.plans import (
    ActionNotSmart,
    add_action,
    change_subject,
    check_smart,
    confirm_told,
    issue_plan,
    open_plan,
    place_on_file,
    record_supervision_review,
    remove_draft,
)
from qaframework.actions.workflow.progress import (
    begin_action,
    cancel_action,
    finish_action,
    may_verify,
    owns,
    return_action,
    verify_action,
)

__all__ = [
    "ActionNotSmart",
    "acknowledge_concern",
    "add_action",
    "authorise_loop",
    "begin_action",
    "cancel_action",
    "change_subject",
    "check_smart",
    "confirm_told",
    "finish_action",
    "holds_meeting",
    "issue_plan",
    "may_authorise",
    "may_verify",
    "open_loop",
    "open_plan",
    "owns",
    "place_on_file",
    "raise_concern",
    "record_loop_meeting",
    "record_supervision_review",
    "remove_draft",
    "return_action",
    "return_loop",
    "verify_action",
    "waive_reaudit",
]
