#!/usr/bin/env python3
"""
Prepare, run or test this application on a machine that has nothing but Python, pip and git.

    python3 bootstrap.py setup    prepare only
    python3 bootstrap.py run      prepare, then start web server, worker and timetable; Ctrl-C stops all
    python3 bootstrap.py test     prepare, then the test suite; what follows 'test' goes to pytest

Standard library only. Nothing is installed outside this folder: packages go to .venv/, data to var/.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - said in words, to people whose machine has an older Python
    sys.exit(
        f"This needs Python 3.11 or later; this is {sys.version.split()[0]}. Try: python3.11 bootstrap.py"
    )

import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
DATA = Path(os.environ.get("QA_DATA_DIR") or ROOT / "var").resolve()
STATIC_ROOT = Path(os.environ.get("QA_STATIC_ROOT") or ROOT / "staticfiles")
SCHEMA_STAMPS = DATA / "schema-stamps.json"
RUN_LOCK, DEV_LOCK = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"

FIRST_PORT = 8000
PAGE_WITHIN_SECONDS = 60
STOP_WITHIN_SECONDS = 10
PR_SET_PDEATHSIG = 1
STARTED = time.monotonic()
NOBODY_YET = "Nobody can sign in yet. See 'The first administrator' in docs/operations.md."


class Failed(Exception):
    """Something a person has to mend; the message says what and how."""


class Stopped(Exception):
    """Somebody asked this program to stop."""


def say(text: str) -> None:
    print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)


def call(command: list[str | Path], failure: str, **settings: str) -> str:
    """Run one step and return what it printed; its complaints are shown only when it fails."""
    environment = {"DJANGO_SETTINGS_MODULE": "qaframework.settings", **settings, **os.environ}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=die_with_parent,
    )
    if done.returncode:
        # What it means comes last, where people look first.
        raise Failed(f"{done.stdout[-3000:]}{done.stderr[-3000:]}".strip() + f"\n\n{failure}")
    return done.stdout


# What is already done, by fingerprint, so that the second start is quick


def fingerprint(paths: Iterable[Path]) -> str:
    """Changes when any of the files is added, removed or changed."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(str(path).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def is_done(stamps: Path, step: str, mark: str) -> bool:
    return stamps.exists() and json.loads(stamps.read_text()).get(step) == mark


def mark_done(stamps: Path, step: str, mark: str) -> None:
    known = json.loads(stamps.read_text()) if stamps.exists() else {}
    stamps.write_text(json.dumps({**known, step: mark}, indent=1))


# Packages


def install(lock: Path) -> None:
    """Fill .venv with exactly what the lock names, every file checked against its hash."""
    stamps = VENV / "stamps.json"
    good_enough = [lock, DEV_LOCK]  # the test packages contain everything a run needs
    if PYTHON.exists() and any(is_done(stamps, "packages", fingerprint([known])) for known in good_enough):
        return
    if not PYTHON.exists():
        say("Making the virtual environment in .venv")
        call(
            [sys.executable, "-m", "venv", "--without-pip", "--clear", VENV], "The environment was not made."
        )
    uv = fetch_installer(stamps)
    say(f"Installing packages from {lock.name}")
    call(
        [uv, "pip", "sync", "--quiet", "--python", PYTHON, "--require-hashes", lock],
        "The packages were not installed. Can this machine reach the Python package index?",
    )
    mark_done(stamps, "packages", fingerprint([lock]))


def fetch_installer(stamps: Path) -> Path:
    """uv, into a private folder: it installs the lock in seconds where pip takes minutes."""
    lock = ROOT / "requirements-bootstrap.lock"
    folder = VENV / "uv"
    if not is_done(stamps, "uv", fingerprint([lock])):
        pip = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
        if pip.returncode:
            raise Failed("Python's installer pip is missing. On Debian: apt-get install python3-pip")
        say("Fetching the package installer")
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
        ]
        command += ["--upgrade", "--require-hashes", "--target", str(folder), "-r", str(lock)]
        call([*command], "The package installer was not fetched. Is this machine connected to the internet?")
        mark_done(stamps, "uv", fingerprint([lock]))
    return folder / "bin" / "uv"


# Database, demonstration data, static files


# One process for both, because starting Django costs more than either.
UPDATE_DATABASE = """
from django.core.management import call_command, execute_from_command_line
execute_from_command_line(["manage.py", "migrate", "--no-input"])
call_command("createcachetable")
"""


def prepare() -> None:
    """Bring database and static files up to date."""
    DATA.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        static_files = pool.submit(collect_static_files)
        update_database()
        static_files.result()


