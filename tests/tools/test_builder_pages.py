"""The quality assurance team builds a tool in the browser, from the list of tools to a published version."""

import io
import json
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from qaframework.packs.library import TOOLS, ready_made
from qaframework.packs.reading import shipped_packs
from qaframework.tools.building import workflow
from qaframework.tools.building.content import asked_in, find_question, mark_of, with_values
from qaframework.tools.building.files import file_of
from qaframework.tools.building.forms import ParticularsForm, QuestionForm, SectionForm
from qaframework.tools.building.reading import as_it_stands
from qaframework.tools.definition import QuestionType
from qaframework.tools.models import Tool, ToolDraft, ToolVersion
from tests.factories.packs import loaded, shipped
from tests.factories.tools import THEN

pytestmark = pytest.mark.django_db

PUBLISH = {"effective_from": "2027-01-01", "note": "Asked better"}


@pytest.fixture
def officer(client, northmoor):
    client.force_login(northmoor.qa_officer)
    return client


@pytest.fixture
def draft(version, northmoor):
    return begun(version, "dip_sample", northmoor.qa_officer)


def begun(version, key, by):
    tool = as_it_stands(version.framework, key)
    return workflow.begin_draft(framework=version.framework, tool=tool, by=by, now=THEN)


def url(name, draft, *more):
    return reverse(f"tools:{name}", args=[draft.pk, *more])


def said(response):
    text = re.sub(r"<[^>]+>", " ", response.content.decode().partition("<main")[2])
    return " ".join(text.replace("&#x27;", "'").split())


