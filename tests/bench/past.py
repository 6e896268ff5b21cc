"""Years of audits, answers, actions and running clocks, written by statements of their own.

Ids follow from each other, so that a whole table is one INSERT … SELECT: audit n has assignment, answer
set, plan and clock n; its actions are 3n-2 to 3n, and their clocks lie above those of the audits.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from audits.models import AuditResult, CaseAudit
from qaframework.actions.models import Action, ActionPlan
from qaframework.allocation.models import Assignment, Programme
from qaframework.clocks.models import Clock, Moment
from qaframework.packs.models import FrameworkVersion
from qaframework.people import history
from qaframework.people.calendar import working_calendar
from qaframework.people.kept import LAST_ENTRIES
from qaframework.rules import ladders
from qaframework.rules.working_days import end_of_day, local_date
from qaframework.tools.models import Answer, AnswerSet, ToolVersion

ACTIONS_EACH = 3
ANSWERS = {
    "child_and_family_story": "'\"A few sentences about this child and family.\"'",
    "childs_words": "'\"I like it when we go to the park.\"'",
    "proud_of": "'\"The family trusts the worker.\"'",
    "do_differently": "'\"Visit sooner.\"'",
    "practitioner_reflection": "'\"I would ask the school earlier.\"'",
    "good_practice": "'\"Life story work.\"'",
    "record_matches_story": "'\"yes\"'",
    "plan_current": "'\"partly\"'",
}
ONE_OPEN_IN = 50
DAYS_BACK = 330
# Days from now until an action is due. By SWEEP_IN exactly one step of each action's clock has come: half are
# four weeks late by then, half are reminded a week before.
DUE_IN = (*range(-27, -15), *range(16, 20))
SWEEP_IN = timedelta(days=13)

WITH_HISTORY: tuple[type[models.Model], ...] = (Action, ActionPlan, Assignment, CaseAudit, Clock)

Columns = Mapping[str, str]


def build(programme: Programme, version: FrameworkVersion, audits: int, now: datetime) -> None:
    """Write that many audits with all that belongs to them, as if a year had passed."""
    tool = ToolVersion.objects.get(tool__framework=version.framework, tool__key="learning_space")
    today = local_date(now)
    _list_audits(audits, today)
    _list_deadlines(version, today)
    ids = {"version": version.pk, "programme": programme.pk, "framework": programme.framework_id}
    at = {"now": now, "tool": tool.pk, "audits": audits, **ids}
    for model, source, columns in _tables():
        _insert(model, source, columns, at)
    _newest_entries(now)
    _after()


def _list_audits(audits: int, today: date) -> None:
    """What is common to the rows of each audit, in a table of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMP TABLE audit_list AS
            WITH managers AS (
                SELECT post.id, row_number() OVER (ORDER BY post.id) AS place, count(*) OVER () AS many
                  FROM people_post post WHERE role = 'team_manager'
            ), chosen AS (
                SELECT c.*, row_number() OVER (ORDER BY c.id) AS n
                  FROM caseload_case c
                 WHERE c.status = 'open' AND c.worker_id IS NOT NULL AND NOT c.is_restricted
                 ORDER BY c.id LIMIT %(audits)s
            )
            SELECT n, chosen.id AS case_id, unit_id, chosen.worker_id, plan_type, managers.id AS post_id,
                   n %% %(one_open)s = 0 AS is_open, holding.post_id AS worker_post_id,
                   manager_holding.user_id AS auditor_id,
                   CASE WHEN n %% %(one_open)s = 0 THEN %(today)s::date + (n %% 28)::int
                        ELSE %(today)s::date - (n %% %(days)s)::int END AS due_on,
                   (ARRAY['good', 'requires_improvement', 'good', 'outstanding', 'inadequate',
                          'requires_improvement', 'good'])[1 + n %% 7] AS grade
              FROM chosen
              JOIN managers ON managers.place = (n + n / %(one_open)s) %% managers.many + 1
              JOIN people_postholding manager_holding ON manager_holding.post_id = managers.id
              JOIN people_postholding holding ON holding.user_id = chosen.worker_id
            """,
            {"audits": audits, "today": today, "one_open": ONE_OPEN_IN, "days": DAYS_BACK},
        )


def _list_deadlines(version: FrameworkVersion, today: date) -> None:
    """The moments of each deadline that occurs, by the framework's own ladders."""
    pack, calendar = version.pack, working_calendar()
    days = {
        "late_action": [(place, today + timedelta(days=days)) for place, days in enumerate(DUE_IN)],
        "late_audit": [(day, today + timedelta(days=day)) for day in range(28)],
    }
    rows = [
        (ladder, place, day, end_of_day(day), rung.position, rung.name, rung.before)
        + (json.dumps(list(rung.recipients)), falls_at)
        for ladder, places in days.items()
        for place, day in places
        for rung, falls_at in ladders.moments(pack.ladder(ladder), end_of_day(day), calendar)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE deadline (ladder text, place int, due_on date, due_at timestamptz, "
            "position int, name text, is_reminder bool, recipients jsonb, falls_at timestamptz)"
        )
        cursor.executemany("INSERT INTO deadline VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)", rows)


def _tables() -> list[tuple[type[models.Model], str, Columns]]:
    actions = f"audit_list, generate_series(1, {ACTIONS_EACH}) AS k"
    action = f"(n - 1) * {ACTIONS_EACH} + k"
    place = f"(({action}) %% {len(DUE_IN)})"
    deadlines = "(SELECT DISTINCT ladder, place, due_on, due_at FROM deadline) AS due"
    handed_in = "CASE WHEN NOT is_open THEN due_on::timestamptz - interval '1 day' END"
    at_work = f"COALESCE({handed_in}, %(now)s)"
    keys = ", ".join(f"('{key}', {value}::jsonb)" for key, value in ANSWERS.items())
    return [
        (
            Clock,
            f"audit_list JOIN {deadlines} USING (due_on) WHERE is_open AND ladder = 'late_audit'",
            {
                "id": "n",
                "kind": "'assignment'",
                "label": "'Learning space, case ' || case_id",
                "url": "'/audits/' || n || '/'",
                "framework_version_id": "%(version)s",
                "ladder": "ladder",
                "owner_post_id": "post_id",
                "unit_id": "unit_id",
                "case_id": "case_id",
                "started_at": "%(now)s",
                "due_at": "due_at",
            },
        ),
        (
            Clock,
            f"{actions} JOIN {deadlines} ON ladder = 'late_action' AND place = {place}".replace(
                "audit_list, generate_series", "audit_list CROSS JOIN generate_series"
            ),
            {
                "id": f"%(audits)s + {action}",
                "kind": "'action'",
                "label": f"'Action ' || {action}",
                "url": f"'/actions/' || {action} || '/'",
                "framework_version_id": "%(version)s",
                "ladder": "ladder",
                "owner_post_id": "worker_post_id",
                "unit_id": "unit_id",
                "case_id": "case_id",
                "started_at": "%(now)s",
                "due_at": "due_at",
            },
        ),
        (
            Moment,
            "clocks_clock clock JOIN deadline USING (ladder, due_at)",
            {
                "clock_id": "clock.id",
                "round": "1",
                "position": "position",
                "name": "name",
                "is_reminder": "is_reminder",
                "recipients": "recipients",
                "falls_at": "falls_at",
                "is_open": "falls_at > %(now)s",
            },
        ),
        (
            Assignment,
            "audit_list",
            {
                "id": "1000000 + n",
                "programme_id": "%(programme)s",
                "framework_version_id": "%(version)s",
                "activity": "'learning_space'",
                "kind": "'case_audit'",
                "post_id": "post_id",
                "unit_id": "unit_id",
                "period": "to_char(due_on, 'YYYY-MM')",
                "ordinal": "1000 + n",
                "case_id": "case_id",
                "worker_id": "worker_id",
                "selection": "'random'",
                "state": "CASE WHEN is_open THEN 'in_progress' WHEN n %% 10 = 1 THEN 'submitted' "
                "ELSE 'final' END",
                "allocated_on": "due_on - 28",
                "due_on": "due_on",
                "original_due_on": "due_on",
                "submitted_at": handed_in,
                "finished_at": handed_in,
                "clock_id": "CASE WHEN is_open THEN n END",
            },
        ),
        (
            AnswerSet,
            "audit_list",
            {"id": "n", "tool_version_id": "%(tool)s", "is_locked": "NOT is_open", "created_at": "%(now)s"},
        ),
        (
            Answer,
            f"audit_list CROSS JOIN (VALUES {keys}) AS given(key, value)",
            {
                "answer_set_id": "n",
                "question_key": "key",
                "value": "value",
                "saved_by_id": "auditor_id",
                "saved_at": "%(now)s",
            },
        ),
        (
            ActionPlan,
            "audit_list",
            {
                "id": "n",
                "title": "'Learning space, case ' || case_id",
                "framework_version_id": "%(version)s",
                "case_id": "case_id",
                "unit_id": "unit_id",
                "worker_id": "worker_id",
                "issued_at": at_work,
                "notified_at": at_work,
                "created_at": at_work,
            },
        ),
        (
            Action,
            f"audit_list CROSS JOIN generate_series(1, {ACTIONS_EACH}) AS k "
            f"JOIN {deadlines} ON ladder = 'late_action' AND place = {place}",
            {
                "id": action,
                "plan_id": "n",
                "what": "'Agree with the family and the school who does what until the next visit'",
                "measure": "'The plan names them, and the child says that it is better'",
                "priority": "'standard'",
                "owner_post_id": "worker_post_id",
                "due_on": "due.due_on",
                "state": "'open'",
                "clock_id": f"%(audits)s + {action}",
                "created_at": "%(now)s",
            },
        ),
        (
            CaseAudit,
            "audit_list",
            {
                "id": "n",
                "assignment_id": "1000000 + n",
                "answer_set_id": "n",
                "action_plan_id": "n",
                "created_at": "%(now)s",
                "auditor_id": "auditor_id",
                "worker_took_part": "'in_person'",
                "overall_grade": "grade",
                "grade_reason": "'What the record and the talk showed'",
                "impact": "'The child is safer'",
                "final_grade": "CASE WHEN is_open OR n %% 10 = 1 THEN '' ELSE grade END",
                "submitted_at": handed_in,
            },
        ),
        (
            AuditResult,
            "audit_list WHERE NOT is_open",
            {
                "audit_id": "n",
                "framework_id": "%(framework)s",
                "activity": "'learning_space'",
                "month": "to_char(due_on - 1, 'YYYY-MM')",
                "unit_id": "unit_id",
                "plan_type": "plan_type",
                "selection": "'random'",
                "is_restricted": "false",
                "original_grade": "grade",
                "final_grade": "CASE WHEN n %% 10 = 1 THEN '' ELSE grade END",
                "section_grades": "jsonb_build_object('daily_life', grade, 'change', grade)",
                "worker_took_part": "true",
                "feedback_obtained": "n %% 3 > 0",
                "in_time": "n %% 8 > 0",
            },
        ),
    ]


def _insert(model: type[models.Model], source: str, columns: Columns, at: Mapping[str, object]) -> None:
    """Insert what the columns say; what they leave out is empty or the field's default."""
    values = {**_usual(model), **columns}
    names = ", ".join(connection.ops.quote_name(name) for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(values.values())} FROM {source}",
            at,
        )


def _usual(model: type[models.Model]) -> dict[str, str]:
    usual = {}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.is_relation:
            continue
        if field.has_default():
            default = field.get_default()
            usual[str(field.column)] = "'{}'" if isinstance(default, dict) else f"'{default}'"
        elif not field.null and isinstance(field, models.CharField | models.TextField):
            usual[str(field.column)] = "''"
    return usual


def _newest_entries(now: datetime) -> None:
    """A history as long as is looked at to see whether figures still hold (people/kept.py)."""
    for model in WITH_HISTORY:
        newest = model._default_manager.order_by("-pk")[:LAST_ENTRIES]
        history.record(model, list(newest), by=None, now=now, reason="", is_update=False)


def _after() -> None:
    """Let new rows get ids above those given here, and let the database know its tables."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(apps.get_models())):
            cursor.execute(statement)
        cursor.execute("ANALYZE")
