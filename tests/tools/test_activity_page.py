"""An administrator adds a kind of work in the browser, or changes one: a new version, checked whole."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from qaframework.packs.checking import mistakes_in
from qaframework.packs.differences import differences
from qaframework.packs.reading import shipped_packs
from qaframework.tools.activity_form import ActivityForm
from qaframework.tools.models import Tool
from tests.factories.packs import form_file, loaded, shipped

pytestmark = pytest.mark.django_db

JANUARY = date(2027, 1, 1)
FORM = form_file("early_help_check", "Early help check")


@pytest.fixture
def version(northmoor):
    return loaded(shipped("windsor"), [northmoor.root])


@pytest.fixture
def admin(client, northmoor):
    client.force_login(northmoor.admin)
    return client


def address(version, key=""):
    if key:
        return reverse("tools:activity", args=[version.framework_id, key])
    return reverse("tools:new_activity", args=[version.framework_id])


def new(version, **changes):
    """What the browser sends for a new activity."""
    return {
        "number": version.number,
        "label": "Early help check",
        "kind": "case_audit",
        "tool": "case_file_audit",
        "due": "month",
        "mode": "any",
        "pool": "function",
        "lead_time": "1 month",
        "exclude_audited_within": "12 months",
        "open_at_least": "6 weeks",
        "independence": "not_own_team",
        "ladder": "late_work",
        "decided_by": "head_of_service",
        "clauses": "RBWM-28",
        "effective_from": JANUARY.isoformat(),
        "note": "Agreed by the board",
        **changes,
    }


def as_shown(client, version, key):
    """What the browser sends when nothing is touched."""
    form = client.get(address(version, key)).context["form"]
    shown = {name: form[name].value() for name in form.fields if name not in ("file", "note")}
    return {name: value for name, value in shown.items() if value is not None} | {"note": "No reason"}


def said(response):
    return response.content.decode()


def newest(version):
    return version.framework.versions.first()


def changes(version):
    return [
        (line.place, line.before, line.after)
        for line in differences(version.content, newest(version).content)
        if line.place not in ("version", "effective from")
    ]


def test_a_new_kind_of_work_on_a_form_of_the_framework_is_a_new_version(admin, version):
    response = admin.post(address(version), new(version), follow=True)
    assert "Early help check: version 2026.1 (local change 1) of the framework." in said(response)
    made = newest(version)
    assert (made.effective_from, made.note) == (JANUARY, "Agreed by the board")
    activity = made.pack.activity("early_help_check")
    assert (activity.tool, activity.grade_scheme, activity.due_by) == ("case_file_audit", "ofsted4", "month")
    assert (activity.draw.pool, str(activity.draw.open_at_least)) == ("function", "6 weeks")
    assert (str(activity.lead_time), activity.independence) == ("1 month", "not_own_team")
    assert (activity.ladder, activity.extension.decided_by) == ("late_work", "head_of_service")
    assert activity.clauses == ("RBWM-28",)
    assert mistakes_in(made.content) == []
    assert version.framework.version_on(date(2026, 12, 31)) == version


def test_a_ready_made_form_comes_with_it(admin, version):
    admin.post(address(version), new(version, tool="closure_audit"))
    assert "closure_audit" in newest(version).content["tools"]
    assert Tool.objects.filter(framework=version.framework, key="closure_audit").exists()


def test_work_that_is_not_drawn_has_no_draw_and_no_lead_time(admin, version):
    sent = new(version, pool="not_drawn", due="after", deadline="3 weeks", decided_by="")
    admin.post(address(version), sent)
    activity = newest(version).pack.activity("early_help_check")
    assert (activity.draw, activity.lead_time, activity.extension) == (None, None, None)
    assert str(activity.deadline) == "3 weeks"


@pytest.mark.parametrize("name", shipped_packs())
def test_what_is_saved_untouched_changes_nothing(admin, northmoor, name):
    version = loaded(shipped(name), [northmoor.root])
    for key in version.pack.activities:
        response = admin.post(address(version, key), as_shown(admin, version, key), follow=True)
        assert "nothing has changed" in said(response), (key, response.context["form"].errors)
    assert version.framework.versions.count() == 1


def test_only_what_was_changed_changes(admin, version):
    sent = as_shown(admin, version, "managers_audit") | {"open_at_least": "8 weeks", "due": "quarter"}
    admin.post(address(version, "managers_audit"), sent)
    assert changes(version) == [
        ("activities › managers audit › due by", "month", "quarter"),
        ("activities › managers audit › draw › open at least", "6 weeks", "8 weeks"),
    ]


def test_a_change_of_form_changes_the_scale_with_it(admin, version):
    sent = as_shown(admin, version, "session_observation") | {"tool": "visit_note"}
    admin.post(address(version, "session_observation"), sent)
    assert changes(version)[0] == (
        "activities › session observation › tool",
        "practice_observation",
        "visit_note",
    )


def test_who_may_start_one_and_on_which_forms_is_said_here_too(admin, version):
    sent = new(
        version,
        kind="dip_sample",
        pool="not_drawn",
        tool="dip_visits",
        other_tools=["dip_missing", "dip_fathers"],
        started_by=["team_manager", "qa_officer"],
    )
    admin.post(address(version), sent)
    made = newest(version)
    activity = made.pack.activity("early_help_check")
    assert activity.started_by == ("team_manager", "qa_officer")
    assert set(activity.other_tools) == {"dip_missing", "dip_fathers"}
    assert {"dip_visits", "dip_missing", "dip_fathers"} <= made.content["tools"].keys()
    again = as_shown(admin, made, "early_help_check")
    assert again["started_by"] == ["team_manager", "qa_officer"]
    later = again | {"started_by": ["qa_manager", "qa_officer"], "other_tools": []}
    admin.post(address(version, "early_help_check"), later)
    activity = newest(version).pack.activity("early_help_check")
    assert activity.started_by == ("qa_officer", "qa_manager")
    assert activity.other_tools == ()


def test_only_what_goes_with_the_kind_of_work_is_asked(admin, version):
    def asked(key):
        fields = admin.get(address(version, key)).context["form"].fields
        return [name for name in ("other_tools", "started_by") if name in fields]

    assert asked("managers_audit") == []
    assert asked("deep_dive_report") == ["started_by"]
    assert asked("closed_files_audit") == ["started_by"]  # its rows are drawn
    assert asked("") == ["other_tools", "started_by"]


def test_a_form_without_rows_is_not_offered_for_a_dip_sample(admin, version):
    offered = dict(admin.get(address(version)).context["form"].fields["other_tools"].choices)
    assert offered["dip_missing"] == "Dip sample: children who go missing"
    assert "case_file_audit" not in offered


def test_a_review_that_nobody_could_start_any_more_is_refused(admin, version):
    sent = as_shown(admin, version, "review_monitoring") | {"started_by": []}
    response = admin.post(address(version, "review_monitoring"), sent)
    assert response.status_code == 422
    assert "When it begins is not said" in said(response)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"started_by": ["team_manager"]}, "Nobody starts an audit of a case"),
        ({"started_by": ["lado"]}, "Select a valid choice"),
        ({"other_tools": ["dip_missing"]}, "Only a dip sample has forms to choose from"),
        (
            {
                "kind": "dip_sample",
                "pool": "not_drawn",
                "tool": "dip_missing",
                "other_tools": ["dip_missing"],
            },
            "One of these is the form above already",
        ),
        ({"label": ""}, "Say what it is called."),
        ({"label": "Deep dive"}, "This framework has such an activity already"),
        ({"tool": "nothing"}, "Select a valid choice"),
        ({"tool": "a_file_of_ones_own"}, "Choose the file."),
        ({"due": "after"}, "Say how long after it is given out"),
        ({"due": "after", "deadline": "soon"}, "“soon” is not a length of time"),
        ({"due": "after", "deadline": "48 hours"}, "Hours do not lead to a day"),
        ({"open_at_least": ""}, "Give 0 days where it does not matter"),
        ({"clauses": "twenty-eight"}, "such as QA-03, QA-04"),
        ({"note": ""}, "Say what changes and why"),
        ({"effective_from": "2026-01-01"}, "Rules cannot change in the past"),
        ({"kind": "dip_sample", "pool": "not_drawn"}, "A dip sample needs a tool with rows"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_saved(admin, version, wrong, words):
    response = admin.post(address(version), new(version, **wrong))
    assert response.status_code == 422
    assert words in said(response)
    assert version.framework.versions.count() == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"key: [", "line 2: The file is not valid YAML"),
        (b"- a", "The file has no key"),
        (b"key: a\nkey: b\n", "line 2: “key” stands there a second time"),
        (FORM.replace(b"early_help_check", b"case_file_audit"), "has a form “case_file_audit” already"),
        (FORM.replace(b"yes_partly_no_na", b"maybe"), "“maybe” is not one of the choices"),
        (FORM.replace(b"ofsted4", b"ten"), "“ten” is not a grade scheme"),
        (b" " * 2_000_001, "is larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_form_is_refused_with_what_would_be_right(admin, version, data, words):
    file = SimpleUploadedFile("check.yaml", data)
    response = admin.post(address(version), new(version, tool="a_file_of_ones_own", file=file))
    assert response.status_code == 422
    assert words in said(response)
    assert version.framework.versions.count() == 1


def test_of_two_administrators_the_second_is_told(admin, version):
    sent = as_shown(admin, version, "deep_dive") | {"label": "Deep look"}
    admin.post(address(version), new(version))
    response = admin.post(address(version, "deep_dive"), sent)
    assert response.status_code == 409
    assert "Somebody else has changed this" in said(response)
    assert version.framework.versions.count() == 2


def test_a_label_makes_a_key_of_letters(version):
    def key(label):
        form = ActivityForm(new(version, label=label), activity=None, version=version, today=JANUARY)
        assert form.is_valid(), form.errors
        return form.key

    assert key("Early help – first look") == "early_help_first_look"
    assert key("3rd look") == "work_3rd_look"
    assert len(key("A" * 80)) == 40


def test_the_page_asks_for_the_first_day_of_the_next_quarter(admin, version):
    page = admin.get(address(version))
    day = page.context["form"]["effective_from"].value()
    assert (day.day, day.month in (1, 4, 7, 10)) == (1, True)


def test_an_activity_that_there_is_not_is_not_found(admin, version):
    assert admin.get(address(version, "party")).status_code == 404


def test_who_may_not_configure_the_framework_changes_no_work(client, northmoor, version):
    for person in (northmoor.qa_manager, northmoor.director, northmoor.practitioner):
        client.force_login(person)
        assert client.get(address(version)).status_code == 403
        assert client.post(address(version), new(version)).status_code == 403
    client.force_login(northmoor.appoint("care_admin", "config_admin", northmoor.care))
    assert client.post(address(version), new(version)).status_code == 403
    assert version.framework.versions.count() == 1


def test_the_frameworks_page_leads_there_those_who_may(client, northmoor, version):
    page = reverse("packs:framework", args=[version.framework_id])
    client.force_login(northmoor.admin)
    assert address(version) in said(client.get(page))
    assert address(version, "deep_dive") in said(client.get(page))
    client.force_login(northmoor.qa_officer)
    assert address(version) not in said(client.get(page))
