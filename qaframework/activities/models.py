"""What all quality-assurance activities have in common: work that is owed, answers, and actions."""

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords


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
