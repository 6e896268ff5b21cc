"""`bootstrap.py run` starts everything, says where, and leaves nothing running however it ends."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import bootstrap
from tests.services import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120

# The real program, except that the packages are those of the running tests.
PROGRAM = """
import sys, pathlib, bootstrap
bootstrap.install = lambda lock: None
bootstrap.PYTHON = pathlib.Path(sys.executable)
sys.exit(bootstrap.main(sys.argv[1:]))
"""


class Run:
    """One `bootstrap.py run` on data of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("QA_", "DJANGO_"))}
        self.environment = {
            **inherited,
            "QA_DATA_DIR": str(data),
            "QA_STATIC_ROOT": str(data / "static"),
            "DATABASE_URL": "",
            "REDIS_URL": "",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "run", "--no-demo", "--port", str(self.port)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    def wait_until_it_says(self, words: str) -> None:
        assert self.process.stdout
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in self.said:
            readable, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            # Not readline: it may take in two lines at once, and select would wait for the second in vain.
            heard = os.read(self.process.stdout.fileno(), 65536).decode() if readable else ""
            assert heard, f"never said '{words}', but: {self.said}"
            self.said += heard

    def send_task(self, name: str) -> None:
        """Put a task on the queue, from a process of its own as a web request would."""
        program = f"from qaframework.celery import app; app.send_task('{name}')"
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=self.environment, check=True)

    def wait_until_the_worker_logs(self, *words: str) -> None:
        log = self.data / "log" / "worker.log"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not any(all(word in line for word in words) for line in log.read_text().splitlines()):
            assert time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.05)

    def finish(self) -> int:
        said, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        self.said += said
        return self.process.returncode

    def children(self) -> dict[int, str]:
        """Processes that work on this run's data, whoever their parent is now."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if str(self.data).encode() in (process / "environ").read_bytes():
                    found[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
        found.pop(self.process.pid, None)
        return found

    def assert_nothing_is_left(self) -> None:
        deadline = time.monotonic() + bootstrap.STOP_WITHIN_SECONDS + 5
        while self.children() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert self.children() == {}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by the tests below, so that the database is made once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def run(data: Path) -> Iterator[Run]:
    started = Run(data)
    yield started
    if started.process.poll() is None:
        started.process.kill()
        started.process.communicate()
    for child in started.children():
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


@pytest.mark.slow
def test_it_serves_a_page_and_stops_everything_when_told(run: Run) -> None:
    run.wait_until_it_says("Press Ctrl-C")
    assert "Nobody can sign in yet. See 'The first administrator'" in run.said
    address = f"http://127.0.0.1:{run.port}/account/login/"
    with urllib.request.urlopen(address, timeout=30) as page:
        assert b"<h1" in page.read()
    assert (run.data / "address").read_text() == f"http://127.0.0.1:{run.port}"
    run.send_task("qaframework.notices.tasks.deliver")
    run.wait_until_the_worker_logs("Task qaframework.notices.tasks.deliver[", "succeeded")

    for impatient in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        run.process.send_signal(impatient)
    assert run.finish() == 0
    assert "Stopped" in run.said
    run.assert_nothing_is_left()


@pytest.mark.slow
def test_nothing_is_left_even_when_it_is_killed_outright(run: Run) -> None:
    run.wait_until_it_says("Press Ctrl-C")
    run.process.kill()
    run.process.communicate()
    run.assert_nothing_is_left()


@pytest.mark.slow
def test_when_a_part_dies_it_stops_the_rest_and_shows_the_log(run: Run) -> None:
    run.wait_until_it_says("Press Ctrl-C")
    worker = min(pid for pid, program in run.children().items() if "celery" in program)
    os.kill(worker, signal.SIGKILL)
    assert run.finish() == 1
    assert "The worker stopped by itself" in run.said
    run.assert_nothing_is_left()


def test_a_step_is_done_again_only_when_its_files_changed(tmp_path: Path) -> None:
    source, stamps = tmp_path / "lock", tmp_path / "stamps.json"
    source.write_text("one")
    bootstrap.mark_done(stamps, "packages", bootstrap.fingerprint([source]))
    assert bootstrap.is_done(stamps, "packages", bootstrap.fingerprint([source]))
    source.write_text("two")
    assert not bootstrap.is_done(stamps, "packages", bootstrap.fingerprint([source]))
    assert not bootstrap.is_done(stamps, "static", bootstrap.fingerprint([source]))


def test_a_port_in_use_is_refused_or_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(bootstrap.Failed, match="--port"):
            bootstrap.free_port(port)


@pytest.mark.parametrize("wrong", ["99999", "0", "-1", "web"])
def test_a_wrong_port_is_wrong_usage(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        bootstrap.arguments_from(["run", f"--port={wrong}"])
    assert refused.value.code == 2
    assert f"'{wrong}' is not a port. Give a number from 1 to 65535." in capsys.readouterr().err


def test_a_port_in_use_is_refused_before_anything_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "install", lambda lock: pytest.fail("prepared first"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(bootstrap.Failed, match="in use"):
            bootstrap.run(taken.getsockname()[1], with_demo=False)


def test_what_a_failure_means_comes_after_what_the_step_said() -> None:
    noisy = [sys.executable, "-c", "import sys; sys.exit('some long complaint')"]
    with pytest.raises(bootstrap.Failed) as failed:
        bootstrap.call([*noisy], "The step failed. Is the network there?")
    assert str(failed.value) == "some long complaint\n\nThe step failed. Is the network there?"


def test_files_of_another_user_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(lock: Path) -> None:
        raise PermissionError(13, "Permission denied", ".venv/stamps.json")

    monkeypatch.setattr(bootstrap, "install", refuse)
    monkeypatch.setattr(bootstrap.signal, "signal", lambda *arguments: None)
    assert bootstrap.main(["setup"]) == 1
    assert ".venv/stamps.json belongs to another user" in capsys.readouterr().err


def test_interrupted_tests_may_put_away_what_they_started(tmp_path: Path) -> None:
    put_away = tmp_path / "put-away"
    tests = f"""
import os, pathlib, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells let what runs in the background ignore it
try:
    os.kill(os.getppid(), signal.SIGTERM)
    signal.pause()
except KeyboardInterrupt:
    pathlib.Path({str(put_away)!r}).touch()
"""
    program = f"""
import bootstrap, os, signal, sys
signal.signal(signal.SIGTERM, bootstrap.stop_on_signal)
try:
    bootstrap.watch([sys.executable, "-c", {tests!r}], dict(os.environ))
except bootstrap.Stopped:
    sys.exit(130)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == 130
    assert put_away.exists()


def test_missing_servers_are_a_failure_where_everything_is_mandatory(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.services.find_postgres", lambda: None)
    monkeypatch.setenv("QA_TEST_REQUIRE_ALL", "1")
    monkeypatch.setattr(bootstrap, "install", lambda lock: pytest.fail("installed before checking"))
    monkeypatch.setattr(bootstrap.signal, "signal", lambda *arguments: None)
    assert bootstrap.main(["test"]) == 1
    assert "apt-get install postgresql" in capsys.readouterr().err
