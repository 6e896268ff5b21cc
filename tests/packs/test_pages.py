"""Frameworks are read by those who plan and lead, and changed by those who configure them."""

import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from qaframework.allocation.models import Assignment
from qaframework.allocation.workflow import make_programme
from qaframework.packs.documents import pack_up
from qaframework.packs.forms import GridRole
from qaframework.packs.models import Framework
from qaframework.packs.reading import content_of, files_of, uploaded_files
from qaframework.packs.workflow import change_quotas, load_pack
from qaframework.people.access import local_today
from qaframework.rules.periods import Quarter
from qaframework.rules.quotas import Per, Quota
from qaframework.tools.models import Tool
from tests.factories.packs import LOADED_AT, lancashire, loaded, shipped
from tests.factories.people import UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, northmoor):
    def sign_in(name):
        client.force_login(getattr(northmoor, name))
        return client

    return sign_in


def url(name, version, *more):
    return reverse(f"packs:{name}", args=[version.framework_id, *more])


def text(response):
    return response.content.decode()


def posted(version, **changes):
    """The grid as the browser sends it back."""
    cells = {
        f"quota_{row}_{quarter}": amount
        for row, quota in enumerate(version.pack.quotas)
        for quarter, amount in enumerate(quota.amounts, 1)
    }
    return {
        **cells,
        "number": version.number,
        "effective_from": local_today().isoformat(),
        "note": "Agreed by the board",
        **changes,
    }


READERS = ["admin", "qa_officer", "qa_manager", "team_manager", "head_of_service", "director"]


@pytest.mark.parametrize("name", READERS)
def test_those_who_plan_and_lead_read_frameworks(signed_in, version, name):
    client = signed_in(name)
    for address in (
        reverse("packs:frameworks"),
        url("framework", version),
        url("version", version, 1),
        url("quotas", version),
    ):
        assert client.get(address).status_code == 200


def test_practitioners_are_told_who_may(signed_in, version):
    client = signed_in("practitioner")
    for address in (reverse("packs:frameworks"), url("framework", version), url("quotas", version)):
        response = client.get(address)
        assert response.status_code == 403
        assert "Quality assurance officer" in text(response)


def test_nobody_reads_without_signing_in(client, version):
    assert client.get(url("framework", version)).status_code == 302


def test_a_framework_or_version_that_does_not_exist_is_not_found(signed_in, version):
    client = signed_in("admin")
    assert client.get(reverse("packs:framework", args=[0])).status_code == 404
    assert client.get(url("version", version, 9)).status_code == 404
    assert client.get(url("difference", version, 1, 9)).status_code == 404


def test_the_list_shows_the_version_in_force_and_its_units(signed_in, version, django_assert_max_num_queries):
    client = signed_in("admin")
    with django_assert_max_num_queries(10):
        page = text(client.get(reverse("packs:frameworks")))
    assert "2026.1, from 1 April 2026" in page
    assert "Northmoor" in page
    assert reverse("tools:load") in page


def test_only_those_who_configure_are_offered_to_load(signed_in, version):
    assert reverse("tools:load") not in text(signed_in("qa_officer").get(reverse("packs:frameworks")))


def test_the_rules_are_in_plain_words(signed_in, version, django_assert_max_num_queries):
    client = signed_in("qa_officer")
    with django_assert_max_num_queries(12):
        page = text(client.get(url("framework", version)))
    for words in (
        "4 weeks after it is allocated",
        "By the end of its quarter",
        "cases come from their own function",
        "15% at random and every inadequate one, within 10 working days, after a talk with the auditor",
        "Head of service decides, only before the deadline",
        "2 days after it is due",
        "Senior manager and Head of service",
        "478 a quarter across the authority",
        "LAN-29",
        "Within 5 working days",
        "Opens when the grade is inadequate",
    ):
        assert words in page


def clauses_in(part):
    """The ids beside all that a pack says, however deep."""
    if isinstance(part, dict):
        yield from part.get("clauses", ())
        part = list(part.values())
    if isinstance(part, list):
        for entry in part:
            yield from clauses_in(entry)


