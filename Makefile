# Two commands do everything: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
VENV ?= .venv
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
  $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info < (3,14))' 2>/dev/null && echo $$p && break; done)
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
UP ?=
.DEFAULT_GOAL := help

.PHONY: help run test check bench e2e-stream lock dist screenshots format clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "riskguard needs Python 3.11, 3.12 or 3.13 on the PATH"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml .ci/constraints.txt .ci/install_torch.py | $(VENV)/bin/python
	@echo "installing riskguard into $(VENV) ..."
	@start=$$SECONDS; $(BIN)/python .ci/install_torch.py && $(PIP) install --quiet -c .ci/constraints.txt -e '.[workshop]' \
	  && echo "installed in $$((SECONDS - start)) s, $$(du -sm $(VENV) | cut -f1) MB"
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(PIP) install --quiet -c .ci/constraints.txt -e '.[workshop,dev]'
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	@$(PIP) install --quiet -c .ci/constraints.txt -e '.[workshop,dev,bench]'
	@touch $@

run: $(VENV)/.run ## the whole service with embedded parts and a demo community
	@$(BIN)/riskguard up --demo $(UP)

check: $(VENV)/.dev ## the fast loop: style, types, import contracts, unit and property tests, policies
	$(BIN)/ruff format --check riskguard tests .ci
	$(BIN)/ruff check riskguard tests .ci
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@if [ -x $(BIN)/hadolint ]; then $(BIN)/hadolint --failure-threshold info Dockerfile; \
	  else echo "Dockerfile not linted: hadolint has no build for this machine"; fi
	HYPOTHESIS_PROFILE=few $(BIN)/pytest -q -n 2 tests/unit tests/property
	$(BIN)/riskguard policy check
	$(BIN)/riskguard policy test

test: check ## everything: check, then laws with more examples, integration and end-to-end tests
	$(BIN)/pytest -q -n 2 -m hypothesis tests/unit tests/property
	$(BIN)/pytest -q -n 2 --dist loadfile tests/integration
	$(BIN)/pytest -q tests/e2e

bench: $(VENV)/.bench ## what each step costs, in microseconds a post
	$(BIN)/riskguard bench

e2e-stream: $(VENV)/.dev ## 29,019 real reposts through the running service (RISKGUARD_TRAINING_DATA says where they lie)
	$(BIN)/riskguard evaluate stream --kill-worker

screenshots: $(VENV)/.dev ## take the pictures of docs/images again
	RISKGUARD_SCREENSHOTS=docs/images $(BIN)/pytest -q tests/e2e/test_demo.py

format: $(VENV)/.dev ## put the code into the house's form
	$(BIN)/ruff format riskguard tests .ci
	$(BIN)/ruff check --fix riskguard tests .ci

lock: $(VENV)/.dev ## refresh the pinned versions in .ci/constraints.txt
	@$(PIP) install --quiet uv
	$(BIN)/python -m uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --quiet \
	  --no-annotate --custom-compile-command "make lock" --no-emit-index-url -o .ci/constraints.txt

dist: $(VENV)/.dev ## build the wheel, which carries the default policies and models
	$(PIP) wheel --quiet --no-deps -w dist .

clean: ## remove the virtual environment and caches (never the data folder)
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
