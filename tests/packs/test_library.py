"""Ready-made tools, grade schemes and ladders: a pack names them, and has them from then on."""

from copy import deepcopy

import pytest

from qaframework.packs.checking import check, mistakes_in
from qaframework.packs.documents import write_document
from qaframework.packs.library import NAMED_IN_LISTS, TOOLS, ready_made
from qaframework.packs.reading import content_of, files_of
from tests.factories.packs import shipped


@pytest.fixture
def content():
    return deepcopy(shipped("windsor"))


@pytest.mark.parametrize("kind", [TOOLS, *NAMED_IN_LISTS])
def test_each_part_goes_by_the_name_of_its_file(kind):
    assert ready_made(kind)
    assert {key: part["key"] for key, part in ready_made(kind).items()} == {
        key: key for key in ready_made(kind)
    }


def test_all_of_the_library_is_right(content):
    content["framework"]["ladders"] = list(ready_made("ladders").values())
    content["framework"]["grade_schemes"] = list(ready_made("grade_schemes").values())
    content["tools"] |= ready_made(TOOLS)
    assert mistakes_in(content) == []


def test_a_form_on_a_theme_is_the_thematic_audit_with_questions_of_its_own():
    common = ready_made(TOOLS)["thematic_audit"]
    themes = [tool for key, tool in ready_made(TOOLS).items() if key.startswith("thematic_")]
    modules = [tool for tool in themes if "theme" in {section["key"] for section in tool["sections"]}]
    assert len(modules) == 17
    for tool in modules:
        first, own, *rest = tool["sections"]
        assert [first, *rest] == common["sections"]
        assert 6 <= len(own["questions"]) <= 12
        assert "extends" not in tool
        assert (tool["overall"], tool["minutes"]) == (common["overall"], common["minutes"])


def test_each_dip_sample_asks_a_few_things_of_five_children_or_more():
    samples = [tool for key, tool in ready_made(TOOLS).items() if key.startswith("dip_")]
    assert len(samples) == 9
    for tool in samples:
        assert tool["rows"] == {"label": "Child", "minimum": 5, "maximum": 10}
        assert 3 <= len(tool["sections"][0]["questions"]) - 1 <= 8  # and a note


def test_a_named_ladder_is_as_if_it_were_written_out(content):
    short = content["framework"] | {"ladders": [*ready_made("ladders")], "grade_schemes": ["ofsted4"]}
    named = files_of(content) | {"framework.yaml": write_document(short)}
    found = content_of(named)["framework"]
    assert found["ladders"] == list(ready_made("ladders").values())
    assert found["grade_schemes"] == content["framework"]["grade_schemes"]


def test_a_tool_of_ones_own_takes_the_place_of_the_ready_made_one(content):
    own = deepcopy(content["tools"]["case_file_audit"]) | {"name": "Our audit"}
    content["tools"]["case_file_audit"] = own
    assert content_of(files_of(content))["tools"]["case_file_audit"]["name"] == "Our audit"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("late_wrk", "“late_wrk” is not a ready-made ladder."),
        ("Late work", "“Late work” is not a ready-made ladder."),
        (["late_work"], "This is not the kind of entry that belongs here."),
    ],
)
def test_a_name_that_the_library_does_not_have_lists_those_it_has(content, part, said):
    content["framework"]["ladders"].append(part)
    (found, *others) = [one for one in check(files_of(content)) if one.problem == said]
    assert found.file == "framework.yaml"
    assert "late_work" in found.allowed or "Steps before and after" in found.allowed
    assert len(others) == 0
