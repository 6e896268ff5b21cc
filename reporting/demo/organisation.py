"""Who works in Northmoor: the people of the sample file, and more teams of the same kind."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.hashers import make_password

from qaframework.people.models import User
from qaframework.people.workflow import import_people
from qaframework.rules.working_days import local_date

PEOPLE_FILE = settings.BASE_DIR / "docs" / "samples" / "people.csv"
# The day for which the sample file's dates were written; they move with the day of the demonstration.
SAMPLE_DAY = date(2026, 11, 22)
FIRST_STAFF_NUMBER = 3001
DAYS_AGO = 600

Row = dict[str, str]


def make_organisation(*, seed: str, password: str, now: datetime) -> None:
    """Import Northmoor's people as an administrator would; everybody gets the one password."""
    today = local_date(now)
    more = yaml.safe_load((Path(__file__).parent / "organisation.yaml").read_text(encoding="utf-8"))
    rows = [*_sample_rows(more, today), *_more_rows(more, Random(f"{seed}:people"), today)]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    import_people(
        file=io.BytesIO(text.getvalue().encode()),
        file_name="people.csv",
        by=None,
        now=now - timedelta(days=DAYS_AGO),
    )
    # One hash for all: making one takes longer than everything else that is done for a person.
    User.objects.update(password=make_password(password))


def _sample_rows(more: dict[str, Any], today: date) -> Iterator[Row]:
    with PEOPLE_FILE.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            row |= {name: _moved(row[name], today) for name in ("starts_on", "ends_on")}
            if row["post_code"] in more["posts_of_social_care"]:
                row |= more["social_care"]
            elif row["unit_code"] == "reviewing":
                row |= more["reviewing"]
            elif row["unit_kind"] == "function" and row["unit_code"] not in more["outside_social_care"]:
                row["parent_code"] = more["social_care"]["unit_code"]
            yield row


def _moved(text: str, today: date) -> str:
    if not text:
        return ""
    day = datetime.strptime(text, "%d/%m/%Y").date() + (today - SAMPLE_DAY)
    return f"{day:%d/%m/%Y}"


def _more_rows(more: dict[str, Any], chance: Random, today: date) -> Iterator[Row]:
    names = _names(more, chance)
    numbers = iter(range(FIRST_STAFF_NUMBER, 10_000))
    posts = [*more["managers"]]
    for unit, (count, title, manager) in more["practitioners"].items():
        label = more["units"].get(unit, [unit.replace("-", " ").capitalize()])[0].lower()
        posts += [[f"{unit}-w{n}", f"{title}, {label}", "practitioner", unit, manager] for n in range(count)]
    for code, title, role, unit, reports_to in posts:
        first, last = next(names)
        started = today - timedelta(days=chance.randint(500, 580))
        yield {
            **_unit_cells(more, unit),
            "post_code": code,
            "post_title": title,
            "role": role,
            "reports_to": reports_to,
            "full_name": f"{first} {last}",
            "email": f"{first}.{last}@northmoor.example".lower(),
            "staff_reference": f"NM{next(numbers)}",
            "starts_on": f"{started:%d/%m/%Y}",
            "ends_on": "",
            "acting": "",
        }


def _unit_cells(more: dict[str, Any], code: str) -> Row:
    """A unit of the sample file is said there; the row only names it."""
    name, kind, parent = more["units"].get(code, ["", "", ""])
    return {"unit_code": code, "unit_name": name, "unit_kind": kind, "parent_code": parent}


def _names(more: dict[str, Any], chance: Random) -> Iterator[tuple[str, str]]:
    """Every surname twice at most, never with the same first name."""
    first = chance.sample(more["first_names"], len(more["first_names"]))
    last = chance.sample(more["last_names"], len(more["last_names"]))
    pairs = [*zip(first, last, strict=False), *zip(first[1:], last, strict=False)]
    return iter(pairs)
