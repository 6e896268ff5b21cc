"""Units, posts and people from one file: whole or not at all, and the same file twice changes nothing."""

import io
import json
import re
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from qaframework.people import workflow
from qaframework.people.directory import Organisation, holder_of
from qaframework.people.models import PeopleImport, Post, PostHolding, Unit, User
from qaframework.people.people_changes import Changes
from qaframework.people.people_file import NEEDED, OPTIONAL, ImportRefused
from qaframework.people.roles import ROLES
from tests.factories.authority import Authority
from tests.factories.people import PostFactory, PostHoldingFactory, UserFactory

pytestmark = pytest.mark.django_db

SAMPLE = Path(__file__).parents[2] / "docs" / "samples" / "people.csv"
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
TODAY = date(2026, 11, 10)

COLUMNS = (*NEEDED, *OPTIONAL)
ROOT = {"unit_code": "north", "unit_name": "North", "unit_kind": "authority"}
TEAM = {"unit_code": "duty-1", "unit_name": "Duty 1", "unit_kind": "team", "parent_code": "north"}
POST = {**TEAM, "post_code": "tm-1", "post_title": "Team Manager", "role": "team_manager"}
ROW = {**POST, "full_name": "Ada Brook", "email": "ada@north.example", "starts_on": "01/09/2026"}


def as_csv(*rows: dict[str, str]) -> str:
    lines = [",".join(COLUMNS)]
    lines += [",".join(row.get(column, "") for column in COLUMNS) for row in rows]
    return "\n".join(lines)


def take_in(*rows: dict[str, str], now: datetime) -> Changes:
    file = io.BytesIO(as_csv(*rows).encode())
    return workflow.import_people(file=file, file_name="people.csv", by=None, now=now)


def refusals(*rows: dict[str, str], now: datetime) -> list[str]:
    with pytest.raises(ImportRefused) as refused:
        take_in(*rows, now=now)
    return [str(mistake) for mistake in refused.value.mistakes]


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Unit, Post, User, PostHolding))


def test_who_is_newly_qualified_and_until_when_comes_with_the_file(now: datetime) -> None:
    row = {**ROW, "newly_qualified_until": "31/08/2027"}
    take_in(ROOT, row, now=now)
    person = User.objects.get(email="ada@north.example")
    assert person.newly_qualified_until == date(2027, 8, 31)
    assert take_in(ROOT, row, now=now).count == 0
    assert take_in(ROOT, ROW, now=now).count == 0
    later = take_in(ROOT, {**row, "newly_qualified_until": "30/11/2027"}, now=now)
    assert [line.detail for line in later.lines()] == ["newly qualified until: 30/11/2027"]
    wrong = refusals(ROOT, {**row, "newly_qualified_until": "next year"}, now=now)
    assert "newly_qualified_until 'next year': is not a date" in wrong[0]


def test_the_sample_is_a_whole_authority(now: datetime) -> None:
    with SAMPLE.open("rb") as file:
        workflow.import_people(file=file, file_name="people.csv", by=None, now=now)
    organisation = Organisation.load(TODAY)
    functions = {unit.code for unit in organisation.units.values() if unit.kind == Unit.Kind.FUNCTION}
    assert functions >= {
        "mash",
        "duty",
        "family-safeguarding",
        "children-in-care",
        "leaving-care",
        "disabilities",
        "reviewing",
    }
    worker = Post.objects.get(code="sw-duty-west-1")
    manager = organisation.line_manager(worker.pk)
    assert manager.code == "tm-duty-west"
    assert organisation.holder_of(manager.pk).full_name == "Beatriz Lund"  # acts for its holder
    assert organisation.is_covered(manager.pk)
    vacant = Post.objects.get(code="tm-family-south")
    assert organisation.holder_of(vacant.pk) is None


def test_the_same_file_again_changes_nothing(now: datetime) -> None:
    changed, histories = [], []
    for _ in range(2):
        with SAMPLE.open("rb") as file:
            changes = workflow.import_people(file=file, file_name="people.csv", by=None, now=now)
        changed.append(changes.count)
        histories.append(tuple(model.history.count() for model in (Unit, Post, User, PostHolding)))
    assert changed[0] > 100
    assert changed[1] == 0
    assert histories[0] == histories[1]


