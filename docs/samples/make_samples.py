"""Makes register.csv, register_with_mistakes.csv and annex_a.xlsx: the invented children of Northmoor.

Run it from the project's folder: python docs/samples/make_samples.py. The same numbers come out every
time. Teams and workers are those of people.csv; every child is made up, and so is every date.

register.csv is the register as of 31 October 2026 in its own layout. annex_a.xlsx is an Annex A workbook
as of 16 November 2026: some children changed team, worker or plan, some closed, some are new, and it has
the untidiness of real workbooks. register_with_mistakes.csv shows what is refused.
"""

import csv
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from qaframework.caseload.cells import data  # noqa: E402

REGISTER_DAY = date(2026, 10, 31)
ANNEX_DAY = date(2026, 11, 16)
CHILDREN = 400
NEW_CHILDREN = 35
FIRST_REFERENCE = 204_101
COLUMNS = (
    "child_ref",
    "initials",
    "plan_type",
    "age",
    "sex",
    "ethnicity",
    "disability",
    "flags",
    "family_ref",
    "team",
    "worker",
    "opened_on",
    "plan_started_on",
    "closed_on",
    "closure_reason",
    "last_visit_on",
    "last_review_on",
    "last_supervision_on",
    "restricted",
)
# What the children of each function are on, more often the earlier one.
PLANS = {
    "mash": ("Assessment", "Child in need"),
    "duty": ("Assessment", "Child in need", "Child protection"),
    "family-safeguarding": ("Child in need", "Child protection"),
    "children-in-care": ("Child in care",),
    "leaving-care": ("Care leaver",),
    "disabilities": ("Child in need", "Child in care"),
}
ETHNICITIES = ("WBRI", "WBRI", "WBRI", "WBRI", "WOTH", "MWBC", "MWAS", "AIND", "APKN", "BAFR", "REFU")
FLAGS = {"SEND": 0.14, "EHC plan": 0.05, "Missing": 0.04, "Exploitation": 0.05, "Domestic abuse": 0.2}
WORKER_ROLES = ("practitioner", "advanced_practitioner")


@dataclass(frozen=True)
class Team:
    code: str
    name: str
    function: str
    workers: tuple[str, ...]


@dataclass(frozen=True)
class Child:
    reference: str
    initials: str
    plan: str
    age: float
    sex: str
    ethnicity: str
    disability: bool
    flags: tuple[str, ...]
    family: str
    team: Team
    worker: str
    opened: date
    plan_started: date
    closed: date | None
    closure_reason: str
    visited: date | None
    reviewed: date | None
    supervised: date | None
    restricted: bool


