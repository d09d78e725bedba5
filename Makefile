# Everything a target needs is set up when it first runs; `make` alone lists the targets.
# PYTHON=python3.12 chooses the interpreter, ARGS="..." is handed to what runs.

PYTHON ?= python3
ARGS ?=
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo test install lint bench race chaos mutants lock clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r name does; do \
		printf '%-14s %s\n' "$$name" "$$does"; done

demo: install ## Try everything at http://127.0.0.1:8000, without accounts or internet
	@exec .venv/bin/sivient demo $(ARGS)

test: ## Run every check; ARGS="tests/core -k slots" runs those tests alone
	@tools/install.sh dev
	@exec .venv/bin/python -m tools.test $(ARGS)

install: ## Make .venv/bin/sivient
	@tools/install.sh runtime

lint: ## Run the checks that only read the code
	@tools/install.sh dev
	@exec .venv/bin/python -m tools.test --lint

bench: ## Measure, and write benchmarks/results.md
	@tools/install.sh dev
	@exec .venv/bin/python -m benchmarks $(ARGS)

race: ## Let fifty guests at once want each of a thousand times, on both databases
	@tools/install.sh dev
	@exec .venv/bin/python -m tests.booking.race_table $(ARGS)

chaos: ## Kill, freeze and cut off real processes while guests book, judge what came of it, and write benchmarks/chaos.md
	@tools/install.sh dev
	@exec .venv/bin/python -m tests.chaos $(ARGS)

mutants: ## Change src/sivient/core in thousands of small ways, and see that the tests notice 90 % of them
	@tools/install.sh dev
	@exec .venv/bin/python -m tools.mutants $(ARGS)

lock: ## Lock the dependencies anew after a change in pyproject.toml
	@tools/install.sh dev
	@tools/lock.sh $(ARGS)
	@tools/install.sh dev

clean: ## Remove .venv and caches; the demo's data stays
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	@find src tests tools -name __pycache__ -prune -exec rm -rf {} +
