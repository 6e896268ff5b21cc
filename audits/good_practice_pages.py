"""The rows and facts of the pages on good practice (BF-20, LAN-23)."""

from datetime import date
from typing import Any

from django.urls import reverse

from audits.good_practice import Candidate, Noted
from audits.good_practice_access import looks_for_it
from audits.inbox import grade_cell
from audits.models import CaseAudit, GoodPractice
from qaframework.allocation.models import Assignment
from qaframework.allocation.wording import subject_line
from qaframework.people.models import User
from qaframework.people.templatetags.page import short_date, uk_date, unbroken

State = GoodPractice.State
SHOWN_OF_A_TEXT = 240


def good_practice_url(user: User, audit: CaseAudit, on: date) -> str:
    """The way from a final audit to what was good about it; empty for those who only read the library."""
    if audit.assignment.state != Assignment.State.FINAL or not looks_for_it(user, audit, on):
        return ""
    return reverse("audits:good_practice_of", args=[audit.pk])


def entry_facts(entry: GoodPractice, *, keeps: bool) -> list[dict[str, Any]]:
    """Where it comes from; who published it and who asked only for those who keep the library."""
    rows: list[tuple[str, Any]] = [
        ("From", entry.unit.name),
        ("Framework", entry.framework.name),
        ("Published on", uk_date(entry.published_at)),
        ("Practitioner", str(entry.named) if entry.named else ""),
    ]
    if keeps:
        rows += [
            ("Published by", str(entry.published_by)),
            ("Agreed to be named", _agreement(entry)),
            ("Why it was withdrawn", entry.end_reason if entry.state == State.WITHDRAWN else ""),
        ]
    return [{"label": label, "value": value} for label, value in rows if value]


def proposed_row(entry: GoodPractice) -> list[Any]:
    audit = entry.assignment.caseaudit
    return [_link(audit, subject_line(entry.assignment)), entry.proposal, str(entry.proposed_by)]


def candidate_row(one: Candidate) -> list[Any]:
    return [
        _link(one.audit, subject_line(one.audit.assignment)),
        _shortened(one.text),
        grade_cell(one.audit.assignment, one.audit.final_grade),
        unbroken(short_date(one.audit.submitted_at)),
    ]


def noted_part(one: Noted, audit: CaseAudit, *, keeps: bool) -> dict[str, Any]:
    """One noted strength with what can be done with it."""
    state = one.entry.state if one.entry else ""
    part = {"question": one.question, "text": one.text, **_standing(one.entry)}
    if keeps and state != State.PUBLISHED:
        part["publish_url"] = reverse("audits:publish_noted", args=[audit.pk, one.question.key])
        part["can_set_aside"] = state in ("", State.PROPOSED)
    return part


def whole_part(audit: CaseAudit, entry: GoodPractice | None, *, keeps: bool, manages: bool) -> dict[str, Any]:
    """The audit as a whole with what can be done with it."""
    state = entry.state if entry else ""
    part: dict[str, Any] = {**_standing(entry)}
    if entry and entry.proposal:
        part["proposal"] = f"{entry.proposed_by}: {entry.proposal}"
    if keeps and state != State.PUBLISHED:
        part["publish_url"] = reverse("audits:publish_good_practice", args=[audit.pk])
        part["can_set_aside"] = state == State.PROPOSED
    elif manages and state not in (State.PROPOSED, State.PUBLISHED):
        part["propose_url"] = reverse("audits:propose_good_practice", args=[audit.pk])
    return part


def begin_with(entry: GoodPractice | None, question_themes: tuple[str, ...], user: User) -> dict[str, Any]:
    """What the form for the library holds at first."""
    if entry is None or not entry.title:
        return {"topics": list(question_themes), "asked_by": user.email}
    return {
        "title": entry.title,
        "what_was_done": entry.what_was_done,
        "why_it_helped": entry.why_it_helped,
        "topics": entry.topic_list,
        "is_named": entry.named_id is not None,
        "asked_by": entry.asked_by.email if entry.asked_by else user.email,
        "agreed_on": entry.agreed_on,
        "read": entry.version,
    }


def _standing(entry: GoodPractice | None) -> dict[str, Any]:
    if entry is None:
        return {}
    url = ""
    if entry.state in (State.PUBLISHED, State.WITHDRAWN):
        url = reverse("audits:good_practice", args=[entry.pk])
    return {"state": entry.get_state_display(), "status": entry.state, "entry_url": url}


def _link(audit: CaseAudit, text: str) -> dict[str, str]:
    return {"text": text, "url": reverse("audits:good_practice_of", args=[audit.pk])}


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_OF_A_TEXT else f"{text[:SHOWN_OF_A_TEXT].rstrip()} …"


def _agreement(entry: GoodPractice) -> str:
    if entry.named is None:
        return ""
    return f"Asked by {entry.asked_by}, agreed on {uk_date(entry.agreed_on)}"
