"""
Private PostgreSQL and Redis servers for tests: started from installed programs, gone afterwards.

`python -m tests.services COMMAND…` runs a command with DATABASE_URL and REDIS_URL pointing at them.
Standard library only, because bootstrap.py asks this module what is installed before anything else is.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READY_WITHIN_SECONDS = 30
PR_SET_PDEATHSIG = 1


class ServiceFailed(Exception):
    """A server did not start; the message holds what it said."""


def find_postgres() -> Path | None:
    """The folder of initdb and postgres: Debian keeps it off the PATH, newest version first."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    if pg_config := shutil.which("pg_config"):
        said = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(said.stdout.strip()))
    if initdb := shutil.which("initdb"):
        folders.append(Path(initdb).parent)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def find_redis() -> Path | None:
    found = shutil.which("redis-server")
    return Path(found) if found else None


def find_chromium() -> Path | None:
    named = os.environ.get("QA_CHROMIUM")
    found = (
        named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    )
    return Path(found) if found else None


def die_with_parent() -> None:
    """Runs in a child before its program starts: however this process ends, the child stops (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root; any other account will do."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the URL of a private PostgreSQL, reached through a socket in a temporary folder."""
    user = unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="qa-postgres-"))
    try:
        with server(postgres_command(folder, user), folder, user, postgres_ready(folder), signal.SIGINT):
            yield postgres_url(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def postgres_command(folder: Path, user: str | None, **changed: str) -> list[str | Path]:
    """Make an empty cluster in the folder; the command that serves it from there, with options changed."""
    programs = find_postgres()
    if programs is None:
        raise ServiceFailed("PostgreSQL is not installed. Install it with: apt-get install postgresql")
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    initdb = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "qa",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    made = subprocess.run(initdb, user=user, cwd=folder, capture_output=True, text=True, check=False)
    if made.returncode:
        raise ServiceFailed(f"initdb failed: {made.stderr.strip()}")
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "60",
        # Counting tables while a test's rows are not committed finds none, and a plan for no rows is what
        # thousands are then read by: minutes for a statement, in some runs and not in others.
        "autovacuum": "off",
        # A statement that never ends fails with its text, instead of stopping the whole run.
        "statement_timeout": "120s",
        **changed,
    }
    return [
        programs / "postgres",
        "-D",
        data,
        *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
    ]


def postgres_ready(folder: Path) -> list[str | Path]:
    """The command that succeeds once the PostgreSQL of the folder takes connections."""
    return [find_postgres() / "pg_isready", "-q", "-h", folder, "-U", "qa", "-d", "postgres"]


def postgres_url(folder: Path) -> str:
    return f"postgres://qa@{str(folder).replace('/', '%2F')}/postgres"


@contextmanager
def redis() -> Iterator[str]:
    """Yield the URL of a private Redis on a free loopback port, with production's options."""
    folder = Path(tempfile.mkdtemp(prefix="qa-redis-"))
    port = free_port()
    try:
        with server(redis_command(folder, port), folder, None, port, signal.SIGTERM):
            yield f"redis://127.0.0.1:{port}/0"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def redis_command(folder: Path, port: int) -> list[str | Path]:
    program = find_redis()
    if program is None:
        raise ServiceFailed("Redis is not installed. Install it with: apt-get install redis-server")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
    return [*command, "--appendonly", "yes", "--maxmemory-policy", "noeviction"]


@contextmanager
def server(
    command: list[str | Path],
    folder: Path,
    user: str | None,
    ready: list[str | Path] | int,
    stop: signal.Signals,
) -> Iterator[None]:
    """Run a server while the block runs. `ready` is a command that succeeds, or a port that accepts."""
    running = start(command, folder, user)
    try:
        wait_until_ready(running, ready, folder)
        yield
    finally:
        end(running, stop)


def start(command: list[str | Path], folder: Path, user: str | None) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own; what it says goes to `server.log` in the folder."""
    with (folder / "server.log").open("a") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            user=user,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )


def wait_until_ready(running: subprocess.Popen[bytes], ready: list[str | Path] | int, folder: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not _is_ready(ready):
        if running.poll() is not None or time.monotonic() > deadline:
            said = (folder / "server.log").read_text()[-2000:]
            raise ServiceFailed(f"{Path(str(running.args[0])).name} did not start: {said}")  # type: ignore[index]
        time.sleep(0.05)


def end(running: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    """Ask a server to stop; kill it, with all that it started, when it does not."""
    running.send_signal(stop)
    try:
        running.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def _is_ready(ready: list[str | Path] | int) -> bool:
    if isinstance(ready, int):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", ready)) == 0
    return subprocess.run(ready, check=False).returncode == 0


def main(command: list[str]) -> int:
    if not command:
        print("Usage: python -m tests.services COMMAND…", file=sys.stderr)
        return 2
    try:
        with postgres() as database_url, redis() as redis_url:
            environment = {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": redis_url}
            return subprocess.run(command, env=environment, check=False).returncode
    except ServiceFailed as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
