"""The private servers of the tests start, answer and leave nothing behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import services

ROOT = Path(__file__).resolve().parents[2]
HAVE_BOTH = services.find_postgres() is not None and services.find_redis() is not None


@pytest.mark.slow
@pytest.mark.skipif(
    not HAVE_BOTH, reason="needs PostgreSQL and Redis: apt-get install postgresql redis-server"
)
def test_a_command_gets_a_database_and_a_queue_which_are_gone_afterwards() -> None:
    program = (
        "import os, dj_database_url, psycopg2, redis\n"
        "where = dj_database_url.parse(os.environ['DATABASE_URL'])\n"
        "connection = psycopg2.connect(host=where['HOST'], user=where['USER'], dbname=where['NAME'])\n"
        "assert connection.server_version >= 130000\n"
        "assert redis.from_url(os.environ['REDIS_URL']).ping()\n"
        "print(where['HOST'])"
    )
    command = [sys.executable, "-m", "tests.services", sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).exists()


def test_the_status_of_the_command_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "find_postgres", lambda: None)
    assert services.main(["true"]) == 1
    assert services.main([]) == 2
