# The commands of this repository. Needs Python 3.11, 3.12 or 3.13, and make; `make` alone explains them.
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench lock assets containers demo-down clean

# The first Python that really starts and is new enough (a version manager's shim may exist without its version).
PYTHON = $(shell for p in $(CANDOUR_PYTHON) python3.12 python3.13 python3.11 python3; do \
  $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1 && echo $$p && break; done)
# A shell may forbid Python to keep what it has compiled; each start, of which tests make hundreds, would compile it all again.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
VAR ?= var
# One more than there are cores: tests wait for servers and pages a third of their time.
workers ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1 )))
STAMP := .venv/candour-lock.sha256
LOCK := deploy/requirements

help: ## Say what each command does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(STAMP) ## Install the locked dependencies and the candour command (every other command does this first)

$(STAMP): $(LOCK)/dev.txt $(LOCK)/uv.txt $(LOCK)/install.py
	@python="$(PYTHON)"; test -n "$$python" || { \
	  echo "Python 3.11, 3.12 or 3.13 is needed and none was found; name one with CANDOUR_PYTHON=…"; exit 1; }; \
	$$python -I $(LOCK)/install.py

run: setup ## Start the platform with a demo provider: real PostgreSQL and NATS, data kept in var/
	$(BIN)/candour run

test: setup ## Run every test on real servers (make test only=tests/deploy for a part)
	$(BIN)/pytest -n $(workers) --dist loadfile --no-loadscope-reorder $(only)

check: setup ## Style, types, imports between rooms, contracts against what was published, and what we are made of
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/candour contracts --check
	$(BIN)/candour sbom --check
	$(BIN)/candour advisories

bench: setup ## Measure throughput and latency on this machine
	$(BIN)/candour bench

lock: setup ## Choose dependency versions again (make lock upgrade=--upgrade for the newest allowed)
	$(PYTHON) -I $(LOCK)/install.py lock $(upgrade)
	$(BIN)/candour sbom

assets: ## Build styles and scripts again from their sources (needs Node and npm; the result is committed)
	npm --prefix libs/web/assets ci --ignore-scripts && npm --prefix libs/web/assets run build

containers: setup ## Write the passwords, keys and settings that docker-compose.yml needs (tls=--tls for docker-compose.tls.yml too)
	$(BIN)/candour containers $(tls)

demo-down: setup ## Stop what an embedded run left behind and delete its data (var/)
	$(BIN)/python -m deploy.embedded remove $(VAR)

clean: demo-down ## Delete everything that the other commands made
	rm -rf .venv .tools dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