def test_every_imported_record_has_one_history_entry(now: datetime, northmoor: Authority) -> None:
    before = User.objects.count()
    file = io.BytesIO(as_csv({**ROW, "parent_code": "duty", "reports_to": "head-of-service"}).encode())
    workflow.import_people(file=file, file_name="people.csv", by=northmoor.admin, now=now)
    assert User.objects.count() == before + 1
    for record in (
        Unit.objects.get(code="duty-1"),
        Post.objects.get(code="tm-1"),
        User.objects.get(email="ada@north.example"),
        PostHolding.objects.get(post__code="tm-1"),
    ):
        entries = record.history.filter(history_user=northmoor.admin)
        assert [entry.history_change_reason for entry in entries] == ["Imported from people.csv"]


def test_files_of_every_kind_give_the_same(now: datetime) -> None:
    text = as_csv(ROOT, {**ROW, "full_name": "Zoë\u00a0O’Neill"})
    book = openpyxl.Workbook()
    for line in text.splitlines():
        book.active.append(line.split(","))
    xlsx = io.BytesIO()
    book.save(xlsx)
    first, *others = [
        text.encode(),
        text.encode("utf-8-sig"),
        text.replace(",", ";").encode("cp1252"),
        text.encode("utf-16"),
        xlsx.getvalue(),
    ]
    workflow.import_people(file=io.BytesIO(first), file_name="people.csv", by=None, now=now)
    assert User.objects.get().full_name == "Zoë O’Neill"
    for other in others:
        again = workflow.import_people(file=io.BytesIO(other), file_name="people", by=None, now=now)
        assert again.count == 0


def test_unit_only_and_vacant_rows_are_taken(now: datetime) -> None:
    take_in(ROOT, TEAM, POST, now=now)
    assert counts() == (2, 1, 0, 0)


def test_rows_may_come_in_any_order(now: datetime) -> None:
    worker = {**POST, "post_code": "sw", "post_title": "Worker", "role": "Practitioner", "reports_to": "tm-1"}
    take_in(worker, ROW, ROOT, now=now)
    assert Post.objects.get(code="sw").reports_to == Post.objects.get(code="tm-1")
    assert Unit.objects.get(code="duty-1").path == "/north/duty-1/"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"role": "Boss"}, "people.csv, row 3, role 'Boss': is not a role. Use one of: practitioner,"),
        ({"unit_kind": "squad"}, "row 3, unit_kind 'squad': is not a kind of unit. Use one of: authority,"),
        ({"email": "ada at north"}, "row 3, email 'ada at north': is not an e-mail address"),
        ({"email": "", "starts_on": ""}, "row 3, email '': is empty, but the row names a person"),
        ({"full_name": ""}, "row 3, full_name '': is empty, but ada@north.example is a new person"),
        ({"post_code": "t m"}, "row 3, post_code 't m': is not a code"),
        ({"post_code": ""}, "row 3, post_code '': is empty, but the row describes a post"),
        ({"post_title": ""}, "row 3, post_title '': is empty, but tm-1 is a new post"),
        ({"unit_code": ""}, "row 3, unit_code '': is empty. Every row names its unit"),
        ({"unit_name": ""}, "row 3, unit_name '': is empty, but duty-1 is a new unit"),
        ({"parent_code": ""}, "row 3, parent_code '': is empty. Only the authority has no parent"),
        ({"parent_code": "nowhere"}, "row 3, parent_code 'nowhere': is not the code of a unit"),
        ({"parent_code": "duty-1"}, "row 3, parent_code 'duty-1': makes a ring"),
        ({"reports_to": "nobody"}, "row 3, reports_to 'nobody': is not the code of a post"),
        ({"reports_to": "tm-1"}, "row 3, reports_to 'tm-1': makes a ring"),
        ({"starts_on": "soon"}, "row 3, starts_on 'soon': is not a date. Write dates as 30/11/2026"),
        ({"ends_on": "31/08/2026"}, "row 3, ends_on '31/08/2026': is before starts_on"),
        ({"acting": "perhaps"}, "row 3, acting 'perhaps': is neither yes nor no"),
        ({"full_name": "A" * 151}, "has 151 characters. Use at most 150"),
        ({"full_name": "=A1"}, "row 3, full_name '=A1': is a formula without a result"),
        ({"full_name": "#N/A"}, "row 3, full_name '#N/A': is a formula without a result"),
    ],
)
def test_a_refused_value_is_named_once_and_nothing_is_written(
    now: datetime, change: dict[str, str], message: str
) -> None:
    [mistake] = refusals(ROOT, {**ROW, **change}, now=now)
    assert message in mistake
    assert counts() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({**ROW, "full_name": "Ada Brooke"}, "row 4, full_name 'Ada Brooke': differs from 'Ada Brook'"),
        ({**ROW, "unit_name": "Duty One"}, "row 4, unit_name 'Duty One': differs from 'Duty 1'"),
        (ROW, "row 4, post_code 'tm-1': row 3 says this already"),
        (
            {**ROW, "full_name": "Ben", "email": "ben@north.example"},
            "row 4, email 'ben@north.example': and ada@north.example in row 3 both hold tm-1",
        ),
        (
            {**TEAM, "full_name": "Ben", "email": "ben@north.example", "staff_reference": "W1"},
            "row 4, staff_reference 'W1': belongs to ada@north.example",
        ),
        ({**ROOT, "unit_code": "south", "unit_name": "South"}, "would be a second authority beside north"),
    ],
)
def test_rows_that_disagree_are_refused(now: datetime, second: dict[str, str], message: str) -> None:
    mistakes = refusals(ROOT, {**ROW, "staff_reference": "W1"}, second, now=now)
    assert any(message in mistake for mistake in mistakes), mistakes
    assert counts() == (0, 0, 0, 0)


