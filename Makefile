# Shortcuts for developers. `python3 bootstrap.py test` prepares everything these need.
PYTHON := .venv/bin/python
UV := .venv/uv/bin/uv
COMPILE := $(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock"

.PHONY: help run test test-pg check fmt lock clauses bench

help:  ## this list
	@sed -n 's/^\([a-z-]*\): .*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run:  ## web server, worker and timetable on this machine
	python3 bootstrap.py run

test:  ## the whole suite, on SQLite and on PostgreSQL
	python3 bootstrap.py test

test-pg:  ## the suite on private PostgreSQL and Redis instances only; ARGS="tests/audits -x"
	$(PYTHON) -m tests.services $(PYTHON) -m pytest --migrations -m "not journey" $(ARGS)

check:  ## lint, formatting, types, import contracts, migrations, deployment check
	bash .ci/checks

fmt:  ## format Python and templates
	.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .
	.venv/bin/djhtml --tabwidth 2 templates

lock:  ## renew the lock files from pyproject.toml; UPGRADE=--upgrade takes newer versions
	$(COMPILE) $(UPGRADE) pyproject.toml --output-file requirements.lock
	$(COMPILE) $(UPGRADE) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	echo uv | $(COMPILE) $(UPGRADE) --no-annotate - --output-file requirements-bootstrap.lock

clauses:  ## which clauses of the published frameworks are proved by a test
	$(PYTHON) -m tests.clauses

bench:  ## speed against floors measured in the same run, on PostgreSQL
	$(PYTHON) -m tests.bench
