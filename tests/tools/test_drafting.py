"""A tool is built as a draft: begun, changed part by part by one person or two, published, retired."""

from datetime import UTC, date, datetime, timedelta

import pytest

from qaframework.packs.differences import differences
from qaframework.packs.workflow import change_rules
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused
from qaframework.tools.building import content, workflow
from qaframework.tools.building.content import Direction, find_question, find_section, mark_of
from qaframework.tools.building.reading import as_it_stands
from qaframework.tools.models import Tool, ToolDraft, ToolVersion
from qaframework.tools.workflow import start_answer_set
from tests.factories.packs import bracknell

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
JANUARY = date(2027, 1, 1)
SAMPLE, LEARNING = "dip_sample", "learning_space"


@pytest.fixture
def officer(northmoor):
    return northmoor.qa_officer


@pytest.fixture
def manager(northmoor):
    return northmoor.qa_manager


def begun(version, officer, key=SAMPLE):
    tool = as_it_stands(version.framework, key)
    return workflow.begin_draft(framework=version.framework, tool=tool, by=officer, now=NOW)


@pytest.fixture
def draft(version, officer):
    return begun(version, officer)


def keys(draft):
    return [question["key"] for _, question in content.asked_in(draft.content)]


def question(draft, key):
    return find_question(draft.content, key)[1]


def change(draft, officer, key, read=None, **values):
    return workflow.change_question(
        draft=draft,
        key=key,
        values=values,
        read=read or mark_of(question(draft, key)),
        by=officer,
        now=LATER,
    )


def add(draft, officer, text, kind="short_text", section=None):
    section = section or draft.content["sections"][0]["key"]
    values = {"text": text, "type": kind}
    return workflow.add_question(draft=draft, section_key=section, values=values, by=officer, now=LATER)


def publish(draft, officer, based_on=None):
    newest = draft.framework.versions.first()
    return workflow.publish_draft(
        draft=draft,
        effective_from=JANUARY,
        note="Asked better",
        based_on=based_on or newest,
        by=officer,
        now=LATER,
    )


# Beginning


def test_a_draft_begins_with_the_tool_as_it_stands(version, draft, officer):
    assert draft.content == version.content["tools"][SAMPLE]
    assert (draft.based_on, draft.revision, draft.started_by) == (version, 1, officer)


def test_a_tool_has_one_draft(version, draft, manager):
    with pytest.raises(Refused, match="has a draft already"):
        begun(version, manager)


def test_a_copy_has_a_name_and_key_of_its_own_and_no_clauses(version, officer):
    tool = content.copied(version.content["tools"][LEARNING], "short_space", "Short space")
    assert (tool["key"], tool["name"]) == ("short_space", "Short space")
    assert "clauses" not in str(tool)
    assert "clauses" in str(version.content["tools"][LEARNING])


# Changing


def test_a_question_in_better_words_keeps_its_key_and_all_else(draft, officer):
    before = question(draft, "visit_in_time")
    change(draft, officer, "visit_in_time", text="Was the last visit made in time?")
    assert question(draft, "visit_in_time") == {**before, "text": "Was the last visit made in time?"}
    assert (draft.revision, draft.changed_by, draft.changed_at) == (2, officer, LATER)
    assert draft.history.first().history_change_reason == "“Was the last visit made in time?” changed"


def test_what_is_saved_untouched_writes_nothing(draft, officer):
    change(draft, officer, "visit_in_time", text=question(draft, "visit_in_time")["text"])
    assert (draft.revision, draft.history.count()) == (1, 1)


def test_two_people_change_two_questions_and_neither_is_lost(draft, officer, manager):
    theirs = ToolDraft.objects.get()
    read = mark_of(question(draft, "row_note"))
    change(theirs, manager, "visit_in_time", text="Was it in time?")
    mine = ToolDraft.objects.get()
    change(mine, officer, "row_note", read=read, text="What else?")
    stands = ToolDraft.objects.get()
    assert question(stands, "visit_in_time")["text"] == "Was it in time?"
    assert question(stands, "row_note")["text"] == "What else?"


