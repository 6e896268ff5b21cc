"""People, rows, sign-offs and actions as answers."""

from datetime import timedelta

import pytest

from qaframework.tools.forms import SectionForm
from qaframework.tools.models import Answer
from qaframework.tools.parsing import parse_value
from qaframework.tools.reading import answered_sections, missing_answers
from qaframework.tools.values import AnswerInvalid, as_sent, check_value, text_of
from qaframework.tools.workflow import (
    AnswerConflict,
    install_tools,
    save_answer,
    start_answer_set,
    submit_answers,
)
from tests.factories.tools import THEN, framework_version
from tests.tools.test_definition import definition

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.tools.urls")]

QUESTIONS = [
    {"key": "chair", "text": "Who chaired?", "type": "person", "required": True},
    {
        "key": "agencies",
        "text": "Who was invited?",
        "type": "rows",
        "required": True,
        "maximum": 4,
        "columns": [
            {"key": "agency", "text": "Agency", "type": "short_text"},
            {"key": "came", "text": "Came?", "type": "yes_no"},
            {"key": "on", "text": "Told on", "type": "date"},
        ],
    },
    {"key": "next", "text": "What happens next?", "type": "actions", "required": True},
    {"key": "signed", "text": "Observer", "type": "sign_off", "required": True},
]
SECTIONS = [{"key": "meeting", "title": "The meeting", "questions": QUESTIONS}]
FORM = {"key": "form", "name": "A form", "purpose": "Asks.", "minutes": 5, "sections": SECTIONS}
TOOL = definition("everything", indicators=[], grade_scheme=None, overall=None, sections=SECTIONS)
ROWS = {"1.agency": "School", "1.came": "yes", "2.agency": "Health", "2.came": "no", "2.on": "2026-11-09"}


@pytest.fixture
def answers(auditor):
    version = framework_version(tools={"form": FORM})
    install_tools(framework_version=version, by=auditor, now=THEN)
    return start_answer_set(framework_version=version, tool_key="form", by=auditor, now=THEN)


def save_url(answers, key):
    return f"/answers/{answers.pk}/save/?question_key={key}"


def test_a_person_is_kept_with_the_name_they_had(other):
    chair = TOOL.question("chair")
    value = parse_value(chair, str(other.pk))
    assert value == {"id": str(other.pk), "name": "Tom Aldersey"}
    assert (text_of(chair, value), as_sent(chair, value)) == ("Tom Aldersey", str(other.pk))


@pytest.mark.parametrize("raw", ["0", "Tom", "-1", "9" * 30])
def test_somebody_who_is_not_here_cannot_be_chosen(raw):
    with pytest.raises(AnswerInvalid, match="Choose a person from the list"):
        parse_value(TOOL.question("chair"), raw)


def test_rows_keep_what_is_filled_and_read_as_lines():
    agencies = TOOL.question("agencies")
    raw = ROWS | {"2.on": "9/11/2026", "3.agency": " ", "4.came": ""}
    assert parse_value(agencies, raw) == ROWS
    assert parse_value(agencies, {"1.agency": ""}) == ""
    assert (
        text_of(agencies, ROWS)
        == "Agency School; Came? Yes\nAgency Health; Came? No; Told on 9 November 2026"
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"5.agency": "Police"}, "4 rows at most"),
        ({"1.nothing": "x"}, "4 rows at most"),
        ({"1.came": "maybe"}, "Select one of: Yes, No"),
        ({"1.on": "soon"}, "Enter a real date"),
        (["School"], "Answer in the rows"),
    ],
)
def test_wrong_rows_are_refused_in_words(value, said):
    with pytest.raises(AnswerInvalid, match=said):
        check_value(TOOL.question("agencies"), value)


def test_signing_keeps_who_and_when_and_signing_again_changes_nothing(answers, auditor, other, now):
    def sign(version, by, at):
        return save_answer(
            answer_set=answers, question_key="signed", value="signed", version=version, by=by, now=at
        )

    first = sign(0, auditor, now)
    assert first.value == {"id": str(auditor.pk), "name": "Priya Wexcombe", "at": now.isoformat()}
    assert text_of(TOOL.question("signed"), first.value).startswith("Signed by Priya Wexcombe on ")
    assert sign(1, auditor, now + timedelta(hours=1)).version == 1
    with pytest.raises(AnswerConflict):
        sign(0, other, now)
    assert sign(1, other, now).value["name"] == "Tom Aldersey"


