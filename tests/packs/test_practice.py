"""Themes, standards, groups and meetings of a framework: what the pack says, and what people read and get."""

from copy import deepcopy

import pytest
from django.urls import reverse

from qaframework.allocation.models import Assignment
from qaframework.allocation.workflow import allocate_period_work, make_programme
from qaframework.packs.checking import check
from qaframework.packs.definition import parse
from qaframework.packs.differences import differences
from qaframework.packs.practice_wording import theme_rows
from qaframework.packs.reading import files_of, hash_of
from qaframework.packs.wording import rule_facts
from qaframework.packs.workflow import load_pack
from qaframework.packs.year_calendar import theme_lines, year_calendar
from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.working_days import WorkingCalendar
from qaframework.tools.models import ToolVersion
from qaframework.tools.workflow import install_tools
from tests.factories.packs import LOADED_AT, loaded, shipped

APRIL, MAY = Month(2026, 4), Month(2026, 5)
BY_THEME = {"key": "missing", "label": "Children who go missing", "activities": ["dip_sample"]}


def changed(name="lancashire", **framework):
    content = deepcopy(shipped(name))
    content["framework"] |= framework
    assert check(files_of(content)) == []
    return content


def pack_of(content):
    return parse(hash_of(content), content)


def months_of(content, year=2026):
    pack = pack_of(content)
    names = {"cin": "Children in need"}
    months = year_calendar(lambda _: pack, ProgrammeYear(year), WorkingCalendar(), names)
    return {one.month: one for one in months}


def text(response):
    assert response.status_code == 200
    return response.content.decode()


# Themes


def test_a_theme_is_for_named_months_or_quarters_or_the_whole_year():
    themes = [
        {**BY_THEME, "months": ["may", "april"]},
        {**BY_THEME, "key": "second", "quarters": [4, 2]},
        {**BY_THEME, "key": "always"},
    ]
    first, second, always = pack_of(changed(themes=themes)).themes
    assert first.months == (4, 5)
    assert second.months == (7, 8, 9, 1, 2, 3)
    assert always.months == (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)


def test_the_theme_of_the_nearest_unit_goes_before_others():
    themes = [
        {**BY_THEME, "key": "all"},
        {**BY_THEME, "key": "function", "units": ["duty"]},
        {**BY_THEME, "key": "team", "units": ["duty-1"], "months": ["april"]},
        {"key": "open", "chosen_by": "head_of_service", "activities": ["dip_sample"], "units": ["duty-2"]},
    ]
    pack = pack_of(changed(themes=themes))

    def key(month, *units, activity="dip_sample"):
        theme = pack.theme_for(activity, month, units)
        return theme and theme.key

    assert key(APRIL, "duty-1", "duty", "root") == "team"
    assert key(MAY, "duty-1", "duty", "root") == "function"
    assert key(APRIL, "duty-2", "duty", "root") == "function"
    assert key(APRIL, "care-1", "care", "root") == "all"
    assert key(APRIL, "care-1", activity="observation") is None


def test_a_chosen_theme_takes_the_place_of_the_open_one():
    slot = {"key": "open", "chosen_by": "head_of_service", "activities": ["dip_sample"]}
    pack = pack_of(changed(themes=[slot, {**BY_THEME, "months": ["may"]}]))
    assert theme_lines(pack, APRIL) == ["Dip sample: to be chosen by the Head of service"]
    assert theme_lines(pack, MAY) == ["Dip sample: Children who go missing"]


def test_a_theme_of_one_unit_leaves_the_others_open():
    slot = {"key": "open", "chosen_by": "strategic_board", "activities": ["dip_sample"]}
    pack = pack_of(changed(themes=[slot, {**BY_THEME, "units": ["mash"]}]))
    assert theme_lines(pack, APRIL) == [
        "Dip sample: to be chosen by the Performance and quality strategic board",
        "Dip sample in unit mash: Children who go missing",
    ]