def test_of_two_who_change_one_question_the_second_is_told(draft, officer, manager):
    read = mark_of(question(draft, "row_note"))
    change(draft, manager, "row_note", text="Theirs")
    with pytest.raises(SomebodyElseWasFirst):
        change(ToolDraft.objects.get(), officer, "row_note", read=read, text="Mine")
    assert question(ToolDraft.objects.get(), "row_note")["text"] == "Theirs"


def test_of_two_who_write_at_the_same_moment_one_gets_it(draft, officer, manager):
    other = ToolDraft.objects.get()
    change(draft, manager, "row_note", text="Theirs")
    with pytest.raises(SomebodyElseWasFirst):
        change(other, officer, "visit_in_time", text="Mine")


def test_a_new_question_gets_a_key_from_its_words_that_nothing_else_has(draft, officer):
    assert add(draft, officer, "Who’s at home?") == "whos_at_home"
    assert add(draft, officer, "Whos at home") == "whos_at_home_2"
    assert add(draft, officer, "3 wishes") == "q_3_wishes"
    assert keys(draft)[-3:] == ["whos_at_home", "whos_at_home_2", "q_3_wishes"]


def test_a_removed_question_that_comes_back_in_the_same_words_counts_with_its_old_answers(draft, officer):
    asked = question(draft, "row_note")
    workflow.remove_question(draft=draft, key="row_note", by=officer, now=LATER)
    assert add(draft, officer, asked["text"], asked["type"]) == "row_note"


def test_the_key_of_a_removed_question_never_stands_for_another(draft, officer):
    workflow.remove_question(draft=draft, key="row_note", by=officer, now=LATER)
    assert add(draft, officer, "Row note", "date") == "row_note_2"


def test_choices_keep_their_keys_and_new_ones_get_one(draft, officer):
    key = add(draft, officer, "What helped?", "pick_one")
    change(draft, officer, key, options=[{"label": "Talking"}, {"label": "Playing"}])
    made = question(draft, key)["options"]
    assert [one["key"] for one in made] == ["talking", "playing"]
    change(draft, officer, key, options=[{**made[1], "label": "Play"}, made[0], {"label": "Talking!"}])
    assert [(one["key"], one["label"]) for one in question(draft, key)["options"]] == [
        ("playing", "Play"),
        ("talking", "Talking"),
        ("talking_2", "Talking!"),
    ]


def test_a_question_moves_in_its_section_and_to_another(draft, officer):
    first, second = keys(draft)[:2]
    workflow.move_question(draft=draft, key=second, direction=Direction.UP, by=officer, now=LATER)
    assert keys(draft)[:2] == [second, first]
    workflow.move_question(draft=draft, key=second, direction=Direction.UP, by=officer, now=LATER)
    assert keys(draft)[:2] == [second, first]
    other = workflow.add_section(draft=draft, values={"title": "More"}, by=officer, now=LATER)
    read = mark_of(question(draft, first))
    workflow.change_question(
        draft=draft, key=first, values={}, section_key=other, read=read, by=officer, now=LATER
    )
    assert [one["key"] for one in find_section(draft.content, other)["questions"]] == [first]
    assert first not in str(draft.content["sections"][0])


def test_sections_are_added_changed_moved_and_removed(draft, officer):
    key = workflow.add_section(draft=draft, values={"title": "What next?"}, by=officer, now=LATER)
    assert key == "what_next"
    read = mark_of(workflow.heading_of(find_section(draft.content, key)))
    workflow.change_section(
        draft=draft, key=key, values={"title": "Next", "graded": True}, read=read, by=officer, now=LATER
    )
    workflow.move_section(draft=draft, key=key, direction=Direction.UP, by=officer, now=LATER)
    assert draft.content["sections"][0] == {"key": key, "title": "Next", "graded": True, "questions": []}
    workflow.remove_section(draft=draft, key=key, by=officer, now=LATER)
    assert key not in str(draft.content)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.remove_section(draft=draft, key=key, by=officer, now=LATER)


