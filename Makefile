# Micrographia: `make serve` and `make test` do everything on a machine with Python 3.11, git and make.

PYTHON  ?= $(shell command -v python3.11 || command -v python3)
HOST    ?= localhost
PORT    ?= 5006
LIBRARY ?= demo-library

BIN    := .venv/bin
PYTEST := $(BIN)/python -m pytest

.PHONY: serve test install check bench notebook bundle lock chromium clean

serve: install
	@MICROGRAPHIA_HOST=$(HOST) MICROGRAPHIA_PORT=$(PORT) MICROGRAPHIA_LIBRARY=$(LIBRARY) $(BIN)/python app.py

test: install chromium
	$(PYTEST) -m "not browser" -n 2 --dist worksteal
	$(PYTEST) -m browser

install: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Micrographia needs Python 3.11 or newer; this is $(PYTHON). Give another: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked dependencies into .venv (about a minute) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --only-binary :all: --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tests/js/run.py

bench: install chromium
	$(BIN)/python -m tests.benchmarks

notebook: install
	$(BIN)/jupyter lab notebooks

# Only for developers of the player: needs the npm registry once, for esbuild.
bundle: install
	@PATH="$$PATH:$(CURDIR)/$(BIN)"; npm ci --silent && npm run --silent bundle

lock:
	uv pip compile pyproject.toml --extra notebook --extra dev --universal --fork-strategy fewest \
	  --python-version 3.11 --generate-hashes --no-header -o requirements.lock

# A Chromium for the browser stories: the machine's, else Debian's, else Playwright's own.
chromium: install
	@$(BIN)/python tests/browser/chromium.py

clean:
	rm -rf .venv demo-library .hypothesis .mypy_cache .ruff_cache dist
