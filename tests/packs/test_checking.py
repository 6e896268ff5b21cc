"""A wrong pack is refused with all its mistakes, each with its place and what would be right."""

import io
import zipfile
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.packs.checking import check
from qaframework.packs.documents import LARGEST_PACK, pack_up, read_document, write_document
from qaframework.packs.reading import (
    PackInvalid,
    content_of,
    files_of,
    hash_of,
    pack_files,
    read_pack,
    shipped_packs,
    uploaded_files,
)
from tests.factories.packs import shipped


@pytest.fixture
def content():
    return deepcopy(shipped("lancashire"))


def entry(content, name, key):
    return next(one for one in content["framework"][name] if one["key"] == key)


def mistakes(content):
    return check(files_of(content))


def places(content):
    return {(mistake.file, mistake.path) for mistake in mistakes(content)}


@pytest.mark.parametrize("name", shipped_packs())
def test_a_shipped_pack_has_no_mistakes(name):
    assert check(pack_files(name)) == []


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ({"grades": ["splendid"], "told": "head_of_service"}, "praise › grades"),
        ({"grades": ["outstanding"], "told": "wizard"}, "praise › told"),
        ({"grades": [], "told": "head_of_service"}, "praise › grades"),
    ],
)
def test_praise_names_grades_and_a_role_of_the_framework(content, rule, place):
    content["framework"]["praise"] = rule
    assert {path for _, path in places(content)} == {place}


def test_lancashire_and_bracknell_forest_are_shipped():
    assert {"lancashire", "bracknell"} <= set(shipped_packs())


def test_all_mistakes_are_said_at_once(content):
    framework = content["framework"]
    framework["roles"].append({"key": "wizard", "label": "Wizard"})
    entry(content, "activities", "learning_space")["ladder"] = "no_such_ladder"
    framework["quotas"][0]["amounts"] = [1, -1, 1, 1]
    framework["quotas"].append(deepcopy(framework["quotas"][3]))
    del content["tools"]["dip_sample"]
    tool = content["tools"]["learning_space"]
    tool["sections"][1]["questions"].append(deepcopy(tool["sections"][0]["questions"][0]))

    found = {mistake.path: mistake for mistake in mistakes(content)}

    assert "“wizard” is not a role of the product." in found["roles"].problem
    assert "team_manager" in found["roles"].allowed
    assert "no_such_ladder" in found["activities › learning_space › ladder"].problem
    assert "late_audit" in found["activities › learning_space › ladder"].allowed
    assert found["quotas › 1 › amounts › 2"].problem == "-1 is below 0."
    assert found["quotas › 1 › amounts › 2"].allowed == "A whole number, 0 or more."
    assert "team_manager, practice_week" in found["quotas"].problem
    assert "“dip_sample” is not a tool of the pack." in found["activities › dip_sample › tool"].problem
    assert "child_and_family_story" in found["questions"].problem
    assert found["questions"].file == "tools/learning_space.yaml"
    assert len(found) == 6


def test_a_file_that_is_no_yaml_is_named_with_its_line_and_the_others_are_still_checked(content):
    files = files_of(content)
    files["tools/broken.yaml"] = b"key: broken\nname: [unclosed\n"
    content["framework"]["quotas"][0]["role"] = "wizard"
    files["framework.yaml"] = files_of(content)["framework.yaml"]

    found = check(files)

    assert [mistake.file for mistake in found] == ["framework.yaml", "tools/broken.yaml"]
    assert "wizard" in found[0].problem
    assert found[1].path.startswith("line ")
    assert "not valid YAML" in found[1].problem