def as_shown(client, address):
    """What the browser sends when nothing is touched."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields if name != "file"}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def stands(draft):
    return ToolDraft.objects.get(pk=draft.pk).content


def question(draft, key):
    return find_question(stands(draft), key)[1]


# From the list to a published version


def test_a_tool_is_changed_previewed_and_published(officer, version):
    tool = Tool.objects.get(key="dip_sample")
    page = officer.get(reverse("tools:tools"))
    assert reverse("tools:tool", args=[tool.pk]) in page.content.decode()
    response = officer.post(reverse("tools:begin_draft", args=[tool.pk]))
    draft = ToolDraft.objects.get()
    assert response["Location"] == url("draft", draft)
    assert "Draft by Qa Officer Example" in said(officer.get(reverse("tools:tools")))

    address = url("draft_question", draft, "row_note")
    officer.post(address, as_shown(officer, address) | {"text": "What else should be known?"})
    assert "What else should be known?" in said(officer.get(url("draft_preview", draft)))
    page = said(officer.get(url("publish_draft", draft)))
    assert "Reworded Anything to note What else should be known?" in page
    assert "Activities that use it: Dip sample." in page

    response = officer.post(url("publish_draft", draft), {"number": version.number, **PUBLISH}, follow=True)
    assert "is published in version 2026.1 (local change 1)" in said(response)
    assert response.redirect_chain[0][0] == reverse("tools:tool", args=[tool.pk])
    assert "Version 2" in said(response)
    page = said(officer.get(reverse("tools:difference", args=[tool.pk, 1, 2])))
    assert "Reworded Anything to note What else should be known?" in page
    picked = officer.get(reverse("tools:compare", args=[tool.pk]), {"older": "1", "newer": "2"})
    assert picked["Location"] == reverse("tools:difference", args=[tool.pk, 1, 2])


def test_a_tool_from_nothing_says_what_stops_it_until_it_is_whole(officer, version):
    new = reverse("tools:new_tool", args=[version.framework_id])
    officer.post(new, {"start": "nothing", "name": "Early help look"})
    draft = ToolDraft.objects.get(key="early_help_look")
    page = said(officer.get(url("draft", draft)))
    assert "Add a section." in page
    assert "Say what it is for. Say how long it usually takes." in page

    officer.post(url("draft_new_section", draft), {"title": "The child", "guidance": "Look.", "graded": "on"})
    officer.post(url("draft_new_question", draft, "the_child"), {"text": "What helped?", "type": "pick_one"})
    page = said(officer.get(url("publish_draft", draft)))
    assert "“The child” : It is graded, and the tool has no grade scheme." in page
    assert "“The child”, “What helped?” : Give at least two choices." in page
    assert "From which day" not in page
    assert officer.post(url("publish_draft", draft), {"number": "1", **PUBLISH}).status_code == 422
    assert "It cannot be shown yet." in said(officer.get(url("draft_preview", draft)))

    officer.post(
        url("draft_question", draft, "what_helped"),
        as_shown(officer, url("draft_question", draft, "what_helped"))
        | {"choice_0": "Talking", "choice_1": "Playing", "required": "on"},
    )
    particulars = url("draft_particulars", draft)
    scheme = version.content["framework"]["grade_schemes"][0]["key"]
    filled = {"purpose": "To look.", "minutes": "30", "grade_scheme": scheme}
    assert officer.post(particulars, as_shown(officer, particulars) | filled).status_code == 302
    assert "What stops it" not in said(officer.get(url("draft", draft)))
    officer.post(url("publish_draft", draft), {"number": version.number, **PUBLISH})
    made = ToolVersion.objects.get(tool__key="early_help_look")
    assert made.definition.question("what_helped").option_keys == ["talking", "playing"]
    assert "No activity uses it yet." in said(officer.get(reverse("tools:tool", args=[made.tool_id])))


def test_a_copy_of_any_tool_gets_its_own_name(officer, version):
    new = reverse("tools:new_tool", args=[version.framework_id])
    sent = {"start": "copy", "name": "Closing look", "other": "library.closure_audit"}
    officer.post(new, sent)
    draft = ToolDraft.objects.get(key="closing_look")
    assert len(list(asked_in(draft.content))) == len(list(asked_in(ready_made(TOOLS)["closure_audit"])))
    assert "New draft" in said(officer.get(reverse("tools:tools")))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"start": "nothing"}, "Say what the new tool is called."),
        ({"start": "copy", "name": "A"}, "Choose the tool that is copied."),
        ({"start": "file"}, "Choose the file."),
    ],
)
def test_what_a_new_tool_needs_is_asked_for(officer, version, sent, words):
    response = officer.post(reverse("tools:new_tool", args=[version.framework_id]), sent)
    assert (response.status_code, words in said(response)) == (422, True)
    assert not ToolDraft.objects.exists()


# Parts


ALL = {f"library {key}": tool for key, tool in ready_made(TOOLS).items()} | {
    f"{name} {key}": tool for name in shipped_packs() for key, tool in shipped(name)["tools"].items()
}


def untouched(form):
    """The form as it comes back when nothing is touched."""
    shown = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in shown.items() if value is not None and value is not False}


@pytest.mark.parametrize("name", ALL)
def test_no_form_changes_what_it_only_shows(name):
    tool = ALL[name]
    lists = {"lists": ["meeting_types"]}
    shown = [(ParticularsForm, {"tool": tool, "schemes": []}, tool)]
    shown += [(SectionForm, {"section": one}, one) for one in tool["sections"]]
    shown += [
        (QuestionForm, {"question": one, "section": section, "tool": tool, **lists}, one)
        for section, one in asked_in(tool)
    ]
    for form_class, of, part in shown:
        sent = untouched(form_class(None, **of))
        if form_class is ParticularsForm:
            of["schemes"] = [{"key": tool.get("grade_scheme") or "", "label": ""}]
        form = form_class(sent, **of)
        assert form.is_valid(), (part["key"], form.errors)
        assert with_values(part, form.values()) == part


@pytest.mark.parametrize(("source", "key"), [("lancashire", "learning_space"), ("bracknell", "live_audit")])
def test_what_is_saved_untouched_changes_nothing(officer, northmoor, source, key):
    version = loaded(shipped(source), [northmoor.duty])
    draft = begun(version, key, northmoor.qa_officer)
    addresses = [url("draft_particulars", draft), url("draft_essentials", draft)]
    addresses += [url("draft_section", draft, one["key"]) for one in draft.content["sections"]]
    addresses += [url("draft_question", draft, one["key"]) for _, one in asked_in(draft.content)]
    for address in addresses:
        assert officer.post(address, as_shown(officer, address)).status_code == 302, address
    assert ToolDraft.objects.get(pk=draft.pk).revision == 1


@pytest.mark.parametrize("kind", list(QuestionType))
def test_every_kind_of_question_is_added_and_changed(officer, draft, kind):
    added = officer.post(url("draft_new_question", draft, "visits"), {"text": "New one?", "type": kind})
    address = url("draft_question", draft, "new_one")
    assert added["Location"] == address
    sent = as_shown(officer, address)
    sent |= {"hint": "Look twice.", "minimum": "1", "maximum": "5"}
    sent |= {"choice_0": "A", "choice_1": "B", "column_0": "Who?", "column_1": "How?"}
    sent |= {"kind_1": "pick_one", "choices_1": "By phone\r\nAt home"}
    assert officer.post(address, sent).status_code == 302
    asked = question(draft, "new_one")
    assert (asked["type"], asked["hint"]) == (kind, "Look twice.")
    if kind == QuestionType.ROWS:
        assert asked["columns"] == [
            {"text": "Who?", "type": "short_text", "key": "who"},
            {
                "text": "How?",
                "type": "pick_one",
                "options": [{"key": "by_phone", "label": "By phone"}, {"key": "at_home", "label": "At home"}],
                "key": "how",
            },
        ]
    assert officer.get(address).status_code == 200
    officer.post(url("draft_kind", draft, "new_one"), {"type": "long_text", "read": mark_of(asked)})
    assert question(draft, "new_one")["type"] == "long_text"


def test_a_sign_off_says_who_signs_and_what_that_rules_out(officer, draft):
    officer.post(
        url("draft_new_question", draft, "visits"), {"text": "Seen by them?", "type": QuestionType.SIGN_OFF}
    )
    address = url("draft_question", draft, "seen_by_them")
    assert officer.post(address, as_shown(officer, address)).status_code == 302
    assert "by" not in question(draft, "seen_by_them")
    officer.post(address, as_shown(officer, address) | {"by": "worker", "required": "on"})
    assert question(draft, "seen_by_them")["by"] == "worker"
    assert "the form cannot wait for it" in officer.get(url("draft", draft)).content.decode()
    officer.post(address, as_shown(officer, address) | {"by": "owner"})
    assert question(draft, "seen_by_them")["by"] == "owner"
    officer.post(
        url("draft_kind", draft, "seen_by_them"),
        {"type": "long_text", "read": mark_of(question(draft, "seen_by_them"))},
    )
    assert "by" not in question(draft, "seen_by_them")


def test_choices_are_put_in_their_places(officer, draft):
    officer.post(url("draft_new_question", draft, "visits"), {"text": "Which?", "type": "pick_several"})
    address = url("draft_question", draft, "which")
    words = {"choice_0": "A", "choice_1": "B", "choice_2": "C"}
    officer.post(address, as_shown(officer, address) | words)
    officer.post(address, as_shown(officer, address) | {"place_2": "1", "choice_1": ""})
    assert [one["label"] for one in question(draft, "which")["options"]] == ["C", "A"]
    response = officer.post(address, as_shown(officer, address) | {"choice_1": "c"})
    assert "“c” is there twice" in said(response)


def test_no_choice_of_a_long_list_is_lost(officer, draft):
    key = workflow.add_question(
        draft=draft,
        section_key="visits",
        values={"text": "Which?", "type": "pick_one"},
        by=draft.started_by,
        now=THEN,
    )
    options = [{"label": f"Choice number {number}"} for number in range(1, 151)]
    read = mark_of(find_question(draft.content, key)[1])
    workflow.change_question(
        draft=draft, key=key, values={"options": options}, read=read, by=draft.started_by, now=THEN
    )
    address = url("draft_question", draft, key)
    officer.post(address, as_shown(officer, address) | {"text": "Which one?"})
    assert len(question(draft, key)["options"]) == 150


def test_sections_and_questions_are_moved_and_removed_without_scripts(officer, draft):
    first, second = [one["key"] for _, one in asked_in(draft.content)][:2]
    response = officer.post(url("draft_move", draft), {"question": second, "direction": "up"})
    assert response["Location"] == f"{url('draft', draft)}#question-{second}"
    assert [one["key"] for _, one in asked_in(stands(draft))][:2] == [second, first]
    officer.post(url("draft_new_section", draft), {"title": "More"})
    officer.post(url("draft_move", draft), {"section": "more", "direction": "up"})
    assert stands(draft)["sections"][0]["key"] == "more"
    officer.post(url("draft_move", draft), {"section": "gone", "direction": "up"})
    assert "It has no questions." in said(officer.get(url("draft_remove_section", draft, "more")))
    officer.post(url("draft_remove_section", draft, "more"))
    officer.post(url("draft_remove_question", draft, first))
    assert first not in json.dumps(stands(draft))


@pytest.mark.parametrize(
    ("page", "changes"),
    [
        (("draft_question", "row_note"), {"text": "Mine"}),
        (("draft_section", "visits"), {"title": "Mine"}),
        (("draft_particulars",), {"name": "Mine"}),
    ],
)
def test_of_two_people_the_second_sees_both_texts_and_decides(officer, draft, northmoor, page, changes):
    address = url(page[0], draft, *page[1:])
    mine = as_shown(officer, address) | changes
    (name,) = changes
    client = type(officer)()
    client.force_login(northmoor.qa_manager)
    client.post(address, as_shown(client, address) | {name: "Theirs"})

    response = officer.post(address, mine)
    assert response.status_code == 409
    text = said(response)
    assert "Qa Manager Example changed this while you were writing" in text
    assert "Theirs" in text
    form = response.context["form"]
    assert form[name].value() == "Mine"
    again = officer.post(address, mine | {"read": form["read"].value()})
    assert again.status_code == 302
    assert "Mine" in json.dumps(stands(draft))


# Conditions


def test_a_question_is_made_to_depend_on_an_earlier_answer(officer, draft):
    pages = [
        ("shown_if", "visit_in_time", {"how": "is", "options": ["no", "na"]}),
        ("required_if", "seen_alone", {"how": "answered"}),
    ]
    for name, earlier, answer in pages:
        start = url("draft_new_condition", draft, "row_note", name)
        assert "Was the last visit in time" in officer.get(start).content.decode()
        chosen = officer.post(start, {"question": earlier})
        address = url("draft_condition", draft, "row_note", name, earlier)
        assert chosen["Location"] == address
        officer.post(address, as_shown(officer, address) | answer)
    asked = question(draft, "row_note")
    assert asked["shown_if"] == [{"question": "visit_in_time", "is": ["no", "na"]}]
    assert asked["required_if"] == [{"question": "seen_alone", "answered": True}]
    page = officer.get(url("draft_question", draft, "row_note"))
    assert "is No or Not applicable" in said(page)
    assert "is answered" in said(page)
    assert "What stops it" not in said(officer.get(url("draft", draft)))

    officer.post(
        url("draft_drop_condition", draft, "row_note"),
        {"name": "shown_if", "place": "0", "read": mark_of(asked)},
    )
    assert "shown_if" not in question(draft, "row_note")


def test_a_condition_on_a_number_has_bounds(officer, draft):
    officer.post(url("draft_new_section", draft), {"title": "First"})
    officer.post(url("draft_move", draft), {"section": "first", "direction": "up"})
    officer.post(url("draft_new_question", draft, "first"), {"text": "How many?", "type": "number"})
    address = url("draft_condition", draft, "row_note", "shown_if", "how_many")
    sent = as_shown(officer, address)
    refused = officer.post(address, sent | {"how": "number"})
    assert "Give the least number, the largest one, or both." in said(refused)
    refused = officer.post(address, sent | {"how": "number", "at_least": "3", "at_most": "2"})
    assert "This is below the least number." in said(refused)
    officer.post(address, sent | {"how": "number", "at_least": "2"})
    assert question(draft, "row_note")["shown_if"] == [{"question": "how_many", "at_least": 2}]


def test_a_condition_on_what_is_asked_later_or_no_more_stops_the_tool(officer, draft):
    address = url("draft_condition", draft, "seen_alone", "shown_if", "visit_in_time")
    officer.post(address, as_shown(officer, address) | {"how": "is", "options": ["yes"]})
    officer.post(url("draft_move", draft), {"question": "seen_alone", "direction": "up"})
    page = said(officer.get(url("draft", draft)))
    assert "is not asked before this question, so the two could wait for each other." in page
    assert "visit_in_time" not in page
    officer.post(url("draft_remove_question", draft, "visit_in_time"))
    page = said(officer.get(url("publish_draft", draft)))
    assert "It depends on a question that is not in the tool any more." in page


def test_a_question_cannot_depend_on_itself_or_a_later_one(officer, draft):
    for other in ("visit_in_time", "seen_alone"):
        address = url("draft_condition", draft, "visit_in_time", "shown_if", other)
        assert officer.get(address).status_code == 404


# Files


@pytest.mark.parametrize("kind", ["xlsx", "yaml"])
def test_an_exported_version_is_changed_elsewhere_and_taken_into_a_draft(officer, draft, kind):
    tool = Tool.objects.get(key="dip_sample")
    exported = officer.get(reverse("tools:export", args=[tool.pk, 1, kind]))
    assert exported["Content-Disposition"] == f'attachment; filename="dip_sample-1.{kind}"'
    data = exported.content
    if kind == "yaml":
        data = data.replace(b"Anything to note", b"What else?")
    else:
        workbook = openpyxl.load_workbook(io.BytesIO(data))
        cells = [cell for row in workbook["Questions"] for cell in row if cell.value == "Anything to note"]
        cells[0].value = "What else?"
        changed = io.BytesIO()
        workbook.save(changed)
        data = changed.getvalue()
    file = SimpleUploadedFile(f"tool.{kind}", data)
    officer.post(url("draft_file", draft), {"file": file, "read": "1"})
    before = {**find_question(draft.content, "row_note")[1], "text": "What else?"}
    assert question(draft, "row_note") == before
    again = officer.get(url("export_draft", draft, kind))
    assert again.status_code == 200


def test_a_faulty_file_is_refused_whole_with_a_list(officer, draft, version):
    data = file_of(draft.content, "yaml").replace(b"yes_no_na", b"maybe")
    for address, sent in (
        (url("draft_file", draft), {"read": "1"}),
        (reverse("tools:new_tool", args=[version.framework_id]), {"start": "file"}),
    ):
        response = officer.post(address, {**sent, "file": SimpleUploadedFile("tool.yaml", data)})
        assert response.status_code == 422
        assert "“maybe” is not one of the choices." in said(response)
        assert "Nothing was taken from the file." in said(response)
    assert stands(draft) == draft.content
    assert ToolDraft.objects.count() == 1


def test_a_new_tool_comes_from_a_file(officer, version):
    tool = {**ready_made(TOOLS)["closure_audit"], "key": "brought_along"}
    file = SimpleUploadedFile("tool.xlsx", file_of(tool, "xlsx"))
    officer.post(reverse("tools:new_tool", args=[version.framework_id]), {"start": "file", "file": file})
    assert ToolDraft.objects.get().content == tool


def test_a_file_read_before_somebody_changed_the_draft_does_not_undo_that(officer, draft):
    officer.post(url("draft_new_section", draft), {"title": "Theirs"})
    file = SimpleUploadedFile("tool.yaml", file_of(draft.content, "yaml"))
    assert officer.post(url("draft_file", draft), {"file": file, "read": "1"}).status_code == 409
    assert "theirs" in json.dumps(stands(draft))


# Ends


def test_a_draft_is_discarded(officer, draft):
    officer.post(url("discard_draft", draft))
    assert not ToolDraft.objects.exists()
    assert officer.get(url("draft", draft)).status_code == 404


def test_a_tool_in_use_is_not_retired_and_a_spare_one_is(officer, draft, version):
    tool = Tool.objects.get(key="dip_sample")
    sent = {"number": version.number, **PUBLISH}
    refused = officer.post(reverse("tools:retire", args=[tool.pk]), sent)
    assert (refused.status_code, "It is in use by “Dip sample”." in said(refused)) == (422, True)
    new = reverse("tools:new_tool", args=[version.framework_id])
    officer.post(new, {"start": "copy", "name": "Spare", "other": "library.closure_audit"})
    spare = ToolDraft.objects.get(key="spare")
    officer.post(
        url("draft_particulars", spare),
        as_shown(officer, url("draft_particulars", spare))
        | {"grade_scheme": version.content["framework"]["grade_schemes"][0]["key"]},
    )
    officer.post(url("publish_draft", spare), sent)
    spare = Tool.objects.get(key="spare")
    address = reverse("tools:retire", args=[spare.pk])
    response = officer.post(address, sent | {"number": "2"}, follow=True)
    assert "It is retired" in said(response)
    assert "Retired" in said(officer.get(reverse("tools:tools")))
    assert officer.get(address).status_code == 404


def test_a_framework_that_changed_after_the_draft_began_is_pointed_out(officer, draft, northmoor):
    other = {**draft.content, "minutes": 10}
    changed = shipped("lancashire")
    rules = {**changed["framework"], "version": "2027.1", "effective_from": "2027-01-01"}
    loaded({"framework": rules, "tools": {**changed["tools"], "dip_sample": other}}, [northmoor.duty])
    page = said(officer.get(url("publish_draft", draft)))
    assert "Version 2027.1 of the framework changed this tool after the draft was begun." in page
    assert "Minutes Changed 10 90" in page
    refused = officer.post(url("publish_draft", draft), {"number": "1", **PUBLISH})
    assert refused.status_code == 409


def test_who_does_not_run_quality_assurance_for_all_of_it_builds_nothing(client, draft, northmoor, version):
    for person in (northmoor.director, northmoor.team_manager, northmoor.practitioner):
        client.force_login(person)
        assert client.get(url("draft", draft)).status_code == 403
    elsewhere = northmoor.appoint("care_admin", "config_admin", northmoor.care)
    client.force_login(elsewhere)
    tool = Tool.objects.get(key="dip_sample")
    assert client.get(url("draft", draft)).status_code == 404
    assert client.post(reverse("tools:begin_draft", args=[tool.pk])).status_code == 404
    assert "Change this tool" not in said(client.get(reverse("tools:tool", args=[tool.pk])))


def test_what_publishing_changes_beside_the_tool_is_said_before(officer, northmoor):
    version = loaded(shipped("bracknell"), [northmoor.duty])
    draft = begun(version, "live_audit", northmoor.qa_officer)
    standard = next(one for one in version.content["framework"]["standards"] if one["questions"])
    key = standard["questions"]["live_audit"][0]
    page = said(officer.get(url("draft_remove_question", draft, key)))
    assert f"The standard “{standard['label']}” looks at it" in page
    officer.post(url("draft_remove_question", draft, key))
    assert "Framework: standards" in said(officer.get(url("publish_draft", draft)))
