# Each target sets the checkout up first; a set-up that is done takes a moment and needs no network.
python := .venv/bin/python
typed := $(wildcard provider components tools examples benchmarks tests/typing_tests)
# A thousand processes start in a test run; compiled modules take half a second off each of them.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help setup demo test check build bench bench-full soak clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile

setup: ## make .venv with everything that development needs, and a pulumi in it
	@tools/setup.sh

demo: setup ## maintenance window tasks on the real engine and a local AWS: up, up again, destroy
	$(python) tools/demo.py

test: setup ## all tests; a choice of them with ARGS="-k name"
	$(python) -m pytest -n 3 --dist worksteal $(ARGS)

check: setup ## style, types and import contracts
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy --strict $(typed)
	.venv/bin/basedpyright $(typed)
	.venv/bin/lint-imports

build: setup ## wheel and sdist in dist/, and the wheel tried in an environment of its own
	rm -rf dist
	$(python) -m build --no-isolation
	$(python) tools/try_wheel.py dist/*.whl

bench: setup ## how long the engine takes with our tasks, against four anchors: at most 15 minutes
	$(python) benchmarks/bench.py

bench-full: setup ## the same for all sizes and latencies as well, into benchmarks/RESULTS.md: about 70 minutes
	$(python) benchmarks/bench.py --full

soak: setup ## the long kill, fault and walk runs, with a tally: about a quarter of an hour; SOAK_KILLS=1000 for more
	SOAK=1 $(python) -m pytest -n 2 --dist worksteal -m soak $(ARGS)

clean: ## remove what the other targets made in the checkout; the engine stays in the user's cache
	rm -rf .venv dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
