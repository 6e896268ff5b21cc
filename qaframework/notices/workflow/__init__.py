"""The verbs of notices, one file for each part of a notice's way."""

from qaframework.notices.workflow.mending import close_failed, try_again, try_all_again
from qaframework.notices.workflow.preferring import choose_delivery
from qaframework.notices.workflow.returning import note_returned
from qaframework.notices.workflow.sending import Delivered, deliver
from qaframework.notices.workflow.writing import Message, NoticeDraft, mark_read, write_letter, write_notices

__all__ = [
    "Delivered",
    "Message",
    "NoticeDraft",
    "choose_delivery",
    "close_failed",
    "deliver",
    "mark_read",
    "note_returned",
    "try_again",
    "try_all_again",
    "write_letter",
    "write_notices",
]
