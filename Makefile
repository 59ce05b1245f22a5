# Every target sets up the checkout first. A repeated set-up takes a moment and needs no network.
python := .venv/bin/python
typed := $(wildcard provider components tools examples template benchmarks tests/typing_tests)
# A test run starts a thousand processes. Compiled modules save half a second in each.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-adopt test check docs build versions bench bench-full soak first-contact clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile

setup: ## create .venv with everything that development needs, including pulumi
	@tools/setup.sh

demo: setup ## deploy the quickstart on the real engine and a local AWS, and rehearse a night
	$(python) -m tools.demo

demo-adopt: setup ## adopt a window that was created by hand, show the empty preview, change one line
	$(python) -m tools.demo_adopt

test: setup ## run all tests; select some with ARGS="-k name"
	$(python) -m pytest -n 4 --dist worksteal $(ARGS)

check: setup ## check style, types and import contracts
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy --strict $(typed)
	.venv/bin/basedpyright $(typed)
	.venv/bin/lint-imports

docs: setup ## build the docs site in build/docs/site; a broken link is an error
	$(python) -m tools.docs_site

build: setup ## build wheel and sdist in dist/, and try the wheel in a fresh environment
	rm -rf dist
	$(python) -m build --no-isolation
	$(python) tools/try_wheel.py dist/*.whl
	WHEEL="$$(echo dist/*.whl)" $(python) -m pytest -q tests/docs/test_getting_started.py

versions: build ## deploy with the wheel and the oldest and newest packages it promises; needs the package index
	$(python) -m tools.try_versions dist/*.whl $(ARGS)

bench: setup ## measure the speed against four anchors: at most 15 minutes
	$(python) benchmarks/bench.py

bench-full: setup ## measure all sizes and latencies and write benchmarks/RESULTS.md: about 40 minutes
	$(python) benchmarks/bench.py --full

soak: setup ## run the long kill, fault and walk tests with a tally: about 15 minutes; SOAK_KILLS=1000 for more kills
	SOAK=1 $(python) -m pytest -n 2 --dist worksteal -m soak $(ARGS)

first-contact: setup ## ask an account of AWS what its documentation leaves open; ARGS="--account ID", or ARGS=--dry-run
	$(python) -m tools.first_contact $(ARGS)

clean: ## remove what the other targets created in the checkout; the engine stays in the user's cache
	rm -rf .venv dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