@pytest.mark.parametrize("name", ["bedford", "bracknell", "lancashire", "sandwell", "windsor"])
def test_the_pages_of_a_framework_show_every_clause_that_it_carries_out(signed_in, northmoor, name):
    version = loaded(shipped(name), [northmoor.root])
    client = signed_in("qa_officer")
    page = text(client.get(url("framework", version))) + text(client.get(url("quotas", version)))
    assert {clause for clause in clauses_in(version.content["framework"]) if clause not in page} == set()


def test_each_rule_of_the_page_has_its_own_clauses_beside_it(signed_in, version):
    page = text(signed_in("qa_officer").get(url("framework", version)))
    for words in (
        "Reserves: 20% (LAN-06, LAN-08)",
        "after a talk with the auditor (LAN-34, LAN-35)",
        "decides, only before the deadline (LAN-32)",
        "478 a quarter across the authority (LAN-13)",
        "LAN-24, LAN-25, LAN-26",
        "Member of the strategic board (LAN-27, LAN-36)",
    ):
        assert words in page


def test_the_page_says_what_notes_are_about_and_what_things_are_called(signed_in, version):
    response = signed_in("qa_officer").get(url("framework", version))
    page = text(response)
    _, notes = page.split('id="notes"')
    for note in version.pack.notes:
        assert note.text[:40] in notes
    assert page.count("Totals here are always reckoned") == 1
    words = {row["label"]: row["value"] for row in response.context["words"]}
    assert words["Reaudit"] == "Follow-up learning space"
    assert words["Quality assurance team"] == "QA team"
    assert "Moderation" not in words
    assert "Audit Action Plan – the month of the work" in page


def test_an_older_version_says_which_one_is_in_force(signed_in, version, northmoor, now):
    change_quotas(
        framework=version.framework,
        quotas=version.pack.quotas[1:],
        effective_from=date(2026, 11, 10),
        note="Fewer",
        by=northmoor.admin,
        now=now,
    )
    page = text(signed_in("admin").get(url("version", version, 2)))
    assert "2026.1 (local change 1)" in page
    assert url("difference", version, 1, 2) in page


def test_what_changed_between_two_versions_is_readable(signed_in, version, northmoor, now):
    first, *others = version.pack.quotas
    change_quotas(
        framework=version.framework,
        quotas=[type(first)(first.role, first.activity, (1, 2, 1, 1)), *others],
        effective_from=date(2026, 12, 1),
        note="Two in the summer",
        by=northmoor.admin,
        now=now,
    )
    page = text(signed_in("qa_officer").get(url("difference", version, 1, 2)))
    assert "quotas › team manager, learning space › amounts" in page
    assert "1, 1, 1, 1" in page
    assert "1, 2, 1, 1" in page
    assert "dip sample" not in page


def test_the_export_is_a_pack_again(signed_in, version):
    response = signed_in("qa_officer").get(url("export", version, 1))
    assert response["Content-Disposition"] == 'attachment; filename="lancashire-1.zip"'
    assert content_of(uploaded_files("x.zip", response.content)) == version.content
    assert "framework.yaml" in zipfile.ZipFile(io.BytesIO(response.content)).namelist()


# The grid


def owed(role: GridRole) -> tuple[tuple[int, ...], int]:
    """What one post of the role owes by quarter and in the year, as the grid shows it."""
    assert role.total
    return tuple(cell.amount for cell in role.total.quarters), role.total.total


@pytest.mark.clause("LAN-16")
def test_the_grid_shows_the_timetable_with_totals_and_the_note(
    signed_in, version, django_assert_max_num_queries
):
    client = signed_in("admin")
    with django_assert_max_num_queries(11):
        response = client.get(url("quotas", version))
    roles = {role.label: role for role in response.context["form"].roles}
    assert owed(roles["Team manager"]) == ((5, 6, 5, 5), 21)
    assert owed(roles["Head of service"]) == ((4, 6, 4, 5), 19)
    assert owed(roles["Director of children's social care"]) == ((2, 3, 2, 3), 10)
    assert "Totals here are always reckoned from the entries" in text(response)
    assert 'name="quota_0_1"' in text(response)


