"""The contract of the operators' commands, one row a command; a command without a row fails here."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.db import OperationalError

from audits.models import SampleDraw
from audits.workflow import draw_month
from escalation.health import SWEEP
from qaframework.allocation.workflow import make_programme
from qaframework.clocks.models import Heartbeat
from qaframework.clocks.workflow import beat, worker_beat
from qaframework.notices.models import Notice
from qaframework.notices.workflow import NoticeDraft, deliver, write_notices
from qaframework.packs.models import FrameworkVersion
from qaframework.rules.periods import Month
from reporting.demo.authority import LogIn
from tests.factories.authority import Authority, small_authority
from tests.factories.caseload import CaseFactory
from tests.factories.packs import lancashire
from tests.factories.people import UserFactory
from tests.history import ROOMS, our_models
from tests.notices.test_returned import report

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "samples"
MARCH = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
AT = datetime(2026, 12, 7, 8, 0, tzinfo=UTC)


@dataclass
class World:
    """An authority with a framework and cases."""

    authority: Authority
    version: FrameworkVersion

    def plan(self) -> None:
        make_programme(framework=self.version.framework, year=2026, by=None, now=MARCH)

    def draw(self) -> None:
        self.plan()
        october = datetime(2026, 10, 2, 6, 0, tzinfo=UTC)
        november = Month.parse("2026-11")
        draw_month(framework=self.version.framework, month=november, seed="7", by=None, now=october)

    def write_a_notice(self) -> None:
        someone = self.authority.team_manager
        notice = NoticeDraft(someone.pk, "test", "one", "Due", "It is due.")
        write_notices([notice], now=AT)

    def send_a_notice(self) -> None:
        self.write_a_notice()
        deliver(now=AT)

    def show_signs_of_life(self) -> None:
        for name in ("beat", SWEEP):
            beat(name=name, now=AT)
        worker_beat(hostname="celery@one", now=AT)

    def forge_a_draw(self) -> None:
        self.draw()
        SampleDraw.objects.update(seed="another")

    def nothing(self) -> None:
        pass


@dataclass(frozen=True)
class Row:
    """What succeeds after ``first``, what is refused after ``before_refusal``, what is wrong usage."""

    right: str
    refused: str
    wrong: str
    first: Callable[[World], None] = World.nothing
    before_refusal: Callable[[World], None] = World.nothing
    is_repeatable: bool = True


COMMANDS = {
    "check_health": Row("", "", "--at soon", World.show_signs_of_life),
    "check_pack": Row("lancashire", "nowhere", ""),
    "deliver": Row("", "", "--at soon", World.write_a_notice),
    "demo": Row("", "", "--seed", is_repeatable=False),
    "draw": Row("--period 2026-12", "--period 2030-01", "--period 2026-13", World.plan),
    "export_pack": Row("lancashire --output {folder}/pack.zip", "nowhere --output x.zip", "lancashire"),
    "import_cases": Row(
        "{samples}/register.csv --extract-date 2026-12-01",
        "{samples}/register_with_mistakes.csv --extract-date 2026-12-01",
        "{samples}/register.csv",
    ),
    "import_people": Row("{samples}/people.csv", "{samples}/register.csv", ""),
    "load_pack": Row("bracknell", "nowhere", ""),
    "new_pack": Row("Fenshire --output {folder}/new", "1066 --output {folder}/new", ""),
    "note_returned": Row("{folder}/returned.eml", "{folder}/nowhere.eml", "", World.send_a_notice),
    "open_work": Row("", "", "--at soon", World.plan),
    "plan": Row("--year 2026", "--year 1999", "--year soon"),
    "report": Row("monthly --period 2026-11", "monthly --period 2027-11", "monthly", World.plan),
    "simulate": Row(
        "--staff {samples}/staff.csv --framework windsor --year 2026",
        "--staff {samples}/people.csv --framework windsor",
        "--staff {samples}/staff.csv",
    ),
    "sweep": Row("", "", "--at soon", World.draw),
    "verify_draw": Row("{draw}", "{draw}", "x", World.draw, World.forge_a_draw),
}
CHANGING = [name for name in COMMANDS if load_command_class(get_commands()[name], name).changes_things]
# These have nothing to refuse: they do what is due, if anything is.
NEVER_REFUSED = {"deliver", "open_work", "sweep"}


@pytest.fixture
def world() -> World:
    authority = small_authority()
    for team, worker in (
        (authority.duty_team_1, authority.practitioner),
        (authority.duty_team_2, authority.practitioner_2),
        (authority.care_team_1, authority.care_practitioner),
    ):
        CaseFactory.create_batch(6, unit=team, worker=worker, opened_on=date(2025, 6, 1))
    return World(authority, lancashire([authority.root], now=MARCH))


@pytest.fixture(autouse=True)
def a_small_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """What making a whole one does is in tests/demo."""

    def make_demo(**options: object) -> list[LogIn]:
        return [LogIn("Administrator", user.full_name, user.email) for user in [UserFactory()]]

    monkeypatch.setattr("reporting.management.commands.demo.make_demo", make_demo)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Run a command as the command line does: exit status, standard output, standard error."""
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)

    def run(name: str, words: str, *flags: str) -> tuple[int, str, str]:
        draw = SampleDraw.objects.order_by("pk").first()
        for sent in Notice.objects.filter(dedupe_key="one"):
            (tmp_path / "returned.eml").write_bytes(report(sent.pk))
        filled = words.format(folder=tmp_path, samples=SAMPLES, draw=draw.pk if draw else 0)
        argv = ["manage.py", name, *filled.split(), *flags]
        status = 0
        try:
            load_command_class(get_commands()[name], name).run_from_argv(argv)
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def rows_there_are() -> dict[str, int]:
    return {
        model._meta.label: model._base_manager.count() for model in our_models() if model is not Heartbeat
    }


