# Everything a person or CI runs. Each target sets up what it needs, once.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run app types screens test fuzz lint format check bench crash quarter january mutants faults lock migration clean tools app-for-run app-checks app-lint

BIN := .venv/bin
UV_VERSION := 0.13.9
APP := miniprogram/dist
# Three workers on two cores: while a browser test waits, another worker computes.
ON_ALL_CORES := -n $(shell echo $$(( $$(nproc || getconf _NPROCESSORS_ONLN) * 3 / 2 ))) --dist worksteal
APP_SOURCES := $(shell find miniprogram -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.md' -not -name '*.test.*')
PYTHON = $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

help: ## List what make can do
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | sort | while IFS=$$'\t' read -r name words; do \
		printf '  make %-10s %s\n' "$$name" "$$words"; done

run: .venv/.runtime app-for-run ## Serve 先锋积分 with its demo at http://127.0.0.1:8000/ (PORT=… XIANFENG_DATA=…); Ctrl-C stops
	@$(BIN)/xianfeng db upgrade
	@$(BIN)/python -m scripts.seed_demo
	@exec $(BIN)/xianfeng run

app: $(APP)/h5.built $(APP)/mp-weixin.built ## Build the app for WeChat and the browser (needs Node ≥ 20)

types: .venv/.runtime miniprogram/node_modules/.installed ## Make the app's types and error codes from the API, after a change of either
	@$(BIN)/python -m scripts.error_codes
	@cd miniprogram && npm run --silent types

screens: .venv/.development tools app ## Photograph the app's pages into docs/screens/app (only=home,score out=… data=…)
	@$(BIN)/python -m scripts.screens $(if $(only),only=$(only)) $(if $(out),out=$(out)) $(if $(data),data=$(data))

test fuzz: export PYTHONDONTWRITEBYTECODE := # what starts hundreds of servers and upgrades compiles once
test: .venv/.development tools $(if $(args),,app-checks) ## Run every test, on SQLite and a private MariaDB (args='-k claim -x')
	@$(BIN)/pytest $(ON_ALL_CORES) --durations=20 $(args)

fuzz: .venv/.development tools ## Try all of what `make test` tries a part of; for the night (args='-k claims')
	@XIANFENG_FUZZ=1 $(BIN)/pytest $(ON_ALL_CORES) -m 'hypothesis or thinned' $(args)

lint: .venv/.development ## Check format, lint, types and import order, and the app's format and lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(MAKE) -s --no-print-directory app-lint

format: .venv/.development ## Format the code and the app, and repair what ruff can
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .
	@if ! { $(has-node); }; then echo "Not installed, the app is not formatted: Node.js 20 or newer" >&2; \
	else $(MAKE) -s --no-print-directory miniprogram/node_modules/.installed && cd miniprogram && npm run --silent format; fi

check: lint test ## Everything CI checks: lint, then test

bench: .venv/.development tools app-for-run ## Measure; prints JSON lines (only=start,score_read size=full)
	@$(BIN)/python -m scripts.bench $(if $(only),only=$(only)) $(if $(size),size=$(size))

quarter: .venv/.runtime tools ## Simulate a quarter's pushes with faults, kills and two schedulers (members=10000 kills=20 seed=… only=mariadb)
	@$(BIN)/python -m scripts.quarter $(if $(members),members=$(members)) $(if $(kills),kills=$(kills)) \
		$(if $(seed),seed=$(seed)) $(if $(only),only=$(only))

january: .venv/.runtime tools ## Rehearse the turn of a year day by day: a scheduler, one that stood still, two (members=600 seed=… only=sqlite schedules=running)
	@$(BIN)/python -m scripts.january $(if $(members),members=$(members)) $(if $(seed),seed=$(seed)) \
		$(if $(only),only=$(only)) $(if $(schedules),schedules=$(schedules))

crash: .venv/.runtime tools ## Kill server, workers and database while a hall checks in, and who ends a year (kills=50 seed=… only=sqlite what=year)
	@$(BIN)/python -m scripts.crash $(if $(kills),kills=$(kills)) $(if $(seed),seed=$(seed)) $(if $(only),only=$(only)) \
		$(if $(what),what=$(what))

mutants: .venv/.mutants ## Change the pure rules one thing at a time, and see that a unit test fails (only='server.claims.*')
	@$(BIN)/mutmut run $(if $(only),"$(only)")
	@$(BIN)/python -m scripts.mutants $(if $(only),"$(only)")

faults: .venv/.development tools ## Plant known faults one at a time, and see that a test fails (only=claims jobs=2)
	@$(BIN)/python -m scripts.faults $(if $(only),only=$(only)) $(if $(jobs),jobs=$(jobs))

lock: ## Pin all dependencies anew, with hashes, for every Python ≥ 3.11 (args='--upgrade-package flask')
	@$(need-python)
	@test -x var/uv/bin/uv || { $(PYTHON) -m venv var/uv && var/uv/bin/pip install --quiet uv==$(UV_VERSION); }
	@compile() { var/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command 'make lock' --group build $(args) pyproject.toml "$$@"; }; \
	compile --output-file requirements.lock; \
	compile --extra dev --constraint requirements.lock --output-file requirements-dev.lock; \
	compile --extra dev --group mutants --constraint requirements-dev.lock --output-file requirements-mutants.lock

migration: .venv/.development ## Write the next migration from the models (message='add pairing')
	@test -n "$(message)" || { echo "say what it does: make migration message='add pairing'" >&2; exit 2; }
	@$(BIN)/python -m scripts.new_migration "$(message)"

clean: ## Remove the environment and all caches; keeps ./var
	rm -rf .venv build faults mutants miniprogram/node_modules $(APP) *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

define need-python
test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: apt install python3 python3-venv" >&2; exit 1; }
endef

define install
$(need-python)
@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python's venv is missing: apt install python3-venv" >&2; exit 1; }
@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv
@echo "Installing $(1) …" >&2
@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes --requirement $(1)
@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
endef

has-node = node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null

miniprogram/node_modules/.installed: miniprogram/package-lock.json miniprogram/package.json
	@$(has-node) || { echo "Node.js 20 or newer is needed: https://nodejs.org or apt install nodejs npm" >&2; exit 1; }
	@echo "Installing the app's libraries …" >&2
	@cd miniprogram && npm ci --silent --no-audit --no-fund
	@touch $@

$(APP)/%.built: miniprogram/node_modules/.installed $(APP_SOURCES)
	@echo "Building the app for $* …" >&2
	@mkdir -p $(APP)
	@cd miniprogram && npm run --silent build:$* >dist/$*.log 2>&1 || { cat dist/$*.log >&2; exit 1; }
	@touch $@

app-for-run: # Without Node, or without a registry, the server still runs; /m/ then says what is missing.
	@if ! { $(has-node); }; then echo "No Node.js 20 or newer: the app at /m/ is not built, all else runs (later: make app)" >&2; \
	elif ! $(MAKE) -s --no-print-directory $(APP)/h5.built; then echo "The app at /m/ could not be built, all else runs" >&2; fi

app-checks: # The app's own tests; the browser's and WeChat's are in tests/e2e and tests/unit and need the builds.
	@if ! { $(has-node); }; then echo "Not installed, the app is not tested: Node.js 20 or newer" >&2; test "$${XIANFENG_REQUIRE_ALL:-}" != 1; \
	else $(MAKE) -s --no-print-directory app && cd miniprogram && npm run --silent typecheck && npm run --silent test; fi

app-lint: # What is unchanged since it was found good is not looked at again: the cache is in node_modules.
	@if ! { $(has-node); }; then echo "Not installed, the app is not linted: Node.js 20 or newer" >&2; test "$${XIANFENG_REQUIRE_ALL:-}" != 1; \
	else $(MAKE) -s --no-print-directory miniprogram/node_modules/.installed && cd miniprogram && npm run --silent lint; fi

.venv/.runtime: requirements.lock pyproject.toml
	@$(call install,requirements.lock)
	@touch $@

.venv/.development: requirements-dev.lock pyproject.toml
	@$(call install,requirements-dev.lock)
	@touch .venv/.runtime $@

.venv/.mutants: requirements-mutants.lock pyproject.toml
	@$(call install,requirements-mutants.lock)
	@touch .venv/.runtime .venv/.development $@

tools: # What tests and benchmarks need besides Python. Only the server's programs: no system service is started.
	@missing=(); export PATH="$$PATH:/usr/sbin"; \
	command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null || missing+=(mariadb-server-core mariadb-client-core); \
	command -v chromium >/dev/null || missing+=(chromium); \
	test -n "$$(find /usr/share/fonts /usr/local/share/fonts ~/.local/share/fonts ~/.fonts -iname 'NotoSerifCJK*' 2>/dev/null)" || missing+=(fonts-noto-cjk); \
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing $${missing[*]} …" >&2; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -qq -y --no-install-recommends "$${missing[@]}"; } >/dev/null && exit 0; \
	fi; \
	echo "Not installed, tests that need them are skipped: $${missing[*]} (as root: apt install $${missing[*]})" >&2; \
	test "$${XIANFENG_REQUIRE_ALL:-}" != 1