def test_another_kind_of_answer_drops_what_only_the_old_kind_had(draft, officer):
    key = add(draft, officer, "What helped?", "pick_one")
    change(draft, officer, key, options=[{"label": "Talking"}, {"label": "Playing"}], required=True)
    read = mark_of(question(draft, key))
    workflow.change_kind(draft=draft, key=key, kind="long_text", read=read, by=officer, now=LATER)
    asked = {"key": key, "text": "What helped?", "type": "long_text", "required": True}
    assert question(draft, key) == asked


def test_the_kind_of_a_published_question_stays_within_its_family(draft, officer):
    def become(key, kind):
        read = mark_of(question(draft, key))
        return workflow.change_kind(draft=draft, key=key, kind=kind, read=read, by=officer, now=LATER)

    become("row_note", "long_text")
    become("visit_in_time", "yes_no")
    with pytest.raises(Refused, match="figures compare like with like"):
        become("visit_in_time", "date")


def test_essentials_keep_their_keys(draft, officer):
    def put(*essentials):
        read = mark_of(draft.content.get("indicators", []))
        workflow.change_essentials(draft=draft, essentials=essentials, read=read, by=officer, now=LATER)

    put({"text": "Chronology"}, {"text": "Seen in time"})
    first, second = draft.content["indicators"]
    put(second, {**first, "text": "A chronology"})
    assert draft.content["indicators"] == [
        {"text": "Seen in time", "key": "seen_in_time"},
        {"text": "A chronology", "key": "chronology"},
    ]
    put()
    assert "indicators" not in draft.content


def test_a_file_takes_the_place_of_a_draft_that_was_read(draft, officer, manager):
    tool = {**draft.content, "minutes": 20}
    with pytest.raises(Refused, match="is of the tool “other”"):
        workflow.replace_content(draft=draft, tool={**tool, "key": "other"}, read=1, by=officer, now=LATER)
    change(draft, manager, "row_note", text="Theirs")
    with pytest.raises(SomebodyElseWasFirst):
        workflow.replace_content(draft=draft, tool=tool, read=1, by=officer, now=LATER)
    workflow.replace_content(draft=draft, tool=tool, read=2, by=officer, now=LATER)
    assert draft.content == tool


def test_a_discarded_draft_leaves_its_history(version, draft, officer):
    pk = draft.pk
    workflow.discard_draft(draft=draft, by=officer, now=LATER)
    assert not ToolDraft.objects.exists()
    entries = ToolDraft.history.filter(id=pk)
    assert [one.history_change_reason for one in entries] == ["Discarded", "Begun"]
    assert begun(version, officer).revision == 1


# Publishing


def test_publishing_makes_a_version_of_framework_and_tool_and_ends_the_draft(version, draft, officer):
    change(draft, officer, "row_note", text="What else?")
    made = publish(draft, officer)
    assert (made.number, made.effective_from, made.note) == (2, JANUARY, "Asked better")
    changed = [line.place for line in differences(version.content, made.content)]
    assert changed == [
        "version",
        "effective from",
        "tools › dip sample › sections › visits › questions › row note › text",
    ]
    assert ToolVersion.objects.filter(tool__key=SAMPLE).count() == 2
    assert not ToolDraft.objects.exists()


def test_what_nobody_could_work_with_is_not_published_and_every_reason_is_given(version, draft, officer):
    key = add(draft, officer, "What helped?", "pick_one")
    add(draft, officer, "How good?", "grade")
    workflow.add_section(draft=draft, values={"title": "Empty"}, by=officer, now=LATER)
    with pytest.raises(workflow.NotReady) as refused:
        publish(draft, officer)
    section = draft.content["sections"][0]["title"]
    assert [str(reason) for reason in refused.value.reasons] == [
        f"“{section}”, “How good?”: It is graded, and the tool has no grade scheme. "
        "Choose one, or do not grade it.",
        f"“{section}”, “What helped?”: Give at least two choices.",
        "“Empty”: Add a question, or remove the section.",
    ]
    assert refused.value.reasons[1].question == key
    assert version.framework.versions.count() == 1
    assert ToolDraft.objects.exists()


