# Every verb covers the whole workspace. Python 3.11 and make are all a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := $(wildcard libs/*) $(wildcard services/*) deploy/local
STAMP := $(VENV)/.installed
CLIENTS := .clients/.installed

.PHONY: help setup run stop test check clients e2e bench bench-planner faults access check-deep schemas lock fmt clean

help: ## list the verbs
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(STAMP) ## install everything the other verbs need into .venv

$(STAMP): requirements.lock $(addsuffix /pyproject.toml,$(MEMBERS))
	@test -x $(BIN)/python || { echo "creating $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing pinned packages (requirements.lock) and the workspace into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet "$$(grep -o '^uv==[^ ;]*' requirements.lock)"
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(addprefix -e ./,$(MEMBERS))
	@touch $@

lock: ## write the pinned, hashed requirements.lock; known pins stay [UPGRADE=1 takes the newest]
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@$(if $(UPGRADE),true,cp requirements.lock requirements.lock.new)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
	  --python-version 3.11 --group dev pyproject.toml $(addsuffix /pyproject.toml,$(MEMBERS)) -o requirements.lock.new
	@$(PYTHON) -c "import re,sys;t=open('requirements.lock.new').read();b=re.split(r'\n(?=\S)',t);open('requirements.lock','w').write('\n'.join(x for x in b if not x.startswith('-e ') and 'marshrut' not in x.split('=')[0])+'\n')"
	@rm requirements.lock.new
	cd tests/clients/python && $(abspath $(BIN))/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header --python-version 3.11 $(if $(UPGRADE),--upgrade) requirements.in -o requirements.lock

run: setup ## install what is missing, start everything, play the main story, stay up
	@$(BIN)/python -m local_deploy run

stop: ## end everything `make run` started
	@test -x $(BIN)/python && $(BIN)/python -m local_deploy stop || echo "nothing is installed, so nothing runs"

test: setup ## all tests, on servers they start themselves (under 8 minutes) [ROOM=services/cases] [K=D2_17]
	$(BIN)/pytest -q $(if $(ROOM)$(K),,-n 2) -m "not slow" $(ROOM) $(if $(K),-k "$(K)")

e2e: setup ## only the stories through the gateway
	$(BIN)/pytest -q tests/e2e

check: setup ## format, lint, types, import directions, frozen schemas and generated documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python libs/contracts/freeze.py check
	$(BIN)/pytest -q tests/architecture tests/docs

clients: setup $(CLIENTS) ## clients in TypeScript and Python, generated from docs/openapi, compiled, and used on a running system
	$(BIN)/pytest -q tests/clients

$(CLIENTS): $(STAMP) $(wildcard tests/clients/toolchain.py tests/clients/*/package*.json tests/clients/*/requirements.lock)
	@echo "installing the toolchains of generated clients into $(@D) ..."
	@$(BIN)/python -m tests.clients.toolchain
	@touch $@

check-deep: setup ## schemathesis over every service (long)
	$(BIN)/pytest -q -m slow tests/deep

fmt: setup ## format and sort imports
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schemas: setup ## write what is generated: schemas, events, problems, OpenAPI, AsyncAPI, canvases of services
	$(BIN)/python libs/contracts/freeze.py write

access: setup ## every cell of the access matrix of every service, and planted faults it must notice (long)
	$(BIN)/pytest -q -m slow $(wildcard services/*/tests/integration/test_matrix.py) tests/access

faults: setup ## kill and pause everything under load for about ten minutes [APPLICATIONS=5000]
	$(if $(APPLICATIONS),MARSHRUT_FAULTS_APPLICATIONS=$(APPLICATIONS)) $(BIN)/pytest -q -s -m slow tests/faults

bench: setup ## ratios side by side with peers and limits
	$(BIN)/python -m bench

bench-planner: setup ## routes against published best values and opponents [INSTANCES=dir] [LIMIT=20] [SEEDS=5] [MONTH_SEEDS="2 3"] [CPU=1]
	$(BIN)/python -m bench.planner.run $(if $(INSTANCES),--instances $(INSTANCES)) --limit $(or $(LIMIT),20) --seeds $(or $(SEEDS),5) \
	  $(if $(MONTH_SEEDS),--month-seeds $(MONTH_SEEDS)) $(if $(CPU),--cpu)

clean: stop ## remove the local data of `make run` (not the installed packages)
	rm -rf .marshrut
