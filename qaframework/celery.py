"""
The queue. It only wakes work up: what is due is asked of the database.

So a task may run late, twice or not at all without harm.
"""

import os

from celery import Celery

from qaframework.clocks.sign_of_life import SignOfLife

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qaframework.settings")

app = Celery("qaframework")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(SignOfLife)

MINUTE = 60.0

# Every task here asks "what is due and has not happened yet". There is no monthly entry on purpose:
# monthly work is found by its period, so a machine that was off on the first of the month catches up.
app.conf.beat_schedule = {
    "heartbeat": {"task": "qaframework.clocks.tasks.beat_heartbeat", "schedule": MINUTE},
    "deliver-notices": {"task": "qaframework.notices.tasks.deliver", "schedule": MINUTE},
    "sweep-clocks": {"task": "escalation.tasks.sweep", "schedule": 5 * MINUTE},
    "draw-due-samples": {"task": "audits.tasks.draw_due_samples", "schedule": 15 * MINUTE},
    "open-due-work": {"task": "audits.tasks.open_due_work", "schedule": 15 * MINUTE},
    "build-due-reports": {"task": "reporting.tasks.build_due_reports", "schedule": 15 * MINUTE},
}
