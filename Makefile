# What a newcomer needs: make demo, make test. Everything is installed from the lock into .venv.

PYTHON ?= python3
BENCH ?= tests/benchmarks
UV_VERSION := 0.13.9
UV := .uv/bin/uv
CHROMIUM := /usr/lib/chromium/chromium
RUN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
# A run starts many processes: where bytecode is forbidden each compiles all that it loads, and a run costs twice as much.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# uv gets an environment of its own, so that nothing outside this folder is touched.
.uv/installed:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Fodaftryk needs Python 3.11 or newer; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	touch $@

.venv/installed: .uv/installed pyproject.toml uv.lock
	$(UV) sync --frozen --python $(PYTHON)
	touch $@

.PHONY: install
install: .venv/installed ## Set everything up in .venv

# Sources whose pages need a browser use Debian's, which is on no package index. Who may not install it is told how;
# its tests are then left out, and say so, but never in CI.
.PHONY: chromium
chromium: ## Install Debian's Chromium, for pages that need a browser
	@test -x $(CHROMIUM) || { \
	  become=; test "$$(id -u)" = 0 || become="sudo -n"; \
	  $$become apt-get update -q && $$become env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -q --yes --no-install-recommends chromium; \
	} || { echo "No Chromium could be installed: run 'sudo apt-get install chromium'."; test -z "$$CI"; }

.PHONY: demo
demo: .venv/installed ## Serve a small Danish web on loopback and run the whole job on it
	$(RUN)/python -m deploy.demo.run

.PHONY: test
test: .venv/installed chromium ## Run the tests
	$(RUN)/pytest -n auto --dist loadfile

.PHONY: check
check: .venv/installed ## Lint, format, types and layering
	$(RUN)/ruff check
	$(RUN)/ruff format --check
	$(RUN)/mypy
	$(RUN)/lint-imports

.PHONY: format
format: .venv/installed ## Format the code and mend what can be mended
	$(RUN)/ruff check --fix
	$(RUN)/ruff format

.PHONY: bench
bench: .venv/installed ## Measure: quality against its floors, speed as ratios (see tests/benchmarks/README.md)
	$(RUN)/pytest $(BENCH) -s -o python_files='bench_*.py' -o timeout=0 $(ARGS)

.PHONY: messages
messages: .venv/installed ## Bring the portal's Danish texts up to its templates
	$(RUN)/pybabel -q extract -F ledger/portal/locale/babel.cfg -k N_ -k RecordRefused --no-location --omit-header --sort-output -o .messages.pot ledger/portal
	$(RUN)/pybabel -q update -i .messages.pot -o ledger/portal/locale/da/messages.po -l da --no-fuzzy-matching --ignore-obsolete --omit-header --no-wrap
	rm .messages.pot

.PHONY: language-model
language-model: .venv/installed ## Train the language identifier anew: make language-model DATA=folder STRINGS=folder
	$(UV) run --script deploy/train_language.py $(DATA) corpus/models --strings $(STRINGS)

.PHONY: clean
clean: ## Remove the environment and the caches; data stays
	rm -rf .uv .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
