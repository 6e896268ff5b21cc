"""What all quality-assurance activities have in common: work that is owed, answers, and actions."""

from datetime import date
from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from qaframework.allocation.models import Assignment


class Activity(models.Model):
    """One piece of quality-assurance work under way.

    The assignment says who owes it by when, the answer set holds what was found on a frozen tool, the
    action plan what has to follow. None of the three knows what kind of activity it serves.
    """

    assignment = models.OneToOneField("allocation.Assignment", on_delete=models.PROTECT)
    answer_set = models.OneToOneField("tools.AnswerSet", on_delete=models.PROTECT)
    action_plan = models.OneToOneField("actions.ActionPlan", on_delete=models.PROTECT)
    created_at = models.DateTimeField()
    history = HistoricalRecords(inherit=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["-pk"]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be handed in."""
        return self.assignment.state in Assignment.OPEN_STATES

    def why_not_ready(self, on: date) -> str:
        """What must be settled beside the answers before it can be handed in on a local date; or nothing."""
        return ""