@pytest.mark.django_db
@pytest.mark.clause("LAN-12")
def test_a_theme_that_each_function_chooses_is_said_in_words():
    pack = pack_of(shipped("lancashire"))
    row = next(row for row in theme_rows(pack) if row[1] == "Dip sample")
    assert row[0] == "To be chosen by: Head of service"
    assert row[3] == "Each function has its own"
    assert row[4].endswith("agree on what was found within 10 working days of the end of the month.")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"label": "Fathers"}, "for_each: A theme that each unit chooses is not known yet."),
        ({"activities": ["observation"]}, "activities: Only themes of dip samples are chosen so."),
        ({"for_each": None}, "narrative: Nobody chooses this theme month by month."),
    ],
)
def test_slips_in_a_theme_that_each_function_chooses(change, wrong):
    content = deepcopy(shipped("lancashire"))
    theme = content["framework"]["themes"][0] | change
    content["framework"]["themes"][0] = {key: value for key, value in theme.items() if value}
    (mistake,) = check(files_of(content))
    assert f"themes › dip_sample_theme › {wrong}" in str(mistake)


def test_work_that_is_given_out_carries_the_theme_of_its_month(northmoor, now):
    themes = [{**BY_THEME, "months": ["november"]}, {**BY_THEME, "key": "later", "months": ["december"]}]
    version = loaded(changed(themes=themes), [northmoor.root])
    make_programme(framework=version.framework, year=2026, by=None, now=now)
    allocate_period_work(now=now)
    given_out = Assignment.objects.filter(period="2026-11", state="allocated")
    assert {(one.activity, one.theme) for one in given_out} == {
        ("dip_sample", "Children who go missing"),
        ("observation", ""),
    }
    assert not Assignment.objects.filter(state="planned").exclude(theme="").exists()


@pytest.mark.django_db
def test_the_programme_shows_its_themes(client, northmoor, now):
    version = loaded(changed(themes=[{**BY_THEME, "months": ["may"]}]), [northmoor.root])
    make_programme(framework=version.framework, year=2026, by=None, now=now)
    client.force_login(northmoor.qa_officer)
    page = client.get(reverse("allocation:programme"))
    assert page.context["themes"] == [["Children who go missing", "Dip sample", "May", "Everywhere"]]
    assert reverse("packs:calendar_of", args=[version.framework_id, 2026]) in text(page)
    other = client.get(reverse("allocation:programme"), {"activity": "observation"})
    assert other.context["themes"] == []


# Groups, their meetings and their reports


def test_groups_stand_for_those_who_sit_on_them():
    pack = pack_of(shipped("lancashire"))
    monthly, _, of_each_function = pack.reports
    assert monthly.groups == ("strategic_board",)
    assert of_each_function.groups == ("operational_meeting",)
    assert set(monthly.recipients) == {
        "qa_manager",
        "senior_manager",
        "head_of_service",
        "director",
        "executive_director",
        "board_member",
    }


def test_the_calendar_has_the_meetings_and_steps_of_each_month():
    """By their first day; weeks are counted from the first Monday, 6 April 2026."""
    april = months_of(shipped("lancashire"))[APRIL]
    assert april.meetings == [
        "Operational performance and quality meeting in each function: week of 13 April",
        "Performance and quality strategic board: week of 20 April",
    ]
    assert april.steps == [
        "5 April: the monthly report about March 2026 is built",
        "Week of 6 April: Data and dashboards are sent to heads of service and senior managers (QA manager)",
        "10 April: the quarterly report about Quarter 4, January to March 2026 is built",
        "10 April: the quarterly report of each function about Quarter 4, January to March 2026 is built",
        "Week of 27 April: Services are told what the strategic board agreed and start on it "
        "(Senior manager)",
        "From 25 May to 26 June: What was done and what it changed goes back to the strategic board "
        "(Head of service)",
    ]
    assert (
        months_of(shipped("lancashire"))[MAY].steps[1]
        == "5 May: the monthly report about April 2026 is built"
    )


