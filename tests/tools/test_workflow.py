"""Tools are published once; answers are saved by version, handed in whole and then stand."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from qaframework.people.history import SomebodyElseWasFirst
from qaframework.tools.models import Answer, AnswerSet, Tool, ToolVersion
from qaframework.tools.reading import progress, section_grades, values_of
from qaframework.tools.values import AnswerInvalid
from qaframework.tools.workflow import (
    AnswerConflict,
    AnswersIncomplete,
    AnswersLocked,
    ToolUnknown,
    install_tools,
    reopen_answers,
    save_answer,
    start_answer_set,
    submit_answers,
)
from tests.factories.tools import COMPLETE, THEN, answer, answer_set, framework_version, tools_content

pytestmark = pytest.mark.django_db


def save(answers, key, value, version, by, now):
    return save_answer(answer_set=answers, question_key=key, value=value, version=version, by=by, now=now)


# Publishing


def test_installing_again_changes_nothing(now):
    version = framework_version()
    assert install_tools(framework_version=version, by=None, now=now) == 2
    assert install_tools(framework_version=version, by=None, now=now) == 0
    assert Tool.history.count() == ToolVersion.history.count() == 2


def test_a_changed_tool_is_a_new_version_and_work_in_hand_keeps_the_old(now):
    first = framework_version()
    install_tools(framework_version=first, by=None, now=now)
    begun = start_answer_set(framework_version=first, tool_key="visits", by=None, now=now)
    tools = tools_content()
    tools["visits"]["name"] = "Visits"
    tools["visits"]["minutes"] = 45
    second = framework_version(2, tools)
    assert install_tools(framework_version=second, by=None, now=now) == 1
    new = start_answer_set(framework_version=second, tool_key="visits", by=None, now=now)
    assert (begun.tool_version.number, new.tool_version.number) == (1, 2)
    assert new.tool_version.definition.minutes == 45
    assert new.tool_version.tool.name == "Visits"
    again = start_answer_set(framework_version=first, tool_key="visits", by=None, now=now)
    assert again.tool_version == begun.tool_version


def test_a_tool_that_is_not_there_is_named(now):
    version = framework_version()
    with pytest.raises(ToolUnknown, match="everything"):
        start_answer_set(framework_version=version, tool_key="everything", by=None, now=now)
    install_tools(framework_version=version, by=None, now=now)
    with pytest.raises(ToolUnknown, match="nothing"):
        start_answer_set(framework_version=version, tool_key="nothing", by=None, now=now)


# Saving


def test_an_answer_is_saved_with_its_history(auditor, now):
    answers = answer_set()
    first = save(answers, "story", "Up at seven.", 0, auditor, THEN)
    second = save(answers, "story", "Up at six.", first.version, auditor, now)
    stored = Answer.objects.get()
    assert (stored.value, stored.version, stored.saved_by, stored.saved_at) == ("Up at six.", 2, auditor, now)
    assert second == stored
    entries = Answer.history.order_by("history_date")
    assert [(one.value, one.version, one.history_type) for one in entries] == [
        ("Up at seven.", 1, "+"),
        ("Up at six.", 2, "~"),
    ]
    assert [(one.history_user, one.history_date) for one in entries] == [(auditor, THEN), (auditor, now)]


def test_saving_what_stands_changes_nothing(auditor, other, now):
    answers = answer_set()
    save(answers, "seen", "yes", 0, auditor, THEN)
    again = save(answers, "seen", "yes", 0, other, now)
    assert (again.version, again.saved_by) == (1, auditor)
    assert save(answers, "seen", "yes", 1, other, now).version == 1
    assert Answer.history.count() == 1


def test_the_second_of_two_first_answers_is_told(auditor, other, now):
    answers = answer_set()
    save(answers, "story", "Theirs", 0, other, THEN)
    with pytest.raises(AnswerConflict) as conflict:
        save(answers, "story", "Mine", 0, auditor, now)
    seen = conflict.value
    assert (seen.mine, seen.theirs, seen.by, seen.version) == ("Mine", "Theirs", other, 1)
    assert Answer.objects.get().value == "Theirs"


def test_an_answer_read_before_somebody_elses_is_refused_and_can_be_saved_on_top(auditor, other, now):
    answers = answer_set()
    save(answers, "story", "First", 0, auditor, THEN)
    save(answers, "story", "Theirs", 1, other, THEN)
    with pytest.raises(AnswerConflict) as conflict:
        save(answers, "story", "Mine", 1, auditor, now)
    assert Answer.history.count() == 2
    kept = save(answers, "story", "Mine", conflict.value.version, auditor, now)
    assert (kept.value, kept.version) == ("Mine", 3)


def test_a_version_from_nowhere_is_refused(auditor, now):
    answers = answer_set()
    with pytest.raises(AnswerInvalid, match="Load the page again"):
        save(answers, "story", "Mine", 7, auditor, now)
    save(answers, "story", "Mine", 0, auditor, now)
    with pytest.raises(AnswerConflict):
        save(answers, "story", "More", 7, auditor, now)


@pytest.mark.parametrize(("key", "value"), [("nothing", "x"), ("visit_grade", "strong"), ("visits", 61)])
def test_an_unknown_question_or_wrong_value_is_refused(auditor, now, key, value):
    answers = answer_set()
    with pytest.raises(AnswerInvalid):
        save(answers, key, value, 0, auditor, now)
    assert not Answer.objects.exists()


def test_saving_takes_few_statements(auditor, now, django_assert_num_queries):
    answer_set()
    answers = AnswerSet.objects.select_related("tool_version").defer("tool_version__content").get()
    # Two of each are the savepoint that stands for the transaction inside a test.
    with django_assert_num_queries(5):
        save(answers, "story", "Up at seven.", 0, auditor, now)
    with django_assert_num_queries(6):
        save(answers, "story", "Up at six.", 1, auditor, now)


# Handing in


def test_missing_answers_are_named_with_their_section(auditor, now):
    answers = answer_set()
    answer(answers, auditor, **{key: COMPLETE[key] for key in ("chronology_useful", "story", "three")})
    with pytest.raises(AnswersIncomplete) as incomplete:
        submit_answers(answer_set=answers, by=auditor, now=now)
    missing = incomplete.value.missing
    assert [(section.title, question.text) for section, question in missing] == [
        ("Daily life now", "Was the child seen alone?"),
        ("Daily life now", "Grade for daily life now"),
    ]
    assert incomplete.value.answer_keys == ["seen", "grade__daily_life"]
    assert not AnswerSet.objects.get().is_locked


def test_an_emptied_answer_is_missing(auditor, now):
    answers = answer_set()
    answer(answers, auditor, **COMPLETE)
    save(answers, "story", "", 1, auditor, now)
    with pytest.raises(AnswersIncomplete):
        submit_answers(answer_set=answers, by=auditor, now=now)


def test_what_was_handed_in_never_changes(auditor, now):
    answers = answer_set()
    answer(answers, auditor, **COMPLETE)
    submission = submit_answers(answer_set=answers, by=auditor, now=now)
    assert (submission.revision, submission.answers) == (1, COMPLETE)
    with pytest.raises(AnswersLocked):
        save(answers, "story", "Later", 1, auditor, now)
    with pytest.raises(AnswersLocked):
        submit_answers(answer_set=answers, by=auditor, now=now)

    reopen_answers(answer_set=answers, reason="Say more about school", by=auditor, now=now)
    save(answers, "story", "Later", 1, auditor, now)
    second = submit_answers(answer_set=answers, by=auditor, now=now)
    submission.refresh_from_db()
    assert submission.answers == COMPLETE
    assert (second.revision, second.answers["story"]) == (2, "Later")
    reasons = AnswerSet.history.order_by("history_id").values_list("history_change_reason", flat=True)
    assert list(reasons) == ["Started", "Handed in", "Say more about school", "Handed in"]


def test_open_answers_cannot_be_sent_back(auditor, now):
    with pytest.raises(SomebodyElseWasFirst):
        reopen_answers(answer_set=answer_set(), reason="Again", by=auditor, now=now)


# Progress, grades and rows


def test_progress_counts_what_is_required(auditor):
    answers = answer_set()
    answer(answers, auditor, story="Up at seven.", label="Steady")
    found = [(one.section.key, one.answered, one.required, one.is_complete) for one in progress(answers)]
    assert found == [("indicators", 0, 1, False), ("daily_life", 1, 4, False), ("details", 0, 0, True)]


def test_section_grades_leave_out_what_is_no_grade(auditor, now):
    answers = answer_set()
    answer(answers, auditor, grade__daily_life="good")
    assert section_grades(answers) == {"daily_life": "good"}
    save(answers, "grade__daily_life", "not_enough_evidence", 1, auditor, now)
    assert section_grades(answers) == {}
    assert values_of(answers) == {"grade__daily_life": "not_enough_evidence"}


def test_a_row_tool_needs_its_least_number_of_rows_and_every_row_begun(auditor, now):
    answers = answer_set("visits")
    answer(answers, auditor, row_ref__r1="A-100", in_time__r1="yes", note__r4="Late by a day")
    with pytest.raises(AnswersIncomplete) as incomplete:
        submit_answers(answer_set=answers, by=auditor, now=now)
    assert incomplete.value.answer_keys == ["row_ref__r4", "in_time__r4"]
    answer(answers, auditor, row_ref__r4="A-104", in_time__r4="no")
    assert submit_answers(answer_set=answers, by=auditor, now=now).answers["in_time__r4"] == "no"


def test_a_single_row_is_too_few(auditor):
    answers = answer_set("visits")
    answer(answers, auditor, row_ref__r2="A-100", in_time__r2="yes")
    (only,) = progress(answers)
    assert (only.answered, only.required) == (2, 4)


# Two people at once


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("read", [0, 1])
def test_of_two_people_saving_at_once_exactly_one_wins(auditor, other, now, read):
    answers = answer_set()
    if read:
        answer(answers, auditor, story="Before")
    start = Barrier(2)

    def write(person):
        try:
            mine = AnswerSet.objects.select_related("tool_version").get(pk=answers.pk)
            start.wait(timeout=10)
            return save(mine, "story", f"By {person.full_name}", read, person, now).saved_by
        except AnswerConflict as conflict:
            return conflict
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(write, [auditor, other]))
    (conflict,) = [one for one in results if isinstance(one, AnswerConflict)]
    (winner,) = [one for one in results if one in (auditor, other)]
    stored = Answer.objects.get()
    assert (stored.saved_by, stored.version) == (winner, read + 1)
    assert (conflict.by, conflict.theirs) == (winner, stored.value)
    assert Answer.history.count() == read + 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_answer_saved_while_handing_in_is_either_in_or_refused(auditor, now):
    answers = answer_set()
    answer(answers, auditor, **COMPLETE)
    start = Barrier(2)

    def write():
        mine = AnswerSet.objects.select_related("tool_version").get(pk=answers.pk)
        start.wait(timeout=10)
        try:
            return save(mine, "story", "Last word", 1, auditor, now)
        except AnswersLocked:
            return None
        finally:
            connections.close_all()

    def hand_in():
        mine = AnswerSet.objects.select_related("tool_version").get(pk=answers.pk)
        start.wait(timeout=10)
        try:
            return submit_answers(answer_set=mine, by=auditor, now=now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        saving, submitting = pool.submit(write), pool.submit(hand_in)
        saved, submission = saving.result(), submitting.result()
    assert submission.answers["story"] == Answer.objects.get(question_key="story").value
    assert (saved is not None) == (submission.answers["story"] == "Last word")
