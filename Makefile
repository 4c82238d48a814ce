# Two commands on a fresh machine: `make chat` and `make test`. Both set everything up first.
PYTHON ?= python3
# Extra arguments for pip, e.g. where PyTorch's CPU build has to be named (see README).
PIP_ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup chat test lint bench browser

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Citewell needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e '.[test]'
	@touch $@

chat: $(READY)
	$(BIN)/citewell chat

test: $(READY) browser
	$(BIN)/python -m pytest -n auto

lint: $(READY)
	$(BIN)/ruff check .

bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -c constraints.txt -e '.[bench]'
	$(BIN)/python -m benchmarks.embedding

# The page's tests drive a real Chromium. Where root can install it from Debian's packages it is
# installed; elsewhere those tests say that it is missing.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
		else echo "No Chromium found: the tests of the page will be skipped."; fi
