.DEFAULT_GOAL := help
.PHONY: help setup lock demo run test check lint all-tests bench study faults clean browser proxies

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
# the tests start the program a hundred times, which takes three times as long where it must be compiled each time
unexport PYTHONDONTWRITEBYTECODE
# what is covered whole by tests; `make test` draws the same examples each time, so that its verdict is one of the code alone,
# `make check` draws new ones
PURE := app/stats/*,app/**/rules.py,app/**/live_rules.py
PURE := $(PURE),app/actionplan/portfolio/checking.py,app/actionplan/portfolio/conflicts.py,app/actionplan/portfolio/faults.py
PURE := $(PURE),app/actionplan/portfolio/fixing.py,app/actionplan/portfolio/formulation.py,app/actionplan/portfolio/pricing.py
PURE := $(PURE),app/actionplan/portfolio/problem.py,app/actionplan/portfolio/robustness.py
# three at once on two cores: many tests wait for a deadline, a server or a browser, and others work meanwhile
TESTS := $(BIN)/python -m pytest -n 3 --dist loadgroup

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(STAMP) ## build .venv from requirements.lock

$(STAMP): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) from requirements.lock"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@awk '/^uv==/ {found = 1} /^[a-z]/ && !/^uv==/ {found = 0} found' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

lock: setup ## write deploy/requirements.lock: of requirements.lock what runs, without what only tests and checks need
	@$(BIN)/uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-header --no-annotate --constraints requirements.lock --output-file deploy/requirements.lock

demo: setup ## load the demonstration and serve it on 127.0.0.1:8000
	@$(BIN)/innaxe migrate
	@$(BIN)/innaxe demo --if-empty
	@$(BIN)/innaxe serve

run: setup ## serve what is in the database
	@$(BIN)/innaxe migrate
	@$(BIN)/innaxe serve

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/djlint templates --lint --quiet

check: setup lint ## format, lint, types, import contracts, templates and the quick tests
	$(TESTS) -m "not browser and not faults" --cov=app --cov-report=
	$(BIN)/coverage report --include='$(PURE)' --fail-under=100 --skip-covered

test: setup browser proxies ## every check and test, the real browser and a real PostgreSQL included
	@$(MAKE) --no-print-directory -j 2 lint all-tests

all-tests:
	$(TESTS) -m "not faults" --reruns 1 --hypothesis-profile=ci --cov=app --cov-report=
	$(BIN)/coverage report --include='$(PURE)' --fail-under=100 --skip-covered

faults: setup ## what happens when servers misbehave and processes are killed, at full size
	@$(BIN)/python -m pytest -n 0 -m faults

bench: setup ## what the statistics cost, in ratios, how long fifty people wait, how many saves a second are durable, how fast what is alike is found, results are shown, plans are found, documents written and regions profiled, and what grows with a consultation
	@$(BIN)/python -m tests.bench.statistics
	@$(BIN)/python -m tests.bench.answering
	@$(BIN)/python -m tests.bench.similar
	@$(BIN)/python -m tests.bench.results
	@$(BIN)/python -m tests.bench.plans
	@$(BIN)/python -m tests.bench.documents
	@$(BIN)/python -m tests.bench.profiles
	@$(BIN)/python -m tests.bench.saving
	@$(BIN)/python -m tests.bench.large

study: setup ## the calibration of the verdict, and the machines a consultation needs: what docs/statistics.md and docs/operations.md say
	@$(BIN)/python -m tests.studies.calibration
	@$(BIN)/python -m tests.studies.capacity

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else echo "No Chromium: its tests are skipped and named at the end"; fi
	@command -v soffice >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing LibreOffice for the tests of files"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libreoffice-calc-nogui libreoffice-writer-nogui >/dev/null; \
	else echo "No LibreOffice: its tests are skipped and named at the end"; fi
	@command -v strace >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing strace for the tests of power cuts"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends strace >/dev/null; \
	else echo "No strace: its tests are skipped and named at the end"; fi

proxies:
	@for program in nginx caddy; do \
	command -v $$program >/dev/null || test -x /usr/sbin/$$program || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing $$program for the tests of proxies"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$program >/dev/null || true; \
	else echo "No $$program: its tests are skipped and named at the end"; fi; done

clean: ## remove what setup and tests made, not your data
	rm -rf $(VENV) .pytest_cache .ruff_cache .coverage
