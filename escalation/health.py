"""Whether everything behind the pages is alive: one sentence for each thing that is not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError

from qaframework.celery import app
from qaframework.clocks.models import Heartbeat, Moment
from qaframework.clocks.tasks import BEAT
from qaframework.notices.models import Notice

SWEEP = "sweep"

BEAT_SILENT_AFTER = timedelta(minutes=5)
WORKER_SILENT_AFTER = timedelta(minutes=2)
SWEEP_SILENT_AFTER = timedelta(minutes=20)
OUTBOX_OLD_AFTER = timedelta(minutes=45)  # longer than the longest wait between two attempts

BROKER_SECONDS = 2

# What each is for, to people who do not run servers.
PURPOSES = {
    "Database": "Keeps everything that is written here",
    "Migrations": "Bring the database up to the version of the program",
    "Broker": "Passes work to the worker processes",
    "Beat": "The timetable: wakes work when it is due",
    "Workers": "Do what happens in the background",
    "Sweep": "Looks every five minutes for reminders and escalations that are due",
    "Escalation": "Whether each reminder and escalation was taken in time",
    "Outbox": "E-mails that wait to leave, or could not",
}


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``text`` says how it stands and, when not ok, what to do."""

    name: str
    is_ok: bool
    text: str

    @property
    def purpose(self) -> str:
        return PURPOSES[self.name]


def findings(now: datetime) -> list[Finding]:
    """Everything, in the order in which to mend it. Without the database nothing else can be known."""
    if not database_answers():
        return [Finding("Database", False, "It does not answer. Check that it runs, and DATABASE_URL.")]
    database, migrations = Finding("Database", True, "The database answers."), _migrations(now)
    looks: list[Callable[[datetime], Finding]] = [_broker]
    if migrations.is_ok:
        # These read tables that may not be there before.
        looks += [_beat, _workers, _sweep, _steps, _outbox]
    return [database, migrations, *(look(now) for look in looks)]


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _migrations(now: datetime) -> Finding:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        text = f"{len(missing)} database changes are waiting. Run: python manage.py migrate"
        return Finding("Migrations", False, text)
    return Finding("Migrations", True, "The database is up to date with the program.")


def _broker(now: datetime) -> Finding:
    try:
        with app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except (OperationalError, OSError) as trouble:
        return Finding("Broker", False, f"The queue cannot be reached ({trouble}). Check it and REDIS_URL.")
    return Finding("Broker", True, "The queue can be reached.")


def _beat(now: datetime) -> Finding:
    cure = "Check that the beat and worker processes run."
    return _heartbeat("Beat", BEAT, now, BEAT_SILENT_AFTER, cure)


def _workers(now: datetime) -> Finding:
    seen = {beat.name.removeprefix(Heartbeat.WORKER): now - beat.at for beat in Heartbeat.objects.workers()}
    silent = [f"{name} was last seen {_ago(age)}." for name, age in seen.items() if age > WORKER_SILENT_AFTER]
    alive = len(seen) - len(silent)
    if not alive:
        return Finding("Workers", False, " ".join(["None is at work.", *silent, "Start the worker process."]))
    return Finding("Workers", True, " ".join([f"{alive} at work.", *silent]))


def _sweep(now: datetime) -> Finding:
    cure = "Check that the beat and worker processes run, or run: python manage.py sweep"
    return _heartbeat("Sweep", SWEEP, now, SWEEP_SILENT_AFTER, cure)


def _heartbeat(label: str, name: str, now: datetime, silent_after: timedelta, cure: str) -> Finding:
    last = Heartbeat.objects.filter(name=name).first()
    if last is None:
        return Finding(label, False, f"Has never run here. {cure}")
    age = now - last.at
    if age > silent_after:
        return Finding(label, False, f"Last ran {_ago(age)}. {cure}")
    return Finding(label, True, f"Last ran {_ago(age)}.")


def _steps(now: datetime) -> Finding:
    """What the ladders say should have happened by now, whatever the sweep says of itself."""
    overdue = Moment.objects.overdue(now - SWEEP_SILENT_AFTER).count()
    if overdue:
        text = f"{overdue} reminders or escalations have not been taken in time. Run: python manage.py sweep"
        return Finding("Escalation", False, text)
    return Finding("Escalation", True, "Every reminder and escalation that was due has been taken.")


def _outbox(now: datetime) -> Finding:
    oldest = Notice.objects.outside_quiet_hours(now).order_by("created_at").first()
    failed = Notice.objects.failed().count()
    troubles = []
    if oldest and now - oldest.created_at > OUTBOX_OLD_AFTER:
        troubles.append(
            f"The oldest waiting notice was written {_ago(now - oldest.created_at)}. Check EMAIL_URL; "
            "python manage.py deliver says why none can leave."
        )
    if failed:
        which = "One e-mail" if failed == 1 else f"{failed} e-mails"
        troubles.append(f"{which} could not be sent. An administrator tries again or closes each.")
    if troubles:
        return Finding("Outbox", False, " ".join(troubles))
    return Finding("Outbox", True, "No notice has waited for long.")


def _ago(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} minute{'' if minutes == 1 else 's'} ago"
    hours = minutes // 60
    return f"{hours} hours ago" if hours < 48 else f"{hours // 24} days ago"
