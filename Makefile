# Everything that people and pipelines run. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
UV := $(shell command -v uv || echo $(VENV)/bin/uv)
RUN := $(VENV)/bin
# The system's certificates, as pip takes them: a company's proxy is trusted when the machine trusts it.
export UV_SYSTEM_CERTS ?= true
# An engine, a job, a function is a Python of its own: without bytecode on disk each compiles all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# --- Environments: one a locked requirements file, each made when its lock changed ---------------------------------

# A step says what it does before it does it: the first time, each takes seconds to minutes of download.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Slipway needs Python 3.11 or later, this is " + sys.version)'
	@echo "Setting up $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.uv: requirements/uv.txt | $(VENV)/bin/python
	@command -v uv >/dev/null || { echo "Installing uv"; \
		$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt; }
	@touch $@

# The engine and the command line.
$(VENV)/.slipway: requirements/slipway.txt pyproject.toml $(VENV)/.uv
	@echo "Installing the engine and the command line: $$(grep -c == requirements/slipway.txt) packages"
	@$(UV) pip install --quiet --python $(RUN)/python --require-hashes -r requirements/slipway.txt
	@$(UV) pip install --quiet --python $(RUN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# What checks and tests need on top.
$(VENV)/.dev: requirements/dev.txt $(VENV)/.slipway
	@echo "Installing what checks and tests need: $$(grep -c == requirements/dev.txt) packages"
	@$(UV) pip install --quiet --python $(RUN)/python --require-hashes -r requirements/dev.txt
	@touch $@

# The AWS CLI as others use it, for the tests that follow a run with it; its botocore is not MiniStack's.
AWS_CLI := $(VENV)/aws
$(AWS_CLI)/.ready: requirements/aws.txt $(if $(shell command -v uv),,$(VENV)/.uv)
	@echo "Installing the AWS CLI: $$(grep -c == $<) packages"
	@$(UV) venv --quiet --clear --python $(PYTHON) $(AWS_CLI)
	@$(UV) pip sync --quiet --python $(AWS_CLI)/bin/python --require-hashes $<
	@touch $@

# The kernel of notebooks/, with the engine and the command line beside JupyterLab.
NOTEBOOK := $(VENV)/notebook
$(NOTEBOOK)/.ready: requirements/slipway.txt requirements/notebook.txt pyproject.toml $(VENV)/.uv
	@echo "Installing what the notebook needs: $$(cat $(filter %.txt,$^) | grep -c ==) packages"
	@$(UV) venv --quiet --clear --python $(PYTHON) $(NOTEBOOK)
	@$(UV) pip sync --quiet --python $(NOTEBOOK)/bin/python --require-hashes $(filter %.txt,$^)
	@$(UV) pip install --quiet --python $(NOTEBOOK)/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

# Tools whose pins agree with nothing else: what verifies the bundle, and what launches it in several regions.
APART := checkov parliament taskcat
$(APART:%=$(VENV)/%/.ready): $(VENV)/%/.ready: requirements/%.txt $(if $(shell command -v uv),,$(VENV)/.uv)
	@echo "Installing $*: $$(grep -c == $<) packages"
	@$(UV) venv --quiet --clear --python $(PYTHON) $(VENV)/$*
	@$(UV) pip sync --quiet --python $(VENV)/$*/bin/python --require-hashes $<
	@touch $@

# The SageMaker Python SDK, for the tests that hold the engine to what it writes.
SDK := $(VENV)/sagemaker
$(SDK)/.ready: requirements/sagemaker.txt $(VENV)/.uv
	@echo "Installing the SageMaker Python SDK: $$(grep -c == $<) packages"
	@$(UV) venv --quiet --clear --python $(PYTHON) $(SDK)
	@$(UV) pip sync --quiet --python $(SDK)/bin/python --require-hashes $<
	@touch $@

# What the roles are held against: AWS's service authorization reference as data, and a scanner of policies.
PERMISSIONS := $(VENV)/permissions
$(PERMISSIONS)/.ready: requirements/permissions.txt $(if $(shell command -v uv),,$(VENV)/.uv)
	@echo "Installing what the roles are held against: $$(grep -c == $<) packages"
	@$(UV) venv --quiet --clear --python $(PYTHON) $(PERMISSIONS)
	@$(UV) pip sync --quiet --python $(PERMISSIONS)/bin/python --require-hashes $<
	@touch $@

# A launch packages with SAM CLI: what that imports is compiled here, once.
$(VENV)/sam/.compiled: $(VENV)/sam/.ready
	@SAM_CLI_TELEMETRY=0 $(VENV)/sam/bin/sam package --help > /dev/null
	@touch $@

# With the bundle's packages, so that the first run need not wait for their download.
.PHONY: setup
setup: $(VENV)/.slipway $(VENV)/sam/.compiled $(VENV)/bundle/.ready ## Install the engine, the command line and SAM CLI into .venv

# --- What people run ----------------------------------------------------------------------------------------------

.PHONY: demo
demo: setup ## Take a model from git push to production on this machine
	$(RUN)/slipway demo $(ARGS)

.PHONY: notebook
notebook: setup $(NOTEBOOK)/.ready ## Open notebooks/walkthrough.ipynb in JupyterLab
	PATH="$(CURDIR)/$(VENV)/sam/bin:$$PATH" $(NOTEBOOK)/bin/jupyter lab notebooks/walkthrough.ipynb

.PHONY: check
check: check-bundle check-engine ## Verify everything that can be verified without running it

.PHONY: check-engine
check-engine: $(VENV)/.dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy slipway

# Longer than `make check`: each tool in an environment of its own, all regions, and one table of what they found.
.PHONY: verify
verify: ## Prove what can be proved without an account; ARGS=--json for machines
	@$(MAKE) --silent --no-print-directory $(VENV)/.slipway $(patsubst %,$(VENV)/%/.ready,bundle sam checkov parliament) >&2
	@$(RUN)/python -m slipway.verify $(ARGS)

.PHONY: verify-page
verify-page: $(VENV)/.slipway ## Write the list of suppressed findings in docs/security.md
	$(RUN)/python -m slipway.verify --page

.PHONY: format
format: $(VENV)/.dev ## Repair what `make check` complains about, where that can be done
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

.PHONY: test
test: test-bundle test-algorithms test-engine test-permissions ## Pass every test

# Each file of tests leaves here what its engines journalled.
JOURNALS := build/journals

# Each launches an install, or several runs, of its own.
WAYS := $(patsubst %,tests/end_to_end/test_%.py,ab automl engines modes orchestrators requests)
# What CI has no time for: other clients from launch to removal; faults, and load, which take all that the machine has.
REST := $(patsubst %,tests/end_to_end/test_%.py,aws_cli destroy resilience sam taskcat)

# Most of these wait for a process or a clock, so that there are more workers than cores. The longest files come first.
.PHONY: test-engine
test-engine: $(VENV)/.dev $(VENV)/sam/.ready $(AWS_CLI)/.ready $(APART:%=$(VENV)/%/.ready)
	$(RUN)/pytest --journals $(JOURNALS) --numprocesses 4 --dist loadfile --no-loadscope-reorder tests/mutations tests/engine tests/benchmarks tests/slipway
	$(RUN)/pytest --journals $(JOURNALS) --numprocesses 2 --no-loadscope-reorder --durations 15 tests/end_to_end $(patsubst %,--ignore=%,$(WAYS) $(REST))

# Two at a time: what shares an engine stays together (tests/end_to_end/conftest.py).
.PHONY: test-ways
test-ways: $(VENV)/.dev $(VENV)/sam/.ready $(VENV)/bundle/.ready ## Pass the tests of each way to train, orchestrate and deploy
	$(RUN)/pytest --journals $(JOURNALS) --numprocesses 2 --no-loadscope-reorder --durations 10 $(WAYS)

.PHONY: test-rest
test-rest: $(VENV)/.dev $(VENV)/sam/.ready $(VENV)/bundle/.ready $(AWS_CLI)/.ready $(VENV)/taskcat/.ready ## Pass the end-to-end tests that CI has no time for
	$(RUN)/pytest --journals $(JOURNALS) --durations 10 $(REST)

# What needs gigabytes that nothing else does. tests/heavy/conftest.py says who shares an install, the longest first.
.PHONY: test-heavy
test-heavy: $(VENV)/.dev $(VENV)/sam/.ready $(VENV)/bundle/.ready $(NOTEBOOK)/.ready $(SDK)/.ready ## Pass the tests that need the extras
	$(RUN)/pytest --journals $(JOURNALS) --numprocesses 2 --no-loadscope-reorder --durations 10 tests/heavy

# After the others, by what their engines journalled; and by slipway/permissions/uses.json for those that did not run.
.PHONY: test-permissions
test-permissions: $(PERMISSIONS)/.ready ## Hold what roles may do against what the tests used
	JOURNALS=$(JOURNALS) $(PERMISSIONS)/bin/python -m pytest --quiet tests/permissions

# The long ones, outside .ci/run. Their last figures are in docs/faults.md.
.PHONY: soak
soak: soak-kills soak-throttled soak-fuzz ## Run all that is long, one after the other: kills, throttled calls, odd input

.PHONY: soak-kills
soak-kills: $(VENV)/.dev $(VENV)/sam/.ready $(VENV)/bundle/.ready ## Kill the engine at fifty random moments of a run; ARGS=--seed repeats one
	$(RUN)/python -m tests.soak $(ARGS)

.PHONY: soak-throttled
soak-throttled: $(VENV)/.dev $(VENV)/sam/.ready $(VENV)/bundle/.ready ## Twenty runs with one in twenty calls throttled and a job killed in each; ARGS=--seed repeats them
	$(RUN)/python -m tests.soak.throttling $(ARGS)

.PHONY: soak-fuzz
soak-fuzz: $(VENV)/.dev $(VENV)/sam/.ready $(VENV)/bundle/.ready ## Ten minutes of odd requests, drops and configurations; ARGS=--seed repeats the choices
	$(RUN)/python -m tests.soak.fuzz $(ARGS)

.PHONY: bench
bench: ## Measure, and print docs/benchmarks.md
	@$(MAKE) --no-print-directory setup $(VENV)/.dev >&2
	@$(RUN)/python -m tests.benchmarks

OPTIMIZER := slipway/engine/services/sagemaker/tuning/optimizer/requirements
.PHONY: lock
lock: | $(VENV)/bin/python ## Resolve the requirements anew
	$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header pyproject.toml requirements/build-system.in -o requirements/slipway.txt
	$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header --group dev -c requirements/slipway.txt -o requirements/dev.txt
	echo 'awscli>=1.46' | $(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header - -o requirements/aws.txt
	for name in notebook permissions sagemaker $(APART); do \
		$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header requirements/$$name.in -o requirements/$$name.txt; \
	done
	echo 'uv' | $(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header - -o requirements/uv.txt
	$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header $(OPTIMIZER).in -o $(OPTIMIZER).txt
	for place in $(wildcard slipway/engine/aws_images/*/requirements.in); do \
		$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header $$place -o $${place%.in}.txt; \
	done

.PHONY: clean
clean: ## Remove what was built, but no environment
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# --- The bundle: what buildspec.yml runs ----------------------------------------------------------------------------

# What checks and tests the bundle, and SAM CLI, whose pins do not agree with it.
BUNDLE := $(VENV)/bundle
SAM := $(VENV)/sam
PYTHON_FILES := config functions jobs
TEMPLATES := template.yaml $(wildcard cf/*.yaml) functions/outcome/model.json

# Without uv on the path, .uv installs it.
$(BUNDLE)/.ready: config/requirements.txt $(if $(shell command -v uv),,$(VENV)/.uv)
	@echo "Installing what checks and tests the bundle: $$(grep -c == $<) packages"
	@$(UV) venv --quiet --clear --python $(PYTHON) $(BUNDLE)
	@$(UV) pip sync --quiet --python $(BUNDLE)/bin/python --require-hashes $<
	@touch $@

$(SAM)/.ready: config/sam.txt $(if $(shell command -v uv),,$(VENV)/.uv)
	@echo "Installing SAM CLI: $$(grep -c == $<) packages"
	@$(UV) venv --quiet --clear --python $(PYTHON) $(SAM)
	@$(UV) pip sync --quiet --python $(SAM)/bin/python --require-hashes $<
	@touch $@

.PHONY: check-bundle
check-bundle: check-configuration check-code ## Verify configuration, code and templates of the bundle

.PHONY: check-code
check-code: check-python check-types check-templates

.PHONY: check-configuration
check-configuration: build/configuration.json

build/configuration.json: config/ml-pipeline.json config/ml-pipeline.schema.json $(wildcard config/*.py) $(BUNDLE)/.ready
	$(BUNDLE)/bin/python -m config.validate

.PHONY: check-python
check-python: $(BUNDLE)/.ready
	$(BUNDLE)/bin/ruff check $(PYTHON_FILES)
	$(BUNDLE)/bin/ruff format --check $(PYTHON_FILES)

# A function of several modules is checked from its own folder, which is where Lambda imports them from.
.PHONY: check-types
check-types: $(BUNDLE)/.ready
	$(BUNDLE)/bin/mypy --namespace-packages --explicit-package-bases --exclude '^functions/(drop|outcome|predict|smoke|teardown|workflow)/' $(PYTHON_FILES)
	for function in drop outcome predict smoke teardown workflow; do \
		MYPYPATH=functions/$$function $(BUNDLE)/bin/mypy --explicit-package-bases functions/$$function; done

.PHONY: check-templates
check-templates: $(BUNDLE)/.ready
	PYTHONPATH=. $(BUNDLE)/bin/cfn-lint --append-rules config/rules -- $(TEMPLATES)

BUNDLE_TESTS := tests/cf tests/config tests/functions tests/jobs
ONE_THREAD := OMP_NUM_THREADS=1 POLARS_MAX_THREADS=1

.PHONY: test-bundle
test-bundle: $(BUNDLE)/.ready ## Pass the unit tests of the bundle
	$(ONE_THREAD) $(BUNDLE)/bin/python -m pytest --quiet $(BUNDLE_TESTS)

# What Build does: nothing that has passed before.
.PHONY: tested
tested: $(BUNDLE)/.ready
	$(BUNDLE)/bin/python -m config.tested $(MAKE) --no-print-directory test-examples check-code

# As many examples as a run may wait for.
.PHONY: test-examples
test-examples: $(BUNDLE)/.ready
	$(ONE_THREAD) $(BUNDLE)/bin/python -m pytest --quiet --hypothesis-profile build $(BUNDLE_TESTS)

# Build does without these: they need what only training by an algorithm that was not chosen needs.
ALGORITHMS := $(basename $(notdir $(wildcard jobs/algorithms/*.in)))
$(VENV)/algorithms/.ready: config/requirements.txt $(ALGORITHMS:%=jobs/algorithms/%.txt) $(if $(shell command -v uv),,$(VENV)/.uv)
	@echo "Installing what the training of every algorithm needs"
	@$(UV) venv --quiet --clear --python $(PYTHON) $(VENV)/algorithms
	@$(UV) pip sync --quiet --python $(VENV)/algorithms/bin/python --require-hashes $(filter %.txt,$^)
	@touch $@

.PHONY: test-algorithms
test-algorithms: $(VENV)/algorithms/.ready ## Train by every algorithm
	$(ONE_THREAD) $(VENV)/algorithms/bin/python -m pytest --quiet tests/algorithms

.PHONY: schema
schema: $(BUNDLE)/.ready ## Write what jobs/algorithms/ and the schema say into the schema and docs/configuration.md
	$(BUNDLE)/bin/python -m config.schema
	$(BUNDLE)/bin/python -m config.reference

.PHONY: package
package: build/bundle/.ready ## Package the stacks that the pipeline deploys: their code in S3, addresses in their place
	$(BUNDLE)/bin/python -m config.packaged $(MAKE) --no-print-directory sam-package

# A copy, into which the columns of the data set are written.
build/bundle/.ready: build/configuration.json $(shell find cf functions jobs/spark -type f -not -path '*/__pycache__/*')
	rm -rf build/bundle
	mkdir -p build/bundle/jobs
	cp -R cf functions build/bundle/
	cp -R jobs/spark build/bundle/jobs/
	find build/bundle -name __pycache__ -prune -exec rm -r {} +
	$(BUNDLE)/bin/python -m config.request_model build/configuration.json build/bundle
	touch $@

.PHONY: sam-package
sam-package: $(SAM)/.ready
	SAM_CLI_TELEMETRY=0 $(SAM)/bin/sam package --template-file build/bundle/stacks.json --output-template-file build/packaged.json \
		--use-json --s3-bucket "$$ARTIFACT_BUCKET" --s3-prefix packages --kms-key-id "$$KEY_ARN" --no-progressbar > build/package.log || { cat build/package.log; exit 1; }

.PHONY: image
image: build/image.txt ## Build and push the job image, unless this content was pushed before

build/image.txt: build/configuration.json $(shell find jobs -type f -not -path '*/__pycache__/*') $(BUNDLE)/.ready
	$(BUNDLE)/bin/python -m config.image

.PHONY: execution
execution: build/image.txt build/configuration.json ## Write the state machine's input and the stacks' parameters
	$(BUNDLE)/bin/python -m config.resolve

# In this order: a wrong configuration waits for nothing, and the longest begins first.
.PHONY: bundle
bundle: check-configuration tested image package execution ## All that Build does

.PHONY: lock-bundle
lock-bundle: ## Resolve the requirements of Build anew
	for name in requirements sam; do \
		$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header config/$$name.in -o config/$$name.txt; \
	done

.PHONY: lock-images
lock-images: ## Resolve the requirements of the stand-ins for AWS's images anew
	for file in slipway/engine/aws_images/*/requirements*.in; do \
		$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header $$file -o $${file%.in}.txt; \
	done

.PHONY: lock-jobs
lock-jobs: ## Resolve the requirements of the job image anew, and what algorithms add to them
	for name in requirements $(ALGORITHMS:%=algorithms/%); do \
		$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header jobs/$$name.in -o jobs/$$name.txt; \
	done