def test_a_role_with_quotas_of_its_own_in_one_unit_shows_all_it_owes_there(signed_in, version):
    response = signed_in("admin").get(url("quotas", version))
    hub = next(role for role in response.context["form"].roles if role.label == "Team manager in unit mash")
    assert {line.activity for line in hub.lines} == {
        "Learning space",
        "MASH learning space",
        "Dip sample",
        "Observation of practice",
        "Practice week",
    }
    assert owed(hub)[0] == (6 + 3 + 1, 6 + 3 + 1 + 1, 6 + 3 + 1, 6 + 3 + 1)


def test_a_part_of_the_organisation_goes_by_its_name_in_the_grid(signed_in, version, northmoor):
    UnitFactory(code="mash", name="Safeguarding hub", parent=northmoor.root)
    page = signed_in("admin").get(url("quotas", version))
    assert "Team manager in Safeguarding hub" in [role.label for role in page.context["form"].roles]
    assert "Team manager in Safeguarding hub, dip sample" not in text(page)
    assert "Team manager in Safeguarding hub, mash learning space, April" in text(page)


def test_readers_see_the_grid_without_fields(signed_in, version):
    page = text(signed_in("director").get(url("quotas", version)))
    assert 'name="quota_0_1"' not in page
    assert "Team manager: total" in page


def test_a_changed_number_makes_a_new_version(signed_in, version):
    client = signed_in("admin")
    response = client.post(url("quotas", version), posted(version, quota_0_2=4), follow=True)
    assert "The quotas have changed: version 2026.1 (local change 1)." in text(response)
    newest = version.framework.versions.first()
    assert newest.pack.quotas[0].amounts == (1, 4, 1, 1)
    assert newest.note == "Agreed by the board"
    roles = {role.label: role for role in response.context["form"].roles}
    assert owed(roles["Team manager"])[0] == (5, 9, 5, 5)


@pytest.mark.clause("RBWM-27")
def test_what_roles_owe_between_them_is_shown_by_month_and_changed(signed_in, northmoor):
    content = shipped("windsor")
    version = load_pack(content=content, units=[northmoor.root], by=None, now=LOADED_AT)
    client = signed_in("admin")
    page = client.get(url("quotas", version))
    between = [role for role in page.context["form"].roles if role.label.startswith("Between them")]
    assert [[line.activity for line in role.lines] for role in between] == [
        ["Managers' audit", "Deep dive"],
        ["Deep dive"],
    ]
    (audits, _) = between[0].lines
    assert [cell.amount for cell in audits.cells] == [0, 25, 25, 25, 0, 25, 25, 25, 25, 25, 25, 25]
    shared = {
        f"shared_{row}_{number}": amount
        for row, quota in enumerate(version.pack.shared_quotas)
        for number, amount in enumerate(quota.amounts, 1)
    }
    client.post(url("quotas", version), posted(version, **{**shared, "shared_0_2": 20}))
    newest = version.framework.versions.first()
    assert newest.pack.shared_quotas[0].amounts[:3] == (0, 20, 25)
    assert newest.pack.clauses_of(newest.pack.shared_quotas[0]) == ("RBWM-21", "RBWM-22", "RBWM-27")
    assert newest.content["framework"]["shared_quotas"][1:] == content["framework"]["shared_quotas"][1:]
    assert newest.pack.quotas == version.pack.quotas


