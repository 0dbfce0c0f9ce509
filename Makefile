# Two commands do all the set-up: `make demo` and `make test`. Each needs cargo, python3 and make, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH_VENV := .venv-bench
DOCS_VENV := .venv-docs
DEV_VENV := .venv-dev
CARGO ?= cargo
# How many generated cases each comparison with PyPI parse runs.
CASES ?= 1500

# How much of each log `make bench` scans, and what else it tells peers.py: BENCH='--record', BENCH='--rounds 9 access'.
MEGABYTES ?= 64
BENCH ?=

.PHONY: help demo dev test test-rust test-python lint lint-bench msrv lanes pythons bench bench-built bench-cliffs bench-inputs bench-kernels bench-sets bench-whole bench-single bench-spark linear rg clients spark engines oracle guide clean

help:
	@sed -n 's/^## //p' Makefile

## make demo     build everything, scan a log of its own making, show what comes out
demo: $(VENV)/installed
	$(BIN)/python -m parsimd.demo

## make dev      .venv-dev, where an edit of a .py shows at once, and one of Rust after `make dev` again
dev: $(DEV_VENV)/made
	$(DEV_VENV)/bin/python ci/dev.py

## make test     every Rust and Python test
test: lint test-rust test-python

test-rust:
	$(CARGO) test --locked --features parsimd/parquet

test-python: $(VENV)/installed
	cd python && PARSIMD_CASES=$(CASES) ../$(BIN)/pytest
	cd python && ../$(BIN)/mypy --cache-dir ../target/mypy

## make lint     formatting, clippy, links of the documentation, and the rules of docs/architecture.md
lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets --features parsimd/parquet -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' $(CARGO) doc --quiet --locked --workspace --no-deps --document-private-items --features parsimd/parquet
	$(PYTHON) -m unittest discover --quiet --start-directory ci
	$(PYTHON) ci/rules.py

# Apart from `lint`, because the peers nearly double what is to be compiled.
## make lint-bench  clippy on the benchmarks with their peers
lint-bench:
	$(CARGO) clippy --locked --package parsimd-benches --all-targets --features peers -- --deny warnings

## make msrv     everything built with the oldest Rust that is promised, and the crate's tests on it
msrv:
	ci/msrv.sh

## make lanes    the Rust tests on every instruction set, native and emulated
lanes:
	ci/lanes.sh

## make pythons  the Python tests on every CPython that is promised, with the garbage collector at every chance, on an emulated aarch64
pythons:
	ci/pythons.sh

## make bench    whole scans beside peers in Rust and Python, results in Python, memory (MEGABYTES=64, BENCH=--record)
bench: bench-built $(BENCH_VENV)/installed
	$(BENCH_VENV)/bin/python benches/python/peers.py --megabytes $(MEGABYTES) $(BENCH)
	$(BENCH_VENV)/bin/python benches/python/batches.py --megabytes $(MEGABYTES)
	$(BENCH_VENV)/bin/python benches/python/memory.py

bench-built:
	$(CARGO) build --locked --release --package parsimd-benches --features peers

## make bench-cliffs  what each part of the language costs, beside the plain pattern
bench-cliffs:
	$(CARGO) run --locked --release --package parsimd-benches --bin cliffs

## make bench-inputs  files plain and compressed, on one thread and on two
bench-inputs:
	$(CARGO) run --locked --release --package parsimd-benches --bin inputs

## make bench-kernels  each kernel beside its peers, per instruction set
bench-kernels:
	$(CARGO) run --locked --release --package parsimd-benches --bin kernels

## make bench-single  single calls in Python beside parse, formatparse and re
bench-single: $(BENCH_VENV)/installed
	$(BENCH_VENV)/bin/python benches/python/single.py