def test_a_report_of_single_units_is_not_taken_for_that_of_all():
    whole = {"kind": "quarterly", "recipients": ["qa_manager"], "day_of_month": 10}
    of_each, of_two = whole | {"for_each": "service"}, whole | {"units": ["duty", "care"]}
    before, after = changed(reports=[whole, of_each]), changed(reports=[whole, of_two])
    assert [line.place for line in differences(before, after)] == [
        "reports › quarterly, service",
        "reports › quarterly, duty, care",
    ]
    says = [fact["label"] for fact in rule_facts(pack_of(after))]
    assert says[-2:] == ["Quarterly report", "Quarterly report of unit duty and unit care"]
    both = changed() | {}
    both["framework"]["reports"] = [of_each | {"units": ["duty"]}]
    (mistake,) = check(files_of(both))
    assert str(mistake).startswith("framework.yaml, reports › 1: for_each and units stand side by side.")


def test_meetings_every_other_month_and_every_other_week():
    windsor, sandwell = months_of(shipped("windsor")), months_of(shipped("sandwell"))
    assert windsor[APRIL].meetings == ["Performance meeting: this month"]
    assert windsor[MAY].meetings == ["Corporate parenting forum: this month"]
    assert sandwell[APRIL].meetings[0] == "Performance board: weeks of 6 and 20 April"


def test_a_framework_is_looked_at_again_after_its_time():
    months = months_of(shipped("sandwell"), year=2027)
    assert months[Month(2027, 4)].steps[0] == "1 April: the framework is to be looked at again"
    others = [line for month, one in months.items() if month != Month(2027, 4) for line in one.steps]
    assert not [line for line in others if "looked at again" in line]


@pytest.mark.django_db
def test_a_month_follows_the_rules_with_which_it_begins(client, northmoor):
    version = loaded(shipped("lancashire"), [northmoor.root])
    weekly = {"key": "board", "label": "Board", "members": ["director"], "meets": {"every": "week"}}
    content = changed(groups=[weekly], themes=[], reports=[], version="2026.2", effective_from="2026-06-15")
    load_pack(content=content, units=[], by=None, now=LOADED_AT)
    client.force_login(northmoor.director)
    page = client.get(reverse("packs:calendar_of", args=[version.framework_id, 2026]))
    held = {one.month: one.meetings for one in page.context["months"]}
    assert held[Month(2026, 6)][0].startswith("Operational performance")
    assert held[Month(2026, 7)] == ["Board: weeks of 6, 13, 20 and 27 July"]
    assert "weeks of 6, 13, 20 and 27 July" in text(page)


@pytest.mark.django_db
def test_the_calendar_of_a_year_far_off_is_not_found(client, northmoor):
    version = loaded(shipped("lancashire"), [northmoor.root])
    client.force_login(northmoor.director)
    assert client.get(reverse("packs:calendar_of", args=[version.framework_id, 9999])).status_code == 404


@pytest.mark.django_db
def test_the_frameworks_page_says_who_meets_about_what(client, northmoor):
    version = loaded(shipped("lancashire"), [northmoor.root])
    client.force_login(northmoor.qa_officer)
    page = text(client.get(reverse("packs:framework", args=[version.framework_id])))
    for words in (
        "Performance and quality strategic board",
        "One in each function",
        "Every month, in week 3 of the month",
        "Monthly report and quarterly report",
        "Weeks 8 to 12",
        "To be chosen by: Head of service",
        "LAN-02",
        "LAN-20",
    ):
        assert words in page


# Standards and meetings, on forms


@pytest.mark.django_db
@pytest.mark.clause("RBWM-16")
def test_the_eight_standards_for_employers_are_read_with_the_questions_that_look_at_them(client, northmoor):
    version = loaded(shipped("windsor"), [northmoor.root])
    client.force_login(northmoor.qa_officer)
    response = client.get(reverse("packs:framework", args=[version.framework_id]))
    standards = dict(response.context["standards"])["For the employer of social workers"]
    assert len(standards) == 8
    supervision = next(one for one in standards if one["standard"].key == "supervision")
    ((tool, questions),) = supervision["looked_at"]
    assert tool == "Case file audit"
    assert "Was supervision in time?" in questions
    assert "Was supervision in time?" in text(response)
    form = ToolVersion.objects.get(tool__framework=version.framework, tool__key="case_file_audit")
    shown = text(client.get(reverse("tools:preview", args=[form.pk])))
    assert "Practice standard" in shown
    assert "Regular and fitting supervision" in shown


