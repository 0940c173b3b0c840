# Everything runs in .venv, which is made on first use. `make help` lists the targets.
#
# Variables, given as `make demo NAME=value`:
#   PYTHON       the Python (3.11 or newer) that makes .venv       python3
#   TORCH        what to ask pip for; a torch that .venv has stays  torch==2.13.0
#   TORCH_INDEX  where torch comes from, if not from the default: on Linux without a GPU,
#                the CPU index that pytorch.org names under "Get Started" saves gigabytes
#   WORKERS      test processes side by side                        2
#
# `CHATNT_DOCS_EXECUTE=off make docs` shows the stored outputs of the notebooks instead of running them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
TORCH ?= torch==2.13.0
TORCH_INDEX ?=
WORKERS ?= 2

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
DEV_EXTRAS := plots,widgets,explain,motifs,genome,data,convert,llama,lora,quantize,ray,tensorboard,dev
RUN_TESTS := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS)

.PHONY: help demo test lint types docs notebooks notebooks-write package licences bench check format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' Makefile

demo: .venv/.installed ## install the package and ask the bundled pair some questions
	$(BIN)/chatnt demo --html demo.html

test: .venv/.installed-dev ## run all tests and doctests
	$(RUN_TESTS)

lint: .venv/.installed-dev ## style, layers, and the size of files and functions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/python .ci/size_gate.py

types: .venv/.installed-dev ## check types
	$(BIN)/pyright

docs: .venv/.installed-docs ## build the documentation in build/docs, with all notebooks run
	$(BIN)/sphinx-build -E -W --keep-going docs build/docs

notebooks: .venv/.installed-dev ## run all notebooks
	OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --nbmake --nbmake-timeout 120 notebooks

notebooks-write: .venv/.installed-dev ## run them and write their outputs back, as they are committed
	OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python .ci/write_notebooks.py

package: .venv/.installed-dev ## build sdist and wheel in dist, and ask the wheel in an empty environment
	$(BIN)/python .ci/check_package.py --torch "$(TORCH)" $(if $(TORCH_INDEX),--torch-index "$(TORCH_INDEX)")

licences: .venv/.installed-dev .venv/.installed-docs ## list the licences of all dependencies
	$(BIN)/python .ci/licences.py

bench: .venv/.installed ## print ratios of speed
	for script in tests/benchmarks/*.py; do $(BIN)/python "$$script"; done

check: lint types test notebooks docs package licences ## all of the above that can fail

format: .venv/.installed-dev ## rewrite the code in the style of the project
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what was built, but not .venv
	rm -rf build dist demo.html docs/notebooks docs/generated docs/command_line.md .pytest_cache .ruff_cache .import_linter_cache
	find chatnt tests docs notebooks -name __pycache__ -type d -prune -exec rm -rf {} +

# An installation is repeated when pyproject.toml has changed.

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("chatnt needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; name another with: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/.installed-torch: | .venv/bin/python
	$(PIP) --version || $(BIN)/python -m ensurepip
	$(BIN)/python -c 'import importlib.metadata as m; print("torch", m.version("torch"), "is installed")' 2>/dev/null \
		|| $(PIP) install $(if $(TORCH_INDEX),--index-url "$(TORCH_INDEX)") "$(TORCH)"
	touch $@

.venv/.installed: pyproject.toml .venv/.installed-torch
	$(PIP) install -e .
	touch $@

.venv/.installed-dev: pyproject.toml .venv/.installed-torch
	$(PIP) install -e ".[$(DEV_EXTRAS)]"
	touch .venv/.installed $@

.venv/.installed-docs: pyproject.toml .venv/.installed-torch
	$(PIP) install -e ".[$(DEV_EXTRAS),docs]"
	touch .venv/.installed .venv/.installed-dev $@
