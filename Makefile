# make run   starts the assistant: page and API on http://127.0.0.1:7860
# make test  runs all tests
# make quick looks at the style and runs the fast half of the tests, for every small change
# All need Python 3.11 or newer and nothing else; everything goes into .venv and var/ in this folder.

VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
CODE := assistant vectorstore eval tests

.PHONY: help run test quick check static ingest eval gate docs clean

help:
	@sed -n '/^$$/q; s/^# //p' Makefile
	@echo 'Others: make ingest, make eval, make gate (is it worse than the baselines in eval/?), make check (format, lint, types, imports, tests with coverage), make docs, make clean'

run: $(RUN)
	@$(BIN)/policy-assistant serve

ingest: $(RUN)
	@$(BIN)/policy-assistant ingest

eval: $(RUN)
	@$(BIN)/policy-assistant eval

# Every case of each library, without a model or a network, against its committed baseline: fails where it
# got worse beyond the noise. It has libraries of its own, so that no setting and no added document plays a part.
GATE := env -u OPENAI_MODEL -u POLICY_ASSISTANT_OPENAI_MODEL -u POLICY_ASSISTANT_EMBEDDING \
  POLICY_ASSISTANT_CONFIG=/dev/null POLICY_ASSISTANT_DATA_DIR=var/gate $(BIN)/policy-assistant eval
INVENTED := eval/libraries/invented

gate: $(RUN)
	@rm -rf var/gate/results
	@$(GATE) --output var/gate/results/seeds
	@$(GATE) compare baseline latest --output var/gate/results/seeds --fail-on-regression
ifneq ($(wildcard $(INVENTED)/cases/*.jsonl),)
	@$(GATE) --library invented --output var/gate/results/invented
ifneq ($(wildcard $(INVENTED)/baseline.json),)
	@$(GATE) compare baseline latest --output var/gate/results/invented --fail-on-regression
else
	@echo 'ⓘ 还没有基线 $(INVENTED)/baseline.json，没有比较。要以这次评测为基线：' >&2
	@echo 'ⓘ There is no baseline $(INVENTED)/baseline.json yet: nothing was compared. To make one of this run:' >&2
	@echo '  $(BIN)/policy-assistant eval baseline latest --output var/gate/results/invented' >&2
endif
endif

test: $(DEV)
	$(BIN)/python -m pytest

# tests/conftest.py says which tests are quick; the slowest are named, so that one that has become slow shows.
quick: $(DEV)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/python -m pytest --quick -q --durations=3 --durations-min=2

# What is parsed in a process of its own (most readers) shows no coverage, though it is tested.
check: static
	$(BIN)/python -m pytest --cov --cov-report=term

static: $(DEV)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

# Writes the parts of the documentation that come from the code.
docs: $(DEV)
	$(BIN)/python -m tests.settings_table

# The virtual environment and caches only: what is stored in var/ stays.
clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(RUN): pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --disable-pip-version-check --editable .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(RUN)

# PYTHON=/path/to/python chooses another one than the newest that is found.
$(BIN)/pip:
	@set -e; recent=; usable=; \
	for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	  "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	  recent=$$candidate; \
	  if "$$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then usable=$$candidate; break; fi; \
	done; \
	if [ -z "$$recent" ]; then \
	  echo '需要 Python 3.11 或更新的版本。请安装后重试，或用 make PYTHON=/路径/python3.11 指定。' >&2; \
	  echo 'Python 3.11 or newer is needed. Install it and try again, or name one: make PYTHON=/path/to/python3.11' >&2; \
	  exit 1; \
	fi; \
	if [ -z "$$usable" ]; then \
	  echo "$$recent 缺少 venv 模块。在 Debian、Ubuntu 上请先运行：sudo apt-get install python3-venv" >&2; \
	  echo "$$recent lacks its venv module. On Debian and Ubuntu run first: sudo apt-get install python3-venv" >&2; \
	  exit 1; \
	fi; \
	"$$usable" -m venv $(VENV)
