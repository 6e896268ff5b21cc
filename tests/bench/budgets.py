"""What each operation may cost, and compared with what. Change a number here, and say in the commit why.

A limit with the name of a floor is a ratio to that floor in the same run; ``queries``, ``seconds``,
``ms_per_query`` and ``megabytes`` are limits in themselves.
"""

from collections.abc import Mapping

Limits = Mapping[str, float]

# A floor measured against itself has to come out near 1, else the machine was too busy to say anything.
STEADY = (0.85, 1.15)

# Session, person, their posts and their unread notices: no page can do without.
EVERY_PAGE = 4
LIST: Limits = {"hello": 4, "sql": 9, "queries": 4 + EVERY_PAGE}
FAR_PAGE: Limits = {"hello": 4, "page 1": 1.2, "queries": 4 + EVERY_PAGE}
PAGE: Limits = {"hello": 5, "queries": 8 + EVERY_PAGE}

BUDGETS: Mapping[str, Limits] = {
    "case import, first": {"COPY": 4, "megabytes": 300},
    "case import, same file": {"COPY": 1},
    "case import, nothing changed": {"COPY": 4},
    "my work": PAGE,
    "audit inbox": LIST,
    "audit inbox, filtered": LIST,
    "audit inbox, far page": FAR_PAGE,
    "return board": LIST,
    "return board, far page": FAR_PAGE,
    "tracker": {"hello": 5, "sql": 9, "queries": 8 + EVERY_PAGE},
    "tracker, far page": {"hello": 5, "page 1": 1.2, "queries": 8 + EVERY_PAGE},
    "case": PAGE,
    "audit": {"hello": 10, "queries": 8 + EVERY_PAGE},
    "audit section": {"hello": 10, "queries": 8 + EVERY_PAGE},
    "autosave": {"hello": 3, "statement": 3.5},
    "dashboard": {"hello": 20},
    "month's draw": {"counting": 15},
    "programmes, 100 authorities": {"seconds": 60},
    "sweep, all due": {"statement": 1.2, "queries": 10},
    "sweep, none due": {"ms_per_query": 1, "queries": 10},
    "report figures": {"seconds": 2},
    "report as Word": {"seconds": 2},
    "report as PDF": {"seconds": 1},
}
