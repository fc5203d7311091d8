# Everything sets itself up: python3 (3.11 or later) and make are all that is asked for.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test test-all check format bench corpora corpora-check model clean

run: $(READY)
	$(BIN)/python -m corpora.examples.side_by_side

test: $(READY)
	$(BIN)/python -m pytest -m "not slow"

test-all: $(READY)
	$(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not slow"

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)
	$(BIN)/python -m benchmarks.accuracy --split test --out benchmarks/results/accuracy_test.json

corpora: $(READY)
	$(BIN)/python -m corpora.build

corpora-check: $(READY)
	$(BIN)/python -m corpora.check

# Needs shared/data (names, trees) as DATA; see training/README.md. About two hours on two cores.
DATA ?= ../shared/data
model: $(READY)
	$(BIN)/pip install --quiet -e ".[train]"
	$(BIN)/python -m training.train names --data $(DATA)
	$(BIN)/python -m training.train corpus --data $(DATA)
	$(BIN)/python -m training.export training/runs/corpus.pt

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test]"
	touch $(READY)

clean:
	rm -rf $(VENV) out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
