"""The timetable names tasks that exist, and nothing in it waits for a certain moment."""

import pytest
from celery.schedules import crontab
from django.conf import settings

from qaframework.celery import app

app.loader.import_default_modules()


@pytest.mark.parametrize("entry", app.conf.beat_schedule)
def test_every_entry_of_the_timetable_is_a_task(entry: str) -> None:
    assert app.conf.beat_schedule[entry]["task"] in app.tasks


@pytest.mark.clause("LAN-29", "LAN-30", "LAN-31", "LAN-33")
def test_the_timetable_wakes_all_that_happens_with_nobody_clicking() -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} == {
        "audits.tasks.draw_due_samples",
        "audits.tasks.open_due_work",
        "escalation.tasks.sweep",
        "qaframework.clocks.tasks.beat_heartbeat",
        "qaframework.notices.tasks.deliver",
        "reporting.tasks.build_due_reports",
    }
    assert max(entry["schedule"] for entry in app.conf.beat_schedule.values()) <= 15 * 60


def test_no_work_depends_on_the_machine_being_up_at_one_moment() -> None:
    assert not any(isinstance(entry["schedule"], crontab) for entry in app.conf.beat_schedule.values())


def test_a_task_lost_with_its_worker_is_handed_out_again() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost


def test_a_sweep_may_take_minutes_and_is_not_handed_out_again_meanwhile() -> None:
    """60,000 steps in one transaction took more than the minute of other tasks on a busy machine."""
    limits = [task.time_limit or app.conf.task_time_limit for task in app.tasks.values()]
    assert app.tasks["escalation.tasks.sweep"].soft_time_limit >= 240
    assert max(limits) < settings.HANDED_OUT_AGAIN_AFTER
