# Two commands on a fresh machine: `make chat` and `make test`. Both set everything up first.
PYTHON ?= python3
# Extra arguments for pip, e.g. where PyTorch's CPU build has to be named (see README).
PIP_ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# What `make bench` compares with has an environment of its own: its versions disagree with ours.
PEERS := .venv-peers
PEERS_READY := $(PEERS)/.ready

.PHONY: setup setup-hashed audit hashes chat test lint bench browser

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Citewell needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e '.[test]'
	@touch $@

# The same, but nothing that is not byte for byte what hashes.txt names, PyTorch apart (docs/dependencies.md).
HASHED := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) --no-deps
setup-hashed: pyproject.toml hashes.txt
	$(PYTHON) -m venv $(VENV)
	$(HASHED) --require-hashes --only-binary :all: -r hashes.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt torch
	$(HASHED) --no-build-isolation -e .
	$(BIN)/python -m pip check
	@touch $(READY)

# For whoever changed constraints.txt; both need a network and tools of their own, kept apart from ours.
TOOLS := .venv-tools
$(TOOLS)/.ready:
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8,<1' 'pip-audit>=2.7,<3'
	@touch $@

hashes: $(TOOLS)/.ready
	$(TOOLS)/bin/uv pip compile --quiet --generate-hashes --universal --no-deps --no-header --no-annotate \
		--python-version 3.11 --no-emit-package torch constraints.txt -o hashes.txt

# What is known to be unsafe in what is used, by the database that pip-audit asks.
audit: $(TOOLS)/.ready
	$(TOOLS)/bin/pip-audit --strict --disable-pip --no-deps -r constraints.txt

chat: $(READY)
	$(BIN)/citewell chat

test: $(READY) browser
	$(BIN)/python -m pytest -n auto

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Also with a large corpus, which takes an hour: make bench CORPUS=FILE.jsonl.xz
bench: $(READY) $(PEERS_READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e '.[bench]'
	$(BIN)/python -m benchmarks.embedding
	$(BIN)/python -m benchmarks.peers --python $(PEERS)/bin/python
	$(BIN)/python -m benchmarks.bench_page
ifdef CORPUS
	$(BIN)/python -m benchmarks.static_quality --corpus "$(CORPUS)"
	$(BIN)/python -m benchmarks.scale --corpus "$(CORPUS)"
	$(BIN)/python -m benchmarks.kills --corpus "$(CORPUS)"
endif

$(PEERS_READY): benchmarks/peers/requirements.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt torch
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -r $<
	@touch $@

# The page's tests drive a real Chromium. Where root can install it from Debian's packages it is
# installed; elsewhere those tests say that it is missing.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
		else echo "No Chromium found: the tests of the page will be skipped."; fi