def test_a_framework_that_changed_meanwhile_is_not_overwritten(version, draft, officer, northmoor):
    rules = {**version.content["framework"], "summary": "Another one."}
    change_rules(
        framework=version.framework,
        content={**version.content, "framework": rules},
        effective_from=JANUARY,
        note="Summary",
        by=northmoor.admin,
        now=NOW,
    )
    change(draft, officer, "row_note", text="What else?")
    with pytest.raises(SomebodyElseWasFirst):
        publish(draft, officer, based_on=version)
    made = publish(draft, officer)
    assert made.content["framework"]["summary"] == "Another one."
    assert find_question(made.content["tools"][SAMPLE], "row_note")[1]["text"] == "What else?"


def test_a_draft_that_somebody_changes_while_it_is_published_is_not_lost(version, draft, officer, manager):
    change(ToolDraft.objects.get(), manager, "row_note", text="Theirs")
    with pytest.raises(SomebodyElseWasFirst):
        publish(draft, officer)
    assert question(ToolDraft.objects.get(), "row_note")["text"] == "Theirs"
    assert version.framework.versions.count() == 1


def test_what_is_published_unchanged_changes_nothing(version, draft, officer):
    assert publish(draft, officer) == version
    assert not ToolDraft.objects.exists()


def test_work_that_has_begun_stays_on_its_version_and_new_work_is_on_the_new_one(version, draft, officer):
    old = start_answer_set(framework_version=version, tool_key=SAMPLE, by=officer, now=NOW)
    change(draft, officer, "visit_in_time", text="Was it in time?")
    add(draft, officer, "Who was at home?")
    made = publish(draft, officer)
    old.refresh_from_db()
    new = start_answer_set(framework_version=made, tool_key=SAMPLE, by=officer, now=LATER)
    asked = [one.tool_version.definition.asked_question("visit_in_time").text for one in (old, new)]
    assert asked == ["Was the last visit in time for the child's plan?", "Was it in time?"]
    with pytest.raises(KeyError):
        old.tool_version.definition.asked_question("who_was_at_home")
    assert new.tool_version.definition.asked_question("who_was_at_home")


def test_activities_are_graded_on_the_scale_of_their_tool(northmoor, officer):
    version = bracknell([northmoor.care])
    draft = begun(version, officer, "live_audit")
    changed = content.with_tool(version.content, {**draft.content, "grade_scheme": None})
    assert [
        one["grade_scheme"] for one in changed["framework"]["activities"] if one["tool"] == "live_audit"
    ] == [None]
    assert version.content["framework"]["activities"][0]["grade_scheme"]


def test_a_standard_no_longer_looks_at_a_question_that_is_gone(northmoor, officer):
    version = bracknell([northmoor.care])
    standard = next(one for one in version.content["framework"]["standards"] if one["questions"])
    gone = standard["questions"]["live_audit"][0]
    draft = begun(version, officer, "live_audit")
    workflow.remove_question(draft=draft, key=gone, by=officer, now=LATER)
    made = publish(draft, officer)
    looked_at = [one.get("questions") or {} for one in made.content["framework"]["standards"]]
    assert all(gone not in one.get("live_audit", ()) for one in looked_at)


# Retiring


def retire(version, key, officer):
    return workflow.retire_tool(
        framework=version.framework,
        key=key,
        effective_from=JANUARY,
        note="Nobody needs it",
        based_on=version.framework.versions.first(),
        by=officer,
        now=LATER,
    )


def test_a_tool_in_use_is_not_retired(version, officer):
    with pytest.raises(Refused, match="It is in use by “Dip sample”. Give them another tool first."):
        retire(version, SAMPLE, officer)


def test_a_retired_tool_keeps_its_versions_and_can_come_back(version, officer):
    tool = content.copied(version.content["tools"][SAMPLE], "spare", "Spare")
    spare = workflow.begin_draft(framework=version.framework, tool=tool, by=officer, now=NOW)
    publish(spare, officer)
    made = retire(version, "spare", officer)
    assert "spare" not in made.content["tools"]
    assert Tool.objects.get(key="spare").versions.count() == 1
    again = begun(version, officer, "spare")
    assert again.content == tool
    publish(again, officer)
    assert Tool.objects.get(key="spare").versions.count() == 1
