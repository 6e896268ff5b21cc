"""The pages to measure, each for the person who uses it most, on the data of a whole authority."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.core.cache import caches
from django.db import connection
from django.urls import reverse
from django.utils.http import urlencode

from audits.models import CaseAudit
from qaframework.actions.models import Action
from qaframework.allocation.models import Assignment
from qaframework.people.paging import PAGE_SIZE
from qaframework.tools.models import Answer
from tests.bench.browser import HELLO, Browser
from tests.bench.measuring import Operation, Step
from tests.bench.world import World

# A page of words: what every page costs for its navigation and layout, before it shows anything.
FRAME = "/accessibility/"
FAR_PAGE = 400
SECTION = "reflection"
ANSWERED = "proud_of"

INBOX = """
SELECT audit.id, audit.submitted_at, audit.final_grade, audit.overall_grade, post.title, c.child_ref,
       auditor.full_name, result.in_time, assignment.state, assignment.activity
  FROM audits_caseaudit audit
  JOIN allocation_assignment assignment ON assignment.id = audit.assignment_id
  JOIN people_post post ON post.id = assignment.post_id
  JOIN caseload_case c ON c.id = assignment.case_id
  LEFT JOIN people_user auditor ON auditor.id = audit.auditor_id
  LEFT JOIN audits_auditresult result ON result.audit_id = audit.id
 WHERE audit.submitted_at IS NOT NULL AND NOT c.is_restricted {narrowed}
 ORDER BY audit.submitted_at DESC, audit.id DESC LIMIT 25
"""
BOARD = """
SELECT assignment.*, post.title, unit.name, c.child_ref
  FROM allocation_assignment assignment
  JOIN people_post post ON post.id = assignment.post_id
  JOIN people_unit unit ON unit.id = assignment.unit_id
  LEFT JOIN caseload_case c ON c.id = assignment.case_id
 WHERE assignment.original_due_on BETWEEN %s AND %s
 ORDER BY assignment.due_on, assignment.id LIMIT 25
"""
TRACKER = """
SELECT action.*, c.child_ref, post.title, unit.name
  FROM actions_action action
  JOIN actions_actionplan plan ON plan.id = action.plan_id
  JOIN people_post post ON post.id = action.owner_post_id
  JOIN people_unit unit ON unit.id = post.unit_id
  LEFT JOIN caseload_case c ON c.id = plan.case_id
 WHERE action.state IN ('open', 'in_progress', 'done') AND NOT c.is_restricted
 ORDER BY action.due_on, action.id LIMIT 25
"""
SAVE = """
WITH saved AS (
    UPDATE tools_answer SET value = %s, version = version + 1, saved_at = now() WHERE id = %s RETURNING *
)
INSERT INTO tools_historicalanswer (id, question_key, value, version, saved_at, history_date,
    history_change_reason, history_type, answer_set_id, history_user_id, saved_by_id)
SELECT id, question_key, value, version, saved_at, now(), 'Answer saved', '~', answer_set_id, saved_by_id,
    saved_by_id FROM saved