def test_every_mistake_of_a_file_is_told_at_once(now: datetime) -> None:
    wrong = [{**ROW, "role": "Boss", "starts_on": "soon"}, {**ROW, "acting": "perhaps"}]
    assert len(refusals(ROOT, *wrong, now=now)) >= 3


def test_a_missing_column_is_named(now: datetime) -> None:
    with pytest.raises(ImportRefused, match="has no column unit_kind, parent_code") as refused:
        workflow.import_people(
            file=io.BytesIO(b"Unit code,unit_name\nnorth,North\n"), file_name="people.csv", by=None, now=now
        )
    assert "The first row must name the columns" in refused.value.message


def test_a_file_without_rows_is_refused(now: datetime) -> None:
    header = as_csv(ROOT).splitlines()[0].encode()
    with pytest.raises(ImportRefused, match="people.csv has a header and no rows under it."):
        workflow.import_people(file=io.BytesIO(header), file_name="people.csv", by=None, now=now)


def test_a_column_that_is_not_used_is_only_a_warning(now: datetime) -> None:
    text = as_csv(ROOT).replace("acting", "acting,shoe_size", 1)
    file = io.BytesIO(text.encode())
    changes = workflow.import_people(file=file, file_name="people.csv", by=None, now=now)
    assert changes.warnings == ["Column shoe_size is not used."]


def test_a_new_holder_in_the_file_follows_the_present_one(now: datetime) -> None:
    take_in(ROOT, ROW, now=now)
    successor = {
        **POST,
        "full_name": "Ben Dale",
        "email": "ben@north.example",
        "starts_on": "01/12/2026",
    }
    for expected in (3, 0):
        assert take_in(ROOT, successor, now=now).count == expected
    post = Post.objects.get(code="tm-1")
    assert holder_of(post, date(2026, 11, 30)).full_name == "Ada Brook"
    assert holder_of(post, date(2026, 12, 1)).full_name == "Ben Dale"


def test_a_new_holder_from_before_the_present_one_is_refused(now: datetime) -> None:
    take_in(ROOT, ROW, now=now)
    earlier = {**POST, "full_name": "Ben", "email": "ben@north.example", "starts_on": "01/08/2026"}
    [mistake] = refusals(ROOT, earlier, now=now)
    assert "Ada Brook holds tm-1 from 01/09/2026" in mistake


def test_a_holding_without_a_first_day_starts_today_and_stays(now: datetime) -> None:
    row = {**ROW, "starts_on": ""}
    take_in(ROOT, row, now=now)
    assert PostHolding.objects.get().starts_on == TODAY
    assert take_in(ROOT, row, now=datetime.fromisoformat("2026-12-24T09:00:00+00:00")).count == 0


