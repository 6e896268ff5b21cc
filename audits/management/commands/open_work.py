"""Open what falls due in audits: the month's work, moderations, re-audits, audits of closed cases, reviews of
one case."""

from datetime import datetime
from typing import Any

from django.db import transaction

from audits.workflow import open_due_work
from qaframework.people.command import OperatorCommand, Outcome


class Command(OperatorCommand):
    help = (
        "Open the month's work, choose what is moderated, allocate re-audits, audits of closed cases and "
        "reviews that cases are due, close late requests."
    )

    def perform(self, *, now: datetime, **options: Any) -> Outcome:
        with transaction.atomic():
            done = open_due_work(now=now)
            if options["dry_run"]:
                transaction.set_rollback(True)
        would = "Would be opened" if options["dry_run"] else "Opened"
        return Outcome(
            done.changed,
            f"{would}: {done.opened} pieces of work, {done.reaudits} re-audits, "
            f"{done.closures} audits of closed cases, {done.case_reviews} reviews of one case, "
            f"{done.moderation_draws} moderation draws. "
            f"Dip samples that got their theme: {done.themed}. "
            f"Requests closed: {done.lapsed}. People reminded of meetings: {done.reminded}, "
            f"of narratives: {done.reminded_of_narratives}. "
            f"People told of open forms of benchmarking: {done.told_of_opened_forms}. "
            f"Meetings called off: {done.called_off}, reviews of one case: {done.reviews_called_off}.",
            list(dict.fromkeys(f"{one.what}: {one.why}" for one in done.unallocated)),
            {
                "opened": done.opened,
                "reaudits": done.reaudits,
                "closures": done.closures,
                "case_reviews": done.case_reviews,
                "moderation_draws": done.moderation_draws,
            },
        )
