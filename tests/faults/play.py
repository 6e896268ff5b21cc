"""What somebody does while beat and workers run, in a process of its own: ``-m tests.faults.play``.

Each line that it reads is a verb with its words, and each that it writes an answer, as JSON. To start
takes longer than to act.
"""

import json
import os
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qaframework.settings")
django.setup()
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in

from qaframework.clocks.models import Clock  # noqa: E402  Django first
from qaframework.clocks.workflow import move_clock, stop_clock  # noqa: E402
from qaframework.rules.working_days import LONDON, end_of_day  # noqa: E402
from tests.factories.authority import small_authority  # noqa: E402
from tests.factories.clocks import framework_version, running_clock  # noqa: E402
from tests.faults.clock import StageClock  # noqa: E402

NOW = StageClock(Path(os.environ["QA_STAGE"])).now
SPREAD = 12  # days over which deadlines fall


def fill(count: str, *beginnings: str) -> Any:
    """An authority with so many open deadlines from each local day on; which they are, and who is who."""
    authority, version, clocks = small_authority(), framework_version(), []
    owners = ["team_manager", "team_manager_2", "outsider"]
    for beginning in map(date.fromisoformat, beginnings):
        started = datetime.combine(beginning, datetime.min.time(), LONDON)
        for number in range(int(count)):
            due, owner = beginning + timedelta(days=number % SPREAD), owners[number % len(owners)]
            post = authority.post_of[getattr(authority, owner)]
            clock = running_clock(
                authority, due_at=end_of_day(due), now=started, version=version, owner=post, unit=post.unit
            )
            since = started.isoformat()
            clocks.append({"pk": clock.pk, "due": due.isoformat(), "owner": owner, "since": since})
    people = {name: person.pk for name, person in vars(authority).items() if hasattr(person, "email")}
    return {"clocks": clocks, "people": people}


def stop(*keys: str) -> Any:
    """Their work is completed; the moment of each."""
    done = {}
    for clock in Clock.objects.filter(pk__in=keys):
        now = NOW()
        stop_clock(clock=clock, reason="completed", by=None, now=now)
        done[clock.pk] = now.isoformat()
    return done


def move(days: str, *keys: str) -> Any:
    """They get so many days more from today on; the moment and the new day of each."""
    done = {}
    for clock in Clock.objects.filter(pk__in=keys):
        now = NOW()
        due = now.astimezone(LONDON).date() + timedelta(days=int(days))
        move_clock(clock=clock, due_at=end_of_day(due), reason="Extended", by=None, now=now)
        done[clock.pk] = [now.isoformat(), due.isoformat()]
    return done


if __name__ == "__main__":
    verbs = {"fill": fill, "stop": stop, "move": move}
    for line in sys.stdin:
        verb, *words = json.loads(line)
        print(json.dumps(verbs[verb](*words)), flush=True)
        connection.close()  # the database may be restarted before the next
