"""The section page works with and without scripts, shows its guidance and loses nothing."""

import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from qaframework.tools.forms import SectionForm
from qaframework.tools.models import Answer, ToolVersion
from qaframework.tools.reading import answered_sections, values_of
from qaframework.tools.workflow import install_tools, save_answer, start_answer_set, submit_answers
from tests.factories.authority import small_authority
from tests.factories.tools import COMPLETE, THEN, answer, answer_set, framework_version, tools_content

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.tools.urls")]

NASTY = "<script>alert(1)</script>"


@pytest.fixture
def answers(auditor):
    return answer_set(by=auditor)


@pytest.fixture
def signed_in(client, auditor):
    client.force_login(auditor)
    return client


def page(answers, section="daily_life"):
    return f"/answers/{answers.pk}/{section}/"


def save_url(answers, key):
    return f"/answers/{answers.pk}/save/?question_key={key}"


def stored(key):
    return Answer.objects.get(question_key=key)


def posted(**values):
    """A whole section as the browser sends it: every answer with the version that was on the page."""
    sent = {"version__story": 0, "version__three": 0, "version__seen": 0, "version__grade__daily_life": 0}
    return {**sent, **{name.replace("three_", "three."): value for name, value in values.items()}}


# As it is typed


@pytest.mark.parametrize(
    ("key", "sent", "value"),
    [
        ("story", {"value": "Up at seven."}, "Up at seven."),
        ("seen", {"value": "no"}, "no"),
        ("confidence", {"value": "7"}, 7),
        ("themes", {"value": ["voice", "fathers"]}, ["voice", "fathers"]),
        ("themes", {"value": ""}, []),
        (
            "three",
            {"value.well": "School", "value.worried": "", "value.needs": "A visit"},
            {"well": "School", "worried": "", "needs": "A visit"},
        ),
        ("visited_on", {"value": "2026-11-09"}, "2026-11-09"),
        ("grade__daily_life", {"value": "good"}, "good"),
    ],
)
def test_one_answer_is_saved_as_it_is_typed(signed_in, auditor, answers, key, sent, value):
    response = signed_in.post(save_url(answers, key), {**sent, "version": "0"})
    assert response.status_code == 200
    assert response.json() == {"version": 1, "saved_at": stored(key).saved_at.isoformat()}
    assert (stored(key).value, stored(key).saved_by) == (value, auditor)


def test_the_second_browser_gets_both_texts(signed_in, other, answers):
    answer(answers, other, story="Theirs")
    response = signed_in.post(save_url(answers, "story"), {"value": "Mine", "version": "0"})
    assert response.status_code == 409
    assert response.json() == {"mine": "Mine", "theirs": "Theirs", "version": 1, "by": "Tom Aldersey"}


@pytest.mark.parametrize(
    ("key", "value", "version", "words"),
    [
        ("visits", "61", "0", "60 or less"),
        ("nothing", "x", "0", "no question “nothing”"),
        ("story", "x", "", "version of the answer is missing"),
        ("story", "x", "-1", "version of the answer is missing"),
    ],
)
def test_a_wrong_answer_is_refused_in_words(signed_in, answers, key, value, version, words):
    response = signed_in.post(save_url(answers, key), {"value": value, "version": version})
    assert response.status_code == 422
    assert words in response.json()["message"]


def test_an_answer_after_handing_in_is_refused(signed_in, auditor, answers, now):
    answer(answers, auditor, **COMPLETE)
    submit_answers(answer_set=answers, by=auditor, now=now)
    response = signed_in.post(save_url(answers, "story"), {"value": "Later", "version": "1"})
    assert response.status_code == 423
    assert stored("story").value == COMPLETE["story"]


def test_saving_is_only_by_post(signed_in, answers):
    assert signed_in.get(save_url(answers, "story")).status_code == 405


def test_saving_takes_few_queries(signed_in, answers, django_assert_max_num_queries):
    signed_in.post(save_url(answers, "seen"), {"value": "yes", "version": "0"})
    # Session, person and answer set; then the save (test_workflow).
    with django_assert_max_num_queries(3 + 5):
        signed_in.post(save_url(answers, "story"), {"value": "Up at seven.", "version": "0"})
    with django_assert_max_num_queries(3 + 6):
        signed_in.post(save_url(answers, "story"), {"value": "Up at six.", "version": "1"})


