"""The bench measures what it says, and its budgets break when they should."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import services
from tests.bench.budgets import BUDGETS
from tests.bench.measuring import Comparison, Result

ROOT = Path(__file__).resolve().parents[2]


def measured(*, ratio: float = 1.0, steadiness: float = 1.0, queries: int = 5) -> Result:
    compared = {name: Comparison(ratio, steadiness) for name in ("frame", "sql")}
    figures = {"queries": float(queries)}
    return Result("audit inbox", 10.0, 12.0, 9.0, queries, compared, figures)


def test_an_operation_within_its_limits_is_within_budget() -> None:
    assert measured().over_budget() == []


def test_a_ratio_above_its_limit_is_over_budget() -> None:
    broken = measured(ratio=8.0).over_budget()
    assert len(broken) == 1
    assert broken[0].startswith("frame 8.00")


def test_too_many_queries_are_over_budget() -> None:
    assert measured(queries=50).over_budget() == ["queries 50.00, at most 9"]


@pytest.mark.parametrize("steadiness", [0.8, 1.2])
def test_a_comparison_on_an_unsteady_machine_is_void(steadiness: float) -> None:
    result = measured(ratio=100.0, steadiness=steadiness)
    assert result.over_budget() == []
    assert result.is_void()


@pytest.mark.slow
@pytest.mark.skipif(services.find_postgres() is None, reason="needs PostgreSQL: apt-get install postgresql")
def test_every_operation_can_be_measured() -> None:
    """With little data; what it finds over budget then says nothing, so its status is not looked at."""
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--small"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{len(BUDGETS)} operations in" in done.stdout, done.stderr[-3000:]
    for name in BUDGETS:
        assert f"\n{name}" in done.stdout
