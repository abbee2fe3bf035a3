# make run   the dashboard, with an invented county where no ledgers have been loaded yet
# make check lint, and the tests that need neither a published version nor a browser: under a minute
# make docs  the parts of docs/ that are written from the code
# make test  everything the tests need, lint, all tests
# make soak  what draws at random, kills and damages, with ten times the rounds of make test

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PORT ?= 8501
SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# What needs no published version: quick for whoever is at work.
CHECKED = $(addprefix tests/,architecture access definitions display exports queries rules presenters web) \
	$(addprefix tests/ledgers/,cells checking containers feedback layout)

.PHONY: run check test soak lint docs browser bench clean

run: $(VENV)/installed
	$(BIN)/python -m dashboard demo
	$(BIN)/streamlit run app.py --server.port $(PORT)

check: lint
	$(BIN)/python -m pytest $(CHECKED) -m "not database and not slow" --numprocesses auto --dist worksteal

test: lint browser
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

soak: lint
	TEST_ROUNDS=10 $(BIN)/python -m pytest -m slow --numprocesses auto --dist worksteal

lint: $(VENV)/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# What is written from the code: the calls a page may make, the clerk's messages.
docs: $(VENV)/installed-for-tests
	PYTHONPATH=. $(BIN)/python tests/support/page_calls.py
	$(BIN)/python -m dashboard.ledgers.feedback.clerk_guide

# The page tests drive a real Chromium and look at Chinese text: both come from the system's packages.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null \
		|| ($(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium)
	@command -v fc-list >/dev/null && fc-list :lang=zh | grep -q . \
		|| ($(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq fontconfig fonts-noto-cjk)

bench: $(VENV)/installed-for-tests browser
	$(BIN)/python -m bench

$(VENV)/installed: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/installed-for-tests: $(VENV)/installed tests/requirements.txt
	$(BIN)/python -m pip install --quiet -r requirements.txt -r tests/requirements.txt
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis test-results