def teams() -> list[Team]:
    """Teams of people.csv that have workers today, with the function they belong to."""
    with (HERE / "people.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    functions = {row["unit_code"]: row["parent_code"] for row in rows}
    found = {}
    for row in rows:
        function = row["unit_code"] if row["unit_code"] in PLANS else functions[row["unit_code"]]
        if function in PLANS:
            team = found.setdefault(row["unit_code"], Team(row["unit_code"], row["unit_name"], function, ()))
            works = (
                row["full_name"] and row["role"] in WORKER_ROLES and not row["ends_on"] and not row["acting"]
            )
            if works:
                found[team.code] = replace(team, workers=(*team.workers, row["full_name"]))
    return [team for team in found.values() if team.workers]


def children(chance: random.Random, count: int, first: int, day: date) -> Iterator[Child]:
    """Made-up children, known to the authority on ``day``; brothers and sisters share a family."""
    places = [(team, worker) for team in teams() for worker in team.workers]
    family = 0
    for number in range(count):
        if number == 0 or chance.random() > 0.3:
            family += 1
            team, worker = chance.choice(places)
        yield _child(chance, f"{first + number * 7}", f"F{first + family}", team, worker, day)


def _child(chance: random.Random, reference: str, family: str, team: Team, worker: str, day: date) -> Child:
    plans = PLANS[team.function]
    plan = chance.choice((*plans, plans[0]))
    opened = day - timedelta(days=chance.randint(12, 60 if plan == "Assessment" else 900))
    started = min(opened + timedelta(days=chance.randint(0, 40)), day - timedelta(days=5))
    closed = day - timedelta(days=chance.randint(1, 5)) if chance.random() < 0.06 else None
    return Child(
        reference=reference,
        initials="".join(chance.choice("ABCDEFGHJKLMNOPRSTW") for _ in range(2)),
        plan=plan,
        age=round(chance.uniform(18, 24) if plan == "Care leaver" else chance.uniform(0, 17.9), 3),
        sex=chance.choice("FM"),
        ethnicity=chance.choice(ETHNICITIES),
        disability=team.function == "disabilities" or chance.random() < 0.08,
        flags=_flags(reference),
        family=family,
        team=team,
        worker=worker,
        opened=opened,
        plan_started=started,
        closed=closed,
        closure_reason="No longer in need" if closed else "",
        visited=day - timedelta(days=chance.randint(6, 10)) if started < day - timedelta(days=10) else None,
        reviewed=day - timedelta(days=chance.randint(6, 80)) if started < day - timedelta(days=80) else None,
        supervised=day - timedelta(days=chance.randint(6, 28))
        if started < day - timedelta(days=28)
        else None,
        restricted=chance.random() < 0.01,
    )


def _flags(reference: str) -> tuple[str, ...]:
    own = random.Random(f"flags of {reference}")
    return tuple(flag for flag, share in FLAGS.items() if own.random() < share)


def two_weeks_later(chance: random.Random, known: list[Child]) -> list[Child]:
    """The children who are still on the lists, after what happens in two weeks."""
    all_teams = teams()
    later = []
    for child in known:
        happens = chance.random()
        if child.closed or happens < 0.02:
            continue  # closed before the window, or missing from the workbook
        if happens < 0.06:
            child = replace(child, closed=ANNEX_DAY - timedelta(days=3), closure_reason="No longer in need")
        elif happens < 0.11:
            child = replace(child, worker=chance.choice(child.team.workers))
        elif happens < 0.15:
            same = [team for team in all_teams if team.function == child.team.function]
            team = chance.choice(same)
            child = replace(child, team=team, worker=chance.choice(team.workers))
        elif happens < 0.18 and child.plan == "Child in need":
            child = replace(child, plan="Child protection", plan_started=ANNEX_DAY - timedelta(days=9))
        later.append(child)
    return later


# The register's own layout


def register_row(child: Child) -> dict[str, str]:
    return {
        "child_ref": child.reference,
        "initials": child.initials,
        "plan_type": child.plan,
        "age": str(int(child.age)),
        "sex": child.sex,
        "ethnicity": child.ethnicity,
        "disability": "Yes" if child.disability else "No",
        "flags": ", ".join(child.flags),
        "family_ref": child.family,
        "team": child.team.name,
        "worker": child.worker,
        "opened_on": _written(child.opened),
        "plan_started_on": _written(child.plan_started),
        "closed_on": _written(child.closed),
        "closure_reason": child.closure_reason,
        "last_visit_on": _written(child.visited),
        "last_review_on": _written(child.reviewed),
        "last_supervision_on": _written(child.supervised),
        "restricted": "Yes" if child.restricted else "",
    }


def mistakes(known: list[Child]) -> list[dict[str, str]]:
    """Twelve rows: four as they should be, then one for each thing that is refused or doubtful."""
    rows = [register_row(child) for child in known[:12]]
    rows[4]["child_ref"] = ""
    rows[5]["child_ref"] = "see the family's main record"
    rows[6]["opened_on"] = "31/02/2026"
    rows[7] |= {"opened_on": "01/09/2026", "closed_on": "01/08/2026"}
    rows[8] = {**rows[0], "team": "Children in care team 1"}
    rows[9]["team"] = "#N/A"
    rows[10]["worker"] = "Agency worker 3"
    rows[11] |= {"age": "about six", "ethnicity": "British"}
    return rows


def _written(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def write_csv(name: str, rows: list[dict[str, str]]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


# Annex A


def shared(chance: random.Random, child: Child) -> dict[str, Any]:
    """The columns that every list has, as untidily as in real workbooks."""
    return {
        "Child Unique ID": int(child.reference) if chance.random() < 0.5 else child.reference,
        "Gender": {"F": ("Female", "a) Female"), "M": ("b) Male", "Male")}[child.sex][chance.randint(0, 1)],
        "Ethnicity": f"a) {child.ethnicity}" if chance.random() < 0.5 else child.ethnicity,
        "Age of Child (Years)": child.age,
        "Does the Child have a Disability": "a) Yes" if child.disability else "b) No",
        "Allocated Team": "#N/A" if chance.random() < 0.01 else child.team.name,
        "Allocated Worker": child.worker.replace(" ", "\u00a0" if chance.random() < 0.1 else " "),
        "Family ID": child.family,
    }


def list_6(child: Child) -> dict[str, Any]:
    status = {
        "Child in care": "a) Looked after child",
        "Child protection": "b) Child Protection plan",
        "Child in need": "c) Child in need plan",
        "Assessment": "d) Open assessment",
    }[child.plan]
    return {
        "CIN Start Date": child.opened,
        "Primary Need Code": "a) Abuse or neglect",
        "Date Child Was Last Seen": child.visited,
        "CIN Closure Date": child.closed,
        "Reason for Closure": "g) 'Other' incl. Child no longer in need" if child.closed else None,
        "Case Status": "e) Closed episode" if child.closed else status,
    }


def list_7(child: Child) -> dict[str, Any]:
    return {
        "Child Protection Plan Start Date": child.plan_started,
        "Initial Category of Abuse": "a) Neglect",
        "Latest Category of Abuse": "a) Neglect",
        "Date of the Last Statutory Visit": _written(child.visited),
        "Date of latest review conference": child.reviewed,
        "Child Protection Plan End Date": child.closed,
    }


def list_8(child: Child) -> dict[str, Any]:
    return {
        "Date Started to be Looked After": child.plan_started,
        "Date of Latest Statutory Review": child.reviewed,
        "Date of Last Social Work Visit": child.visited,
        "Date Ceased to be Looked After": child.closed,
        "Reason Ceased to be Looked After": "d) Returned home to live with parents or relatives"
        if child.closed
        else None,
    }


def list_9(child: Child) -> dict[str, Any]:
    return {
        "Allocated Worker": None,
        "Allocated Personal Advisor": child.worker,
        "Eligibility Category": "b) Former relevant",
        "Latest Pathway Plan Review Date": child.reviewed,
        "LA in Touch": "a) In touch",
        "Latest Date of Contact": child.visited,
    }


def annex_lists(chance: random.Random, known: list[Child]) -> dict[str, list[dict[str, Any]]]:
    lists: dict[str, list[dict[str, Any]]] = {key: [] for key in data("annex_a")["lists"]}
    for child in known:
        common = shared(chance, child)
        if child.plan == "Care leaver":
            if not child.closed:  # list 9 has those who are entitled now
                lists["9"].append(common | list_9(child))
            continue
        lists["6"].append(common | list_6(child))
        if child.plan == "Child protection":
            lists["7"].append(common | list_7(child))
        if child.plan == "Child in care":
            lists["8"].append(common | list_8(child))
        if child.plan == "Assessment" and not child.closed:
            lists["4"].append(common | {"Continuous Assessment Start Date": child.opened})
        if child.opened > ANNEX_DAY - timedelta(days=60):
            lists["3"].append(common | {"Date of referral": child.opened, "Referral NFA?": "b) No"})
    return lists


def write_annex_a(lists: dict[str, list[dict[str, Any]]]) -> None:
    book = Workbook(write_only=True)
    book.properties.creator = "Northmoor"
    book.properties.created = datetime.combine(ANNEX_DAY, time())
    for key, layout in data("annex_a")["lists"].items():
        titles = [*layout["columns"], "Family ID"]
        sheet = book.create_sheet(f"List {key}")
        sheet.append([title.replace("'", "\u2019") for title in titles])
        for row in lists[key]:
            sheet.append([row.get(title) for title in titles])
    book.save(HERE / "annex_a.xlsx")


def main() -> None:
    chance = random.Random(20261031)
    known = list(children(chance, CHILDREN, FIRST_REFERENCE, REGISTER_DAY))
    write_csv("register.csv", [register_row(child) for child in known])
    write_csv("register_with_mistakes.csv", mistakes(known))
    later = two_weeks_later(chance, known)
    later += children(chance, NEW_CHILDREN, FIRST_REFERENCE + CHILDREN * 7, ANNEX_DAY)
    lists = annex_lists(chance, later)
    write_annex_a(lists)
    print({key: len(rows) for key, rows in lists.items()}, sum(map(len, lists.values())))


if __name__ == "__main__":
    main()