@pytest.mark.django_db
@pytest.mark.clause("BED-37")
def test_the_meetings_that_are_observed_are_the_frameworks_own(northmoor):
    version = loaded(shipped("bedford"), [northmoor.root])
    form = ToolVersion.objects.get(tool__framework=version.framework, tool__key="meeting_observation")
    labels = [option.label for option in form.definition.question("meeting_type").options]
    assert labels == [
        "Initial child protection conference",
        "Review child protection conference",
        "Strategy discussion",
        "Core group",
        "Looked-after child review",
        "Access to resources panel",
        "Legal planning meeting",
        "Child in need meeting",
        "Another meeting",
    ]
    types = [{"key": "panel", "label": "Fostering panel"}, {"key": "forum", "label": "Foster carers' forum"}]
    content = changed("bedford", meeting_types=types, version="2026.2")
    newer = load_pack(content=content, units=[], by=None, now=LOADED_AT)
    assert install_tools(framework_version=newer, by=None, now=LOADED_AT) == 1
    latest = ToolVersion.objects.filter(tool=form.tool).first()
    assert [one.label for one in latest.definition.question("meeting_type").options] == [
        "Fostering panel",
        "Foster carers' forum",
    ]
    assert len(form.definition.question("meeting_type").options) == 9


@pytest.mark.clause("RBWM-27")
def test_the_calendar_says_in_which_months_cases_are_ones_own_or_a_peers(client, northmoor):
    version = loaded(shipped("windsor"), [northmoor.root])
    client.force_login(northmoor.qa_manager)
    page = client.get(reverse("packs:calendar_of", args=[version.framework_id, 2026]))
    lines = {
        row.month.key: [one for one in row.themes if "Early help" in one] for row in page.context["months"]
    }
    own, peer = (
        ["Early help audit: cases of their own service"],
        ["Early help audit: cases of another service"],
    )
    assert {month for month, said in lines.items() if said == own} == {
        "2026-05",
        "2026-07",
        "2026-09",
        "2026-12",
        "2027-01",
    }
    assert {month for month, said in lines.items() if said == peer} == {
        "2026-06",
        "2026-10",
        "2026-11",
        "2027-02",
        "2027-03",
    }
    assert own[0] in text(page)


@pytest.mark.clause("RBWM-27")
def test_the_calendar_has_the_published_numbers_of_each_month(client, northmoor):
    version = loaded(shipped("windsor"), [northmoor.root])
    client.force_login(northmoor.qa_manager)
    page = client.get(reverse("packs:calendar_of", args=[version.framework_id, 2026]))
    numbers = {row.month.key: row.numbers for row in page.context["months"]}
    deep_dives = [
        "Deep dive in unit social-care and unit quality-assurance: 10",
        "Deep dive in unit early-help: 10",
    ]
    assert numbers.pop("2026-04") == numbers.pop("2026-08") == deep_dives
    random = ["Early help audit: 14", "Managers' audit in unit social-care and unit quality-assurance: 25"]
    assert [*numbers.values()] == [random] * 10
    assert "How many in all" in text(page)


def test_the_calendar_has_numbers_by_the_quarter_in_its_first_month_with_the_names_of_units():
    shared = {"roles": ["iro"], "units": ["cin"], "activity": "dip_sample", "per": "quarter"}
    content = changed("lancashire", shared_quotas=[{**shared, "amounts": [6, 0, 6, 6]}])
    months = months_of(content)
    assert months[Month(2026, 4)].numbers == [
        "Learning space: 40",
        "Learning space: 120 by the end of June 2026",
        "Dip sample: 478 by the end of June 2026",
        "Dip sample in Children in need: 6 by the end of June 2026",
    ]
    assert months[Month(2026, 5)].numbers == ["Learning space: 40"]
    assert "Dip sample in Children in need" not in "".join(months[Month(2026, 7)].numbers)


def test_the_calendar_of_a_framework_without_such_numbers_has_no_column_for_them(client, northmoor):
    version = loaded(changed("lancashire", expected_volumes=[]), [northmoor.root])
    client.force_login(northmoor.qa_manager)
    page = client.get(reverse("packs:calendar_of", args=[version.framework_id, 2026]))
    assert "How many in all" not in text(page)