def test_a_person_who_left_is_not_brought_back_by_an_old_row(now: datetime) -> None:
    take_in(ROOT, ROW, now=now)
    ada = User.objects.get()
    workflow.leave(user=ada, left_on=date(2026, 10, 31), by=None, now=now)
    assert take_in(ROOT, ROW, now=now).count == 0
    [mistake] = refusals(ROOT, {**ROW, "post_code": "tm-2", "starts_on": ""}, now=now)
    assert "left on 31/10/2026" in mistake
    take_in(ROOT, {**ROW, "post_code": "tm-2", "starts_on": "02/11/2026"}, now=now)
    ada.refresh_from_db()
    assert ada.left_on is None


def test_moving_a_unit_moves_everything_beneath(now: datetime, northmoor: Authority) -> None:
    moved = {"unit_code": "duty", "parent_code": "care"}
    take_in(moved, now=now)
    northmoor.duty_team_1.refresh_from_db()
    assert northmoor.duty_team_1.path == "/northmoor/care/duty/duty-1/"
    entry = northmoor.duty_team_1.history.get(history_change_reason="Imported from people.csv")
    assert entry.path == northmoor.duty_team_1.path
    assert take_in(moved, now=now).count == 0


def test_a_changed_title_role_and_manager_are_taken(now: datetime, northmoor: Authority) -> None:
    take_in(
        {
            "unit_code": "duty-1",
            "post_code": "practitioner",
            "post_title": "Advanced social worker",
            "role": "advanced_practitioner",
            "reports_to": "senior-manager",
        },
        now=now,
    )
    post = Post.objects.get(code="practitioner")
    assert (post.title, post.role) == ("Advanced social worker", "advanced_practitioner")
    assert post.reports_to == northmoor.post_of[northmoor.senior_manager]


# The command


def test_the_command_says_what_it_changed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    for dry, changed in ((True, 137), (False, 137), (False, 0)):
        call_command("import_people", SAMPLE, "--at=2026-11-10", "--json", dry_run=dry)
        document = json.loads(capsys.readouterr().out)
        assert (document["command"], document["changed"]) == ("import_people", changed)
        assert (counts() == (0, 0, 0, 0)) is dry


