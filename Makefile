# Copyright (c) Ansible Veracode Collection contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Thin names for the sessions of noxfile.py. Everything is installed into .venv and .nox of this folder.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
ARGS ?=
RUN = .nox/runner/bin/python tests/tools/run.py

.DEFAULT_GOAL := help
.PHONY: help demo emulator test test-all matrix lint format sanity units integration coverage importer release errors faults docs probe bench clean runner fuzz audit

help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo 'Arguments for pytest: make units ARGS="-k planner"'

demo: ## Onboard an organization against the emulator: check mode, run, second run, repair
	@$(PYTHON) tests/tools/environment.py .venv 'ansible-core ~= 2.19.0' -r requirements.txt -r tests/emulator/requirements.txt
	@$(PYTHON) tests/tools/mirror.py .venv/tree >/dev/null
	@ANSIBLE_COLLECTIONS_PATH='$(CURDIR)/.venv/tree' PATH='$(CURDIR)/.venv/bin':"$$PATH" .venv/bin/python -m tests.demo

emulator: ## Play Veracode for playbooks of your own until Ctrl-C; prints the export lines: make emulator ARGS="--people 200"
	@$(PYTHON) tests/tools/environment.py .venv 'ansible-core ~= 2.19.0' -r requirements.txt -r tests/emulator/requirements.txt
	@.venv/bin/python -m tests.emulator --exports --state-dir build/emulator $(ARGS)

test: runner ## The checks of a pull request on one version of ansible-core
	@$(RUN) integration units "sanity(short)" static "fuzz(short)" -- $(ARGS)

test-all: runner ## The same on every supported ansible-core and Python, with the oldest and newest libraries
	@$(RUN) matrix "fuzz(long)" importer static

matrix: runner ## One row of test-all: make matrix CORE=2.21 PYTHON_VERSION=3.12 LIBRARIES=newest
	@$(RUN) "matrix($(CORE)-py$(PYTHON_VERSION)-$(LIBRARIES))"

lint: runner ## Formatters, linters, types, import contracts, licenses, documentation, changelog
	@$(RUN) static

format: runner ## Format the Python files
	@$(RUN) format

sanity: runner ## ansible-test sanity
	@$(RUN) "sanity(long)"

units: runner ## Unit tests and the emulator's own tests
	@$(RUN) units -- $(ARGS)

integration: runner ## Playbooks against the emulator
	@$(RUN) integration -- $(ARGS)

coverage: runner ## How much of the code the tests in one process reach
	@$(RUN) coverage

fuzz: runner ## Fuzz what reads answers and files, five minutes each
	@$(RUN) "fuzz(long)"

importer: runner ## Build the collection and let galaxy-importer look at it
	@$(RUN) importer

audit: runner ## Ask for known vulnerabilities of the libraries; needs the network
	@$(RUN) audit

bench: runner ## Benchmarks against the emulator; takes half an hour: make bench ARGS="writing"
	@$(RUN) bench -- $(ARGS)

release: runner ## Write the changelog of the version in galaxy.yml, build its tarball, prove it: imported, installed, demo run
	@$(RUN) release

errors: runner ## Write every error text of the collection into build/errors.md, to be read
	@mkdir -p build
	@.nox/runner/bin/python tests/tools/error_texts.py build/errors.md

faults: runner ## Strike every call with every fault and write the tables of the guide; takes an hour
	@$(RUN) faults -- $(ARGS)

docs: runner ## Build the documentation as a web site into build/docs
	@$(RUN) docs

probe: ## Look at your own organization, reading only: what of Veracode's open questions it answers
	@$(PYTHON) tests/tools/environment.py .venv 'ansible-core ~= 2.19.0' -r requirements.txt -r tests/emulator/requirements.txt
	@$(PYTHON) tests/tools/mirror.py .venv/tree >/dev/null
	@PYTHONPATH='$(CURDIR)/.venv/tree' .venv/bin/python -m tests.probe $(ARGS)

clean: ## Remove every environment, copy and result
	rm -rf .venv .nox .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build tests/output

runner:
	@$(PYTHON) tests/tools/environment.py .nox/runner -r tests/requirements/nox.txt
