# Everything that people and pipelines run. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
UV := $(shell command -v uv || echo $(VENV)/bin/uv)
RUN := $(VENV)/bin

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# --- Environments: one a locked requirements file, each made when its lock changed ---------------------------------

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Slipway needs Python 3.11 or later, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.uv: requirements/uv.txt | $(VENV)/bin/python
	command -v uv >/dev/null || $(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	touch $@

# The engine and the command line.
$(VENV)/.slipway: requirements/slipway.txt pyproject.toml $(VENV)/.uv
	$(UV) pip install --quiet --python $(RUN)/python --require-hashes -r requirements/slipway.txt
	$(UV) pip install --quiet --python $(RUN)/python --no-deps --no-build-isolation --editable .
	touch $@

# What checks and tests need on top.
$(VENV)/.dev: requirements/dev.txt $(VENV)/.slipway
	$(UV) pip install --quiet --python $(RUN)/python --require-hashes -r requirements/dev.txt
	touch $@

.PHONY: setup
setup: $(VENV)/.slipway ## Install the engine and the command line into .venv

# --- What people run ----------------------------------------------------------------------------------------------

.PHONY: demo
demo: $(VENV)/.slipway ## Take a model from git push to production on this machine
	$(RUN)/slipway demo $(ARGS)

.PHONY: check
check: check-bundle check-engine ## Verify everything that can be verified without running it

.PHONY: check-engine
check-engine: $(VENV)/.dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy slipway

.PHONY: format
format: $(VENV)/.dev ## Repair what `make check` complains about, where that can be done
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

.PHONY: test
test: test-bundle test-engine ## Pass every test

.PHONY: test-engine
test-engine: $(VENV)/.dev
	$(RUN)/pytest tests/slipway tests/engine tests/end_to_end

.PHONY: lock
lock: | $(VENV)/bin/python ## Resolve the requirements anew
	$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header pyproject.toml requirements/build-system.in -o requirements/slipway.txt
	$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header --group dev -c requirements/slipway.txt -o requirements/dev.txt
	echo 'uv' | $(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header - -o requirements/uv.txt

.PHONY: clean
clean: ## Remove what was built, but no environment
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# --- The bundle: what buildspec.yml runs ----------------------------------------------------------------------------