def test_a_name_that_stands_twice_in_one_place_is_found(content):
    files = files_of(content)
    files["framework.yaml"] += b"year_starts_in: 9\n"
    (found,) = check(files)
    assert "“year_starts_in” stands here a second time." in found.problem
    assert found.path.startswith("line ")


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        (lambda f: f.pop("ladders"), "", "“ladders” is missing"),
        (lambda f: f.update(colour="red"), "", "“colour” is not known here"),
        (lambda f: f.update(effective_from="2026-02-30"), "effective_from", "not a day of the calendar"),
        (lambda f: f.update(year_starts_in=13), "year_starts_in", "13 is above 12"),
        (lambda f: f["loop"].update(due="soon"), "loop › due", "“soon” is not right here"),
        (lambda f: f["loop"].update(due="3 hours"), "loop › due", "“3 hours” is not right here"),
        (lambda f: f["loop"].update(grades=["terrible"]), "loop › grades", "“terrible” is not a grade"),
        (lambda f: f.update(loop=None), "activities › learning_space › opens_loop", "no rule for closing"),
        (lambda f: f["concern"].update(ladder="x"), "concern › ladder", "“x” is not a ladder"),
        (lambda f: f["reports"][0].update(recipients=["x"]), None, "“x” is not a role or group"),
        (lambda f: f["ladders"][0]["rungs"][0].update(recipients=["x"]), None, "“x” is not a recipient"),
        (lambda f: f["activities"][0].update(kind="party"), None, "“party” is not one of the choices"),
        (lambda f: f["activities"][0]["moderation"].update(share=200), None, "200 is above 100"),
        (lambda f: f["grade_schemes"][0].update(good_or_better=4), None, "leaves no grade that is not good"),
        (lambda f: f["quotas"][0].update(amounts=["two", 0, 0, 0]), None, "“two” is not right here"),
        (
            lambda f: f["quotas"][0].update(amounts=[1, 1]),
            "quotas › team_manager, learning_space › amounts",
            "There are 2 numbers",
        ),
        (lambda f: f["quotas"][0].update(amounts=[]), "quotas › 1 › amounts", "too few or too many"),
        (
            lambda f: f["quotas"][0].update(amount=1),
            "quotas › team_manager, learning_space",
            "amount, amounts stand side by side",
        ),
        (lambda f: f["quotas"][0].pop("amounts"), None, "No number is given"),
        (lambda f: f["quotas"][0].update(months={"may": 1, "juni": 1}), None, "“juni” is not known here"),
        (
            lambda f: f.update(
                shared_quotas=[{"roles": ["team_manager"], "activity": "learning_space", "amount": 1}]
            ),
            "shared_quotas › learning_space",
            "“team_manager” has a quota of its own",
        ),
        (lambda f: f.update(quotas={"a": 1}), "quotas", "not the kind of entry"),
        (
            lambda f: f["groups"][0].update(chair="x"),
            "groups › operational_meeting › chair",
            "“x” is not a role",
        ),
        (lambda f: f["groups"][0].update(members=["x"]), None, "“x” is not a role"),
        (lambda f: f["groups"][0].update(key="director"), "groups › director", "A role has this key too"),
        (lambda f: f["groups"][0].update(key="strategic_board"), "groups", "is there 2 times"),
        (lambda f: f["groups"][0]["meets"].update(every="week"), None, "no week of the month"),
        (lambda f: f["groups"][0]["meets"].update(week=5), None, "5 is above 4"),
        (lambda f: f["cycle"][0].update(by="x"), "cycle › 1 › by", "“x” is not a role"),
        (lambda f: f["cycle"][2].update(until_week=7), "cycle › 3 › until_week", "lies before week 8"),
        (lambda f: f["themes"][0].update(activities=["x"]), None, "“x” is not an activity"),
        (lambda f: f["themes"][0].pop("chosen_by"), "themes › dip_sample_theme", "neither what the theme is"),
        (lambda f: f["themes"][0].update(chosen_by="x"), None, "“x” is not a role or group"),
        (lambda f: f["themes"][1].update(months=["may"]), None, "stand side by side"),
        (
            lambda f: f["themes"][1].update(quarters=[5]),
            "themes › practice_week_theme › quarters › 1",
            "above 4",
        ),
        (lambda f: f["themes"][1].update(months=["juni"]), None, "“juni” is not one of the choices"),
        (lambda f: f.update(standards=[{"key": "a", "label": "A"}]), "standards › a", "“text” is missing"),
        (
            lambda f: f.update(
                standards=[{"key": "a", "label": "A", "text": "A", "questions": {"x": ["y"]}}]
            ),
            "standards › a › questions",
            "“x” is not a tool of the pack",
        ),
        (
            lambda f: f.update(
                standards=[{"key": "a", "label": "A", "text": "A", "questions": {"learning_space": ["y"]}}]
            ),
            "standards › a › questions › learning_space",
            "“y” is not a question of the tool",
        ),
        (lambda f: f.update(meeting_types=[{"key": "a"}]), "meeting_types › a", "“label” is missing"),
    ],
)
def test_each_mistake_in_the_rules_says_where_and_what(content, change, path, said):
    change(content["framework"])
    found = [mistake for mistake in mistakes(content) if said in mistake.problem]
    assert found, [str(mistake) for mistake in mistakes(content)]
    assert path in (None, found[0].path)
    assert found[0].file == "framework.yaml"
    assert found[0].allowed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.update(key="other"), "its key is “other”"),
        (lambda t: t.update(grade_scheme="sos10"), "“sos10” is not a grade scheme"),
        (lambda t: t.update(grade_scheme=None), "there is no scale"),
        (lambda t: t.update(rows={"label": "Child", "minimum": 9, "maximum": 5}), "above the largest"),
        (lambda t: t["sections"][0].update(key="indicators"), "is used by the product"),
        (lambda t: t["sections"][0].update(key="daily_life"), "“daily_life” is there 2 times"),
        (lambda t: t["sections"][0]["questions"][0].update(key="row_ref"), "is used by the product"),
        (lambda t: t["sections"][0]["questions"][0].update(key="grade__x"), "“grade__x” is not right here"),
        (lambda t: t["sections"][0]["questions"][0].update(type="pick_one"), "“options” is missing"),
        (
            lambda t: t["sections"][0]["questions"][0].update(type="pick_one", options_from="meeting_types"),
            "has no list “meeting_types”",
        ),
        (lambda t: t["sections"][0]["questions"][0].update(type="scale"), "“minimum”, “maximum” are missing"),
    ],
)
def test_each_mistake_in_a_tool_is_found(content, change, said):
    change(content["tools"]["learning_space"])
    assert any(said in mistake.problem for mistake in mistakes(content)), mistakes(content)