# The page


@pytest.mark.clause("BF-04", "BF-05")
def test_guidance_and_prompts_are_beside_the_questions(signed_in, answers):
    text = signed_in.get(page(answers)).content.decode()
    assert "What good looks like" in text
    assert "can picture an ordinary day" in text
    story = text[text.index('id="id_story_group"') : text.index('id="id_three')]
    assert "Who wakes the child?" in story
    assert "What does the child say about school?" in story
    assert "Two or three sentences." in story


def test_fields_carry_what_saving_needs(signed_in, auditor, answers):
    answer(answers, auditor, seen="yes", three={"well": "School", "worried": "", "needs": ""})
    text = signed_in.get(page(answers)).content.decode()
    radios = re.findall(r'<input[^>]*name="seen"[^>]*>', text)
    assert len(radios) == 2
    for radio in radios:
        assert f'data-autosave-url="/answers/{answers.pk}/save/?question_key=seen"' in radio
        assert 'data-answer-version="1"' in radio
        assert 'data-question-key="seen"' in radio
    assert "checked" in radios[0]
    assert re.findall(r'data-answer-part="(\w+)"', text) == ["well", "worried", "needs"]
    assert '<input type="hidden" name="version__seen" value="1">' in text
    assert "js/autosave.js" in text
    assert 'id="conflict-template"' in text


def test_required_questions_say_so_and_grades_say_what_they_mean(signed_in, answers):
    text = signed_in.get(page(answers)).content.decode()
    assert text.count("(required)") == 4
    assert "What the grades mean" in text
    assert "Life is much better for the child." in text
    assert "(required)" not in signed_in.get(page(answers, "details")).content.decode()


def test_ids_are_unique_and_labels_lead_to_fields(signed_in, answers):
    for section in ("indicators", "daily_life", "details"):
        text = signed_in.get(page(answers, section)).content.decode()
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'\sfor="([^"]+)"', text)) <= set(ids)
        described = " ".join(re.findall(r'aria-describedby="([^"]+)"', text)).split()
        assert set(described) <= set(ids)


def test_what_is_written_is_never_markup(signed_in, auditor, now):
    tools = tools_content()
    section = tools["everything"]["sections"][0]
    section.update(title=f"Title{NASTY}", guidance=f"Guidance{NASTY}")
    section["questions"][0].update(text=f"Text{NASTY}", hint=f"Hint{NASTY}", prompts=[f"Prompt{NASTY}"])
    version = framework_version(tools=tools)
    install_tools(framework_version=version, by=None, now=now)
    answers = start_answer_set(framework_version=version, tool_key="everything", by=None, now=now)
    answer(answers, auditor, story=f"Answer{NASTY}")
    text = signed_in.get(page(answers)).content.decode()
    for place in ("Guidance", "Text", "Hint", "Prompt", "Answer"):
        assert f"{place}&lt;script&gt;" in text
    assert NASTY not in text


def test_a_section_is_drawn_from_one_query(auditor, answers, django_assert_num_queries):
    answer(answers, auditor, **COMPLETE)
    definition = answers.tool_version.definition
    with django_assert_num_queries(1):
        form = SectionForm(answers, definition.section("daily_life"), definition.scheme, save_url="/save/")
        render_to_string("tools/section.html", {"form": form})


# Without scripts


def test_the_button_saves_the_section_and_goes_on(signed_in, auditor, answers):
    sent = posted(story="Up at\r\nseven.", three_well="School", seen="yes", grade__daily_life="good")
    response = signed_in.post(page(answers), sent)
    assert (response.status_code, response["Location"]) == (302, "/next/")
    assert values_of(answers) == {
        "story": "Up at\nseven.",
        "three": {"well": "School", "worried": "", "needs": ""},
        "seen": "yes",
        "grade__daily_life": "good",
    }


def test_posting_the_same_again_writes_nothing(signed_in, auditor, answers):
    sent = posted(story="Up at seven.", seen="yes")
    signed_in.post(page(answers), sent)
    signed_in.post(page(answers), sent)
    assert Answer.history.count() == 2


def test_an_answer_that_was_not_on_the_page_stays(signed_in, auditor, answers):
    answer(answers, auditor, seen="yes")
    signed_in.post(page(answers), {"version__story": 0, "story": "Up at seven."})
    assert stored("seen").value == "yes"


