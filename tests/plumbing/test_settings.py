"""The program refuses to start on unsafe settings, and names the setting."""

import json
import logging
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from qaframework.logs import JsonFormatter, WithoutSecrets

ROOT = Path(__file__).resolve().parents[2]

SAFE = {
    "QA_ENVIRONMENT": "production",
    "SECRET_KEY": "q7Wm2xTf9ZkR4vBn8LsJ1dHc6YpG3aEuQ5oXiVtMzrKwNbCyDj",
    "DATABASE_URL": "postgres://quality:secret@database.example/quality",
    "REDIS_URL": "redis://redis.example:6379/0",
    "SITE_URL": "https://quality.example",
    "ALLOWED_HOSTS": "quality.example",
    "EMAIL_URL": "smtp+tls://quality:secret@mail.example:587",
}
REQUIRED = [name for name in SAFE if name != "QA_ENVIRONMENT"]


def load_settings(environment: dict[str, str], expression: str = "''") -> subprocess.CompletedProcess[str]:
    """Import the settings in a process of their own, with nothing but this environment."""
    program = f"import qaframework.settings as settings; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_on_safe_settings() -> None:
    started = load_settings(
        SAFE, "settings.DEBUG, settings.SESSION_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT"
    )
    assert started.stdout.strip() == "False True True", started.stderr


def test_commands_typed_beside_a_running_installation_know_its_address(tmp_path: Path) -> None:
    (tmp_path / "address").write_text("http://127.0.0.1:8042")
    embedded = {"QA_DATA_DIR": str(tmp_path)}
    assert load_settings(embedded, "settings.SITE_URL").stdout.strip() == "http://127.0.0.1:8042"
    chosen = {**embedded, "SITE_URL": "http://quality.example"}
    assert load_settings(chosen, "settings.SITE_URL").stdout.strip() == "http://quality.example"


def test_production_names_every_missing_setting_at_once() -> None:
    refused = load_settings({"QA_ENVIRONMENT": "production"})
    assert refused.returncode == 1
    assert [name for name in REQUIRED if f"- {name} " not in refused.stderr] == []


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("DEBUG", "true", "Set it to false"),
        ("DEBUG", "yes", "true or false"),
        ("SECRET_KEY", "short", "50 random characters"),
        ("SECRET_KEY", "a" * 60, "50 random characters"),
        ("SECRET_KEY", "django-insecure-" + SAFE["SECRET_KEY"], "50 random characters"),
        ("SITE_URL", "http://quality.example", "https://"),
        ("ALLOWED_HOSTS", "*", "host names"),
        ("DATABASE_URL", "sqlite:///database.sqlite3", "postgres://"),
        ("DATABASE_URL", "database.example", "postgres://"),
        ("DATABASE_URL", "mysql://database.example/quality", "postgres://"),
        ("DATABASE_URL", "postgres://database.example", "postgres://"),
        ("REDIS_URL", "redis.example:6379", "redis://"),
        ("EMAIL_URL", "mail.example", "smtp+tls://"),
        ("EMAIL_URL", "notify://key-without-template", "notify://API-KEY?template=TEMPLATE-ID"),
        ("IDLE_TIMEOUT_MINUTES", "never", "5 to 480"),
        ("IDLE_TIMEOUT_MINUTES", "481", "5 to 480"),
        ("LOG_FORMAT", "xml", "text, json"),
        ("TRUSTED_PROXY_COUNT", "-1", "0 to 5"),
    ],
)
def test_production_refuses_an_unsafe_value_and_says_what_is_right(name: str, value: str, hint: str) -> None:
    refused = load_settings({**SAFE, name: value})
    assert refused.returncode == 1
    complaint = next(line for line in refused.stderr.splitlines() if line.startswith(f"- {name} "))
    assert hint in complaint


def test_an_unknown_kind_of_installation_is_refused() -> None:
    refused = load_settings({"QA_ENVIRONMENT": "prod"})
    assert "QA_ENVIRONMENT is 'prod'" in refused.stderr


def test_a_password_never_appears_in_a_refusal() -> None:
    refused = load_settings({**SAFE, "DATABASE_URL": "mongo://quality:secret@database.example/quality"})
    assert "DATABASE_URL" in refused.stderr
    assert "- DATABASE_URL is not" in refused.stderr
    assert "secret@" not in "".join(line for line in refused.stderr.splitlines() if line.startswith("- "))


def test_the_embedded_installation_makes_its_own_key_and_keeps_it(tmp_path: Path) -> None:
    environment = {"QA_DATA_DIR": str(tmp_path)}
    first = load_settings(environment, "settings.SECRET_KEY").stdout
    second = load_settings(environment, "settings.SECRET_KEY").stdout
    assert first == second
    assert len(first) > 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_tests_send_no_real_mail() -> None:
    assert settings.EMAIL_BACKEND == "django.core.mail.backends.locmem.EmailBackend"


def test_a_log_line_is_one_json_object() -> None:
    record = logging.LogRecord("audits", logging.INFO, "file", 1, "Drew %s cases\nfor November", (14,), None)
    entry = json.loads(JsonFormatter().format(record))
    assert entry["message"] == "Drew 14 cases\nfor November"
    assert entry["level"] == "INFO"


@pytest.mark.parametrize(
    ("message", "arguments", "written"),
    [
        ("%(r)s %(s)s", ({"r": "GET /calendar/SeCrEt-1_x.ics", "s": "200"},), "GET /calendar/….ics 200"),
        ("Not Found: %s", ("/calendar/SeCrEt.ics",), "Not Found: /calendar/….ics"),
        ("GET %s", ("/frameworks/1/calendar/2026/",), "GET /frameworks/1/calendar/2026/"),
    ],
)
def test_no_log_has_the_secret_of_a_calendar_address(message: str, arguments: Any, written: str) -> None:
    record = logging.LogRecord("gunicorn.access", logging.INFO, "file", 1, message, arguments, None)
    assert WithoutSecrets().filter(record)
    assert record.getMessage() == written


def test_both_the_log_and_that_of_the_web_server_leave_secrets_out() -> None:
    from qaframework import wsgi  # noqa: F401

    assert settings.LOGGING["handlers"]["console"]["filters"] == ["without_secrets"]
    assert any(isinstance(one, WithoutSecrets) for one in logging.getLogger("gunicorn.access").filters)
