"""The practitioner follows the running audit and says how they see it, while the auditor writes."""

import re

import pytest

from audits import workflow
from qaframework.people.models import RecordRead
from qaframework.tools.workflow import save_answer
from tests.audits.pages import text_of, url
from tests.factories.audits import allocated_audit, fresh, submitted_audit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_meeting")]

STORY = "child_and_family_story"


@pytest.fixture
def audit(where, held):
    audit = allocated_audit(where)
    workflow.begin_audit(audit=audit, by=where.auditor, now=held)
    return fresh(audit)


@pytest.fixture
def worker(client, where):
    client.force_login(where.worker)
    return client


def write(audit, where, held, text, version=0):
    save_answer(
        answer_set=audit.answer_set,
        question_key=STORY,
        value=text,
        version=version,
        by=where.auditor,
        now=held,
    )


def say(client, audit, field, value, version):
    sent = {"value": value, "version": version}
    return client.post(f"{url('say', audit)}?question_key={field}", sent)


def next_look(page):
    return re.search(r'hx-get="([^"]+)"', text_of(page)).group(1)


@pytest.mark.clause("BF-13")
def test_the_practitioner_sees_what_the_auditor_writes_without_loading_the_page(worker, where, audit, held):
    page = worker.get(url("worker_view", audit))
    assert "What is written so far" in text_of(page)
    assert worker.get(next_look(page)).status_code == 204
    write(audit, where, held, "He lives with his <nan>.")
    new = worker.get(next_look(page))
    assert "He lives with his &lt;nan&gt;." in text_of(new)
    assert worker.get(next_look(new)).status_code == 204
    workflow.save_judgement(
        audit=audit, version=1, values={"impact": "He sleeps."}, by=where.auditor, now=held
    )
    assert "He sleeps." in text_of(worker.get(next_look(new)))


def test_there_is_nothing_to_follow_before_the_audit_begins(worker, where):
    audit = allocated_audit(where)
    assert "What is written so far" not in text_of(worker.get(url("worker_view", audit)))
    assert worker.get(url("stands", audit)).status_code == 404


def test_it_ends_when_the_audit_is_handed_in(worker, where, held):
    audit = submitted_audit(where, held)
    page = text_of(worker.get(url("stands", audit)))
    assert "The audit has been submitted." in page
    assert "hx-get" not in page


def test_only_the_practitioner_of_the_case_follows(client, where, authority, audit):
    for user in (where.auditor, authority.qa_officer, authority.practitioner_2):
        client.force_login(user)
        assert client.get(url("stands", audit)).status_code == 404
        assert say(client, audit, "worker_view", "x", 1).status_code == 404
    client.force_login(authority.qa_officer)
    assert client.get(url("said", audit)).status_code == 404


def test_opening_the_page_is_a_reading_and_following_it_is_not_another(worker, where, audit, held):
    page = worker.get(url("worker_view", audit))
    write(audit, where, held, "He lives with his nan.")
    worker.get(next_look(page))
    assert RecordRead.objects.filter(reader=where.worker).count() == 1


@pytest.mark.clause("BF-13")
def test_the_view_is_saved_as_it_is_typed_and_the_auditor_is_shown_it(worker, where, audit):
    answer = say(worker, audit, "worker_view", "I think it is good.", audit.version).json()
    assert say(worker, audit, "worker_grade", "good", audit.version).status_code == 200
    worker.force_login(where.auditor)
    said = worker.get(url("said", audit)).json()
    assert said == {
        "version": answer["version"] + 1,
        "worker_grade": "good",
        "worker_view": "I think it is good.",
    }
    assert f'data-look-url="{url("said", audit)}"' in text_of(worker.get(url("judgement", audit)))


def test_two_who_write_the_view_at_once_both_see_both_texts(worker, where, audit, held):
    workflow.save_judgement(
        audit=audit, version=1, values={"worker_view": "She says: good."}, by=where.auditor, now=held
    )
    response = say(worker, audit, "worker_view", "I say: good.", 1)
    assert response.status_code == 409
    assert response.json() == {
        "mine": "I say: good.",
        "theirs": "She says: good.",
        "version": 2,
        "by": str(where.auditor),
    }
    assert say(worker, audit, "worker_view", "I say: good.", 2).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("impact", "Much.", "This page has changed"), ("worker_grade", "splendid", "splendid is not one of")],
)
def test_a_practitioner_writes_no_other_part_and_no_other_grade(worker, audit, held, field, value, words):
    response = say(worker, audit, field, value, 1)
    assert response.status_code == 422
    assert words in response.json()["message"]
    with pytest.raises(ValueError, match="impact"):
        workflow.add_worker_view(
            audit=audit, version=1, values={"impact": "x"}, by=audit.assignment.worker, now=held
        )


def test_what_is_typed_after_handing_in_is_refused_in_words(worker, where, held):
    audit = submitted_audit(where, held)
    response = say(worker, audit, "worker_view", "One more thing.", audit.version)
    assert response.status_code == 423
    assert "has been submitted" in response.json()["message"]