## make bench-spark  lines through Spark beside the JVM's regular expressions (needs Java 17)
bench-spark: bench-built dist/built
	$(PYTHON) ci/spark.py $(PYTHON) dist/*.whl
	$(VENV)-spark/bin/python benches/python/spark.py

## make rg       ripgrep into target/tools, for `make bench`
rg:
	$(CARGO) install --locked --root target/tools --target-dir target/tools/build ripgrep@15.2.0

## make bench-whole  single calls beside the regex crate
bench-whole:
	$(CARGO) run --locked --release --package parsimd-benches --bin whole

## make bench-sets  twenty patterns in one pass, beside one pattern, a scan for each, and RegexSet
bench-sets:
	$(CARGO) run --locked --release --package parsimd-benches --bin sets

## make linear   time against length, on the texts that are hardest
linear:
	$(CARGO) run --locked --release --package parsimd-benches --bin linear

## make clients  behave, parse_type and pytest-bdd with parsimd in the place of parse
clients: dist/built
	$(PYTHON) ci/clients.py $(PYTHON) dist/*.whl

## make spark    the functions for Spark, in one process and on a cluster of two (needs Java 17; a loud skip without)
spark: dist/built
	$(PYTHON) ci/spark.py $(PYTHON) dist/*.whl 'local[2]' 'local-cluster[2,1,1024]'

## make engines  the functions for Ray Data and Daft, inside of both
engines: $(VENV)-engines/installed
	$(VENV)-engines/bin/python -m pytest -q -p no:cacheprovider python/tests/engines

$(VENV)-engines/installed: dist/built
	$(PYTHON) -m venv $(VENV)-engines
	$(VENV)-engines/bin/pip install --quiet --disable-pip-version-check "ray[data]" daft pytest
	$(VENV)-engines/bin/pip install --quiet --disable-pip-version-check --force-reinstall --no-deps dist/*.whl
	touch $@

## make oracle   a hundred thousand generated cases against PyPI parse
oracle: $(VENV)/installed
	cd python && PARSIMD_CASES=16700 ../$(BIN)/pytest tests/test_oracle.py -k TestTheSameAsParse

## make guide    the user guide as a site, target/site/index.html
guide: $(DOCS_VENV)/installed
	NO_MKDOCS_2_WARNING=1 $(DOCS_VENV)/bin/mkdocs build --strict

# What the wheel is built from; it is built again when one of them changes.
SOURCES := $(shell find src simd/src python/src python/parsimd -name '*.rs' -o -name '*.py' -o -name '*.pyi') \
	Cargo.toml Cargo.lock simd/Cargo.toml python/Cargo.toml python/pyproject.toml
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

$(VENV)/made:
	$(PYTHON) -m venv $(VENV)
	$(PIP) 'maturin>=1.9,<2'
	touch $@

dist/built: $(VENV)/made $(SOURCES)
	rm -rf dist
	$(BIN)/maturin build --quiet --release --locked --manifest-path python/Cargo.toml --interpreter $(BIN)/python --out dist
	touch $@

$(VENV)/installed: dist/built
	$(PIP) --force-reinstall --no-deps dist/*.whl
	$(PIP) "$$(ls dist/*.whl)[test]"
	touch $@

$(DEV_VENV)/made: python/pyproject.toml
	$(PYTHON) -m venv $(DEV_VENV)
	$(DEV_VENV)/bin/python ci/dev.py --requirements > $(DEV_VENV)/requirements.txt
	$(DEV_VENV)/bin/pip install --quiet --disable-pip-version-check --requirement $(DEV_VENV)/requirements.txt
	touch $@

$(BENCH_VENV)/installed: dist/built benches/python/requirements.txt
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check --requirement benches/python/requirements.txt
	$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check --force-reinstall --no-deps dist/*.whl
	touch $@

$(DOCS_VENV)/installed: docs/requirements.txt
	$(PYTHON) -m venv $(DOCS_VENV)
	$(DOCS_VENV)/bin/pip install --quiet --disable-pip-version-check --requirement docs/requirements.txt
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-clients $(VENV)-spark $(VENV)-engines $(BENCH_VENV) $(DOCS_VENV) $(DEV_VENV) dist target demo
