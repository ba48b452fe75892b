# Two commands do everything on a fresh machine that has Python 3.11 with pip, git and make:
#   make demo    the main job: a pilot becomes another province's running deployment
#   make test    everything that continuous integration runs; make setup and make quick while working
# `make help` lists the rest.

PYTHON ?= python3
BIN := .venv/bin
TESTS = $(BIN)/python -m pytest -n 2 --dist worksteal
DISTRIBUTIONS := toolkit $(wildcard plugins/*)
PROVINCE ?= Huế
PORT ?= 8000

.PHONY: help setup demo quick test drill check docs docs-reference public-surface demo-plugin screenshots changelog bench lock clean
.DEFAULT_GOAL := help

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 18

demo: .venv/ready assets ## Hanoi's pilot, packed, becomes another province's deployment, served in a browser
	@$(BIN)/pilotkit demo --province "$(PROVINCE)" --port $(PORT)

setup: .venv/ready assets ## The environment and what pages are drawn with: what a tutorial begins with

quick: setup check ## Lint, types, floors, and every test without a server or a browser: three minutes
	$(TESTS) -m "not browser and not server"

test: setup .cache/test-tools check docs ## Everything that CI runs: twelve minutes
	@CI=1 $(MAKE) --no-print-directory demo PORT=0
	$(TESTS)

drill: setup .cache/test-tools ## The tests that 'make test' runs reduced, whole; writes bench/drill.json
	$(TESTS) --drill

check: .venv/ready ## Lint, types, floors, dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@for each in $(DISTRIBUTIONS); do echo "deptry $$each"; (cd $$each && $(CURDIR)/$(BIN)/deptry .) || exit 1; done

docs: .venv/ready ## Build the documentation strictly into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir site
	$(BIN)/python docs/check_site.py site

docs-reference: .venv/ready ## Write the reference pages anew from the code
	$(BIN)/python docs/generate_reference.py

public-surface: .venv/ready ## List anew what others build on, after a change that is meant
	$(BIN)/python tests/house/test_public_surface.py

demo-plugin: .venv/ready ## Write plugins/demo anew from templates/plugin
	rm -rf plugins/demo
	$(BIN)/python -c "from pathlib import Path; from pilotkit.scaffold.new_plugin import new_plugin; new_plugin('demo', Path('plugins/demo'))"

screenshots: .venv/ready assets .cache/test-tools ## Take the documentation's pictures anew in a browser
	PILOTKIT_SCREENSHOTS=docs/images $(BIN)/python -m pytest tests/browser/test_screenshots.py -q

changelog: .venv/ready ## Show what the next release's changelog will say
	$(BIN)/towncrier build --draft --version next

bench: .venv/ready .cache/bench/ready ## Measure ratios and write bench/results.json
	$(BIN)/python bench/run.py

# What upgrades are held against stays out of our own environment.
.cache/bench/ready: tools/bench.lock
	@$(PYTHON) -m venv --clear .cache/bench
	@.venv/bin/uv pip install --quiet --python .cache/bench/bin/python --require-hashes -r tools/bench.lock || \
	  .cache/bench/bin/python -m pip install --quiet --require-hashes -r tools/bench.lock
	@touch $@

RESOLVE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-annotate --no-emit-index-url --no-emit-find-links
lock: .venv/ready ## Resolve the lock files anew, without any registry's address in them
	$(RESOLVE) --no-emit-package pilotkit --group pyproject.toml:dev $(DISTRIBUTIONS:%=%/pyproject.toml) \
	  --output-file requirements.lock
	$(RESOLVE) --group pyproject.toml:bench --output-file tools/bench.lock
	for each in uv node; do $(RESOLVE) tools/$$each.in --output-file tools/$$each.lock; done

clean: ## Remove everything that was built
	rm -rf .venv .cache build site dist node_modules toolkit/assets/node_modules tests/assets/node_modules toolkit/pilotkit/web/static/vendor \
	  toolkit/pilotkit/casework/fonts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment: hash-pinned, installed by uv where pip can get it, else by pip alone.
.venv/ready: requirements.lock $(DISTRIBUTIONS:%=%/pyproject.toml)
	@tools/environment "$(PYTHON)" $(DISTRIBUTIONS)
	@touch $@

# Typefaces from npm packages; where Node is missing, the one that a Python wheel ships.
.PHONY: assets
assets: toolkit/pilotkit/web/static/vendor/ready
toolkit/pilotkit/web/static/vendor/ready: .venv/ready toolkit/assets/package-lock.json $(wildcard toolkit/assets/*.mjs toolkit/assets/*.scss)
	@tools/assets
	@touch $@

# A browser, PostgreSQL and Java, which the tests drive.
.cache/test-tools: tools/test-tools tests/assets/package-lock.json .venv/ready
	@tools/test-tools
	@mkdir -p .cache && touch $@
