"""A whole installation on loopback: PostgreSQL, Redis, mail server, beats and workers, each to be killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg2
import redis

from tests import services
from tests.faults.clock import StageClock
from tests.faults.mail_server import MailServer, Mood
from tests.faults.program_names import HELD, HOLD

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds


def _descendants(pid: int) -> list[int]:
    """The processes that a process has started, and theirs (Linux)."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for thread in threads for child in thread.read_text().split()]
    return [one for child in children for one in (*_descendants(child), child)]


class Server:
    """PostgreSQL or Redis, in a folder of its own."""

    def __init__(self, command: list[str | Path], folder: Path, user: str | None, ready: Any) -> None:
        self.command, self.folder, self.user, self.ready = command, folder, user, ready
        self.running = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        running = services.start(self.command, self.folder, self.user)
        services.wait_until_ready(running, self.ready, self.folder)
        return running

    def kill_and_restart(self, with_signal: signal.Signals) -> None:
        self.running.send_signal(with_signal)
        self.running.wait(timeout=PATIENCE)
        self.running = self._start()

    def stop(self) -> None:
        services.end(self.running, signal.SIGTERM)


class Stage:
    """What stands while its block runs. Times are those of its own clock."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "processes.log"
        self.clock = StageClock(folder)
        self.beats: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        self._numbers = count(1)
        self.mail = MailServer()
        user = services.unprivileged_user()
        database = folder / "postgres"
        database.mkdir()
        # What was committed survives being killed, as in production.
        serve = services.postgres_command(database, user, synchronous_commit="on")
        self.postgres = Server(serve, database, user, services.postgres_ready(database))
        queue, port = folder / "redis", services.free_port()
        queue.mkdir()
        self.redis = Server(services.redis_command(queue, port), queue, None, port)
        self.redis_url = f"redis://127.0.0.1:{port}/0"
        self.database_url = services.postgres_url(database)
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "qaframework.settings",
            "QA_ENVIRONMENT": "embedded",
            "QA_DATA_DIR": str(folder),
            "QA_STAGE": str(folder),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
        }
        self.player = self._start("tests.faults.play", stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def make_tables(self) -> None:
        command = [sys.executable, "-m", "tests.faults.tables"]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def play(self, verb: str, *words: object) -> Any:
        """Have something done (tests/faults/play.py); what came of it."""
        said, heard = self.player.stdin, self.player.stdout
        assert said is not None
        assert heard is not None
        said.write(json.dumps([verb, *map(str, words)]).encode() + b"\n")
        said.flush()
        answer = heard.readline()
        assert answer, self._last_words()
        return json.loads(answer)

    def staff(self, *, beats: int, workers: int) -> None:
        """Have so many beats and workers at work, and wait until they are."""
        for role, wanted in ((self.beats, beats), (self.workers, workers)):
            role[:] = [process for process in role if process.poll() is None]
            for surplus in role[wanted:]:
                self.kill(surplus)
            del role[wanted:]
        while len(self.beats) < beats:
            self.hire_beat()
        while len(self.workers) < workers:
            self.hire_worker()
        self._wait_until_at_work()

    def hire_worker(self) -> None:
        name = f"w{next(self._numbers)}@stage"
        words = ("worker", "--concurrency", "1", "--hostname", name, "--loglevel", "WARNING")
        self.workers.append(self._celery(*words))

    def hire_beat(self) -> None:
        schedule = self.folder / f"beat-{next(self._numbers)}"
        words = ("beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "WARNING")
        self.beats.append(self._celery(*words))

    def _celery(self, *words: str) -> subprocess.Popen[bytes]:
        return self._start("celery", "-A", "tests.faults.program", *words)

    def _start(self, *words: str, **streams: int) -> subprocess.Popen[bytes]:
        """A Python module in the stage's environment; what it says goes to the log."""
        with self.log.open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=ROOT,
                env=self.environment,
                stderr=log,
                start_new_session=True,
                preexec_fn=services.die_with_parent,
                **{"stdout": log, **streams},
            )

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """With all its children, which leave its process group, at once."""
        for pid in [*_descendants(process.pid), process.pid]:
            os.kill(pid, signal.SIGKILL)
        process.wait()

    def hold_the_next_sweep(self) -> None:
        (self.folder / HOLD).touch()

    def wait_until_a_sweep_is_held(self) -> None:
        self.wait_until(lambda: (self.folder / HELD).exists(), "a sweep is held in its middle")

    def wait_until(self, is_so: Callable[[], object], what: str) -> None:
        """Look again and again for a bounded time."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < deadline, f"waited in vain until {what}:\n{self._last_words()}"
            time.sleep(0.05)

    def _last_words(self) -> str:
        return self.log.read_text()[-3000:] if self.log.exists() else ""

    def change(self, statement: str) -> None:
        with self._cursor() as cursor:
            cursor.execute(statement)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        where = dj_database_url.parse(self.database_url)
        connection = psycopg2.connect(host=where["HOST"], user=where["USER"], dbname=where["NAME"])
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def wait_until_all_is_done(self, moment: datetime) -> None:
        """Stop the clock at a moment, and wait until nothing is due any more."""
        self.clock.set(moment)
        self.wait_until(lambda: self._waiting(moment) == 0, "no step and no e-mail is due")

    def _waiting(self, moment: datetime) -> int:
        steps = self.rows(
            "SELECT count(*) FROM clocks_moment moment JOIN clocks_clock clock ON clock.id = moment.clock_id"
            " WHERE moment.is_open AND moment.falls_at <= %s AND clock.stopped_at IS NULL"
            " AND clock.round = moment.round",
            moment,
        )
        mails = self.rows("SELECT count(*) FROM notices_notice WHERE delivery = 'queued'")
        return int(steps[0][0]) + int(mails[0][0])

    def until(self, moment: datetime, *, days_a_second: float) -> None:
        """Let the clock run on to a moment, or a little further, and stop there."""
        self.clock.set(self.clock.now(), days_a_second * 24 * 3600)
        self.wait_until(lambda: self.clock.now() >= moment, f"it is {moment}")
        self.clock.set(self.clock.now())

    def _wait_until_at_work(self) -> None:
        """Until each worker has shown that it is alive, and beat has woken a sweep."""
        query = "SELECT count(*) FROM clocks_heartbeat WHERE name LIKE 'worker %%' OR name = 'sweep'"
        self.change("DELETE FROM clocks_heartbeat")
        self.wait_until(lambda: self.rows(query)[0][0] > len(self.workers), "all are at work")

    def empty_queue(self) -> None:
        redis.from_url(self.redis_url).flushall()

    def clear(self) -> None:
        """Nothing in the tables and the queue, and a mail server that takes mail."""
        for flag in (HOLD, HELD):
            (self.folder / flag).unlink(missing_ok=True)
        self.mail.be(Mood.TAKES)
        self.mail.taken.clear()
        self.mail.hanging_count = 0
        self.empty_queue()
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        tables = ", ".join(name for (name,) in self.rows(query))
        # A sweep of somebody who is still at work reads the tables that are to be emptied.
        self.change(f"SET lock_timeout = '20s'; TRUNCATE {tables} RESTART IDENTITY CASCADE")

    def close(self) -> None:
        for process in [*self.beats, *self.workers, self.player]:
            if process.poll() is None:
                self.kill(process)
        self.player.communicate()
        self.mail.close()
        self.redis.stop()
        self.postgres.stop()


@contextmanager
def stage() -> Iterator[Stage]:
    """An installation with empty tables, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="qa-stage-"))
    folder.chmod(0o755)
    try:
        made = Stage(folder)
        try:
            made.make_tables()
            yield made
        finally:
            made.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
