# Each target makes .venv first on a fresh machine: with uv where it is installed, else with Python's venv and pip.

PYTHON ?= python3
ARGS ?=
PYTEST_ARGS ?=
BIN = .venv/bin

.PHONY: play run test check bench chaos fuzz live messages mutants screenshots

# The playground: everything on this machine, no account, no GPU. `make play ARGS="--port 9000"`
play: .venv/.installed
	$(BIN)/python -m bot play $(ARGS)

# The bot, with the settings of the environment and .env.
run: .venv/.installed
	$(BIN)/python -m bot

# Every test. `make test PYTEST_ARGS="-k queue"`. They start Python over and over: what it compiled, it keeps.
test: export PYTHONDONTWRITEBYTECODE :=
test: .venv/.installed
	$(BIN)/python -m pytest -n auto --dist worksteal $(PYTEST_ARGS)

check: .venv/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.installed
	$(BIN)/python -m bench

# What nobody's client would send, 10,000 times over; `make test` does 500.
fuzz: export FUZZ_EXAMPLES := $(or $(FUZZ_EXAMPLES),10000)
fuzz: .venv/.installed
	$(BIN)/python -m pytest -q -p no:xdist tests/whole/test_hostile.py

# Kills everything at every moment, by a seed. `make chaos ARGS="--seed 7 --kills 3"`
chaos: .venv/.installed
	$(BIN)/python -m tests.chaos $(ARGS)

# Takes out each guard in turn and expects the tests to notice. `make mutants ARGS="a-name another"`
mutants: .venv/.installed
	$(BIN)/python -m tests.mutants $(ARGS)

# The simulator beside a real ComfyUI which nobody else uses: docs/simulator.md. `make live LIVE_COMFYUI_URL=http://127.0.0.1:8188`
live: export LIVE_COMFYUI_URL := $(LIVE_COMFYUI_URL)
live: export LIVE_EXAMPLES := $(or $(LIVE_EXAMPLES),300)
live: .venv/.installed
	$(BIN)/python -m tests.live

# The pictures of the page in docs/images, drawn by a headless Chromium; only those are written that changed. They, and
# every message the bot sends, come in both themes into screenshots/light and screenshots/dark, which git ignores: look
# through them after a change to what people see. `make screenshots ARGS="history failed"` draws these scenes alone.
screenshots: .venv/.installed
	$(BIN)/python -m tests.whole.screenshots $(ARGS)

# The list of sentences for translators, and every catalogue brought up to date with it: docs/languages.md. Nothing
# changes but where a sentence does; translations stay.
messages: .venv/.installed
	$(BIN)/python -m tests.catalogues

.venv/.installed: pyproject.toml uv.lock
	@echo "Installing into .venv: this takes up to a minute, once."
	@if uv --version > /dev/null 2>&1; then \
	  UV_PROJECT_ENVIRONMENT=.venv uv sync --extra dev; \
	elif ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	  echo "Easel needs Python 3.11 or newer: install it, name it (make PYTHON=python3.12 ...), or install uv." >&2; \
	  exit 1; \
	elif ! $(PYTHON) -c 'import ensurepip, venv' 2> /dev/null; then \
	  echo "This Python cannot make a virtual environment: install python3-venv (apt) or uv, then try again." >&2; \
	  exit 1; \
	else \
	  { test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv; } && $(BIN)/python -m pip install --quiet --editable ".[dev]"; \
	fi
	@touch $@
