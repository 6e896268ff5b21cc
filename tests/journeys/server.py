"""The real application on a file of its own, at a fixed moment, for a browser to visit.

`python -m tests.journeys.server FOLDER PORT` prints one line of JSON with its address and what there is to
visit, and serves until its standard input ends; on port 0 it looks for one that is free. Where the folder has
a database already it serves that. Several requests are answered at once, as in production,
which the shared in-memory database of the other tests could not do.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

PEOPLE = {
    "config_admin": "Iwan Castlemaine",
    "qa_manager": "Farah Quillfeather",
    "qa_officer": "Tomasz Underhill",
    "auditor": "Delphine Marchbank",
    "practitioner": "Ruby Thistlewood",
    "team_manager": "Callum Oakenfold",
    "senior_manager": "Anjali Westbrook",
    "head_of_service": "Bernard Lockhart",
    "director": "Solveig Harrowgate",
}
# Learning spaces of their own for the journeys of the auditor, which change them.
AUDITS = (
    "live",
    "two browsers",
    "two tabs",
    "signed out",
    "cut off",
    "keyboard",
    "together",
    "killed",
    "back",
)


def main(folder: Path, port: int) -> None:
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'database.sqlite3'}",
        "QA_DATA_DIR": str(folder),
    }
    os.environ |= environment
    import django

    django.setup()
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.db import transaction

    class Quiet(WSGIRequestHandler):
        """Says nothing of requests that went well."""

        def log_message(self, format: str, *args: Any) -> None:
            if str(args[1]).startswith("5"):
                super().log_message(format, *args)

    import time_machine

    from qaframework import new_database
    from tests.pages.world import NOW

    is_new = not (folder / "database.sqlite3").exists()
    if is_new:
        new_database.create()
    with time_machine.travel(NOW):
        told: dict[str, Any] = {}
        if is_new:
            with transaction.atomic():
                told = prepare()
        server = ThreadedWSGIServer(("127.0.0.1", port), Quiet)
        server.daemon_threads = True
        server.set_app(WSGIHandler())
        told |= {"address": f"http://127.0.0.1:{server.server_port}", "environment": environment}
        print(json.dumps(told), flush=True)
        stop_with_input(server)
        server.serve_forever()


def prepare() -> dict[str, Any]:
    """The world of the page tests, with names that people might have, and a few more audits."""
    from qaframework.people.models import User
    from tests.factories.audits import Setting, allocated_audit, ready_audit
    from tests.factories.caseload import CaseFactory
    from tests.pages.world import DRAWN_AT, HELD_AT, build_world

    world = build_world()
    for persona, name in PEOPLE.items():
        User.objects.filter(pk=world.personas[persona].pk).update(full_name=name)
    where = Setting(world.authority, world.version)
    audits = {
        name: allocated_audit(where, now=DRAWN_AT, child_ref=f"C20000{number}").pk
        for number, name in enumerate(AUDITS, 1)
    }
    audits["ready"] = ready_audit(where, HELD_AT, child_ref="C200099").pk
    CaseFactory(child_ref="C200500", unit=where.authority.duty_team_2, worker=where.authority.practitioner_2)
    audits |= work_of_bedford(world.authority)
    return {
        "people": {persona: user.email for persona, user in world.personas.items()},
        "objects": world.objects,
        "audits": audits,
    }


def work_of_bedford(authority: Any) -> dict[str, int]:
    """Two observations of meetings, which the auditor owes."""
    from observations.models import Observation
    from tests.factories.audits import programme_of
    from tests.factories.packs import loaded, shipped
    from tests.factories.people import UnitFactory
    from tests.pages.world import DRAWN_AT

    unit = UnitFactory(code="fostering", name="Fostering", parent=authority.root)
    programme = programme_of(loaded(shipped("bedford"), [unit], DRAWN_AT))
    post, worker = authority.post_of[authority.team_manager_2], authority.practitioner

    def owed(activity: str, model: Any) -> int:
        return given_out(programme, activity, post=post, worker=worker, model=model, now=DRAWN_AT)

    return {
        "meeting": owed("meeting_observation", Observation),
        "meeting of two": owed("meeting_observation", Observation),
    }


def new_meeting() -> int:
    """One more observation of a meeting, by the rules that are in force at the moment of the site."""
    from observations.models import Observation
    from tests.pages.world import NOW

    of_meetings = Observation.objects.filter(assignment__activity="meeting_observation")
    like = of_meetings.select_related("assignment__programme", "assignment__post__unit")[0].assignment
    return given_out(
        like.programme, like.activity, post=like.post, worker=like.worker, model=Observation, now=NOW
    )


def given_out(programme: Any, activity: str, *, post: Any, worker: Any, model: Any, now: Any) -> int:
    """Work about the person, opened."""
    from datetime import date

    from qaframework.activities.workflow import open_activity
    from qaframework.allocation import workflow as allocation

    day = date(2026, 11, 2)
    planned = allocation.add_work(
        programme=programme, activity=activity, post=post, starts_on=day, by=None, now=now
    )
    work = allocation.allocate(
        assignment=planned,
        case=None,
        worker=worker,
        unit=post.unit,
        selection="none",
        allocated_on=day,
        by=None,
        now=now,
    )
    return int(open_activity(model, assignment=work, by=None, now=now).pk)


def stop_with_input(server: Any) -> None:
    """End when whoever started this ends, however that happens."""
    from threading import Thread

    def wait() -> None:
        sys.stdin.read()
        server.shutdown()

    Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
