"""A new database that is made at once is the one that the migrations make."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def made_by(database: Path, *command: str) -> dict[str, list[object]]:
    """What is in an empty database after the command: columns, indexes and constraints, migrations."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "qaframework.settings",
        "QA_ENVIRONMENT": "test",
        "DATABASE_URL": f"sqlite:///{database}",
    }
    subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True, capture_output=True)
    with closing(sqlite3.connect(database)) as connection:
        names = sorted(
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        )
        found: dict[str, list[object]] = {name: table(connection, name) for name in names}
        found["applied"] = sorted(connection.execute("SELECT app, name FROM django_migrations"))
        found["permissions"] = sorted(connection.execute("SELECT codename FROM auth_permission"))
    return found


def table(connection: sqlite3.Connection, name: str) -> list[object]:
    columns = sorted(row[1:] for row in connection.execute(f"PRAGMA table_info({name})"))
    keys = sorted(row[2:] for row in connection.execute(f"PRAGMA foreign_key_list({name})"))
    indexes = sorted(
        sql or ""
        for (sql,) in connection.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", [name]
        )
    )
    (created,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone()
    constraints = sorted(part.split("CHECK")[0].split()[0] for part in created.split("CONSTRAINT ")[1:])
    return [columns, keys, indexes, constraints]


@pytest.mark.slow
def test_a_new_database_has_the_schema_of_the_migrations(tmp_path: Path) -> None:
    at_once = made_by(tmp_path / "new.sqlite3", "-m", "qaframework.new_database")
    step_by_step = made_by(tmp_path / "old.sqlite3", "manage.py", "migrate", "--no-input")
    assert at_once == step_by_step