def test_what_is_missing_is_said_with_what_it_would_say(content):
    del content["framework"]["year_starts_in"], content["framework"]["concern"]
    del content["tools"]["learning_space"]["sections"][0]["key"]
    of_the_framework, of_the_tool = mistakes(content)
    assert of_the_framework.problem == "“year_starts_in”, “concern” are missing."
    assert "year_starts_in: The month in which the programme year starts, 4 for April." in str(
        of_the_framework
    )
    assert "concern: What happens when an auditor raises an immediate concern." in str(of_the_framework)
    assert of_the_tool.allowed.startswith("key: ")


def test_a_pack_without_its_framework_says_so():
    (found,) = check({"tools/a.yaml": b""})[:1]
    assert found.file == "framework.yaml"
    assert found.problem == "The file is missing."


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a: &x [1]\nb: *x\n", "alias"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"a: \x07\n", "control character"),
        (b"[" * 5000, "nested too deeply"),
        (b"a: 1\n---\nb: 2\n", "not valid YAML"),
        (b"!!python/object/apply:os.system ['true']", "not valid YAML"),
    ],
)
def test_a_hostile_or_broken_file_is_refused(data, said):
    assert any(said in mistake.problem for mistake in check({"framework.yaml": data}))


@pytest.mark.parametrize("document", [b"", b"[]", b"text", b"1", b"{}", b"null"])
def test_a_file_of_another_shape_gives_mistakes_and_no_crash(document):
    assert check({"framework.yaml": document, "tools/a.yaml": document})


def test_text_stays_as_it_is_written():
    document, _ = read_document(b"key: yes\nday: 2026-04-01\nflag: true\nnumber: 3\n")
    assert document == {"key": "yes", "day": "2026-04-01", "flag": True, "number": 3}


names = st.text("abcyn", min_size=1)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-999, 999)
    | st.text(st.characters(exclude_categories=["C", "Z"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcyn", min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(json_values)
def test_whatever_is_written_is_read_back(value):
    assert read_document(write_document({"value": value}))[0] == {"value": value}


@pytest.mark.parametrize("name", shipped_packs())
def test_a_pack_comes_back_from_its_export_unchanged(name):
    content = shipped(name)
    again = content_of(uploaded_files("pack.zip", pack_up(files_of(content))))
    assert hash_of(again) == hash_of(content)


def test_a_pack_may_be_one_file(content):
    data = write_document({"framework": content["framework"], "tools": content["tools"]})
    assert content_of(uploaded_files("pack.yaml", data)) == content


def test_a_zip_may_hold_the_pack_in_a_folder(content):
    files = {f"mine/{name}": data for name, data in files_of(content).items()} | {"mine/README.md": b"Hello"}
    assert content_of(uploaded_files("pack.zip", pack_up(files))) == content


def test_a_file_in_the_wrong_place_is_named(content):
    files = files_of(content) | {"tool/learning.yaml": b"key: learning\n"}
    (found,) = check(files)
    assert found.file == "tool/learning.yaml"
    assert found.allowed == "framework.yaml, and tools/NAME.yaml for a tool."


@pytest.mark.parametrize(
    "name", ["tools/more/learning_space.yaml", "tools/learning_space.yml", "framework.yml"]
)
def test_a_second_file_of_one_name_never_takes_the_place_of_the_first(content, name):
    files = files_of(content) | {name: b"key: learning_space\n"}
    assert [mistake.file for mistake in check(files)] == [name]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("pack.zip", b"not a zip", "cannot be opened"),
        ("pack.zip", b"", "cannot be opened"),
        ("pack.yaml", b" " * (LARGEST_PACK + 1), "too large"),
        ("pack.zip", pack_up({"framework.yaml": b" " * (LARGEST_PACK + 1)}), "too large"),
        ("pack.zip", pack_up({f"tools/{n}.yaml": b"" for n in range(101)}), "too large"),
    ],
)
def test_an_upload_that_is_no_pack_is_refused(name, data, said):
    with pytest.raises(PackInvalid) as refused:
        uploaded_files(name, data)
    assert said in str(refused.value)


def test_a_zip_with_a_password_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("framework.yaml", "key: x")
    data = bytearray(buffer.getvalue())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    with pytest.raises(PackInvalid, match="cannot be opened"):
        uploaded_files("pack.zip", bytes(data))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(PackInvalid, match="One of bedford, bracknell, lancashire, sandwell, windsor"):
        read_pack("atlantis")