def test_an_unticked_list_is_emptied(signed_in, auditor, answers):
    answer(answers, auditor, themes=["voice"])
    signed_in.post(page(answers, "details"), {"version__themes": 1})
    assert stored("themes").value == []


def test_a_wrong_answer_comes_back_and_the_others_are_saved(signed_in, auditor, answers):
    sent = {"version__visits": 0, "visits": "lots", "version__label": 0, "label": "Steady"}
    response = signed_in.post(page(answers, "details"), sent)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Enter a number in figures" in text
    assert 'value="lots"' in text
    assert 'href="#id_visits"' in text
    assert stored("label").value == "Steady"
    # Shown again, the saved answer goes on from the version that was just saved.
    assert '<input type="hidden" name="version__label" value="1">' in text
    again = signed_in.post(
        page(answers, "details"), {**sent, "visits": "3", "label": "x", "version__label": 1}
    )
    assert again.status_code == 302
    assert (stored("label").value, stored("visits").value) == ("x", 3)


def test_two_people_on_one_page_lose_nothing(signed_in, auditor, other, answers, now):
    answer(answers, auditor, story="First")
    save_answer(answer_set=answers, question_key="story", value="Theirs", version=1, by=other, now=now)
    answer(answers, other, seen="no")
    sent = posted(story="Mine", version__story=1, seen="yes", grade__daily_life="good")
    response = signed_in.post(page(answers), sent)
    text = response.content.decode()
    assert response.status_code == 409
    for words in ("Mine", "Theirs", "Tom Aldersey", "What is an ordinary day like?"):
        assert words in text
    assert stored("grade__daily_life").value == "good"
    assert (stored("story").value, stored("seen").value) == ("Theirs", "no")

    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text))
    assert hidden["story"] == "Mine"
    hidden.pop("csrfmiddlewaretoken", None)
    choices = {"keep__story": "mine", "keep__seen": "theirs"}
    assert signed_in.post(page(answers), {**hidden, **choices}).status_code == 302
    assert (stored("story").value, stored("story").version) == ("Mine", 3)
    assert (stored("seen").value, stored("seen").version) == ("no", 1)


def test_an_answer_that_only_somebody_else_touched_is_no_conflict(signed_in, auditor, other, answers, now):
    answer(answers, auditor, story="First")
    save_answer(answer_set=answers, question_key="story", value="Theirs", version=1, by=other, now=now)
    answer(answers, other, seen="no")
    sent = posted(story="First", version__story=1, grade__daily_life="good")
    assert signed_in.post(page(answers), sent).status_code == 302
    assert (stored("story").value, stored("seen").value) == ("Theirs", "no")


def test_a_wrong_answer_travels_through_a_conflict(signed_in, other, answers):
    answer(answers, other, label="Theirs")
    sent = {"version__visits": 0, "visits": "lots", "version__label": 0, "label": "Mine"}
    text = signed_in.post(page(answers, "details"), sent).content.decode()
    assert '<input type="hidden" name="visits" value="lots">' in text
    assert '<input type="hidden" name="version__visits" value="0">' in text


def test_a_form_that_was_handed_in_meanwhile_keeps_what_was_typed(signed_in, auditor, answers, now):
    answer(answers, auditor, **COMPLETE)
    submit_answers(answer_set=answers, by=auditor, now=now)
    response = signed_in.post(page(answers), posted(story="Typed later", version__story=1))
    assert response.status_code == 423
    assert "Typed later" in response.content.decode()
    assert stored("story").value == COMPLETE["story"]


# Tools with rows


def test_rows_are_added_up_to_the_most(signed_in, auditor):
    answers = answer_set("visits", by=auditor)
    text = signed_in.get(page(answers, "visit")).content.decode()
    assert 'id="row-2"' in text
    # One more for the page's script to add, apart from the form.
    assert '<template data-next-row="3">' in text
    assert text.count('id="row-3"') == 1
    assert "Look at the date that was planned" in text
    sent = {"version__row_ref__r1": 0, "row_ref__r1": "A-100", "version__row_ref__r2": 0, "row_ref__r2": ""}
    response = signed_in.post(page(answers, "visit"), {**sent, "add_row": "1"})
    assert response["Location"] == f"{page(answers, 'visit')}?rows=3#row-3"
    assert stored("row_ref__r1").value == "A-100"
    assert 'id="row-3"' in signed_in.get(response["Location"]).content.decode()
    most = signed_in.get(page(answers, "visit") + "?rows=99").content.decode()
    assert "Child 4" in most
    assert "Child 5" not in most
    assert "data-next-row" not in most
    assert "Save and add a row" not in most