@pytest.mark.parametrize("value", [{"id": "1"}, {"id": 1, "name": "A", "at": "x"}, "yes", ["signed"]])
def test_nobody_signs_for_somebody_else(value):
    with pytest.raises(AnswerInvalid, match="Tick the box to sign"):
        check_value(TOOL.question("signed"), value)


def test_actions_are_no_answer_but_may_be_needed(answers, auditor, now):
    with pytest.raises(AnswerInvalid, match="on their own page"):
        save_answer(answer_set=answers, question_key="next", value="x", version=0, by=auditor, now=now)
    assert [key for _, _, key in missing_answers(TOOL, {})] == ["chair", "agencies", "signed"]
    (section,) = answered_sections(TOOL, {})
    assert [one.question.key for one in section.answers] == ["chair", "agencies", "signed"]


def test_the_page_offers_everybody_with_a_post(answers, northmoor, django_assert_num_queries):
    section = answers.tool_version.definition.section("meeting")
    with django_assert_num_queries(2):  # the answers, and the people
        form = SectionForm(answers, section, None, actions_url="/actions/")
    offered = [label for _, label in form.fields["chair"].widget.choices]
    assert any(label.startswith(northmoor.director.full_name) for label in offered)
    chair, agencies, following, signed = form.items
    assert [len(row) for row in agencies.rows] == [3, 3, 3]
    assert following.is_about_actions
    assert not signed.standing


def test_a_section_with_them_is_posted_whole_and_handed_in(client, answers, auditor, other, now):
    client.force_login(auditor)
    sent = {f"version__{key}": 0 for key in ("chair", "agencies", "signed")}
    sent |= {"chair": str(other.pk), "signed": "signed"}
    sent |= {f"agencies.{part}": text for part, text in ROWS.items()}
    for row in (1, 2, 3):
        for column in ("agency", "came", "on"):
            sent.setdefault(f"agencies.{row}.{column}", "")
    client.post(f"/answers/{answers.pk}/meeting/", sent)
    stored = {one.question_key: one.value for one in Answer.objects.all()}
    assert stored["agencies"] == ROWS
    assert stored["chair"]["name"] == "Tom Aldersey"
    assert stored["signed"]["name"] == "Priya Wexcombe"
    again = client.post(f"/answers/{answers.pk}/meeting/", sent | {f"version__{key}": 1 for key in stored})
    assert again.status_code == 302
    assert set(Answer.objects.values_list("version", flat=True)) == {1}
    page = client.get(f"/answers/{answers.pk}/meeting/").content.decode()
    assert "Signed by Priya Wexcombe" in page
    assert 'name="agencies.3.agency"' in page
    assert submit_answers(answer_set=answers, by=auditor, now=now).answers["agencies"] == ROWS


def test_single_answers_are_saved_as_they_are_typed(client, answers, auditor, other):
    client.force_login(auditor)
    rows = {f"value.{part}": text for part, text in ROWS.items()}
    assert client.post(save_url(answers, "agencies"), rows | {"version": 0}).json()["version"] == 1
    chosen = client.post(save_url(answers, "chair"), {"value": str(other.pk), "version": 0})
    assert chosen.json()["version"] == 1
    conflict = client.post(save_url(answers, "chair"), {"value": str(auditor.pk), "version": 0})
    assert conflict.status_code == 409
    assert (conflict.json()["mine"], conflict.json()["theirs"]) == (str(auditor.pk), str(other.pk))


@pytest.mark.parametrize("part", ["", "x", "99999999999.agency", "1x.agency"])
def test_a_damaged_form_breaks_nothing(client, answers, auditor, part):
    client.force_login(auditor)
    sent = {f"agencies.{part}": "x", "version__agencies": 0, "version__next": 0, "next": "x"}
    assert client.post(f"/answers/{answers.pk}/meeting/", sent).status_code in (302, 422)
    assert not Answer.objects.filter(question_key="agencies").exists()
