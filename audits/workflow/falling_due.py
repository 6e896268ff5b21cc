"""What falls due in audits with nobody clicking, apart from the draws and the ladders."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from audits.unallocated import Unallocated, all_unallocated
from audits.workflow.benchmarking import tell_of_opened_forms
from audits.workflow.closing import open_closure_audits
from audits.workflow.dip_themes import carry_dip_themes, remind_of_narratives
from audits.workflow.meetings import call_off_needless_meetings, remind_of_meetings
from audits.workflow.moderating import draw_due_moderations
from audits.workflow.reauditing import open_due_reaudits
from audits.workflow.reviewing import call_off_needless_reviews, open_case_reviews
from qaframework.allocation.workflow import allocate_period_work, lapse_requests
from qaframework.notices.workflow import Message, write_notices
from qaframework.people.directory import Organisation
from qaframework.rules.working_days import local_date


@dataclass(frozen=True)
class FellDue:
    """How much of each was done; ``unallocated`` is what the QA team should look at, and ``told`` how many
    notices said so."""

    themed: int
    opened: int
    moderation_draws: int
    lapsed: int
    reminded: int
    reminded_of_narratives: int
    told_of_opened_forms: int
    called_off: int
    reaudits: int
    closures: int
    case_reviews: int
    reviews_called_off: int
    told: int
    unallocated: tuple[Unallocated, ...]

    @property
    def changed(self) -> int:
        opened = self.opened + self.moderation_draws + self.reaudits + self.closures + self.case_reviews
        called_off = self.called_off + self.reviews_called_off
        reminded = self.reminded + self.reminded_of_narratives + self.told_of_opened_forms
        return self.themed + opened + self.lapsed + reminded + called_off + self.told


def open_due_work(*, now: datetime) -> FellDue:
    """Open the month's work, choose what is moderated, close late requests, remind of meetings and call
    off needless ones, tell new dip samples their theme and remind of what they show, tell
    groups that the forms of their benchmarking exercise are open, allocate re-audits, the
    audits of cases that closed and the reviews of cases whose moment has come, and call off needless ones.

    The QA team is told of what could not be allocated. Running it again changes nothing.
    """
    themed = carry_dip_themes(now=now)
    opened = allocate_period_work(now=now)
    drawn = draw_due_moderations(now=now)
    lapsed = lapse_requests(now=now)
    reminded = remind_of_meetings(now=now)
    reminded_of_narratives = remind_of_narratives(now=now)
    told_of_opened_forms = tell_of_opened_forms(now=now)
    called_off = call_off_needless_meetings(now=now)
    reaudits = len(open_due_reaudits(now=now))
    closures = len(open_closure_audits(now=now))
    reviews_called_off = call_off_needless_reviews(now=now)
    case_reviews = len(open_case_reviews(now=now))
    waiting = all_unallocated(local_date(now))
    told = _tell(waiting, now=now)
    return FellDue(
        themed=themed,
        opened=opened,
        moderation_draws=drawn,
        lapsed=lapsed,
        reminded=reminded,
        reminded_of_narratives=reminded_of_narratives,
        told_of_opened_forms=told_of_opened_forms,
        called_off=called_off,
        reaudits=reaudits,
        closures=closures,
        case_reviews=case_reviews,
        reviews_called_off=reviews_called_off,
        told=told,
        unallocated=tuple(waiting),
    )


def _tell(waiting: Iterable[Unallocated], *, now: datetime) -> int:
    """One notice for each cause, ever, to those who hold the nearest posts of QA manager."""
    by_cause: defaultdict[str, list[Unallocated]] = defaultdict(list)
    for one in waiting:
        by_cause[one.cause].append(one)
    organisation = Organisation.load(local_date(now))
    drafts = []
    for cause, together in by_cause.items():
        units = {unit_id for one in together for unit_id in one.unit_ids}
        posts = {post.pk for unit_id in units for post in organisation.nearest_posts(unit_id, "qa_manager")}
        managers = {holder.pk for pk in posts if (holder := organisation.holder_of(pk))}
        drafts += _message(cause, together).to(managers)
    return write_notices(drafts, now=now)


def _message(cause: str, together: list[Unallocated]) -> Message:
    number = len(together)
    many = f"{number} pieces of work" if number > 1 else "One piece of work"
    return Message(
        "unallocated",
        cause,
        subject=f"Could not be allocated: {together[0].what}",
        body=f"{many} could not be allocated. {together[0].why} The page says what you can do.",
        url=reverse("audits:unallocated"),
        case_ids=[together[0].case_id],
    )