def test_ids_in_rows_are_unique(signed_in, auditor):
    answers = answer_set("visits", by=auditor)
    text = signed_in.get(page(answers, "visit")).content.decode()
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'\sfor="([^"]+)"', text)) <= set(ids)
    assert set(" ".join(re.findall(r'aria-describedby="([^"]+)"', text)).split()) <= set(ids)


# Reading


def test_answers_read_in_words(answers, auditor):
    answer(answers, auditor, **COMPLETE)
    sections = answered_sections(answers.tool_version.definition, values_of(answers))
    texts = {one.question.key: one.text for section in sections for one in section.answers}
    assert texts["chronology_useful"] == "Partly"
    assert texts["three"] == "What is working well?\nSchool\n\nWhat needs to happen?\nA visit at home"
    assert texts["label"] == ""


def test_answers_on_paper_are_escaped(answers, auditor):
    answer(answers, auditor, story=f"Day{NASTY}", grade__daily_life="good")
    sections = answered_sections(answers.tool_version.definition, values_of(answers))
    text = render_to_string("tools/answers.html", {"sections": sections})
    assert "Day&lt;script&gt;" in text
    assert "Not answered" in text
    assert "app-grade--good" in text


def test_rows_read_by_their_reference(auditor):
    answers = answer_set("visits", by=auditor)
    answer(answers, auditor, row_ref__r1="A-100", in_time__r1="yes", in_time__r3="no")
    (section,) = answered_sections(answers.tool_version.definition, values_of(answers))
    assert [(reference, [one.text for one in row]) for reference, row in section.rows] == [
        ("A-100", ["Yes", ""]),
        ("Child 3", ["No", ""]),
    ]


# Looking at tools


@pytest.fixture
def tools_and_people():
    install_tools(framework_version=framework_version(), by=None, now=THEN)
    return small_authority()


@pytest.mark.parametrize(
    ("name", "status"), [("qa_officer", 200), ("admin", 200), ("team_manager", 403), ("practitioner", 403)]
)
def test_quality_assurance_and_administrators_list_tools(client, tools_and_people, name, status):
    client.force_login(getattr(tools_and_people, name))
    assert client.get(reverse("tools:tools")).status_code == status
    shown = client.get(reverse("tools:preview", args=[ToolVersion.objects.first().pk])).content.decode()
    assert (f'href="{reverse("tools:tools")}"' in shown) == (status == 200)


def test_tools_are_not_for_strangers(client, tools_and_people):
    assert client.get(reverse("tools:tools")).status_code == 302
    assert client.get(reverse("tools:preview", args=[ToolVersion.objects.first().pk])).status_code == 302


@pytest.mark.clause("BF-04")
def test_the_preview_shows_every_section_and_takes_no_answers(client, tools_and_people):
    client.force_login(tools_and_people.qa_officer)
    version = ToolVersion.objects.get(tool__key="everything")
    text = client.get(reverse("tools:preview", args=[version.pk])).content.decode()
    for words in ("Essentials", "Daily life now", "Details", "can picture an ordinary day", "Who wakes"):
        assert words in text
    main = text[text.index("<main") : text.index("</main>")]
    assert "<form" not in main
    assert "Save and continue" not in main
    fields = re.findall(r"<(?:input|textarea|select)\b[^>]*>", main)
    assert fields
    assert all("disabled" in field for field in fields)


def test_the_list_names_the_newest_version_of_each_tool(
    client, tools_and_people, now, django_assert_max_num_queries
):
    tools = tools_content()
    tools["visits"]["minutes"] = 45
    install_tools(framework_version=framework_version(2, tools), by=None, now=now)
    client.force_login(tools_and_people.admin)
    with django_assert_max_num_queries(12):
        text = client.get(reverse("tools:tools")).content.decode()
    assert "Version 2, since 10 November 2026" in text
    assert text.count("Dip sample of visits") == 1


def test_a_tool_that_is_not_there_is_not_found(client, tools_and_people):
    client.force_login(tools_and_people.admin)
    assert client.get(reverse("tools:preview", args=[999_999])).status_code == 404