def test_one_thing_is_told_in_the_singular(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "people.csv"
    file.write_text(as_csv(ROOT))
    call_command("import_people", file)
    assert "people.csv changed 1 thing.\n" in capsys.readouterr().out


def test_the_command_refuses_with_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "people.csv"
    file.write_text(as_csv(ROOT, {**ROW, "role": "Boss"}))
    with pytest.raises(CommandError, match="Nothing of people.csv was imported. 1 value needs attention"):
        call_command("import_people", file)
    assert "row 3, role 'Boss'" in capsys.readouterr().err
    with pytest.raises(CommandError, match="cannot be opened"):
        call_command("import_people", tmp_path / "missing.csv")


# In the browser


def upload(client: Client, text: str) -> str:
    file = io.BytesIO(text.encode())
    file.name = "people.csv"
    response = client.post("/people/import/", {"file": file})
    return response["Location"] if response.status_code == 302 else response.content.decode()


NEW_TEAM = {
    **ROW,
    "unit_code": "care-2",
    "unit_name": "Care 2",
    "parent_code": "care",
    "post_code": "tm-care-2",
}


def test_a_file_is_previewed_before_it_is_applied(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    before = counts()
    preview = upload(client, as_csv(NEW_TEAM))
    page = client.get(preview).content.decode()
    for text in (
        "New unit",
        "Care 2",
        "New person",
        "Ada Brook",
        "tm-care-2 from 01/09/2026",
        "Apply 4 changes",
    ):
        assert text in page
    assert counts() == before
    assert client.post(f"{preview}apply/").status_code == 302
    assert counts() == tuple(count + 1 for count in before)
    assert PeopleImport.objects.get().content == {}
    assert client.get(preview).status_code == 404
    assert client.post(f"{preview}apply/").status_code == 404


def test_a_discarded_file_leaves_nothing(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    before = counts()
    preview = upload(client, as_csv(NEW_TEAM))
    client.post(f"{preview}apply/", {"discard": "1"})
    assert counts() == before
    kept = PeopleImport.objects.get()
    assert (kept.state, kept.content) == ("discarded", {})


def test_a_file_that_no_longer_fits_is_refused_when_applied(
    northmoor: Authority, client: Client, now: datetime
) -> None:
    client.force_login(northmoor.admin)
    preview = upload(client, as_csv({**NEW_TEAM, "staff_reference": "S9"}))
    UserFactory(email="other@north.example", full_name="Other", staff_reference="S9")
    before = counts()
    response = client.post(f"{preview}apply/")
    assert response.status_code == 422
    assert "belongs to other@north.example" in response.content.decode()
    assert counts() == before
    assert PeopleImport.objects.get().state == "checked"


def test_what_is_wrong_is_shown_as_a_table(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    page = upload(client, as_csv({**NEW_TEAM, "role": "<b>Boss</b>"}))
    assert "&lt;b&gt;Boss&lt;/b&gt;" in page
    assert "is not a role" in page
    assert not PeopleImport.objects.exists()
    assert "Choose a file" in upload_nothing(client)


def upload_nothing(client: Client) -> str:
    response = client.post("/people/import/", {})
    assert response.status_code == 422
    return response.content.decode()


def test_only_administrators_import(northmoor: Authority, client: Client) -> None:
    for person in (northmoor.qa_manager, northmoor.head_of_service, northmoor.practitioner):
        client.force_login(person)
        assert client.get("/people/import/").status_code == 403
        assert client.post("/people/import/1/apply/").status_code == 403


def test_a_new_authority_begins_as_the_documentation_says(tmp_path: Path, client: Client) -> None:
    """createsuperuser, then one row by command; the page of somebody without a post leads there."""
    documented = OPERATIONS.read_text().split("### The first administrator")[1]
    file = tmp_path / "first.csv"
    file.write_text(documented.split("<<'END'\n")[1].split("END")[0])
    call_command(
        "createsuperuser", interactive=False, email="robin@northmoor.example", full_name="Robin Example"
    )
    robin = User.objects.get()
    client.force_login(robin)
    assert "The first administrator" in client.get("/people/my-account/").content.decode()
    assert client.get("/people/organisation/").status_code == 403
    call_command("import_people", str(file))
    for page in (
        "/people/organisation/",
        "/people/import/",
        "/frameworks/",
        "/cases/imports/new/",
        "/admin/",
    ):
        assert client.get(page).status_code == 200
    assert "The first administrator" not in client.get("/people/my-account/").content.decode()


def test_the_page_names_the_columns_and_the_preview_counts(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    page = client.get("/people/import/").content.decode()
    assert {*NEEDED, *OPTIONAL, *ROLES} <= set(re.findall(r"<code>(\w+)</code>", page))
    team = {**TEAM, "parent_code": "northmoor"}
    rows = [{**team, "post_code": f"sw-{n}", "post_title": "Worker", "role": "practitioner"} for n in (1, 2)]
    file = io.BytesIO(as_csv(*rows).encode())
    file.name = "people.csv"
    preview = client.post("/people/import/", {"file": file}, follow=True).content.decode()
    assert "<li>New post: 2</li>" in preview


def test_an_empty_file_is_refused_by_its_name_on_the_page(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    file = io.BytesIO()
    file.name = "people.csv"
    assert "people.csv is empty." in client.post("/people/import/", {"file": file}).content.decode()


def test_mistakes_are_told_in_the_order_of_the_rows(northmoor: Authority, now: datetime) -> None:
    team = {**TEAM, "parent_code": "northmoor"}
    file = as_csv({**team, "post_code": "p", "reports_to": "nowhere"}, {**team, "unit_name": "X" * 500})
    with pytest.raises(ImportRefused) as refused:
        workflow.import_people(file=io.BytesIO(file.encode()), file_name="people.csv", by=None, now=now)
    assert [mistake.row for mistake in refused.value.mistakes] == [2, 3]
    assert refused.value.mistakes[1].value == "X" * 59 + "…"


def test_an_administrator_of_one_part_imports_no_people(northmoor: Authority, client: Client) -> None:
    """A file may give anybody any post, the administrator's own among them."""
    post = PostFactory(role="config_admin", unit=northmoor.duty)
    client.force_login(PostHoldingFactory(post=post).user)
    assert "/people/import/" not in client.get("/people/organisation/").content.decode()
    refused = client.get("/people/import/")
    assert refused.status_code == 403
    assert "your post is for a part of it" in refused.content.decode()
    assert client.post("/people/import/1/apply/").status_code == 403
