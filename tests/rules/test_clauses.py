"""The reading of the clause lists and the reckoning of what is done."""

from pathlib import Path

import pytest

from tests.clauses import Clause, Outcome, lines, read_clauses

PREFIXES = {"BED": 41, "BF": 21, "LAN": 37, "RBWM": 28, "SAN": 46}
LIST = """
| id | rule | product |
|---|---|---|
| LAN-11 | Expected volume 40 a month | core: shown on the plan |
| LAN-13 | Expected volume 478 a quarter | as LAN-11 |
| LAN-19 | Views of families | register: feedback records |
| LAN-20 | Levels of reports | register + core: indicator values |
| LAN-21 | Values | n/a |
"""


def test_every_clause_of_the_five_frameworks_is_read() -> None:
    clauses = read_clauses()
    for prefix, count in PREFIXES.items():
        assert [id_ for id_ in clauses if id_.startswith(f"{prefix}-")] == [
            f"{prefix}-{number:02}" for number in range(1, count + 1)
        ]
    assert len(clauses) == sum(PREFIXES.values())


def test_the_kind_of_a_clause_is_read_from_its_product(tmp_path: Path) -> None:
    (tmp_path / "lancashire.md").write_text(LIST)
    kinds = {clause.id: clause.kind for clause in read_clauses(tmp_path).values()}
    assert kinds == {
        "LAN-11": "core",
        "LAN-13": "core",
        "LAN-19": "register",
        "LAN-20": "core",
        "LAN-21": "n/a",
    }


def test_a_clause_listed_twice_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text(LIST)
    (tmp_path / "two.md").write_text(LIST)
    with pytest.raises(ValueError, match="LAN-11 is listed twice"):
        read_clauses(tmp_path)


def test_a_clause_is_done_only_when_all_its_tests_passed() -> None:
    clauses = {
        id_: Clause(id_, kind)
        for id_, kind in [
            ("A-1", "core"),
            ("A-2", "core"),
            ("A-3", "core"),
            ("A-4", "register"),
            ("A-5", "n/a"),
        ]
    }
    outcomes = [
        Outcome("tests/test_a.py::one[x]", ("A-1", "A-2"), passed=True),
        Outcome("tests/test_a.py::one[y]", ("A-1", "A-2"), passed=True),
        Outcome("tests/test_a.py::two", ("A-2",), passed=False),
        Outcome("tests/test_a.py::three", ("A-4",), passed=True),
    ]
    assert lines(clauses, outcomes) == [
        "A-1 done tests/test_a.py::one",
        "A-2 not-passed tests/test_a.py::two",
        "A-3 missing",
        "A-4 register done tests/test_a.py::three",
        "A-5 n/a",
        "1 of 3 core clauses done",
    ]


PLUGIN_TEST = """
import pytest

@pytest.mark.clause("LAN-29", "LAN-30")
def test_passes():
    pass

@pytest.mark.clause("LAN-30")
def test_is_skipped():
    pytest.skip("not here")
"""

pytest_plugins = ["pytester"]


def run_plugin(pytester: pytest.Pytester, source: str) -> pytest.RunResult:
    pytester.makeini("[pytest]\nmarkers =\n    clause(*ids): a clause")
    pytester.makepyfile(source)
    report = str(pytester.path / "outcomes.json")
    options = ["-p", "no:django", "-p", "no:cacheprovider", "-p", "tests.clauses", "--clause-report", report]
    return pytester.runpytest_subprocess(*options)


@pytest.fixture(autouse=True)
def _project_on_path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))


def test_the_plugin_writes_down_how_marked_tests_came_out(pytester: pytest.Pytester) -> None:
    run_plugin(pytester, PLUGIN_TEST).assert_outcomes(passed=1, skipped=1)
    written = (pytester.path / "outcomes.json").read_text()
    assert '"clauses": ["LAN-29", "LAN-30"], "passed": true' in written
    assert '"clauses": ["LAN-30"], "passed": false' in written


@pytest.mark.parametrize("mark", ['"LAN-99"', ""])
def test_the_plugin_refuses_marks_that_name_no_clause(pytester: pytest.Pytester, mark: str) -> None:
    result = run_plugin(pytester, f"import pytest\n@pytest.mark.clause({mark})\ndef test_it(): pass\n")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*is not a clause of docs/frameworks*"])
