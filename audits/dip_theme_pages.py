"""The rows and facts of the pages on themes of dip samples (LAN-12)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from audits.dip_theme_access import Side
from audits.dip_themes import Collated, PlannedMonth, agreed_by, rule_of
from audits.models import DipSampleTheme
from audits.views.dip_samples import COLUMNS as RESULT_COLUMNS
from audits.views.dip_samples import row as result_row
from qaframework.people.models import Unit, User
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import uk_date, uk_datetime
from qaframework.rules.periods import Month

COLUMNS = columns("Month", "Theme", "Handed in", "What they show", "Change")
ON_BEHALF = {Side.SERVICE: "the service", Side.QA: "the quality assurance team"}

Row = list[Any]


def unit_table(unit: Unit, months: Iterable[PlannedMonth], today: date) -> dict[str, Any]:
    return {"name": unit.name, "rows": [_row(month, today) for month in months]}


def title(theme: DipSampleTheme) -> str:
    return f"{theme.title}, {theme.unit}, {Month.parse(theme.period).label}"


def facts(theme: DipSampleTheme, today: date) -> list[dict[str, str]]:
    """Who chose it and why, how far the narrative is, and who signed."""
    by = agreed_by(rule_of(theme, today), theme.period)
    rows = [
        ("Chosen by", f"{theme.set_by} on {uk_date(theme.set_at)}"),
        ("Where it comes from", theme.source),
        ("To be agreed by", uk_date(by) if by and not theme.is_agreed else ""),
        ("Written by", f"{theme.written_by} on {uk_datetime(theme.written_at)}" if theme.written_by else ""),
        ("May also sign", str(theme.may_sign) if theme.may_sign and not theme.is_agreed else ""),
        ("Signed for the service", _signature(theme.service_signed_by, theme.service_signed_at)),
        ("Signed for the quality assurance team", _signature(theme.qa_signed_by, theme.qa_signed_at)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def sides(theme: DipSampleTheme, user: User) -> list[dict[str, Any]]:
    """What can still be signed: for whom, and whether this person has signed for the other side."""
    found = []
    for side, (signed, other) in {
        Side.SERVICE: (theme.service_signed_by_id, theme.qa_signed_by_id),
        Side.QA: (theme.qa_signed_by_id, theme.service_signed_by_id),
    }.items():
        if theme.narrative and signed is None and other != user.pk:
            found.append({"side": side, "label": f"Sign for {ON_BEHALF[side]}"})
    return found


def result_tables(found: Iterable[Collated]) -> list[dict[str, Any]]:
    """One table for each form that was used, with the notes on its numbers."""
    return [
        {
            "caption": f"{one.form} ({one.samples} handed in)",
            "columns": RESULT_COLUMNS,
            "rows": [result_row(question) for question in one.questions],
            "notes": list(
                dict.fromkeys(question.met.note for question in one.questions if question.met.note)
            ),
        }
        for one in found
    ]


def _row(month: PlannedMonth, today: date) -> Row:
    theme, place = month.theme, month.place
    label: Any = "–"
    if theme:
        label = {"text": theme.title, "url": reverse("audits:dip_theme", args=[theme.pk])}
    elif place.month >= Month.of(today):
        label = "Not chosen yet"
    change: Any = "–"
    if month.may_choose:
        args = [place.programme.pk, place.rule.key, place.unit.pk, place.month.key]
        what = "Change" if theme else "Choose"
        change = {"text": what, "url": reverse("audits:choose_dip_theme", args=args)}
    return [place.month.label, label, f"{month.handed_in} of {month.owed}", _state(month, today), change]


def _state(month: PlannedMonth, today: date) -> Any:
    theme, rule = month.theme, month.place.rule
    by = agreed_by(rule, month.place.month.key)
    if theme is None or by is None or month.place.month > Month.of(today):
        return "–"
    if theme.is_agreed:
        return {"status": "final", "text": "Agreed"}
    if by < today:
        return {"status": "late", "text": f"Not agreed, due {uk_date(by)}"}
    if theme.service_signed_by_id or theme.qa_signed_by_id:
        return {"status": "in_progress", "text": "One side has signed"}
    if theme.narrative:
        return {"status": "in_progress", "text": "To be signed"}
    return f"Due {uk_date(by)}"


def _signature(person: User | None, at: Any) -> str:
    return f"{person}, {uk_datetime(at)}" if person else ""
