"""The theme of a month, from which theme-directed audits are drawn."""

from datetime import datetime
from typing import Any

from django.db import transaction

from audits.models import MonthTheme, SampleDraw
from qaframework.allocation.models import Programme
from qaframework.people import history
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date


@transaction.atomic
def set_theme(
    *,
    programme: Programme,
    month: Month,
    unit: Unit,
    title: str,
    source: str,
    criteria: CaseCriteria,
    by: User,
    now: datetime,
) -> MonthTheme:
    """Say what the month's theme-directed audits of a unit are about, or say it anew (SAN-10).

    Raises Refused for a month that has passed or is not of the programme, and once cases were drawn by it.
    """
    if not programme.starts_on <= month.start <= programme.ends_on:
        raise Refused(f"{month.label} is not in the year of this programme.")
    if month < Month.of(local_date(now)):
        raise Refused(f"{month.label} has passed. Its theme stays as it was.")
    # Nobody draws by one theme while another is being set.
    Programme.objects.select_for_update().get(pk=programme.pk)
    drawn = SampleDraw.objects.filter(programme=programme, period=month.key, pool__path__startswith=unit.path)
    if drawn.exclude(theme="").exists():
        raise Refused(f"Cases were drawn by the theme of {month.label} already. It can no longer change.")
    values: dict[str, Any] = {
        "title": title,
        "source": source,
        "criteria": criteria.as_data(),
        "set_by": by,
        "set_at": now,
    }
    known = MonthTheme.objects.filter(programme=programme, period=month.key, unit=unit).first()
    if known is None:
        theme = MonthTheme(programme=programme, period=month.key, unit=unit, **values)
        return history.create(theme, by=by, now=now, reason="Theme set")
    return history.change(known, by=by, now=now, reason="Theme changed", **values)
