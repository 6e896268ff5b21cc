"""Questions that are asked, or must be answered, only after certain earlier answers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.tools.asking import asked_values
from qaframework.tools.conditions import Condition
from qaframework.tools.forms import SectionForm
from qaframework.tools.models import Answer
from qaframework.tools.reading import answered_sections, missing_answers, progress, values_of
from qaframework.tools.workflow import (
    AnswersIncomplete,
    install_tools,
    reopen_answers,
    save_answer,
    start_answer_set,
    submit_answers,
)
from tests.factories.tools import THEN, answer, framework_version
from tests.tools.test_definition import definition

SEEN = {"key": "seen", "text": "Was the child seen?", "type": "yes_partly_no_na", "required": True}
WHY = {
    "key": "why_not",
    "text": "Why not?",
    "type": "pick_one",
    "required": True,
    "options": [
        {"key": "refused", "label": "The family refused"},
        {"key": "other", "label": "Something else"},
    ],
    "shown_if": [{"question": "seen", "is": ["partly", "no"]}],
}
WHICH = {
    "key": "which",
    "text": "What else?",
    "type": "short_text",
    "shown_if": [{"question": "why_not", "is": ["other"]}],
    "required_if": [{"question": "why_not", "answered": True}],
}
VISITS = {"key": "visits", "text": "How many visits?", "type": "number", "minimum": 0, "maximum": 60}
NOTE = {
    "key": "note",
    "text": "What was learned on them?",
    "type": "long_text",
    "required_if": [{"question": "visits", "at_least": 1, "at_most": 9}],
}
SECTIONS = [
    {"key": "visit", "title": "The visit", "questions": [SEEN, WHY, WHICH]},
    {
        "key": "more",
        "title": "More",
        "questions": [VISITS, NOTE, WHY | {"key": "why_later", "shown_if": WHY["shown_if"]}],
    },
]
FORM = {"key": "form", "name": "A form", "purpose": "Asks what it needs.", "minutes": 5, "sections": SECTIONS}
ROWS = {"label": "Child", "minimum": 1, "maximum": 3}
TOOL = definition("everything", indicators=[], grade_scheme=None, overall=None, sections=SECTIONS)


def answers_on(auditor, **changes):
    version = framework_version(tools={"form": FORM | changes})
    install_tools(framework_version=version, by=auditor, now=THEN)
    return start_answer_set(framework_version=version, tool_key="form", by=auditor, now=THEN)


def asked_for(values):
    return [key for _, _, key in missing_answers(TOOL, asked_values(TOOL, values))]


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        (Condition("q", options=("no", "partly")), "no", True),
        (Condition("q", options=("no", "partly")), "yes", False),
        (Condition("q", options=("voice",)), ["fathers", "voice"], True),
        (Condition("q", options=("voice",)), ["fathers"], False),
        (Condition("q", options=("no",)), None, False),
        (Condition("q", at_least=1), 1, True),
        (Condition("q", at_least=1), 0, False),
        (Condition("q", at_least=1, at_most=9), 10, False),
        (Condition("q", at_most=9), None, False),
        (Condition("q", answered=True), "x", True),
        (Condition("q", answered=True), {"well": "", "worried": "", "needs": ""}, False),
        (Condition("q", answered=False), [], True),
        (Condition("q", answered=False), 0, False),
    ],
)
def test_a_condition_looks_at_one_answer(condition, value, holds):
    assert condition.holds(value) is holds


def test_what_must_be_answered_follows_from_the_answers():
    assert asked_for({}) == ["seen"]
    assert asked_for({"seen": "yes"}) == []
    assert asked_for({"seen": "no"}) == ["why_not", "why_later"]
    assert asked_for({"seen": "no", "why_not": "refused", "why_later": "other"}) == []
    assert asked_for({"seen": "no", "why_not": "other", "why_later": "other"}) == ["which"]
    assert asked_for({"seen": "yes", "visits": 3}) == ["note"]
    assert asked_for({"seen": "yes", "visits": 10}) == []


def test_what_hangs_on_a_needless_answer_is_needless_too():
    values = {"seen": "yes", "why_not": "other", "which": "The dog", "visits": 0}
    assert asked_values(TOOL, values) == {"seen": "yes", "visits": 0}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "seen": st.sampled_from(["yes", "partly", "no", "na"]),
            "why_not": st.sampled_from(["refused", "other"]),
            "which": st.just("The dog"),
            "why_later": st.sampled_from(["refused", "other"]),
        },
    )
)
def test_working_it_out_twice_changes_nothing(values):
    asked = asked_values(TOOL, values)
    assert asked_values(TOOL, asked) == asked
    assert asked.items() <= values.items()


@pytest.mark.django_db
def test_what_is_not_asked_any_more_is_emptied_on_handing_in_and_kept_in_its_history(auditor, now):
    answers = answers_on(auditor)
    answer(answers, auditor, seen="no", why_not="other", which="The dog", why_later="other")
    save_answer(answer_set=answers, question_key="seen", value="yes", version=1, by=auditor, now=now)
    assert values_of(answers) == {"seen": "yes"}
    assert [one.is_complete for one in progress(answers)] == [True, True]
    submission = submit_answers(answer_set=answers, by=auditor, now=now)
    assert submission.answers == {"seen": "yes"}
    emptied = Answer.objects.get(question_key="which")
    assert (emptied.value, emptied.version, emptied.saved_at) == ("", 2, now)
    assert list(emptied.history.values_list("value", flat=True)) == ["", "The dog"]
    assert emptied.history.first().history_change_reason.startswith("Emptied")
    reopen_answers(answer_set=answers, reason="A question", by=auditor, now=now)
    save_answer(answer_set=answers, question_key="seen", value="no", version=2, by=auditor, now=now)
    with pytest.raises(AnswersIncomplete, match="Why not"):
        submit_answers(answer_set=answers, by=auditor, now=now)


@pytest.mark.django_db
def test_rows_are_asked_each_for_itself(auditor, now):
    answers = answers_on(auditor, rows=ROWS, sections=SECTIONS[:1])
    answer(answers, auditor, row_ref__r1="A1", seen__r1="yes", row_ref__r2="A2", seen__r2="no")
    with pytest.raises(AnswersIncomplete) as refused:
        submit_answers(answer_set=answers, by=auditor, now=now)
    assert refused.value.answer_keys == ["why_not__r2"]
    answer(answers, auditor, why_not__r2="refused", why_not__r1="refused")
    submitted = submit_answers(answer_set=answers, by=auditor, now=now).answers
    assert "why_not__r1" not in submitted
    assert submitted["why_not__r2"] == "refused"


@pytest.mark.django_db
def test_the_page_leaves_out_what_another_page_has_made_needless(auditor):
    answers = answers_on(auditor)
    more = answers.tool_version.definition.section("more")
    assert "why_later" not in SectionForm(answers, more, None).keys
    answer(answers, auditor, seen="no")
    assert "why_later" in SectionForm(answers, more, None).keys


@pytest.mark.django_db
def test_the_page_tells_its_script_and_its_reader_when_a_question_is_asked(auditor):
    answers = answers_on(auditor)
    visit = answers.tool_version.definition.section("visit")
    _, why_not, which = SectionForm(answers, visit, None).items
    assert json.loads(why_not.asked_if) == [
        {"key": "seen", "options": ["partly", "no"], "atLeast": None, "atMost": None, "answered": None}
    ]
    assert (why_not.is_asked, which.is_asked) == (False, False)
    assert why_not.asked_when == "the answer to “Was the child seen?” is Partly or No"
    assert which.needed_when == "“Why not?” is answered"
    answer(answers, auditor, seen="no")
    _, why_not, which = SectionForm(answers, visit, None).items
    assert (why_not.is_asked, which.is_asked) == (True, False)


@pytest.mark.django_db
def test_paper_shows_every_question_with_its_condition(auditor):
    answers = answers_on(auditor)
    more = answers.tool_version.definition.section("more")
    shown = SectionForm(answers, more, None, stored={}, is_inactive=True)
    assert [item.key for item in shown.items] == ["visits", "note", "why_later"]
    assert all(item.is_asked and not item.asked_if for item in shown.items)
    assert shown.items[1].needed_when == "the answer to “How many visits?” is at least 1 and at most 9"


def test_a_reader_sees_only_what_was_asked():
    visit, _ = answered_sections(TOOL, {"seen": "yes"})
    assert [one.question.key for one in visit.answers] == ["seen"]