def update_database() -> None:
    if is_new():
        say("Making the database")
        call([PYTHON, "-m", "qaframework.new_database"], "The database was not made.")
    elif is_embedded() and is_done(SCHEMA_STAMPS, "schema", schema_mark()):
        return
    else:
        say("Bringing the database up to date")
        call([PYTHON, "-c", UPDATE_DATABASE], "The database was not brought up to date.")
    mark_done(SCHEMA_STAMPS, "schema", schema_mark())


def schema_mark() -> str:
    migrations = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("qaframework/*/migrations/*.py")]
    return fingerprint([*migrations, RUN_LOCK])


def is_embedded() -> bool:
    return not os.environ.get("DATABASE_URL")


def is_new() -> bool:
    """Whether the embedded database has no tables yet."""
    return is_embedded() and count("sqlite_master") == 0


def count(table: str) -> int:
    """How many rows the embedded database has in this table."""
    with contextlib.closing(sqlite3.connect(DATA / "database.sqlite3")) as connection:
        (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(rows)


def load_demo(address: str) -> None:
    """Into an embedded database that nobody has used yet."""
    if is_embedded() and count("people_user") == 0:
        say("Loading the demonstration authority")
        failure = "The demonstration was not loaded."
        log_ins = call([PYTHON, "manage.py", "demo"], failure, SITE_URL=address)
        (DATA / "demo-log-ins.txt").write_text(log_ins)


def collect_static_files() -> None:
    stamps = DATA / "static-stamps.json"
    files = [path for path in (ROOT / "static").glob("**/*") if path.is_file()]
    mark = fingerprint([*files, RUN_LOCK])
    if STATIC_ROOT.exists() and is_done(stamps, "static", mark):
        return
    say("Collecting static files")
    call([PYTHON, "manage.py", "collectstatic", "--no-input", "--clear"], "Static files were not collected.")
    mark_done(stamps, "static", mark)


# Running


def die_with_parent() -> None:
    """Runs in a child before its program starts: the child stops even if this program is killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def port_number(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}' is not a port. Give a number from 1 to 65535.")


def free_port(wanted: int | None) -> int:
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Failed(f"Port {wanted or FIRST_PORT} is in use. Choose another with --port.")


def start(name: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start one child in a process group of its own, writing to var/log/."""
    logs = DATA / "log"
    logs.mkdir(exist_ok=True)
    with (logs / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            [str(PYTHON), "-m", *command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )


def stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask all to finish, wait, and end what has not; nothing of theirs is left running."""
    for child in children.values():
        signal_group(child, signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN_SECONDS
    for child in children.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        signal_group(child, signal.SIGKILL)
        child.wait()


def signal_group(child: subprocess.Popen[bytes], what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # the whole group has gone
        os.killpg(child.pid, what)


def check_alive(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            log = DATA / "log" / f"{name}.log"
            last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise Failed(f"The {name} stopped by itself. The end of {log}:\n{last}")


def wait_for_page(address: str, children: dict[str, subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + PAGE_WITHIN_SECONDS
    while time.monotonic() < deadline:
        check_alive(children)
        try:
            urllib.request.urlopen(address, timeout=10).close()
            return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
            raise Failed(f"{address} answers {error.code}. See {DATA / 'log' / 'web.log'}") from error
        except OSError:
            time.sleep(0.1)
    raise Failed(
        f"{address} did not answer within {PAGE_WITHIN_SECONDS} seconds. See {DATA / 'log' / 'web.log'}"
    )


def run(port: int | None, with_demo: bool) -> None:
    if port:
        free_port(port)  # refused now, not after a minute of preparing
    install(RUN_LOCK)
    DATA.mkdir(parents=True, exist_ok=True)
    with (DATA / "running.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failed(f"It is already running on the data in {DATA}. Stop that one first.") from None
        prepare()
        serve(free_port(port), with_demo)


def serve(port: int, with_demo: bool) -> None:
    address = f"http://127.0.0.1:{port}"
    environment = {"SITE_URL": address, **os.environ}
    (DATA / "address").write_text(environment["SITE_URL"])
    web = ["gunicorn", "qaframework.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    web += ["--workers", "2", "--threads", "4", "--graceful-timeout", "5", "--access-logfile", "-"]
    worker = ["celery", "-A", "qaframework", "worker", "--beat", "--schedule", str(DATA / "beat-schedule")]
    worker += ["--pool", "threads", "--concurrency", "2", "--loglevel", "INFO"]
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        say("Starting web server and worker")
        children["web"] = start("web", web, environment)  # first, beside the loading of the demonstration
        if with_demo:
            load_demo(address)
        children["worker"] = start("worker", worker, environment)
        wait_for_page(address, children)
        say(f"Ready: {address}")
        log_ins = DATA / "demo-log-ins.txt"
        if log_ins.exists():
            print(f"\n{log_ins.read_text().rstrip()}\n", flush=True)
        elif is_embedded() and count("people_user") == 0:
            print(f"\n{NOBODY_YET}\n", flush=True)
        print("Press Ctrl-C to stop.", flush=True)
        while True:
            check_alive(children)
            time.sleep(1)
    finally:
        say("Stopping")
        stop(children)
        say("Stopped")


# Testing

# Tests that ask no database, start one of their own, or only try who may open what, run once.
RUN_ONCE = (
    "rules",
    "theme",
    "packs",
    "pages/test_permissions.py",
    "plumbing/test_bench.py",
    "plumbing/test_bootstrap.py",
)
NO_TESTS = 5  # pytest's exit status when it selected none


def test(arguments: list[str]) -> int:
    """The suite on SQLite, then on private PostgreSQL and Redis; says what was not run."""
    from tests import services

    chromium = services.find_chromium()
    missing = {}
    if not (services.find_postgres() and services.find_redis()):
        missing["on PostgreSQL and Redis"] = "apt-get install postgresql redis-server"
    if not chromium:
        missing["the journeys in a browser"] = "apt-get install chromium"
    if missing and os.environ.get("QA_TEST_REQUIRE_ALL") == "1":
        wanted = "; ".join(f"{what} ({how})" for what, how in missing.items())
        raise Failed(f"QA_TEST_REQUIRE_ALL is set, but these cannot run: {wanted}")
    install(DEV_LOCK)

    environment = {**os.environ, "QA_CHROMIUM": str(chromium or ""), "DATABASE_URL": "", "REDIS_URL": ""}
    pytest = [str(PYTHON), "-m", "pytest", "-n", str(min(os.cpu_count() or 1, 4))]
    say("Testing on SQLite")
    marks = "not postgres" if chromium else "not postgres and not journey"
    status = watch([*pytest, "-m", marks, *arguments], environment)
    if status == 0 and "on PostgreSQL and Redis" not in missing:
        say("Testing on PostgreSQL and Redis (the journeys in a browser ran above)")
        suite = [
            str(PYTHON),
            "-m",
            "tests.services",
            *pytest,
            "--migrations",
            "-m",
            "not journey",
            *(f"--ignore=tests/{name}" for name in RUN_ONCE),
            *arguments,
        ]
        status = watch(suite, environment)
        if status == NO_TESTS and arguments:
            status = 0  # all that was asked for runs once, and ran above
    elif status:
        print("Not run: on PostgreSQL and Redis, because of what failed above.", flush=True)
    for what, how in missing.items():
        print(f"Not run: {what}. To run it: {how}", flush=True)
    return status


def watch(command: list[str], environment: dict[str, str]) -> int:
    """Run tests to their end, or let them put away their servers and browsers when told to stop."""
    # Being told to stop has to wait until there is a child to pass it on to.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    child = subprocess.Popen(
        command, cwd=ROOT, env=environment, start_new_session=True, preexec_fn=listen_again
    )
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
        return child.wait()
    finally:
        if child.poll() is None:
            signal_group(child, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(STOP_WITHIN_SECONDS)
        signal_group(child, signal.SIGKILL)


def listen_again() -> None:
    """Runs in the child before its program starts, which would go on with the signals held back."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
    die_with_parent()


def arguments_from(command_line: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="setup | run | test")
    preparer = commands.add_parser("setup", help="prepare only")
    preparer.add_argument("--dev", action="store_true", help="with what tests and checks need")
    runner = commands.add_parser("run", help="prepare and run; Ctrl-C stops")
    runner.add_argument("--port", type=port_number, help=f"default: {FIRST_PORT}, or the next free one")
    runner.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
    tester = commands.add_parser("test", help="run the test suite", add_help=False)
    tester.set_defaults(pytest=[])
    known, rest = parser.parse_known_args(command_line)
    if rest and known.command != "test":
        parser.error(f"unknown: {' '.join(rest)}")
    known.pytest = rest
    return known


ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop_on_signal(number: int, frame: object) -> None:
    for name in ENDINGS:
        signal.signal(name, lambda *_: None)  # a second Ctrl-C must not leave half of it running
    raise Stopped


def main(command_line: list[str]) -> int:
    chosen = arguments_from(command_line)
    for name in ENDINGS:
        signal.signal(name, stop_on_signal)
    try:
        if chosen.command == "test":
            return test(chosen.pytest)
        if chosen.command == "run":
            run(chosen.port, with_demo=not chosen.no_demo)
        else:
            install(DEV_LOCK if chosen.dev else RUN_LOCK)
            prepare()
            say("Prepared. Start it with: python3 bootstrap.py run")
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    except PermissionError as refused:
        print(f"{refused.filename} belongs to another user. Run this as that user.", file=sys.stderr)
        return 1
    except Stopped:
        return 0 if chosen.command == "run" else 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
