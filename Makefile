# Holdfast. `make demo` and `make test` are all a newcomer needs; `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
WANTED := install Python 3.11 to 3.14 and name it, as in: make demo PYTHON=/path/to/python3.12
ON = $(filter-out 0 no false,$(1))

# Tests in one process each where they start servers of their own; the others share the cores.
QUICK := -m "unit or contracts or invariant"
SLOW := -m "integration or e2e"
PYTEST := $(BIN)/python -m pytest -q
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types imports assurance bench-gas check format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

setup: ## install everything into this checkout and one cache (demo and test do it themselves)
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) here: $(WANTED)" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 8) and "too old: $(WANTED)")'
	@$(PYTHON) scripts/setup.py

demo: setup ## run the story and serve it; ONCE=1 ends after the story, FRESH=1 starts anew, PORT=8701
	@$(BIN)/holdfast demo $(if $(call ON,$(ONCE)),--once) $(if $(call ON,$(FRESH)),--fresh) $(if $(PORT),--port $(PORT))

test: setup ## all tests that need no extra server
	@rm -rf .build/junit && mkdir -p .build/junit
	@status=0; \
	$(PYTEST) -n $(JOBS) --dist loadfile --junitxml .build/junit/quick.xml $(QUICK) || status=$$?; \
	$(PYTEST) --junitxml .build/junit/slow.xml $(SLOW) || status=$$?; \
	$(BIN)/python scripts/check_counts.py .build/junit && exit $$status

lint: setup ## formatter, linter, docstrings, sizes, forbidden words
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/python -m scripts.check_sizes
	@$(BIN)/python -m scripts.check_addresses
	@$(BIN)/python -m scripts.check_tests
	@$(BIN)/python -m scripts.check_docs

types: setup ## mypy --strict
	@$(BIN)/mypy

imports: setup ## layering: imports point downward only
	@$(BIN)/lint-imports

assurance: setup ## every check of the contracts beyond the tests, as one table; FULL=1 in release size, JSON=1, ONLY="gas pairs"
	@$(PYTHON) scripts/setup.py --assurance
	@$(BIN)/python -m scripts.assurance.main $(ONLY:%=--only %) $(if $(call ON,$(FULL)),--full) $(if $(call ON,$(JSON)),--json)

bench-gas: setup ## gas of each act beside TradeTrust 5.5.1 as shipped and plain OpenZeppelin
	@$(BIN)/python -m scripts.bench_gas

check: lint types imports ## everything that runs no test
	@$(BIN)/holdfast contracts build --check

format: setup ## put the code into the one format and mend what the linter can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## forget environments, state and caches of this checkout (the shared cache stays)
	@rm -rf .venv .venv-tryton .venv-ape .venv-assurance .build .holdfast .mypy_cache .ruff_cache .pytest_cache *.egg-info
	@rm -f node_modules
