"""``python -m tests.bench``: how fast everything is, against floors measured in the same run.

On a private PostgreSQL that is gone afterwards. Ends with status 1 when something is over its budget.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from time import perf_counter

from tests import services


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--small", action="store_true", help="little data, two rounds: tries the bench itself"
    )
    parser.add_argument("--only", metavar="NAME", default="", help="only operations with this in their name")
    chosen = parser.parse_args(arguments)
    try:
        with services.postgres() as url:
            os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
            return _run(small=chosen.small, only=chosen.only)
    except services.ServiceFailed as failure:
        print(failure, file=sys.stderr)
        return 1


def _run(*, small: bool, only: str) -> int:
    """Django and the application are imported here, when the database is known."""
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from tests.bench import auditors, pages, sets, world
    from tests.bench.measuring import HEADING, Operation, Result, line, measure

    sizes = world.SMALL if small else world.FULL
    results: list[Result] = []

    def work(operations: Iterator[Operation]) -> None:
        for operation in operations:
            if only in operation.name:
                tell(measure(operation, rounds=2 if small else None))

    def tell(result: Result) -> None:
        results.append(result)
        print(line(result), flush=True)

    began = perf_counter()
    print(f"{sizes.cases:,} cases, {sizes.audits:,} audits on PostgreSQL", flush=True)
    here = world.begin(sizes, timezone.now())
    print(HEADING, flush=True)
    work(sets.imports(here))
    world.add_past(here)
    work(pages.operations(here))
    if only in auditors.NAME:
        tell(auditors.fifty_at_once())
    work(sets.operations(here))
    connection.close()
    over = [result.name for result in results if result.over_budget()]
    print(f"\n{len(results)} operations in {perf_counter() - began:,.0f} s; {len(over)} over budget.")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
