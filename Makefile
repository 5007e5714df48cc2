# make run    the desk with its own paper gateway      make test   everything that is tested
# make check  format, lint, types                      make bench  side-by-side measurements
# make world  a small world of several people: relay, desk, agents with paper gateways
# make conformance  foreign clients, a month of trading and more spoiled messages (the gateway's)
# make screenshots  every picture of the documents, from running pages
# make chaos  kill the desk at random moments (KILLS=1000 SEED=7), or relay, agent and desk
#             (WORLD=1 KILLS=500), or tell random stories of orders, faults and restarts
#             (EXAMPLES=2000 SEED=7)
.DELETE_ON_ERROR:
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run world test check setup bench chaos conformance lock screenshot screenshots chromium postgres nats peers

run: setup
	@$(BIN)/python app_simple.py

world: setup
	$(BIN)/python -m relay.world

# Each process takes a module at a time, in the order of the folders: tests/end_to_end stays last.
PROCESSES ?= 2
test: dev chromium postgres nats peers node_modules/axe-core/axe.min.js
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder

check: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: dev
	$(BIN)/python -m benchmarks

# Kill the running desk so often at random moments, then compare it with the gateway.
KILLS ?= $(if $(EXAMPLES),,50)
chaos: dev
	$(if $(KILLS),$(BIN)/python -m tests.chaos --kills $(KILLS) --seed $(or $(SEED),1) \
		$(if $(WORLD),--world))
	$(if $(EXAMPLES),EXAMPLES=$(EXAMPLES) SEED=$(SEED) $(BIN)/python -m pytest -q \
		tests/faults/test_state_machine.py)

conformance: dev peers
	WEEKS=4 FUZZ=60000 $(BIN)/python -m pytest -q tests/conformance \
		tests/paper_gateway/test_week.py tests/paper_gateway/test_fuzz.py

setup: .venv/installed static/vendor/lightweight-charts.standalone.production.mjs

dev: setup .venv/installed-dev

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up .venv with pinned packages; the first time takes a minute or two"
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# The chart library. Without npm the desk draws a plain chart of its own.
static/vendor/lightweight-charts.standalone.production.mjs: package-lock.json
	@if command -v npm >/dev/null; then \
		npm ci --silent --omit=dev --ignore-scripts --no-audit --no-fund && \
			npm run --silent vendor && touch $@; \
	else echo "npm not found: the chart library is left out, the page draws a plain chart"; fi

# The accessibility checker of the browser tests.
node_modules/axe-core/axe.min.js: package-lock.json
	npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

# Debian's Chromium for the browser tests, where it is missing and may be installed.
chromium:
	@command -v chromium >/dev/null || { \
		apt-get update -qq && \
		apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends \
			chromium fonts-liberation fonts-dejavu-core >/dev/null; }

# Debian's PostgreSQL server for the tests of the store, where it is missing and may be installed.
# The tests use its programs only, with a cluster of their own that listens on no port.
postgres:
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || { \
		apt-get update -qq && \
		apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends \
			postgresql >/dev/null; }

# Debian's NATS server for the tests of several relay nodes. No service is started or changed: the
# tests run servers of their own.
nats:
	@command -v nats-server >/dev/null || { \
		apt-get update -qq && \
		apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends \
			nats-server >/dev/null; }

# IB's own client and ib_insync overwrite each other's and ib_async's packages: one venv each.
peers: .peers/ibapi/installed .peers/ib_insync/installed

.peers/%/installed: tests/conformance/%.txt
	$(PYTHON) -m venv .peers/$*
	.peers/$*/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# The pictures of the documents, from a desk that trades a little (README's docs/desk.png too). What no
# document shows goes to var/pictures.
screenshots screenshot: dev chromium
	$(BIN)/python -m docs.screenshots

lock:
	uv pip compile pyproject.toml --universal --generate-hashes --no-header -q -o requirements.txt
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-header -q \
		-o requirements-dev.txt
