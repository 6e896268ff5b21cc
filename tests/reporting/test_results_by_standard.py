"""Results by standard: audits that found in full what the framework holds practice to (RBWM-01)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from audits.models import AuditResult, CaseAudit
from audits.workflow import begin_audit, submit_audit
from qaframework.caseload.models import Case
from qaframework.packs.models import FrameworkVersion
from qaframework.rules.periods import Month
from qaframework.tools.building import workflow as building
from qaframework.tools.building.content import find_question, mark_of
from qaframework.tools.workflow import change_tool
from reporting.document import Section, Table
from reporting.figures.scope import Scope
from reporting.figures.standards import StandardMet, standard_figures
from reporting.pages import document_of
from reporting.workflow import build_report
from tests.factories.audits import Setting, allocated_audit, answer_everything, judge
from tests.factories.authority import small_authority
from tests.factories.packs import lancashire, loaded, shipped

pytestmark = pytest.mark.django_db
HELD = datetime(2026, 11, 10, 14, 0, tzinfo=UTC)
NOVEMBER = Month.parse("2026-11")


@pytest.fixture
def where() -> Setting:
    authority = small_authority()
    return Setting(authority, loaded(shipped("windsor"), [authority.root]))


def handed_in(where: Setting, **answers: str) -> CaseAudit:
    audit = allocated_audit(where)
    begin_audit(audit=audit, by=where.auditor, now=HELD)
    answer_everything(audit, where.auditor, HELD, **answers)
    return submit_audit(audit=judge(audit, where.auditor, HELD), by=where.auditor, now=HELD)


def scope(where: Setting) -> Scope:
    return Scope(where.version, NOVEMBER, (where.authority.root.path,), HELD.date())


def met(where: Setting) -> dict[str, tuple[int, int]]:
    found: tuple[StandardMet, ...] = standard_figures(scope(where))
    return {one.label: (one.met.part, one.met.whole) for one in found}


@pytest.mark.clause("RBWM-01")
def test_the_report_says_how_many_audits_met_each_standard_in_full(where: Setting) -> None:
    for fathers in ("yes", "yes", "partly", "no"):
        handed_in(where, fathers=fathers)
    report = build_report(
        framework=where.version.framework,
        kind="monthly",
        period=NOVEMBER,
        by=None,
        now=datetime(2026, 12, 7, 9, 0, tzinfo=UTC),
    )
    (section,) = [one for one in document_of(report).sections if one.key == "standards"]
    rows = rows_of(section)
    assert rows["Families take part"][:2] == (4, "2 of 4")
    assert rows["Services work as one"][:2] == (4, "4 of 4")


def rows_of(section: Section) -> dict[Any, tuple[Any, ...]]:
    tables = [block for block in section.blocks if isinstance(block, Table)]
    return {row[0]: tuple(row[1:]) for table in tables for row in table.rows}


def test_what_does_not_apply_neither_helps_nor_harms(where: Setting) -> None:
    handed_in(where, fathers="na")
    assert met(where)["Families take part"] == (1, 1)
    nothing = dict.fromkeys(("plan_answers", "plan_measurable", "reviews_in_time"), "na")
    handed_in(where, **nothing)
    assert met(where)["We do what works"] == (1, 1)


def test_audits_chosen_for_a_reason_and_restricted_cases_do_not_count(where: Setting) -> None:
    chosen, restricted = handed_in(where, fathers="no"), handed_in(where, fathers="no")
    handed_in(where)
    AuditResult.objects.filter(audit=chosen).update(selection="targeted")
    case = restricted.assignment.case
    assert case is not None
    Case.objects.filter(pk=case.pk).update(is_restricted=True, restriction_reason="Related.")
    assert met(where)["Families take part"] == (1, 1)


def test_a_plain_yes_or_no_is_no_judgement_and_a_framework_without_standards_has_no_section(
    where: Setting,
) -> None:
    handed_in(where, drift="yes", drift_cause="worker_change")
    assert "Safe workloads and case allocation" not in met(where)
    other = Setting(where.authority, lancashire([where.authority.care]))
    assert standard_figures(scope(other)) == ()


def test_it_is_one_query_however_many_audits(where: Setting, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        handed_in(where)
    of = scope(where)
    with django_assert_num_queries(1):
        standard_figures(of)


def test_answers_on_two_versions_of_a_form_count_together(where: Setting) -> None:
    """An audit that was begun before the form was published anew shows the old words; both count."""
    begun = allocated_audit(where)
    begin_audit(audit=begun, by=where.auditor, now=HELD)
    made, later = reworded(where, "case_file_audit", "fathers"), allocated_audit(where)
    change_tool(
        answer_set=later.answer_set,
        framework_version=made,
        tool_key="case_file_audit",
        by=where.auditor,
        now=HELD,
    )
    begin_audit(audit=later, by=where.auditor, now=HELD)
    for audit, fathers in ((begun, "yes"), (later, "no")):
        answer_everything(audit, where.auditor, HELD, fathers=fathers)
        submit_audit(audit=judge(audit, where.auditor, HELD), by=where.auditor, now=HELD)
    texts = {
        audit.answer_set.tool_version.definition.question("fathers").text for audit in CaseAudit.objects.all()
    }
    assert len(texts) == 2
    assert met(where)["Families take part"] == (1, 2)


def reworded(where: Setting, tool: str, key: str) -> FrameworkVersion:
    """The version in which the question has other words, published in the browser's way."""
    officer, framework = where.authority.qa_officer, where.version.framework
    written = where.version.content["tools"][tool]
    draft = building.begin_draft(framework=framework, tool=written, by=officer, now=HELD)
    asked = find_question(draft.content, key)[1]
    building.change_question(
        draft=draft,
        key=key,
        values={"text": f"{asked['text']} Why?"},
        read=mark_of(asked),
        by=officer,
        now=HELD,
    )
    return building.publish_draft(
        draft=draft,
        effective_from=HELD.date(),
        note="Asked better",
        based_on=where.version,
        by=officer,
        now=HELD,
    )
