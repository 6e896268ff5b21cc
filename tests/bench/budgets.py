"""What each operation may cost, and compared with what. Change a number here, and say in the commit why.

A limit with the name of a floor is a ratio to that floor in the same run. ``queries``, ``seconds``,
``late_seconds`` (of the 95th percentile), ``ms_per_query``, ``megabytes`` and ``lost`` are limits in
themselves.
"""

from collections.abc import Mapping

Limits = Mapping[str, float]

# A floor measured against itself has to come out near 1, else the machine was too busy to say anything.
STEADY = (0.85, 1.15)

# Session, person, their posts and their unread notices: no page can do without.
EVERY_PAGE = 4
# Pages are held against "frame", an empty page with our navigation; the ratio to the bare "hello" is printed
# beside it. docs/architecture.md says where these limits are wider than the first design's, and why.
LIST: Limits = {"frame": 5.5, "sql": 13, "queries": 5 + EVERY_PAGE}
FAR_PAGE: Limits = {"frame": 6, "page 1": 1.2, "queries": 5 + EVERY_PAGE}
PAGE: Limits = {"frame": 5.5, "queries": 8 + EVERY_PAGE}
BOARD: Limits = {"frame": 6, "queries": 4 + EVERY_PAGE}

BUDGETS: Mapping[str, Limits] = {
    "case import, first": {"COPY": 8, "megabytes": 300},
    "case import, same file": {"COPY": 1},
    "case import, nothing changed": {"COPY": 4},
    "my work": PAGE,
    "audit inbox": LIST,
    "audit inbox, filtered": LIST,
    "audit inbox, far page": FAR_PAGE,
    "return board": BOARD,
    "return board, far page": {**BOARD, "page 1": 1.2},
    "tracker": LIST,
    "tracker, far page": FAR_PAGE,
    "case": {"frame": 3.5, "queries": 8 + EVERY_PAGE},
    "audit": {"frame": 12, "queries": 8 + EVERY_PAGE},
    "audit section": {"frame": 6, "queries": 8 + EVERY_PAGE},
    "autosave": {"hello": 6.5, "queries": 4 + EVERY_PAGE},
    "autosave, 50 at once": {"late_seconds": 0.3, "lost": 0},
    "dashboard": {"hello": 20},
    "dashboard, reckoned anew": {"frame": 45, "seconds": 0.3},
    "month's draw": {"counting": 30, "queries": 150},
    "programmes, 100 authorities": {"seconds": 60},
    # Ten of the first design, and one that notes which cases each message names, so that it can be withheld.
    "sweep, all due": {"statement": 1.2, "queries": 11},
    "sweep, none due": {"ms_per_query": 1, "queries": 10},
    "report figures": {"seconds": 2},
    "report as Word": {"seconds": 2},
    "report as PDF": {"seconds": 1},
}
