"""Which clauses of the published frameworks are proved by passing tests: ``python -m tests.clauses``.

Run as a program, it reads the clause lists in docs/frameworks, runs all tests marked with
``@pytest.mark.clause`` and prints a line for each clause. Loaded by pytest as a plugin, it refuses marks
without a known clause id and, when asked, writes down how each marked test came out.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FRAMEWORKS = ROOT / "docs" / "frameworks"
REPORT_OPTION = "--clause-report"

_ROW = re.compile(r"^\| (?P<id>[A-Z]+-\d+) \|.*\|\s*(?P<product>[^|]+?)\s*\|$")
_SAME_AS = re.compile(r"^as (?P<id>[A-Z]+-\d+)")


@dataclass(frozen=True)
class Clause:
    """``kind`` is core, register or n/a."""

    id: str
    kind: str


@dataclass(frozen=True)
class Outcome:
    """How one marked test came out: ``passed`` only when it ran and nothing in it failed."""

    test: str
    clauses: tuple[str, ...]
    passed: bool


def read_clauses(folder: Path = FRAMEWORKS) -> dict[str, Clause]:
    """All clauses by id, in the order of files and rows. Raises ValueError for an id that comes twice."""
    products: dict[str, str] = {}
    for path in sorted(folder.glob("*.md")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if row := _ROW.match(line):
                if row["id"] in products:
                    raise ValueError(f"{path.name}: clause {row['id']} is listed twice.")
                products[row["id"]] = row["product"]
    return {id_: Clause(id_, _kind(id_, products)) for id_ in products}


def lines(clauses: Mapping[str, Clause], outcomes: Iterable[Outcome]) -> list[str]:
    """A line for each clause, and last how many core clauses are done."""
    outcomes = list(outcomes)
    marked = {id_: [o for o in outcomes if id_ in o.clauses] for id_ in clauses}
    core = [clause for clause in clauses.values() if clause.kind == "core"]
    done = sum(_state(marked[clause.id]) == "done" for clause in core)
    return [
        *(_line(clause, marked[clause.id]) for clause in clauses.values()),
        f"{done} of {len(core)} core clauses done",
    ]


def main() -> int:
    """Runs the marked tests and prints the lines; 1 when a marked test failed or a mark is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "outcomes.json"
        command = [sys.executable, "-m", "pytest", "-q", "-m", "clause", "-p", "tests.clauses"]
        run = subprocess.run([*command, REPORT_OPTION, str(report), *sys.argv[1:]], cwd=ROOT, check=False)
        if run.returncode not in (
            pytest.ExitCode.OK,
            pytest.ExitCode.TESTS_FAILED,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        ):
            return 1
        outcomes = [
            Outcome(o["test"], tuple(o["clauses"]), o["passed"]) for o in json.loads(report.read_text())
        ]
    print("\n".join(lines(read_clauses(), outcomes)))
    return int(run.returncode == pytest.ExitCode.TESTS_FAILED)


def _kind(id_: str, products: Mapping[str, str]) -> str:
    product = products[id_]
    if same := _SAME_AS.match(product):
        return _kind(same["id"], products)
    kinds = product.split(":")[0]
    if "core" in kinds:
        return "core"
    return "register" if kinds.startswith("register") else "n/a"


def _line(clause: Clause, outcomes: list[Outcome]) -> str:
    words = [clause.id] if clause.kind == "core" else [clause.id, clause.kind]
    if state := _state(outcomes):
        words.append(state)
        wanted = [o.test for o in outcomes if o.passed == (state == "done")]
        words += dict.fromkeys(test.split("[")[0] for test in wanted)
    elif clause.kind == "core":
        words.append("missing")
    return " ".join(words)


def _state(outcomes: list[Outcome]) -> str:
    if not outcomes:
        return ""
    return "done" if all(outcome.passed for outcome in outcomes) else "not-passed"


# From here on: the pytest plugin.

_outcomes: dict[str, Outcome] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(REPORT_OPTION, help="file to write the outcomes of tests marked with a clause to")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    known = read_clauses()
    for item in items:
        ids = [id_ for mark in item.iter_markers("clause") for id_ in mark.args]
        wrong = [id_ for id_ in ids if id_ not in known]
        if wrong or (not ids and item.get_closest_marker("clause")):
            raise pytest.UsageError(
                f"{item.nodeid}: {wrong[0] if wrong else 'an empty mark'} is not a clause of "
                "docs/frameworks; write for example @pytest.mark.clause('LAN-29')."
            )
        if ids:
            # Properties travel with the report, so that this also works when tests run in several processes.
            item.user_properties.append(("clauses", ids))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    ids = dict(report.user_properties).get("clauses")
    if isinstance(ids, list):
        before = _outcomes.get(report.nodeid)
        passed = (
            report.outcome == "passed"
            and not hasattr(report, "wasxfail")
            and (before is None or before.passed)
        )
        _outcomes[report.nodeid] = Outcome(report.nodeid, tuple(ids), passed)


def pytest_sessionfinish(session: pytest.Session) -> None:
    path = session.config.getoption(REPORT_OPTION)
    if path and not hasattr(session.config, "workerinput"):
        rows = [{"test": o.test, "clauses": o.clauses, "passed": o.passed} for o in _outcomes.values()]
        Path(path).write_text(json.dumps(rows))


if __name__ == "__main__":
    raise SystemExit(main())
