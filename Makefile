# Everything sets itself up: python3 (3.11 or later) and make are all that is asked for.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test test-all check format docs sbom wheelhouse wheelhouse-check bench speed attribution report scale spark mutants fuzz fluency corpora corpora-check model clean

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
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[bench]"
	$(BIN)/python -m benchmarks.accuracy --split test --system ours --system cautious --system rules --system encoder --system fp32 --system presidio --system scrubadub --out benchmarks/results/accuracy_test.json
	$(BIN)/python -m benchmarks.speed

attribution: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[bench]"
	$(BIN)/python -m benchmarks.attribution --out benchmarks/results/attribution.json

# One page of every figure in benchmarks/results.
report: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[report]"
	$(BIN)/python -m benchmarks.report

scale: $(READY)
	$(BIN)/python -m benchmarks.scale --number 100000 --n-process 2 --out benchmarks/results/scale.json

speed: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[bench]"
	$(BIN)/python -m benchmarks.speed --out benchmarks/results/speed.json

# A hundred thousand drawn texts; see the head of the file.
fuzz: $(READY)
	FUZZ_EXAMPLES=100000 $(BIN)/python -m pytest -m slow tests/test_fuzz.py

# Marks of readers on every rewritten sentence of corpora/dev.
fluency: $(READY)
	$(BIN)/python -m benchmarks.fluency --out benchmarks/results/fluency.json --pairs benchmarks/results/fluency_pairs.md

spark: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[spark]"
	$(BIN)/python -m pytest tests/test_spark.py

mutants: $(READY)
	$(BIN)/python -m benchmarks.mutants

# What the commands and the SBOM say, as pages.
docs: $(READY)
	$(BIN)/python docs/make_reference.py

# Of a clean environment that holds the library and what it needs, and nothing else.
sbom: $(READY)
	rm -rf build/clean build/sbom
	$(PYTHON) -m venv build/clean
	build/clean/bin/python -m pip install --quiet --disable-pip-version-check .
	build/clean/bin/python -m pip uninstall --quiet --yes pip setuptools
	$(PYTHON) -m venv build/sbom
	build/sbom/bin/python -m pip install --quiet --disable-pip-version-check "cyclonedx-bom>=7,<8"
	build/sbom/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type library --output-reproducible -o docs/sbom.json build/clean/bin/python
	$(BIN)/python docs/make_reference.py

EXTRAS ?=
wheelhouse:
	rm -rf wheelhouse && $(PYTHON) -m pip wheel --quiet --disable-pip-version-check --wheel-dir wheelhouse ".$(if $(EXTRAS),[$(EXTRAS)])"
	cd wheelhouse && sha256sum *.whl > SHA256SUMS

# In a network namespace without any interface.
wheelhouse-check: wheelhouse
	rm -rf build/offline
	unshare --map-root-user --net sh -c 'cd wheelhouse && sha256sum --quiet --check SHA256SUMS && cd .. && $(PYTHON) -m venv build/offline \
	  && build/offline/bin/pip install --quiet --no-index --find-links wheelhouse cpi_sanitise && cd build && offline/bin/python ../docs/one_submission.py'

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
	$(BIN)/python -m training.words

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test]"
	touch $(READY)

clean:
	rm -rf $(VENV) out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
