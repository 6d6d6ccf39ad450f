# Two commands do everything: make demo, make test. Both set up .venv first, from nothing but Python 3.11 and make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test site clean

demo: .venv/demo
	$(BIN)/servanda study singapore-2018 --out report

test: .venv/test
	$(BIN)/ruff format --check src tests
	$(BIN)/ruff check src tests
	$(BIN)/pyright
	$(BIN)/python -m pytest

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

.venv/site: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@

clean:
	rm -rf .venv report build dist .pytest_cache .ruff_cache .hypothesis
