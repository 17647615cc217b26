# Two commands do all the work: `make run` and `make test`. Only Python 3.11 or newer and make are assumed.
.DEFAULT_GOAL := help
.PHONY: help setup run test quick format translations traceability migration-initial lock images faults bench clean

PORT ?= 8000
SEED ?= 20261130
N ?= 2000
BIN := .venv/bin

# The first Python that starts and is new enough. (A version manager may offer names that do not start.)
FIND_PYTHON = \
	for name in $(PYTHON) python3.13 python3.12 python3.11 python3.14 python3 python; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found="$$name"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "pmweb needs Python 3.11 or newer; none was found. Install one, or say where it is: make $@ PYTHON=/path/to/python3" >&2; \
	  exit 1; \
	fi

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## virtual environment, locked dependencies, front-end files, catalogues (seconds when nothing changed)
	@$(FIND_PYTHON); "$$found" tools/setup.py

run: setup ## set up, load the demo estate into an empty instance, serve on http://127.0.0.1:8000 (PORT=8000)
	@$(BIN)/pmweb demo --if-empty
	@exec $(BIN)/pmweb serve --port $(PORT)

test: setup ## set up, install what the tests need where allowed, run every check
	@$(BIN)/python -m tools.check

quick: setup ## the checks of a minute: linters, types, contracts, tests without browser and PostgreSQL
	@$(BIN)/python -m tools.check --quick

format: setup ## put the code in its usual form
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

translations: setup ## bring the English catalogue up to date with the source texts
	@$(BIN)/python -m tools.catalogue update

traceability: setup ## write docs/traceability.md anew from the ids that code and tests cite
	@$(BIN)/python -m tools.traceability update

migration-initial: setup ## until 1.0: write the one initial migration anew from all models
	@$(BIN)/python -m tools.first_migration

lock: setup ## resolve the newest allowed dependencies and rewrite the locks
	@$(BIN)/python -m tools.locks refresh

images: setup ## take the pictures of docs/images again, from the demo of a certain morning
	@$(BIN)/python -m tools.docs_images

faults: setup ## a long day of mishaps on one tablet (SEED=7 N=2000)
	@SEED=$(SEED) N=$(N) $(BIN)/python -m pytest -q -n 0 -s tests/browser/test_outbox_run.py

bench: setup ## measure (asserts no times)
	@$(BIN)/python -m pytest -m bench -n 0 -s tests/bench

clean: ## remove what set-up and checks made; the instance stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	@rm -rf pmweb/static/vendor tests/browser/vendor pmweb/translations/*/LC_MESSAGES/*.mo
