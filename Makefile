# Three commands do everything: make demo, make test, make proofs. They set up .venv first, from nothing but Python 3.11
# and make. `make test` leaves out the tests that are slow, by a measured list; these are the proofs. `make lowest` runs
# every command once with the lowest versions that pyproject.toml allows.
PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

.PHONY: demo test lint proofs lowest site clean

demo: .venv/demo
	$(BIN)/servanda study singapore-2018 --out report
	@echo
	@echo "Open report/report.html in a browser. To go on: source $(BIN)/activate, then servanda new deal.yaml"

test: lint
	$(PYTEST) -m "not proof"

lint: .venv/test
	$(BIN)/ruff format --check src tests bench conftest.py
	$(BIN)/ruff check src tests bench conftest.py
	$(BIN)/lint-imports
	$(BIN)/pyright

proofs: .venv/test
	$(PYTEST) -m proof

lowest: .venv-lowest/ready
	.venv-lowest/bin/python tests/support/smoke.py

site: .venv/site
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "servanda needs Python 3.11 or later; set it with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv

.venv/demo: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[pictures]'
	@touch $@

.venv/test: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	@touch $@ .venv/demo

.venv-lowest/ready: pyproject.toml | .venv/test
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info >= (3, 13) and "The lowest versions are older than Python 3.13: make clean, then make lowest PYTHON=python3.11")'
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-lowest
	$(BIN)/uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct --editable '.[all]'
	@touch $@

.venv/site: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@

clean:
	rm -rf .venv .venv-lowest docs/_build docs/reference/generated report build dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis
