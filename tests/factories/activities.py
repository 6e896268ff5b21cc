"""Observations, supervision audits and dip samples for tests, opened by the person who owes them."""

from datetime import UTC, date, datetime
from typing import Any, TypeVar

from qaframework.activities.models import Activity
from qaframework.activities.workflow import open_activity
from qaframework.people.models import User
from qaframework.tools.definition import ROW_REFERENCE, Question, split_row_key
from qaframework.tools.reading import missing_answers, values_of
from qaframework.tools.workflow import save_answer
from tests.factories.allocation import owed
from tests.factories.audits import example
from tests.factories.authority import Authority

A = TypeVar("A", bound=Activity)

ALLOCATED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def opened(model: type[A], authority: Authority, owner: User, activity: str, **changes: Any) -> A:
    """Work that a post of the owner was allocated on 2 November, with empty answers."""
    values = {"due_on": date(2026, 12, 31), "now": ALLOCATED, "kind": activity, **changes}
    assignment = owed(authority, authority.post_of[owner], activity=activity, **values)
    return fresh(open_activity(model, assignment=assignment, by=owner, now=ALLOCATED))


def fill_in(activity: Activity, by: User, now: datetime, **answers: Any) -> None:
    """Answer all that is required; ``answers`` by answer key take the place of the examples."""
    definition = activity.answer_set.tool_version.definition
    missing = missing_answers(definition, values_of(activity.answer_set))
    wanted = {key: _example(question, key) for _, question, key in missing} | answers
    for key, value in wanted.items():
        save_answer(answer_set=activity.answer_set, question_key=key, value=value, version=0, by=by, now=now)


def _example(question: Question, key: str) -> Any:
    """Each row is about a child of its own."""
    return f"C{split_row_key(key)[1]}" if question.key == ROW_REFERENCE else example(question)


def fresh(activity: A) -> A:
    """The activity as the database has it now."""
    related = ("assignment", "answer_set", "action_plan")
    return type(activity)._default_manager.select_related(*related).get(pk=activity.pk)
