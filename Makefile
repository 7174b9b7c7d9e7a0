# `make` alone lists the commands. Every one sets up what it needs by itself.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
LESSON ?=
NAME ?=
FROM ?=
TO ?=
ARGS ?=

.PHONY: help setup lock lab submit reset formgrader test test-browser release pack outputs rules claims lesson insert rename demo grade feedback lint clean
.DEFAULT_GOAL := help

help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

setup: $(READY) ## create .venv and install requirements.lock

$(READY): requirements.lock pyproject.toml
	@rm -f $@
	@$(PYTHON) lab/setup.py
	@touch $@

COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --no-python-downloads --generate-hashes --quiet \
	--custom-compile-command "make lock"

lock: $(READY) ## write the lock files from the requirements (ARGS=--upgrade for newer versions of all the rest)
	$(COMPILE) --all-extras --output-file requirements.lock $(ARGS) requirements.txt pyproject.toml
	$(COMPILE) --constraint requirements.lock --output-file requirements-students.lock requirements-students.txt

lab: $(READY) ## open your own copies of the lessons in JupyterLab (LESSON=05, ARGS="--no-browser --port 8899")
	@$(BIN)/python start.py $(LESSON) $(ARGS)

submit: $(READY) ## make the file to hand in, in hand_in/ (LESSON=05, ARGS="--name ada")
	@$(if $(LESSON),,$(error say which lesson: make submit LESSON=05))
	@$(BIN)/python start.py submit $(LESSON) $(ARGS)

reset: $(READY) ## begin a lesson anew, keeping your old file (LESSON=05)
	@$(if $(LESSON),,$(error say which lesson: make reset LESSON=05))
	@$(BIN)/python start.py reset $(LESSON) $(ARGS)

formgrader: $(READY) ## open JupyterLab for instructors, with the Formgrader (ARGS="--no-browser --port 8899")
	@$(BIN)/jupyter lab --config=lab/instructor_lab_config.py $(ARGS)

test: $(READY) ## run all tests (LESSON=02 for those of one lesson, ARGS="-k checks" for some)
	$(BIN)/python -m pytest $(if $(LESSON),--lesson=$(LESSON)) $(ARGS)

test-browser: $(READY) ## run the tests that need Chromium and its driver on this machine
	$(BIN)/python -m pytest tests/browser --override-ini addopts=-q $(ARGS)

release: $(READY) ## make cases and student copies from solutions/ (LESSON=02 for one)
	@$(BIN)/python -m helpers.grading release $(LESSON) $(ARGS)

pack: $(READY) ## write the zip file for students, in dist/
	@$(BIN)/python -m helpers.grading pack

outputs: $(READY) ## run solutions and store their outputs (LESSON=02 for one)
	@$(BIN)/python -m helpers.grading outputs $(LESSON) $(ARGS)

rules: $(READY) ## say what a lesson lacks (LESSON=02 for one)
	@$(BIN)/python -m helpers.grading rules $(LESSON)

claims: $(READY) ## train what lessons speak of, from five seeds, oneDNN off and on (LESSON=11, ARGS="--seeds 10")
	@$(BIN)/python benchmarks/claims.py $(LESSON) $(ARGS)

lesson: $(READY) ## start a lesson from the template (NAME=15_my_lesson)
	@$(if $(NAME),,$(error say how to call it: make lesson NAME=15_my_lesson))
	@$(BIN)/python -m helpers.grading lesson $(NAME)

insert: $(READY) ## start a lesson between others, which move up (NAME=05_my_lesson)
	@$(if $(NAME),,$(error say how to call it: make insert NAME=05_my_lesson))
	@$(BIN)/python -m helpers.grading insert $(NAME)

rename: $(READY) ## give an exercise another name (LESSON=13 FROM=old TO=new)
	@$(if $(and $(LESSON),$(FROM),$(TO)),,$(error say what to rename: make rename LESSON=13 FROM=old TO=new))
	@$(BIN)/python -m helpers.grading rename $(LESSON) $(FROM) $(TO)

grade: $(READY) ## grade submitted/ for one lesson (LESSON=01)
	@$(if $(LESSON),,$(error say which lesson: make grade LESSON=01))
	@$(BIN)/python -m helpers.grading grade $(LESSON) $(ARGS)

feedback: $(READY) ## pack the feedback pages of one lesson, in returned/ (LESSON=01)
	@$(if $(LESSON),,$(error say which lesson: make feedback LESSON=01))
	@$(BIN)/python -m helpers.grading feedback $(LESSON)

demo: $(READY) ## hand in, collect and grade an example class in demo/
	@$(BIN)/python -m helpers.grading demo $(ARGS)

lint: $(READY) ## check style and types
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

clean: ## remove what commands have made, except the environment and grades
	rm -rf demo .pytest_cache .mypy_cache .ruff_cache lab/.runtime
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
