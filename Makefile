.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
HOST ?= 127.0.0.1
PROCESSES ?= 2

.PHONY: help run test lint types format texts recognition bench clean

help: ## Show what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: $(VENV)/installed ## Install, take in the starter content, build the index, serve (PORT=8000 HOST=127.0.0.1)
	$(BIN)/kalauz kb import --if-empty
	$(BIN)/kalauz index build
	$(BIN)/kalauz serve --host $(HOST) --port $(PORT)

test: $(VENV)/installed-dev lint types ## Check and test everything (PROCESSES=2)
	$(BIN)/kalauz kb check
# The processes share the cores already.
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest --numprocesses $(PROCESSES) --dist loadscope --no-loadscope-reorder

lint: $(VENV)/installed-dev ## Check style and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(VENV)/installed-dev ## Check types
	$(BIN)/mypy

format: $(VENV)/installed-dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

texts: $(VENV)/installed-dev ## Collect the program's sentences into the catalogues (LANGUAGE=xx begins a new one)
	$(BIN)/python bot/locale/update.py $(LANGUAGE)

recognition: $(VENV)/installed-dev ## Fit what recognises danger, greetings and follow-ups, after phrases or question sets changed
	$(BIN)/python -m retrieval.recognition_fitting

bench: $(VENV)/installed-dev ## Measure retrieval, answers, conversation, speed and memory (SHARED=../shared holds the benchmarks)
	$(BIN)/python -m tests.benchmarks $(SHARED)
	$(BIN)/python -m tests.benchmarks.conversation

clean: ## Remove the environment, caches and the local data folder's index
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache data/index

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	@echo "Installing; this takes a few minutes the first time."
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	@echo "Installing with what tests need; this takes a few minutes the first time."
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/installed
