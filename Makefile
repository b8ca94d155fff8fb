# `make scan` and `make test` set up all they need; nothing has to be installed beforehand but Python 3.11 and make.
PYTHON ?= python3
RUN := .venv/run
DEV := .venv/dev
LOWEST := .venv/lowest
SOURCES := auditor tests

.PHONY: scan test check test-lowest bench bench-growth bench-peers calibrate docs samples clean

scan: $(RUN)/ready
	@$(RUN)/bin/audit scan sample_logs || test $$? -eq 1

test: $(DEV)/ready
	$(DEV)/bin/pytest -n auto

check: $(DEV)/ready
	$(DEV)/bin/ruff format --check $(SOURCES)
	$(DEV)/bin/ruff check $(SOURCES)
	$(DEV)/bin/mypy
	$(DEV)/bin/lint-imports

# Of Spark, one log with the oldest: each of its tests starts a JVM, and all of them run with the newest.
test-lowest: $(LOWEST)/ready
	$(LOWEST)/bin/pytest -n auto --ignore tests/spark
	$(LOWEST)/bin/pytest tests/spark/test_same_report.py -k generated

bench: $(DEV)/ready
	$(DEV)/bin/python -m tests.bench.compare

bench-growth: $(DEV)/ready
	$(DEV)/bin/python -m tests.bench.growth $(FLAGS)

bench-peers: $(DEV)/ready
	$(DEV)/bin/python -m tests.bench.beside $(FLAGS)

calibrate: $(DEV)/ready
	$(DEV)/bin/python -m tests.calibration

docs: $(DEV)/ready
	$(DEV)/bin/python tests/docs/refresh.py

samples: $(DEV)/ready
	$(DEV)/bin/audit simulate sample_logs --sample --seed 7 --force

$(RUN)/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(RUN)
	$(RUN)/bin/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEV)/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(DEV)
	$(DEV)/bin/pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1,<27'
	$(DEV)/bin/pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

$(LOWEST)/ready: pyproject.toml
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/pip install --quiet --disable-pip-version-check 'uv>=0.8,<1'
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python --resolution lowest-direct --editable . --group dev
	@touch $@

clean:
	rm -rf .venv .bench .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