def test_a_quota_can_be_added(signed_in, version):
    new = {"new_role": "iro", "new_activity": "dip_sample", "new_per": "two months", "new_amount": 2}
    signed_in("admin").post(url("quotas", version), posted(version, **new))
    added = version.framework.versions.first().pack.quotas[-1]
    assert added == Quota("iro", "dip_sample", (2,) * 6, Per.TWO_MONTHS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"quota_0_2": "-1"},
            "Team manager, learning space, quarter 2: “-1” is not a number",
        ),
        (
            {"quota_1_3": "two"},
            "Team manager, dip sample, quarter 3: “two” is not a number",
        ),
        (
            {"quota_1_3": ""},
            "Team manager, dip sample, quarter 3: the number is missing. Enter a whole number",
        ),
        ({"quota_1_3": "9" * 500}, f"“{'9' * 29}…” is not a number of pieces of work."),
        ({"quota_1_3": "1.5"}, "“1.5” is not a number of pieces of work."),
        ({"quota_1_3": "201"}, "Enter a whole number from 0 to 200."),
        ({"note": ""}, "Say what changes and why"),
        ({"effective_from": "soon"}, "such as 1 January 2027"),
        ({"effective_from": "2026-04-01", "quota_0_2": "4"}, "Rules cannot change in the past"),
        ({"new_role": "iro"}, "A new quota needs both."),
        ({"new_role": "iro", "new_activity": "learning_space"}, "change it in the table"),
        ({"new_role": "iro", "new_activity": "dip_sample"}, "Say how many one post of the role owes"),
        ({"new_role": "wizard", "new_activity": "dip_sample"}, "wizard is not one of the available choices"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_saved(signed_in, version, changes, said):
    response = signed_in("admin").post(url("quotas", version), posted(version, **changes))
    assert response.status_code == 422
    assert said in text(response)
    assert version.framework.versions.count() == 1


def test_totals_are_worked_out_without_saving(signed_in, version):
    entered = posted(version, quota_0_1=7, note="", preview="1")
    response = signed_in("admin").post(url("quotas", version), entered)
    roles = {role.label: role for role in response.context["form"].roles}
    assert response.status_code == 200
    assert owed(roles["Team manager"])[0] == (11, 6, 5, 5)
    assert version.framework.versions.count() == 1


def test_the_same_numbers_change_nothing(signed_in, version):
    response = signed_in("admin").post(url("quotas", version), posted(version), follow=True)
    assert "nothing has changed" in text(response)
    assert version.framework.versions.count() == 1


def test_of_two_administrators_the_second_is_told_and_loses_nothing(signed_in, version):
    client = signed_in("admin")
    client.post(url("quotas", version), posted(version, quota_0_2=4))
    response = client.post(url("quotas", version), posted(version, quota_0_3=9))
    assert response.status_code == 409
    assert "2026.1 (local change 1)" in text(response)
    assert 'value="9"' in text(response)
    assert version.framework.versions.count() == 2
    again = {**posted(version, quota_0_3=9), "number": 2}
    assert client.post(url("quotas", version), again).status_code == 302
    assert version.framework.versions.first().pack.quotas[0].amounts == (1, 1, 9, 1)


@pytest.mark.parametrize("name", ["qa_manager", "director", "practitioner"])
def test_others_do_not_change_quotas(signed_in, version, name):
    response = signed_in(name).post(url("quotas", version), posted(version, quota_0_2=4))
    assert response.status_code == 403
    assert version.framework.versions.count() == 1


# Loading


def sent(northmoor, **changes):
    return {"pack": "bracknell", "units": [northmoor.care.pk], **changes}


def test_an_administrator_loads_a_shipped_pack_with_its_tools(signed_in, northmoor):
    response = signed_in("admin").post(reverse("tools:load"), sent(northmoor), follow=True)
    assert "Bracknell Forest live audit framework 2026.1 is loaded. It holds from 1 April 2026." in text(
        response
    )
    framework = Framework.objects.get(key="bracknell")
    assert list(framework.units.all()) == [northmoor.care]
    assert Tool.objects.get(framework=framework).key == "live_audit"


def test_loading_the_same_again_says_that_it_was_here(signed_in, northmoor):
    client = signed_in("admin")
    client.post(reverse("tools:load"), sent(northmoor))
    response = client.post(reverse("tools:load"), sent(northmoor), follow=True)
    assert "2026.1 was here already. It holds for what you have chosen." in text(response)
    assert Framework.objects.get().versions.count() == 1


def test_two_frameworks_for_one_part_of_the_organisation_are_told(signed_in, northmoor):
    client = signed_in("admin")
    said = "Bracknell Forest live audit framework holds for a part of the same organisation"
    client.post(reverse("tools:load"), sent(northmoor))
    apart = sent(northmoor, pack="lancashire", units=[northmoor.duty.pk])
    assert said not in text(client.post(reverse("tools:load"), apart, follow=True))
    above = sent(northmoor, pack="lancashire", units=[northmoor.root.pk])
    assert said in text(client.post(reverse("tools:load"), above, follow=True))


def test_an_administrator_loads_a_file(signed_in, northmoor):
    file = SimpleUploadedFile("pack.zip", pack_up(files_of(shipped("bracknell"))))
    response = signed_in("admin").post(reverse("tools:load"), sent(northmoor, pack="file", file=file))
    assert response.status_code == 302
    assert Framework.objects.get().versions.get().content == shipped("bracknell")


def test_a_wrong_file_shows_every_mistake_and_loads_nothing(signed_in, northmoor):
    files = files_of(shipped("bracknell"))
    files["framework.yaml"] = files["framework.yaml"].replace(b"ladder: late_audit", b"ladder: nowhere")
    files["framework.yaml"] = files["framework.yaml"].replace(b"year_starts_in: 4", b"year_starts_in: 14")
    file = SimpleUploadedFile("pack.zip", pack_up(files))
    response = signed_in("admin").post(reverse("tools:load"), sent(northmoor, pack="file", file=file))
    assert response.status_code == 422
    assert "“nowhere” is not a ladder." in text(response)
    assert "14 is above 12." in text(response)
    assert not Framework.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pack": "file"}, "Choose the file."),
        ({"pack": ""}, "Choose a framework, or a file of your own."),
        ({"units": []}, "Choose at least one part of the organisation."),
    ],
)
def test_what_is_missing_is_asked_for(signed_in, northmoor, changes, said):
    response = signed_in("admin").post(reverse("tools:load"), sent(northmoor, **changes))
    assert response.status_code == 422
    assert said in text(response)


