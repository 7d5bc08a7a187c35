# From a clone, with Python 3.11 or newer and make: `make demo`. Paths here are relative: the clone may lie anywhere.

PYTHON ?= python3
VENV := .venv/bin/python

.PHONY: help setup demo test check bench campaign clients lock clean
.SILENT:

help: ## this list
	sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile

setup: ## make the checkout ready (the others do it by themselves)
	$(PYTHON) tools/bootstrap.py
	echo "Ready. The command is .venv/bin/regulars: \`.venv/bin/regulars serve\` runs it, \`.venv/bin/regulars --help\` lists the rest."

demo: ## run everything with a demo workspace; Ctrl-C stops it
	$(PYTHON) tools/bootstrap.py
	exec $(VENV) -m regulars serve --demo

test: ## set up what tests need (a browser too) and run all of them
	$(PYTHON) tools/bootstrap.py --dev --browser
	exec $(VENV) -m pytest -n auto --dist loadfile $(TESTS)

check: ## format, lint, types, walls, migrations, message catalogues
	$(PYTHON) tools/bootstrap.py --dev
	exec $(VENV) -m tools.check

bench: ## the figures of the README, each beside its floor
	$(PYTHON) tools/bootstrap.py --dev
	exec $(VENV) -m regulars bench $(BENCH)

campaign: ## what takes hours, step by step (CAMPAIGN="--only NAME --resume")
	$(PYTHON) tools/bootstrap.py --dev
	exec $(VENV) -m benchmarks.campaign $(CAMPAIGN)

clients: ## measure released client libraries against the sandbox (asks PyPI and npm)
	$(PYTHON) tools/bootstrap.py --dev
	exec $(VENV) -m whatsapp_sandbox.tests.clients.run $(CLIENTS)

lock: ## resolve pyproject.toml anew into the lock files
	$(PYTHON) tools/bootstrap.py --dev
	$(VENV) -m tools.lock

clean: ## stop nothing, remove local state and everything that was built
	$(PYTHON) tools/clean.py
