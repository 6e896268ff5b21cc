"""What the pages of one activity show, put together from what access and the answers hold."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from qaframework.actions.workflow import why_not_issued
from qaframework.activities.models import Activity
from qaframework.allocation.wording import how_far
from qaframework.allocation.workflow import activity_of
from qaframework.packs.wording import record_due
from qaframework.people.models import User
from qaframework.people.templatetags.page import uk_date, uk_datetime
from qaframework.tools.asking import needed_actions
from qaframework.tools.definition import (
    ROW_REFERENCE,
    Question,
    row_key,
    split_row_key,
)
from qaframework.tools.models import AnswerSet, Signature, Submission
from qaframework.tools.reading import (
    NOT_SIGNED,
    AnsweredSection,
    SectionProgress,
    answered_sections,
    missing_answers,
    progress,
    repeated_rows,
    values_of,
)

Row = dict[str, Any]
Url = Callable[..., str]


def facts(activity: Activity, today: date) -> list[Row]:
    """Who owes it, about whom or what, and by when, on a local date."""
    assignment = activity.assignment
    found: list[Row] = [{"label": "Led by", "value": str(assignment.post)}]
    if assignment.theme:
        found.append({"label": "Theme", "value": assignment.theme})
    if assignment.submitted_at:
        found.append({"label": "Submitted", "value": uk_datetime(assignment.submitted_at)})
    elif assignment.due_on:
        due = f"{uk_date(assignment.due_on)}, {how_far(assignment, today)}"
        rule = record_due(activity_of(assignment))
        found.append({"label": "Due", "value": f"{due}\n{rule}".rstrip()})
    state = {"label": "State", "value": assignment.get_state_display(), "status": assignment.state}
    return [*found, state]


def newest_submission(answer_set: AnswerSet) -> Submission | None:
    """What was handed in last, with its answer set and who handed it in. One query."""
    submission = answer_set.submissions.select_related("submitted_by").first()
    if submission is not None:
        submission.answer_set = answer_set
    return submission


def may_sign(signature: Signature, answer_set: AnswerSet, user: User) -> bool:
    """Whether the person is asked to sign now what was handed in last."""
    return signature.signer_id == user.pk and signature.signed_at is None and answer_set.is_locked


def signature_rows(signature: Signature | None) -> list[Row]:
    """Whether the person whom it is about has signed, and when."""
    if signature is None:
        return []
    state = f"Signed on {uk_date(signature.signed_at)}" if signature.signed_at else NOT_SIGNED
    return [{"label": f"Signature of {signature.signer}", "value": state}]


def person_rows(activity: Activity, label: str) -> list[Row]:
    """Whom it is about, and why that person where the framework says whose turn it is."""
    assignment = activity.assignment
    found: list[Row] = [{"label": label, "value": str(assignment.worker or "Not chosen yet")}]
    if assignment.worker and assignment.worker_reason:
        found.append({"label": "Why this person", "value": assignment.worker_reason})
    return found


def arranging(activity: Activity, today: date, label: str, address: str) -> Row:
    """What has to be settled before the work, as the first part of it."""
    if reason := activity.why_not_ready(today):
        status = {"status": "allocated", "status_label": "To do", "hint": reason}
    else:
        status = {"status": "completed", "status_label": "Completed"}
    return {"label": label, "url": address, **status}


def section_tasks(activity: Activity, url: Url) -> list[Row]:
    """The sections of the tool and how far each is. One query."""
    return [
        {
            "label": one.section.title,
            "url": url("section", activity.pk, one.section.key),
            **_status(one),
        }
        for one in progress(activity.answer_set)
    ]


def action_task(activity: Activity, url: Url) -> Row:
    """The actions, and how many are drafted. One query."""
    count = activity.action_plan.actions.count()
    drafted = {"status": "completed", "status_label": f"{count} drafted"}
    none = {"status": "allocated", "status_label": "None yet"}
    return {"label": "Actions", "url": url("actions", activity.pk), **(drafted if count else none)}


def problems(
    activity: Activity, today: date, url: Url, arranging_url: str
) -> dict[str, list[tuple[str, str]]]:
    """All that keeps it from being handed in, each with where it is put right, by page. Two queries."""
    definition = activity.answer_set.tool_version.definition
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    if reason := activity.why_not_ready(today):
        found["Arrangements"].append((reason, arranging_url))
    values = values_of(activity.answer_set)
    missing = missing_answers(definition, values)
    in_rows = Counter((section.key, split_row_key(key)[1]) for section, _, key in missing)
    for section, question, key in missing:
        page, row = url("section", activity.pk, section.key), split_row_key(key)[1]
        if row == 0:
            found[section.title].append((question.text, f"{page}#{_anchor(question, key)}"))
        elif count := in_rows.pop((section.key, row), 0):
            assert definition.rows is not None
            given = values.get(row_key(ROW_REFERENCE, row)) if activity.answer_set.given_rows else None
            said = f"{given or definition.rows.title(row)}: {count} answer{'' if count == 1 else 's'} missing"
            found[section.title].append((said, f"{page}#row-{row}"))
    first = definition.sections[0]
    for said, row in repeated_rows(definition, values):
        found[first.title].append((said, f"{url('section', activity.pk, first.key)}#row-{row}"))
    asked = needed_actions(definition, values)
    if asked and not activity.action_plan.actions.exists():
        page = url("actions", activity.pk)
        found["Actions"] += [(f"“{one.text}” needs at least one action.", page) for one in asked]
    if reason := why_not_issued(activity.action_plan.earliest_draft(), today):
        found["Actions"].append((reason, url("actions", activity.pk)))
    return dict(found)


def sections_to_read(activity: Activity, values: Mapping[str, Any]) -> list[AnsweredSection]:
    """The sections with their answers in words; of a tool with rows see ``tables_to_read``."""
    definition = activity.answer_set.tool_version.definition
    return [] if definition.rows else answered_sections(definition, values)


def tables_to_read(activity: Activity, values: Mapping[str, Any]) -> list[Row]:
    """The sections of a tool with rows, as parameters of tables: a line for each question, a column a row."""
    definition = activity.answer_set.tool_version.definition
    if definition.rows is None:
        return []
    return [_table(one) for one in answered_sections(definition, values) if one.rows]


def _table(section: AnsweredSection) -> Row:
    columns = [{"label": "Question"}, *({"label": reference} for reference, _ in section.rows)]
    lines = zip(*(answers for _, answers in section.rows), strict=True)
    rows = [[line[0].question.text, *(answer.text for answer in line)] for line in lines]
    return {"caption": section.section.title, "columns": columns, "rows": rows}


def _status(section: SectionProgress) -> Row:
    if section.is_complete:
        return {"status": "completed", "status_label": "Completed"}
    if section.answered:
        return {"status": "in_progress", "status_label": f"{section.answered} of {section.required}"}
    return {"status": "allocated", "status_label": "Not started"}


def _anchor(question: Question, key: str) -> str:
    """The id of the question on its page."""
    first = f".{question.parts()[0][0]}" if question.has_parts else ""
    return f"id_{key}{first}_group"
