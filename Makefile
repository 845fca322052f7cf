# Every task of the project. `make` alone lists them. What a target has set up is remembered in a stamp under .venv or
# node_modules and not repeated until the file it was made from changes.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
LOCKED_TORCH ?= 2.13.0

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check
HAS_NODE := $(shell command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 && echo yes)

.PHONY: help run test check format lint types imports types-js test-js test-py train evidence bench fuzz golden docs-settings lock setup clean

help: ## List the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

# ---------------------------------------------------------------------------------------------------- set-up

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or newer is needed. Name it: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Two layers: what the application needs, then what its developers need, so that `make run` installs no test tools.
$(VENV)/.runtime: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.develop: $(VENV)/.runtime
	$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

node_modules/.stamp: package.json $(wildcard package-lock.json)
	npm install --no-audit --no-fund --loglevel=error
	@touch $@

setup: $(VENV)/.develop ## Make .venv with the locked versions, for running and developing

# ---------------------------------------------------------------------------------------------------- use

run: $(VENV)/.runtime ## Set up, migrate the database and serve on http://127.0.0.1:8000
	@$(BIN)/covid-xnet migrate
	@exec $(BIN)/covid-xnet serve

# ---------------------------------------------------------------------------------------------------- prove

test: check test-js test-py ## Set up, then every check and every test (what CI runs)

check: lint types imports types-js ## Format, lint, types and import rules, without the tests

format: $(VENV)/.develop ## Rewrite the Python files in the house format
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --quiet --fix .

lint: $(VENV)/.develop ## ruff: format and lint
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

types: $(VENV)/.develop ## mypy, strict, on app and model
	$(BIN)/mypy

imports: $(VENV)/.develop ## import-linter: who may import whom
	$(BIN)/lint-imports

ifeq ($(HAS_NODE),yes)
types-js: node_modules/.stamp ## tsc on the JSDoc types of static/js (skipped without node)
	npm run --silent types

test-js: node_modules/.stamp ## node's own runner on the pure modules of static/js (skipped without node)
	npm test --silent
else
types-js test-js:
	@echo "$@: skipped, node and npm are not installed"
endif

# ARGS narrows it: make test-py ARGS=tests/unit
test-py: $(VENV)/.develop ## pytest; ARGS=… goes to it
	$(BIN)/pytest $(ARGS)

# ---------------------------------------------------------------------------------------------------- make

train: $(VENV)/.runtime ## Train the lungs, then the gate; resumes where it was stopped (ARGS=--device=cuda …)
	$(BIN)/python -m model.training $(ARGS) lungs
	$(BIN)/python -m model.training $(ARGS) gate

# ARGS="--budget small --anew" shortens every run and releases nothing: it is for trying a change.
evidence: $(VENV)/.runtime ## Train every run of the evidence, make release, results and pages of them; resumes
	$(BIN)/python -m model.training $(ARGS) evidence
	$(BIN)/python -m model.training $(ARGS) release

bench: $(VENV)/.develop ## Time /predict against a peer, decoding, a worklist of a million cases, the viewer; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks $(ARGS)
	$(BIN)/python -m benchmarks.decoding
	$(BIN)/python -m benchmarks.worklist
	$(BIN)/python -m benchmarks.viewer

# READER and HTTP narrow it: make fuzz READER="--count 1000" HTTP="--count 100"
fuzz: $(VENV)/.develop ## Read and send damaged files, long; writes fuzz/results and docs/robustness.md
	$(BIN)/python -m fuzz reader $(READER)
	$(BIN)/python -m fuzz http $(HTTP)
	$(BIN)/python -m fuzz report

golden: $(VENV)/.develop ## Write the generated files of tests/golden anew (released weights on phantoms); review their diff
	$(BIN)/python -m tests.regenerate

docs-settings: $(VENV)/.runtime ## Write docs/settings.md from the fields of the settings
	$(BIN)/python -m app.settings

# A fresh environment, so that nothing left over is locked. Builds of torch (+cpu) and its CUDA parts are left out: torch
# itself pins those, and the lock must hold on machines with and without a GPU.
lock: ## Write constraints.txt anew from the newest versions that pyproject.toml allows
	@lock=$$(mktemp -d) && trap 'rm -rf "$$lock"' EXIT \
		&& $(PYTHON) -m venv "$$lock" \
		&& "$$lock/bin/pip" --disable-pip-version-check install --quiet 'torch==$(LOCKED_TORCH)' --editable '.[dev]' \
		&& { echo "# Locked versions; \`make lock\` writes this file."; \
			"$$lock/bin/pip" --disable-pip-version-check freeze --exclude-editable \
				| sed -E 's/^(torch==[0-9.]+)\+.*/\1/' | grep -vE '^(nvidia-|cuda-|triton)'; } > constraints.new \
		&& mv constraints.new constraints.txt

clean: ## Remove caches and what the set-up made; data under var and runs stay
	rm -rf $(VENV) .venv-peer node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info build
	find app model tests benchmarks migrations -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