def test_every_command_has_a_row() -> None:
    ours = {name for name, app in get_commands().items() if app.split(".")[0] in ROOMS}
    assert ours == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_it_prints_one_document_at_the_moment_it_is_given(world: World, run, name: str) -> None:
    row = COMMANDS[name]
    row.first(world)
    status, out, err = run(name, row.right, "--json", f"--at={AT.isoformat()}")
    assert (status, err) == (0, "")
    document = json.loads(out)
    assert document["command"] == name
    assert datetime.fromisoformat(document["at"]) == AT
    assert (document["changed"] > 0) == (name in CHANGING)
    assert isinstance(document["warnings"], list)


@pytest.mark.parametrize("name", CHANGING)
def test_a_dry_run_says_what_would_change_and_changes_nothing(world: World, run, name: str) -> None:
    row = COMMANDS[name]
    row.first(world)
    flags = ("--json", f"--at={AT.isoformat()}")
    before = rows_there_are()
    would = json.loads(run(name, row.right, *flags, "--dry-run")[1])
    assert rows_there_are() == before
    done = json.loads(run(name, row.right, *flags)[1])
    assert done["changed"] == would["changed"] > 0
    if row.is_repeatable:
        assert json.loads(run(name, row.right, *flags)[1])["changed"] == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_only_what_changes_things_can_be_tried_dry(run, name: str) -> None:
    _, out, _ = run(name, "", "--help")
    assert ("--dry-run" in out) == (name in CHANGING)
    assert "--at" in out
    assert "--json" in out


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - NEVER_REFUSED))
def test_a_refusal_is_one_line_and_status_1(world: World, run, settings, name: str) -> None:
    row = COMMANDS[name]
    row.before_refusal(world)
    settings.PRODUCTION = name == "demo"
    before = rows_there_are()
    status, _, err = run(name, row.refused, f"--at={AT.isoformat()}")
    assert status == 1
    reason = err.splitlines()[-1]
    assert reason.startswith("CommandError: ")
    assert err.count("CommandError") == 1
    assert rows_there_are() == before


@pytest.mark.parametrize("name", COMMANDS)
def test_wrong_usage_is_status_2(world: World, run, name: str) -> None:
    status, _, err = run(name, COMMANDS[name].wrong)
    assert status == 2
    assert err


@pytest.mark.parametrize("name", COMMANDS)
def test_a_database_that_cannot_be_used_is_a_refusal(run, monkeypatch, name: str) -> None:
    def fail(*args: object, **options: object) -> None:
        raise OperationalError("connection refused\nIs the server running?")

    command = type(load_command_class(get_commands()[name], name))
    monkeypatch.setattr(command, "perform", fail)
    status, _, err = run(name, COMMANDS[name].right)
    assert (status, len(err.splitlines())) == (1, 1)
    assert "The database cannot be used: connection refused." in err


def test_a_dry_run_of_a_file_with_refused_rows_is_refused(world: World, run) -> None:
    words = "{samples}/register_with_mistakes.csv --extract-date 2026-12-01"
    assert run("import_cases", words, "--dry-run", f"--at={AT.isoformat()}")[0] == 1
    assert run("import_cases", words, "--dry-run", "--skip-bad-rows", f"--at={AT.isoformat()}")[0] == 0


def test_without_a_name_every_report_that_is_due_is_built(world: World, run) -> None:
    world.draw()
    built = json.loads(run("report", "", "--json", f"--at={AT.isoformat()}")[1])["changed"]
    assert built > 1