def test_loading_is_for_those_who_configure(signed_in, northmoor):
    for name in ("qa_manager", "director"):
        assert signed_in(name).get(reverse("tools:load")).status_code == 403
        assert signed_in(name).post(reverse("tools:load"), sent(northmoor)).status_code == 403
    assert signed_in("admin").get(reverse("tools:load")).status_code == 200


def test_units_outside_ones_own_are_not_offered(client, northmoor):
    local = northmoor.appoint("care_admin", "config_admin", northmoor.care)
    client.force_login(local)
    assert client.post(reverse("tools:load"), sent(northmoor, units=[northmoor.duty.pk])).status_code == 422
    assert not Framework.objects.exists()


def test_a_local_administrator_does_not_change_the_whole_authoritys_quotas(client, northmoor):
    version = lancashire([northmoor.root])
    local = northmoor.appoint("care_admin", "config_admin", northmoor.care)
    client.force_login(local)
    assert client.get(url("quotas", version)).status_code == 200
    assert client.post(url("quotas", version), posted(version, quota_0_2=4)).status_code == 403


def test_numbers_from_the_next_quarter_on_leave_the_running_one_as_it_was(signed_in, version):
    """The day that is offered is the first of the next quarter; the programme follows from there on."""
    client, this = signed_in("admin"), Quarter.of(local_today())
    later = this.next()

    def plan():
        for year in sorted({this.year, later.year}):
            make_programme(framework=version.framework, year=year, by=None, now=timezone.now())

    def owed_in(quarter):
        months = [month.key for month in quarter.months]
        work = Assignment.objects.filter(period__in=months, activity="observation", post__role="team_manager")
        return sorted(work.values_list("pk", "post", "period", "framework_version"))

    plan()
    before = owed_in(this), len(owed_in(later))
    form = client.get(url("quotas", version)).context["form"]
    offered = form["effective_from"].value()
    assert offered == later.start
    (row,) = [
        row
        for row, quota in enumerate(version.pack.quotas)
        if (quota.role, quota.activity) == ("team_manager", "observation")
    ]
    more = {f"quota_{row}_{number}": 4 for number in range(1, 5)}
    client.post(url("quotas", version), posted(version, effective_from=offered.isoformat(), **more))
    plan()
    assert (owed_in(this), len(owed_in(later))) == (before[0], 4 * before[1])
    assert {row[3] for row in owed_in(later)} == {version.framework.versions.first().pk}
