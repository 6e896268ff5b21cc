"""Handing in a dip sample: answers frozen, ladder stopped, actions issued (LAN-12)."""

from datetime import datetime

from django.db import transaction

from audits.models import DipSample
from qaframework.actions import workflow as actions
from qaframework.allocation import workflow as allocation
from qaframework.people.models import User
from qaframework.tools import workflow as tools


@transaction.atomic
def submit_dip_sample(*, sample: DipSample, by: User, now: datetime) -> DipSample:
    """Raises tools.workflow.AnswersIncomplete when rows or answers are missing."""
    tools.submit_answers(answer_set=sample.answer_set, by=by, now=now)
    allocation.mark_submitted(assignment=sample.assignment, by=by, now=now)
    allocation.finish(assignment=sample.assignment, by=by, now=now)
    actions.issue_plan(plan=sample.action_plan, copy_to=[], by=by, now=now)
    return sample
