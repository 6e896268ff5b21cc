"""A question can gather good practice and say which topics it is about (BF-20)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.packs.checking import check
from qaframework.packs.reading import files_of
from qaframework.tools.building.content import find_question, put_question
from qaframework.tools.building.files import KINDS, file_of, read_tool
from qaframework.tools.building.texts import LONGEST_TOPIC, MOST_TOPICS, SHORTEST_TOPIC, Topics
from qaframework.tools.models import ToolVersion
from tests.factories.packs import shipped
from tests.factories.tools import tools_content
from tests.tools.test_builder_pages import (
    PUBLISH,
    as_shown,
    begun,
    officer,  # noqa: F401 - a fixture
    question,
    said,
    url,
)

TOPIC = st.text(st.characters(categories=["L", "N"]), min_size=SHORTEST_TOPIC, max_size=LONGEST_TOPIC)


def offered(client, address):
    return dict(client.get(address).context["form"].fields["gathers"].choices)


@pytest.mark.django_db
@pytest.mark.clause("BF-20")
def test_a_text_is_marked_as_good_practice_with_topics_and_published(officer, version, northmoor):  # noqa: F811
    draft = begun(version, "learning_space", northmoor.qa_officer)
    address = url("draft_question", draft, "do_differently")
    assert "good_practice" in offered(officer, address)
    sent = as_shown(officer, address) | {"gathers": "good_practice", "themes": " Fathers,SEND, fathers ,"}
    assert officer.post(address, sent).status_code == 302
    asked = question(draft, "do_differently")
    assert (asked["gathers"], asked["themes"]) == ("good_practice", ["Fathers", "SEND"])
    assert "Fathers, SEND" in officer.get(address).content.decode()
    assert "Fathers, SEND" in said(officer.get(url("publish_draft", draft)))

    sent = {"number": version.number, **PUBLISH}
    assert officer.post(url("publish_draft", draft), sent).status_code == 302
    newest = ToolVersion.objects.filter(tool__key="learning_space").order_by("-number")[0]
    gathered = newest.definition.gathered("good_practice")
    assert [one.key for one in gathered] == ["proud_of", "do_differently"]
    assert gathered[1].themes == ("Fathers", "SEND")


@pytest.mark.django_db
def test_only_a_text_is_offered_it(officer, version, northmoor):  # noqa: F811
    draft = begun(version, "learning_space", northmoor.qa_officer)
    officer.post(url("draft_new_question", draft, "reflection"), {"text": "Good?", "type": "yes_no"})
    assert "good_practice" not in offered(officer, url("draft_question", draft, "good"))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("a", "“a” has 1 characters"),
        ("x" * 41, "has 41 characters"),
        ("one, two, three, four, five, six six", "These are 6 topics"),
    ],
)
def test_topics_that_cannot_be_are_explained(words, problem):
    with pytest.raises(Exception, match=problem):
        Topics(required=False).clean(words)


@given(topics=st.lists(TOPIC, max_size=MOST_TOPICS, unique_by=str.casefold))
def test_any_topics_are_shown_and_read_again(topics):
    field = Topics(required=False)
    assert field.clean(field.prepare_value(topics)) == topics


@pytest.mark.parametrize("kind", KINDS)
@given(topics=st.lists(TOPIC, min_size=1, max_size=MOST_TOPICS, unique=True))
def test_both_come_back_from_a_file(kind, topics):
    tool = tools_content()["everything"]
    asked = {**find_question(tool, "story")[1], "gathers": "good_practice", "themes": topics}
    tool = put_question(tool, asked)
    assert read_tool(f"tool.{kind}", file_of(tool, kind)) == tool


@pytest.mark.parametrize(
    ("change", "place", "problem"),
    [
        ({"type": "yes_no", "gathers": "good_practice"}, "gathers", "Good practice is told in words"),
        ({"gathers": "praise"}, "gathers", "praise"),
        ({"themes": []}, "themes", ""),
        ({"themes": ["fathers", "fathers"]}, "themes", ""),
        ({"themes": ["fathers, uncles"]}, "themes", ""),
    ],
)
def test_what_cannot_be_is_said_with_its_place(change, place, problem):
    content = {**shipped("lancashire")}
    tool = content["tools"]["learning_space"]
    asked = {**find_question(tool, "proud_of")[1], **change}
    content["tools"] = {**content["tools"], "learning_space": put_question(tool, asked)}
    found = check(files_of(content))
    assert found
    assert all(place in one.path and problem in one.problem for one in found), found
