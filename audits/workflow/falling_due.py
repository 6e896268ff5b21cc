"""What falls due in audits with nobody clicking, apart from the draws and the ladders."""

from dataclasses import dataclass
from datetime import datetime

from audits.workflow.closing import open_closure_audits
from audits.workflow.meetings import remind_of_meetings
from audits.workflow.moderating import draw_due_moderations
from audits.workflow.reauditing import open_due_reaudits
from qaframework.allocation.workflow import allocate_period_work, lapse_requests


@dataclass(frozen=True)
class FellDue:
    """How much of each was done, and what the QA team should look at."""

    opened: int
    moderation_draws: int
    lapsed: int
    reminded: int
    reaudits: int
    closures: int
    warnings: tuple[str, ...]

    @property
    def changed(self) -> int:
        done = (self.opened, self.moderation_draws, self.lapsed, self.reminded, self.reaudits, self.closures)
        return sum(done)


def open_due_work(*, now: datetime) -> FellDue:
    """Open the month's work, choose what is moderated, close late requests, remind, allocate re-audits and
    the audits of cases that closed.

    Running it again changes nothing.
    """
    opened = allocate_period_work(now=now)
    drawn = draw_due_moderations(now=now)
    lapsed = lapse_requests(now=now)
    reminded = remind_of_meetings(now=now)
    reaudited = open_due_reaudits(now=now)
    closed = open_closure_audits(now=now)
    return FellDue(
        opened=opened,
        moderation_draws=drawn,
        lapsed=lapsed,
        reminded=reminded,
        reaudits=len(reaudited.opened),
        closures=len(closed.opened),
        warnings=(*reaudited.warnings, *closed.warnings),
    )