"""


def operations(world: World) -> Iterator[Operation]:
    audit = _open_audit()
    assert audit.auditor is not None
    people = (audit.auditor, world.authority.qa_manager, world.authority.director)
    manager, team, leader = (Browser(person) for person in people)
    yield _page("my work", manager, reverse("allocation:my_work"))
    yield from _inbox(world, team)
    yield from _board(world, team)
    yield from _tracker(team)
    yield _page("case", team, reverse("caseload:case", args=[audit.assignment.case_id]))
    yield _page("audit", manager, reverse("audits:audit", args=[audit.pk]))
    yield _page("audit section", manager, reverse("audits:section", args=[audit.pk, SECTION]))
    yield _autosave(manager, audit)
    yield from _dashboard(leader)


def _open_audit() -> CaseAudit:
    """The audit that is worked on; who does it is the manager whose pages are measured."""
    under_way = CaseAudit.objects.filter(submitted_at__isnull=True)
    return under_way.select_related("assignment", "auditor")[:1].get()


def _page(name: str, browser: Browser, address: str, **floors: Step) -> Operation:
    both = {"hello": browser.opens(HELLO), "frame": browser.opens(FRAME)}
    return Operation(name, browser.opens(address), {**both, **floors})


def _inbox(world: World, browser: Browser) -> Iterator[Operation]:
    address = reverse("audits:inbox")
    handed_in = CaseAudit.objects.filter(submitted_at__isnull=False).order_by("-submitted_at", "-pk")
    yield _page("audit inbox", browser, address, sql=_sql(INBOX.format(narrowed="")))
    filters = urlencode({"grade": "inadequate", "month": world.month.key})
    narrowed = "AND audit.overall_grade = 'inadequate' AND result.month = %s"
    bare = _sql(INBOX.format(narrowed=narrowed), world.month.key)
    yield _page("audit inbox, filtered", browser, f"{address}?{filters}", sql=bare)
    yield _far("audit inbox", browser, address, handed_in.values_list("submitted_at", "pk"))


def _board(world: World, browser: Browser) -> Iterator[Operation]:
    month = world.month
    address = f"{reverse('allocation:return_board')}?month={month.key}"
    owed = Assignment.objects.filter(original_due_on__range=(month.start, month.end)).order_by("due_on", "pk")
    yield _page("return board", browser, address, sql=_sql(BOARD, month.start, month.end))
    yield _far("return board", browser, address, owed.values_list("due_on", "pk"))


def _tracker(browser: Browser) -> Iterator[Operation]:
    address = reverse("actions:tracker")
    actions = Action.objects.order_by("due_on", "pk").values_list("due_on", "pk")
    yield _page("tracker", browser, address, sql=_sql(TRACKER))
    yield _far("tracker", browser, address, actions)


def _dashboard(browser: Browser) -> Iterator[Operation]:
    """Once while nothing that it counts has changed, and once as after a change of everything."""
    address = reverse("reporting:dashboard")
    browser.get(address)
    shown = _page("dashboard", browser, address)
    yield shown
    yield replace(shown, name="dashboard, reckoned anew", before=caches["kept"].clear)


def _far(name: str, browser: Browser, address: str, keys: Any) -> Operation:
    """Page 400 of a list, or the last but one of a shorter one, reached by the key before it."""
    place = min((FAR_PAGE - 1) * PAGE_SIZE, keys.count() - PAGE_SIZE - 1)
    moment, pk = keys[place]
    joint = "&" if "?" in address else "?"
    pointer = urlencode({"after": f"{moment.isoformat()}~{pk}"})
    first = {"page 1": browser.opens(address)}
    return _page(f"{name}, far page", browser, f"{address}{joint}{pointer}", **first)


def _sql(statement: str, *values: Any) -> Step:
    def run() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    return run


def _autosave(browser: Browser, audit: CaseAudit) -> Operation:
    """One text of a section, a little longer each time; the bare statement writes another row."""
    answers = Answer.objects.filter(answer_set=audit.answer_set_id)
    typed = answers.get(question_key=ANSWERED)
    other = answers.exclude(pk=typed.pk).filter(question_key="do_differently").get()
    address = reverse("audits:answer", args=[audit.pk])
    state = {"version": typed.version}

    def save() -> None:
        text = f"The family trusts the worker more than they did {state['version']} days ago."
        fields = {"question_key": ANSWERED, "value": text, "version": state["version"]}
        state["version"] = json.loads(browser.post(address, fields))["version"]

    def statement() -> None:
        with connection.cursor() as cursor:
            cursor.execute(SAVE, [json.dumps(f"Visit sooner, {state['version']}."), other.pk])

    return Operation("autosave", save, {"hello": browser.opens(HELLO), "statement": statement})
