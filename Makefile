# Everything is installed into .venv, with versions and hashes from requirements/.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed
ARGS ?=

# uv reads neither pip.conf nor PIP_INDEX_URL: unless it was told of a registry itself, it gets pip's.
SAME_REGISTRY = index="$${PIP_INDEX_URL:-$$($(RUN) -m pip config get global.index-url 2>/dev/null || true)}"; \
  if [ -n "$$index" ] && [ -z "$${UV_DEFAULT_INDEX:-}$${UV_INDEX_URL:-}" ]; then export UV_DEFAULT_INDEX="$$index"; fi;

.PHONY: help install demo test test-engines test-pooled test-doors test-faults fuzz-api fuzz-inputs flaky lint lint-deploy audit lock clean

help: ## List the commands
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 22

install: $(STAMP) ## Install everything into .venv

$(STAMP): requirements/uv.lock requirements/dev.lock
	@echo "Querent: setting up $(VENV) (a minute at most; later runs skip this)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Querent needs Python 3.11 or newer: set PYTHON=/path/to/python3.11 (this is $$($(PYTHON) --version 2>&1))."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python cannot create a virtual environment: install its venv module (Debian: apt-get install python3-venv)."; exit 1; }
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/uv.lock || \
	  { echo "The installer uv could not be fetched: is the package registry reachable?"; exit 1; }
	@echo "Querent: installing locked packages"
	@$(SAME_REGISTRY) $(VENV)/bin/uv pip sync --quiet --python $(RUN) --require-hashes requirements/uv.lock requirements/dev.lock || \
	  { echo "A package could not be installed: is the package registry reachable, and is there 1 GB of disk?"; exit 1; }
	@touch $@

demo: $(STAMP) ## Set up two demo tenants, ask three questions, serve http://127.0.0.1:8000 (ONCE=1 stops after the answers)
	@$(RUN) manage.py demo $(if $(ONCE),--once) $(ARGS)

# Every process of a run compiles the same modules unless the first may keep what it compiled.
test test-engines test-pooled test-doors: export PYTHONDONTWRITEBYTECODE :=
PYTEST := $(RUN) -m pytest --dist loadfile --no-loadscope-reorder
ENGINES := tests/connectors tests/functional/test_mysql_source.py tests/functional/test_duckdb_source.py
DOORS := tests/browser tests/doors tests/integration/test_demo_data.py tests/integration/test_demo_setup.py \
  $(addprefix tests/functional/test_,every_endpoint.py api_contract.py mcp.py cli.py admin.py admin_knowledge.py admin_sources.py)

# Three processes on two cores: tests wait for databases half of their time.
test: $(STAMP) ## Run the tests, in under two minutes on two cores (ARGS="-k name" chooses)
	@$(PYTEST) -n 3 $(addprefix --ignore ,$(ENGINES) $(DOORS)) $(ARGS)

test-engines: $(STAMP) ## What every connector promises, on PostgreSQL, MariaDB, SQLite and DuckDB
	@$(PYTEST) -n 3 $(ENGINES) $(ARGS)

# One test cuts every connection at a moment when the application holds none of PgBouncer's.
test-pooled: $(STAMP) ## The functional tests once more, the application's connections through PgBouncer in transaction mode
	@THROUGH_PGBOUNCER=1 $(PYTEST) -n 3 tests/functional --deselect tests/functional/test_outage.py::test_a_run_that_an_outage_outlasts_says_so $(ARGS)

test-doors: $(STAMP) ## From outside: pages in a real browser, every operation of the API by its description, agents, commands, the admin, the demo, workers killed at work
	@$(PYTEST) -n 2 $(DOORS) $(ARGS)

test-faults: $(STAMP) ## Kill, cut off, fill and poison the deployment while questions are asked; ends with a table (ARGS="-k name" chooses)
	@$(RUN) -m pytest -c tests_faults/pytest.ini tests_faults -s $(ARGS)

fuzz-api: export PYTHONDONTWRITEBYTECODE :=
fuzz-api: $(STAMP) ## Try the API with requests made from its own description (SECONDS=120)
	@FUZZ_SECONDS=$(or $(SECONDS),120) $(RUN) -m pytest tests/doors/test_fuzz_api.py --show-capture=no $(ARGS)

fuzz-inputs: export PYTHONDONTWRITEBYTECODE :=
fuzz-inputs: $(STAMP) ## Try every other input with good ones spoiled: files, policies, agents' messages, headers, tokens, forms, settings (SECONDS=300)
	@FUZZ_SECONDS=$(or $(SECONDS),300) $(RUN) -m pytest tests/doors/test_fuzz_inputs.py --show-capture=no $(ARGS)

flaky: export PYTHONDONTWRITEBYTECODE :=
flaky: $(STAMP) ## Run the tests several times in orders of their own: time and failures of each (RUNS=5; ARGS="tests/unit" chooses)
	@$(RUN) -m benchmarks.flaky --runs $(or $(RUNS),5) $(ARGS)

lint: $(STAMP) ## Format check, lint, types, import direction, missing migrations
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy .
	@$(VENV)/bin/lint-imports
	@$(RUN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run  # it warns before a first start

lint-deploy: $(STAMP) ## Dockerfile, docker-compose.yml, Prometheus' rules and the dashboard's queries, each by the tool of its kind
	@$(SAME_REGISTRY) $(RUN) -m deploy.lint

bench-%: $(STAMP) ## Measure: bench-retrieval, bench-guard, bench-answers, bench-vectors, bench-trust, bench-reembed, bench-reuse, bench-sync, bench-load, bench-page, bench-profile (DATA=folder OUT=file ROWS=number LIMIT=number)
	@$(RUN) -m benchmarks.$* $(if $(DATA),--data $(DATA)) $(if $(OUT),--out $(OUT)) $(if $(LIMIT),--limit $(LIMIT)) $(ARGS)

audit: $(STAMP) ## Look the locked packages up in PyPI's advisories (SERVICE=osv asks OSV); fails where one could not be looked up
	@$(SAME_REGISTRY) $(VENV)/bin/uv tool run --quiet --from pip-audit==2.10.1 pip-audit --strict --disable-pip --require-hashes \
	  --progress-spinner off --vulnerability-service $(or $(SERVICE),pypi) --requirement requirements/runtime.lock $(ARGS)

lock: $(STAMP) ## Resolve pyproject.toml again into requirements/
	@$(SAME_REGISTRY) $(VENV)/bin/uv pip compile pyproject.toml --universal --quiet --upgrade --generate-hashes --no-header --no-annotate -o requirements/runtime.lock
	@$(SAME_REGISTRY) $(VENV)/bin/uv pip compile pyproject.toml --group dev --extra s3 --extra aws --extra otel --universal --quiet --upgrade --generate-hashes --no-header --no-annotate -o requirements/dev.lock
	@$(SAME_REGISTRY) $(VENV)/bin/uv pip compile pyproject.toml --extra aws --constraint requirements/dev.lock --universal --quiet --upgrade --generate-hashes --no-header --no-annotate -o requirements/aws.lock
	@$(SAME_REGISTRY) $(VENV)/bin/uv pip compile pyproject.toml --extra otel --constraint requirements/dev.lock --universal --quiet --upgrade --generate-hashes --no-header --no-annotate -o requirements/otel.lock

clean: ## Remove what the demo and the tests created; .venv stays
	@rm -rf .querent staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis
