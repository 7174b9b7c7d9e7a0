# `make` alone lists the commands. Every one sets up what it needs by itself.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
LESSON ?=
ARGS ?=

.PHONY: help setup lab test test-browser release outputs demo grade lint clean
.DEFAULT_GOAL := help

help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

setup: $(READY) ## create .venv and install requirements.txt

$(READY): requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

lab: $(READY) ## open JupyterLab on lesson 01 (ARGS="--no-browser --port 8899")
	@$(BIN)/jupyter lab --config=lab/jupyter_lab_config.py $(ARGS)

test: $(READY) ## run all tests (LESSON=02 for those of one lesson, ARGS="-k checks" for some)
	$(BIN)/python -m pytest $(if $(LESSON),--lesson=$(LESSON)) $(ARGS)

test-browser: $(READY) ## run the tests that need Chromium and its driver on this machine
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[browser]"
	$(BIN)/python -m pytest tests/browser --override-ini addopts=-q $(ARGS)

release: $(READY) ## make cases and student copies from solutions/ (LESSON=02 for one)
	@$(BIN)/python -m helpers.grading release $(LESSON) $(ARGS)

outputs: $(READY) ## run solutions and store their outputs (LESSON=02 for one)
	@$(BIN)/python -m helpers.grading outputs $(LESSON)

grade: $(READY) ## grade submitted/ for one lesson (LESSON=01)
	@$(if $(LESSON),,$(error say which lesson: make grade LESSON=01))
	@$(BIN)/python -m helpers.grading grade $(LESSON) $(ARGS)

demo: $(READY) ## hand in, collect and grade an example class in demo/
	@$(BIN)/python -m helpers.grading demo $(ARGS)

lint: $(READY) ## check style and types
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

clean: ## remove what commands have made, except the environment and grades
	rm -rf demo .pytest_cache .mypy_cache .ruff_cache lab/.runtime
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
