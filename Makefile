# The project's own commands. `make help` lists them.
SHELL := /bin/bash
.DELETE_ON_ERROR:
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
UV := $(BIN)/uv
COMPILE := $(UV) pip compile pyproject.toml -c requirements-constraints.in --extra service --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-emit-package pydeck --quiet
SUDO := sudo=""; [ "$$(id -u)" = 0 ] || { sudo -n true 2>/dev/null && sudo="sudo -n"; } || sudo=none
# Processes that keep what they compiled start in a third of the time.
unexport PYTHONDONTWRITEBYTECODE
DEMO_HOME ?= .labeler-demo
PORT ?= 8000

.PHONY: help demo test test-all lint style bench bench-learning faults lock docs words screenshots clean system node

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

demo: .venv/.run ## A running service with a real project in it (PORT=8000, SIMULATE=0)
	@LABELER_HOME=$(abspath $(DEMO_HOME)) $(BIN)/labeler demo --port $(PORT) --simulate $(or $(SIMULATE),0)

# The types are checked beside the tests: that takes half a minute of one processor.
test: .venv/.dev system node style ## What must hold, on SQLite and PostgreSQL, in a browser too
	@said=$$(mktemp); $(BIN)/mypy >"$$said" 2>&1 & types=$$!; \
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -q $(WHOLE); tests=$$?; \
	wait $$types; types=$$?; cat "$$said"; rm -f "$$said"; \
	[ $$types = 0 ] || echo "make test FAILED: mypy found what is above." >&2; \
	[ $$tests = 0 ] || echo "make test FAILED: see the tests above." >&2; \
	[ $$types = 0 ] && [ $$tests = 0 ]

test-all: ## The same with each test on both databases, and the long stories in the browser
	@$(MAKE) --no-print-directory test WHOLE=--whole

lint: style ## Style, types and who may import whom
	@$(BIN)/mypy

style: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-cache

bench: .venv/.dev system ## Measure speed; a report in bench-results/
	@$(BIN)/python -m pytest -m bench -q -s tests/bench

bench-learning: .venv/.peers ## Labels needed, against peers: docs/benchmarks/learning.md (ARGS="--seeds 3 --only A")
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python tests/bench/learning/run.py $(ARGS)

faults: .venv/.dev system node ## The long tests: hundreds of kills, and every variant of what make test looks at once
	@$(BIN)/python -m pytest -m faults -q --timeout 3000

lock: .venv/.uv ## Renew the lock files
	@$(COMPILE) --extra embeddings -o requirements.lock $(LOCK_FLAGS)
	@$(COMPILE) --extra embeddings --extra multilingual --extra onnx --extra dask --extra traces --group dev -c requirements.lock -o requirements-dev.lock $(LOCK_FLAGS)
	@$(COMPILE) --extra embeddings --extra s3 --extra traces -c requirements.lock -o requirements-s3.lock $(LOCK_FLAGS)
	@$(COMPILE) --extra embeddings --group peers -c requirements-dev.lock -o requirements-peers.lock $(LOCK_FLAGS)

docs: .venv/.dev ## Write the lists in docs/reference and docs/settings.md again
	@$(BIN)/python docs/reference.py

words: .venv/.dev ## Bring the catalogs of the languages in ui/locales up to date with the code
	@$(BIN)/python docs/words.py

screenshots: .venv/.dev system ## Take the pictures in docs/images again
	@$(BIN)/python docs/screenshots.py

clean: ## Remove what was installed and built here
	@rm -rf .venv tests/typescript/node_modules build dist bench-results .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.uv: requirements-bootstrap.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed."; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@touch $@

.venv/.run: .venv/.uv requirements.lock pyproject.toml
	@echo "Installing (once) ..."
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

.venv/.dev: .venv/.uv requirements-dev.lock pyproject.toml
	@echo "Installing (once) ..."
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements-dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@ .venv/.run

.venv/.peers: .venv/.dev requirements-peers.lock
	@echo "Installing what the benchmark compares with (once) ..."
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements-peers.lock
	@touch $@

node: system tests/typescript/node_modules/.package-lock.json

tests/typescript/node_modules/.package-lock.json: tests/typescript/package-lock.json
	@command -v npm >/dev/null || { echo "Not installed: npm. On Debian: apt-get install nodejs npm"; exit 1; }
	@npm ci --prefix tests/typescript --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# A browser, a PostgreSQL server, nginx, a clock to set and Node.js for the tests: Debian's packages where we may install them, else a line that says how.
system: .venv/.headless-shell
	@missing=""; \
	command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing="$$missing chromium"; \
	command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing="$$missing nginx-light"; \
	ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || missing="$$missing libfaketime"; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	command -v git >/dev/null || missing="$$missing git"; \
	command -v node >/dev/null || missing="$$missing nodejs"; \
	command -v npm >/dev/null || missing="$$missing npm"; \
	[ -z "$$missing" ] && exit 0; \
	$(SUDO); \
	if command -v apt-get >/dev/null && [ "$$sudo" != none ]; then \
		echo "Installing$$missing ..."; \
		$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	else echo "Not installed:$$missing. On Debian: apt-get install$$missing"; fi

# Tests in a browser take half the time with it. Not every system has it: it is tried once.
.venv/.headless-shell: | .venv/.uv
	@$(SUDO); \
	if command -v apt-get >/dev/null && [ "$$sudo" != none ] && ! command -v chromium-headless-shell >/dev/null; then \
		echo "Installing chromium-headless-shell, if there is one ..."; \
		quick="-qq -o Acquire::http::Timeout=10 -o Acquire::Retries=1"; \
		{ $$sudo apt-get update $$quick && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y $$quick --no-install-recommends chromium-headless-shell; } >/dev/null 2>&1 || true; \
	fi
	@touch $@
