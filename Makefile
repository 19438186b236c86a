# Everything a person or CI runs. Each target sets up what it needs, once.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test lint format check bench crash lock migration clean tools

BIN := .venv/bin
UV_VERSION := 0.13.9
PYTHON = $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

help: ## List what make can do
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | sort | while IFS=$$'\t' read -r name words; do \
		printf '  make %-10s %s\n' "$$name" "$$words"; done

run: .venv/.runtime ## Serve 先锋积分 with its demo at http://127.0.0.1:8000/ (PORT=… XIANFENG_DATA=…); Ctrl-C stops
	@$(BIN)/xianfeng db upgrade
	@$(BIN)/python -m scripts.seed_demo
	@exec $(BIN)/xianfeng run

test: .venv/.development tools ## Run every test, on SQLite and a private MariaDB (args='-k claim -x')
	@$(BIN)/pytest -n auto $(args)

lint: .venv/.development ## Check format, lint, types and import order
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: .venv/.development ## Format the code and repair what ruff can
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

check: lint test ## Everything CI checks: lint, then test

bench: .venv/.runtime tools ## Measure; prints JSON lines (only=start,score_read size=full)
	@$(BIN)/python -m scripts.bench $(if $(only),only=$(only)) $(if $(size),size=$(size))

crash: .venv/.runtime tools ## Kill server, workers and database while a hall checks in (kills=50 seed=… only=sqlite)
	@$(BIN)/python -m scripts.crash $(if $(kills),kills=$(kills)) $(if $(seed),seed=$(seed)) $(if $(only),only=$(only))

lock: ## Pin all dependencies anew, with hashes, for every Python ≥ 3.11 (args='--upgrade-package flask')
	@$(need-python)
	@test -x var/uv/bin/uv || { $(PYTHON) -m venv var/uv && var/uv/bin/pip install --quiet uv==$(UV_VERSION); }
	@compile() { var/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command 'make lock' --group build $(args) pyproject.toml "$$@"; }; \
	compile --output-file requirements.lock; \
	compile --extra dev --constraint requirements.lock --output-file requirements-dev.lock

migration: .venv/.development ## Write the next migration from the models (message='add pairing')
	@test -n "$(message)" || { echo "say what it does: make migration message='add pairing'" >&2; exit 2; }
	@$(BIN)/python -m scripts.new_migration "$(message)"

clean: ## Remove the environment and all caches; keeps ./var
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
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

.venv/.runtime: requirements.lock pyproject.toml
	@$(call install,requirements.lock)
	@touch $@

.venv/.development: requirements-dev.lock pyproject.toml
	@$(call install,requirements-dev.lock)
	@touch .venv/.runtime $@

tools: # What tests and benchmarks need besides Python. Only the server's programs: no system service is started.
	@missing=(); export PATH="$$PATH:/usr/sbin"; \
	command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null || missing+=(mariadb-server-core mariadb-client-core); \
	command -v chromium >/dev/null || missing+=(chromium); \
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing $${missing[*]} …" >&2; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -qq -y --no-install-recommends "$${missing[@]}"; } >/dev/null && exit 0; \
	fi; \
	echo "Not installed, tests that need them are skipped: $${missing[*]} (as root: apt install $${missing[*]})" >&2; \
	test "$${XIANFENG_REQUIRE_ALL:-}" != 1
