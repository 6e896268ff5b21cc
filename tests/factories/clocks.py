"""A framework version with ladders only, and clocks that run on them."""

from datetime import date, datetime
from hashlib import sha256
from itertools import count
from typing import Any

from qaframework.clocks.models import Clock
from qaframework.clocks.workflow import start_clock
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people.models import Post, Unit
from tests.factories.authority import Authority

_numbers = count(1)


def rung(name: str, offset: str, *recipients: str, before: bool = False) -> dict[str, Any]:
    return {"name": name, "offset": offset, "before": before, "recipients": list(recipients)}


LATE_AUDIT = [
    rung("Due in a week", "7 days", "owner", before=True),
    rung("Due in two days", "2 days", "owner", before=True),
    rung("Due today", "0 days", "owner", before=True),
    rung("2 days late", "2 days", "senior_manager", "head_of_service"),
    rung("7 days late", "7 days", "director"),
    rung("14 days late", "14 days", "executive_director"),
]


def framework_version(**ladders: list[dict[str, Any]]) -> FrameworkVersion:
    """A live framework's version with these ladders besides ``late_audit``."""
    number = next(_numbers)
    ladders = {"late_audit": LATE_AUDIT, **ladders}
    framework = {
        "key": f"framework-{number}",
        "name": "Practice framework",
        "authority": "Northmoor",
        "version": "2026.1",
        "effective_from": "2026-04-01",
        "year_starts_in": 4,
        "roles": [],
        "grade_schemes": [],
        "ladders": [{"key": key, "label": key, "rungs": rungs} for key, rungs in ladders.items()],
        "activities": [],
        "quotas": [],
        "actions": {
            "immediate": "5 working days",
            "standard": "1 month",
            "notify_within": "48 hours",
            "ladder": "late_audit",
            "file_heading": "",
        },
        "concern": {"acknowledge_within": "4 hours", "ladder": "late_audit"},
        "reports": [],
    }
    content = {"framework": framework, "tools": {}}
    return FrameworkVersion.objects.create(
        framework=Framework.objects.create(key=framework["key"], name=framework["name"]),
        number=1,
        label="2026.1",
        effective_from=date(2026, 4, 1),
        content=content,
        content_hash=sha256(repr(content).encode()).hexdigest(),
        created_at=datetime.fromisoformat("2026-04-01T09:00:00+00:00"),
    )


def running_clock(
    authority: Authority,
    *,
    due_at: datetime,
    now: datetime,
    version: FrameworkVersion | None = None,
    owner: Post | None = None,
    unit: Unit | None = None,
    **changes: Any,
) -> Clock:
    """Work of the team manager of duty team 1, unless said otherwise."""
    owner = owner or authority.post_of[authority.team_manager]
    draft = {
        "kind": "assignment",
        "label": f"Learning space {next(_numbers)}",
        "url": "/work/1/",
        "ladder": "late_audit",
        **changes,
    }
    return start_clock(
        framework_version=version or framework_version(),
        owner_post=owner,
        unit=unit or owner.unit,
        due_at=due_at,
        by=None,
        now=now,
        **draft,
    )
