"""Operators see in one line each what is not as it should be."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from escalation import health, tasks
from escalation.health import findings
from escalation.workflow import sweep
from qaframework.clocks.models import Heartbeat, Moment
from qaframework.clocks.sign_of_life import note_alive
from qaframework.clocks.tasks import beat_heartbeat
from qaframework.clocks.workflow import beat, stop_clock, worker_beat
from qaframework.notices.models import Notice
from qaframework.notices.tasks import deliver
from qaframework.notices.workflow import choose_delivery, close_failed, write_notices
from qaframework.notices.workflow import deliver as send
from qaframework.rules.quiet_hours import QuietHours
from tests.factories.authority import small_authority
from tests.factories.clocks import running_clock
from tests.factories.people import UserFactory
from tests.notices.test_outbox import draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def alive(now):
    show_signs_of_life(now)
    return now


def show_signs_of_life(now):
    for name in ("beat", "sweep"):
        beat(name=name, now=now)
    worker_beat(hostname="celery@one", now=now)


def troubles(now):
    return {finding.name: finding.text for finding in findings(now) if not finding.is_ok}


def test_all_is_well(alive):
    assert troubles(alive + timedelta(minutes=1)) == {}
    assert [finding.name for finding in findings(alive)] == [
        "Database",
        "Migrations",
        "Broker",
        "Beat",
        "Workers",
        "Sweep",
        "Escalation",
        "Outbox",
    ]


def test_an_installation_that_never_ran_says_so(now):
    assert set(troubles(now)) == {"Beat", "Workers", "Sweep"}
    assert "never" in troubles(now)["Sweep"]


@pytest.mark.parametrize(
    ("age", "names", "words"),
    [
        (timedelta(minutes=3), {"Workers"}, "3 minutes ago"),
        (timedelta(minutes=6), {"Beat", "Workers"}, "6 minutes ago"),
        (timedelta(hours=3), {"Beat", "Workers", "Sweep"}, "3 hours ago"),
        (timedelta(days=3), {"Beat", "Workers", "Sweep"}, "3 days ago"),
    ],
)
def test_silence_is_noticed_and_its_length_told(alive, age, names, words):
    found = troubles(alive + age)
    assert set(found) == names
    assert all(words in text for text in found.values())


def test_a_notice_that_waits_too_long_is_noticed(alive):
    write_notices([draft(UserFactory())], now=alive - timedelta(minutes=46))
    assert set(troubles(alive)) == {"Outbox"}
    assert troubles(alive - timedelta(minutes=2)) == {}


def test_what_waits_for_the_end_of_quiet_hours_is_no_trouble(alive):
    reader = UserFactory()
    quiet = QuietHours((alive - timedelta(hours=2)).time(), (alive + timedelta(hours=2)).time())
    choose_delivery(user=reader, digest_at=None, quiet=quiet, by=reader, now=alive)
    write_notices([draft(reader)], now=alive - timedelta(hours=1))
    send(now=alive)
    assert troubles(alive) == {}


def test_an_e_mail_that_could_not_be_sent_needs_somebody_until_it_is_closed(alive):
    write_notices([draft(UserFactory())], now=alive)
    Notice.objects.update(delivery=Notice.Delivery.FAILED)
    assert troubles(alive) == {
        "Outbox": "One e-mail could not be sent. An administrator tries again or closes each."
    }
    close_failed(notice=Notice.objects.get(), by=UserFactory(), now=alive)
    assert troubles(alive) == {}


def test_without_the_database_nothing_else_is_asked(now, monkeypatch):
    monkeypatch.setattr(health, "database_answers", lambda: False)
    assert [finding.name for finding in findings(now)] == ["Database"]


def test_a_queue_that_cannot_be_reached_is_noticed(alive, monkeypatch):
    from kombu.exceptions import OperationalError

    class Broken:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def ensure_connection(self, **options):
            raise OperationalError("connection refused")

    monkeypatch.setattr(health.app, "connection_for_write", lambda **options: Broken())
    assert "connection refused" in troubles(alive)["Broker"]


def test_missing_migrations_are_counted(alive, monkeypatch):
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: [1, 2])
    assert "2 database changes are waiting" in troubles(alive)["Migrations"]


def test_before_the_migrations_no_table_is_asked(monkeypatch, now):
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: [1, 2])
    monkeypatch.setattr(Heartbeat.objects, "filter", lambda **lookups: pytest.fail("asked"))
    assert {finding.name for finding in health.findings(now)} == {"Database", "Migrations", "Broker"}


def test_the_command_is_silent_about_nothing_and_fails_when_something_is_wrong(capsys):
    show_signs_of_life(timezone.now())
    call_command("check_health", "--json")
    assert json.loads(capsys.readouterr().out)["warnings"] == []
    Heartbeat.objects.all().delete()
    with pytest.raises(CommandError, match="Sweep: Has never run here") as failed:
        call_command("check_health")
    assert "\n" not in str(failed.value)
    assert "Database: The database answers." in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("check_health", "--json")
    assert len(json.loads(capsys.readouterr().out)["warnings"]) == 3


def test_a_moment_that_cannot_be_read_is_wrong_usage():
    with pytest.raises(CommandError, match="--at is 'soon'") as refusal:
        call_command("check_health", "--at", "soon")
    assert refusal.value.returncode == 2


def test_the_tasks_do_their_work_and_leave_a_heartbeat():
    beat_heartbeat()
    tasks.sweep()
    deliver()
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"beat", "sweep"}


def test_the_page_is_for_administrators(client):
    authority = small_authority()
    for user, status in (
        (authority.admin, 200),
        (authority.qa_manager, 403),
        (authority.director, 403),
        (authority.practitioner, 403),
    ):
        client.force_login(user)
        assert client.get(reverse("escalation:health")).status_code == status
    client.force_login(authority.admin)
    assert "3 of 8 need attention" in client.get(reverse("escalation:health")).content.decode()
    show_signs_of_life(timezone.now())
    assert "Everything works." in client.get(reverse("escalation:health")).content.decode()


def test_load_balancers_need_no_sign_in_and_learn_nothing_else(client, monkeypatch):
    page = client.get(reverse("healthz"))
    assert (page.status_code, page.content) == (200, b"ok")

    def breaks(self, *args):
        raise DatabaseError

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", breaks)
    page = client.get(reverse("healthz"))
    assert (page.status_code, page.content) == (503, b"not ok")


def test_a_worker_that_is_gone_is_named_and_forgotten_after_a_day(alive):
    later = alive + timedelta(hours=3)
    worker_beat(hostname="celery@two", now=later)
    (workers,) = [finding for finding in findings(later) if finding.name == "Workers"]
    assert workers.is_ok
    assert workers.text == "1 at work. celery@one was last seen 3 hours ago."
    worker_beat(hostname="celery@two", now=alive + timedelta(hours=25))
    assert [row.name for row in Heartbeat.objects.workers()] == ["worker celery@two"]
    assert Heartbeat.objects.filter(name="sweep").exists()


def test_a_worker_outlives_a_database_that_does_not_answer(monkeypatch, caplog):
    monkeypatch.setattr("qaframework.clocks.sign_of_life.connection", SimpleNamespace(close=lambda: None))
    note_alive("celery@one")
    assert Heartbeat.objects.workers().count() == 1

    def breaks(self, *args):
        raise DatabaseError

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", breaks)
    note_alive("celery@one")
    assert "sign of life could not be noted" in caplog.text


@pytest.mark.clause("LAN-29")
def test_steps_that_nobody_took_are_noticed_whatever_the_sweep_says(alive):
    clock = running_clock(small_authority(), due_at=alive - timedelta(days=3), now=alive - timedelta(days=20))
    assert "have not been taken in time" in troubles(alive)["Escalation"]
    sweep(now=alive)
    assert "Escalation" not in troubles(alive)
    Moment.objects.filter(clock=clock).update(is_open=True)
    stop_clock(clock=clock, reason="completed", by=None, now=alive)
    assert "Escalation" not in troubles(alive)


def metrics(client, token="agreed"):
    return client.get(reverse("metrics"), headers={"Authorization": f"Bearer {token}"})


def test_monitoring_reads_figures_with_its_token(client, settings):
    assert metrics(client, "").status_code == 404
    settings.METRICS_TOKEN = "agreed"
    assert metrics(client, "guessed").status_code == 404
    now = timezone.now()
    show_signs_of_life(now)
    write_notices([draft(UserFactory())], now=now - timedelta(hours=2))
    page = metrics(client)
    assert page.status_code == 200
    text = page.content.decode()
    figures = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert figures["quality_check_ok", "sweep"] == 1
    assert figures["quality_check_ok", "outbox"] == 0
    assert figures["quality_notices", "queued"] == 1
    assert figures["quality_notices", "failed"] == 0
    assert 7200 <= figures["quality_outbox_oldest_seconds",] < 7300
    assert figures["quality_heartbeat_age_seconds", "worker celery@one"] < 60
    assert figures["quality_steps_overdue",] == 0


def test_without_the_database_monitoring_still_gets_an_answer(client, settings, monkeypatch):
    settings.METRICS_TOKEN = "agreed"
    monkeypatch.setattr(health, "database_answers", lambda: False)
    page = metrics(client)
    assert page.status_code == 200
    assert 'quality_check_ok{check="database"} 0.0' in page.content.decode()
    assert "quality_notices" not in page.content.decode()
