# Two commands do all the set-up: `make demo` and `make test`. Each needs cargo, python3 and make, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH_VENV := .venv-bench
DOCS_VENV := .venv-docs
DEV_VENV := .venv-dev
RELEASE_VENV := .venv-release
CARGO ?= cargo
# How many generated cases each comparison with PyPI parse runs.
CASES ?= 1500
# The profile that the wheel is built with; `ci` is for tests.
PROFILE ?= release

# How much of each log `make bench` scans, and what else it tells peers.py: BENCH='--record', BENCH='--rounds 9 access'.
MEGABYTES ?= 64
BENCH ?=

# How long `make fuzz` runs each target, and which: FUZZ='formats scans'.
SECONDS ?= 10
FUZZ ?=
# Which wheels: TARGETS='x86_64-*' (quoted for the shell), PYTHONS='3.9 3.14'; all of them if neither is given.
TARGETS ?=
# Which lanes `make pythons` runs: LANES='python-3.9 stress-*'; all of them if none is given.
LANES ?=
# What `make deny` asks; `advisories` fetches the database of known weaknesses.
DENY ?= licenses bans sources

# Cargo has as many jobs as there are cores. Of those of `make --jobs` it could have no share: a recipe that is not make's own does not see them.
unexport MAKEFLAGS MFLAGS

.PHONY: help demo dev wheels wheels-check wheel-aarch64-test sdist-check crates deny refused release test test-rust test-python lint lint-bench features msrv msrv-check lanes pythons stress signals bench bench-built bench-cliffs bench-frames bench-inputs bench-kernels bench-queries bench-read-all bench-sets bench-whole bench-single bench-spark linear rg clients spark engines oracle fuzz instructions mutants coverage guide site-test clean

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
	$(CARGO) clippy --locked --package parsimd --lib -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' $(CARGO) doc --quiet --locked --workspace --no-deps --document-private-items --features parsimd/parquet
	$(PYTHON) -m unittest discover --quiet --start-directory ci
	$(PYTHON) ci/rules.py

# Apart from `lint`, because the peers nearly double what is to be compiled.
## make lint-bench  clippy on the benchmarks with their peers
lint-bench:
	$(CARGO) clippy --locked --package parsimd-benches --all-targets --features peers -- --deny warnings

## make features the crate without each of its default features, and without all of them
features:
	ci/features.sh

## make msrv     everything built with the oldest Rust that is promised, and the crate's tests on it
msrv:
	ci/msrv.sh

## make msrv-check  the same without its tests
msrv-check:
	ci/msrv.sh --check

## make lanes    the Rust tests on every instruction set, native and emulated
lanes:
	ci/lanes.sh

## make pythons  the Python tests on every CPython that is promised, with the garbage collector at every chance, on an emulated aarch64
pythons:
	ci/pythons.sh $(LANES)

## make stress   what takes too long for CI: references on a debug Python, valgrind, thousands of sequences of calls (a quarter of an hour)
stress:
	ci/pythons.sh --stress

# Moments at which `make signals` interrupts each call.
MOMENTS ?= 200

## make signals  how soon Ctrl-C ends each long call (MOMENTS=200)
signals: $(VENV)/installed
	$(BIN)/python python/tests/signals.py --moments $(MOMENTS)

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

## make bench-frames  a column of lines in polars, pandas and DuckDB, beside what they have themselves
bench-frames: $(BENCH_VENV)/installed
	$(BENCH_VENV)/bin/python benches/python/frames.py $(BENCH)

## make bench-inputs  files plain and compressed, on one thread and on two
bench-inputs:
	$(CARGO) run --locked --release --package parsimd-benches --bin inputs

## make bench-kernels  each kernel beside its peers, per instruction set
bench-kernels:
	$(CARGO) run --locked --release --package parsimd-benches --bin kernels

## make bench-queries  the command beside ripgrep, mawk and duckdb, as whole processes (after make rg)
bench-queries: $(BENCH_VENV)/installed
	$(CARGO) build --locked --release --features parquet --bin parsimd
	$(CARGO) run --locked --release --package parsimd-benches --bin queries

## make bench-read-all  a scan as one batch and as a table, beside its batches, each in a process of its own
bench-read-all: $(BENCH_VENV)/installed
	$(BENCH_VENV)/bin/python benches/python/read_all.py $(BENCH)

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

## make wheels   the wheels that are released, for each CPython and target, in target/wheels (PYTHONS=3.11, TARGETS='x86_64-*')
wheels: $(RELEASE_VENV)/installed
	ci/wheels.sh $(TARGETS)

## make wheels-check  what is in them, what they need, and that they work on old systems and CPUs (SOME=--some: those that are there)
wheels-check: $(RELEASE_VENV)/installed
	$(RELEASE_VENV)/bin/python -m unittest --quiet ci/wheels_check_test.py
	$(RELEASE_VENV)/bin/python ci/wheels_check.py $(SOME)

## make wheel-aarch64-test  the whole Python suite, with all its cases, on the released wheel for aarch64, emulated (hours)
wheel-aarch64-test: $(RELEASE_VENV)/installed
	PROFILE=wheel PERCENT=100 ci/pythons.sh python-aarch64

## make sdist-check  the sdist, and a wheel from it without a network
sdist-check: $(RELEASE_VENV)/installed
	ci/sdist-check.sh

## make crates   the crates as they would be published, built from what was packaged
crates:
	ci/crates.sh

## make deny     licences and sources of the crates that are built in (DENY='advisories licenses bans sources' asks for known weaknesses too)
deny: target/tools/bin/cargo-deny
	target/tools/bin/cargo-deny --locked check $(DENY)

target/tools/bin/cargo-deny:
	$(CARGO) install --locked --root target/tools --target-dir target/tools/build cargo-deny@0.20.2

## make refused  a build for PyPy, GraalPy or a CPython without the GIL ends with an error that says why
refused:
	ci/refused.sh

## make release  whether this commit can be released: all checks, all packages, and what remains by hand
release:
	ci/release.sh

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

## make fuzz     each target of ci/fuzz for so many seconds, on nightly Rust (SECONDS=10, FUZZ='formats scans')
fuzz:
	SECONDS_EACH=$(SECONDS) ci/fuzz.sh $(FUZZ)

## make instructions  hot paths by how many instructions they take, against what is recorded (RECORD=1 records; needs valgrind)
instructions:
	$(CARGO) build --quiet --locked --profile ci --package parsimd-benches --bin instructions
	$(PYTHON) ci/instructions.py target/ci/instructions $(if $(RECORD),--record)

## make mutants  the tests against the code with one thing changed at a time, for hours (FILES='src/pattern/*.rs')
mutants:
	ci/mutants.sh $(FILES)

## make coverage  which lines the Rust tests run, file by file
coverage:
	ci/coverage.sh

## make guide    the user guide as a site, target/site/index.html
guide: $(DOCS_VENV)/installed
	$(PYTHON) ci/guide.py
	NO_MKDOCS_2_WARNING=1 $(DOCS_VENV)/bin/mkdocs build --strict

## make site-test  the site in Chromium, wide and narrow, light and dark: nothing too wide, and what is copied (pictures in target/screenshots)
site-test: guide
	$(PYTHON) ci/site_test.py

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
	$(BIN)/maturin build --quiet --profile $(PROFILE) --locked --manifest-path python/Cargo.toml --interpreter $(BIN)/python --out dist
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

$(RELEASE_VENV)/installed: ci/wheels.txt
	$(PYTHON) -m venv $(RELEASE_VENV)
	$(RELEASE_VENV)/bin/pip install --quiet --disable-pip-version-check --requirement ci/wheels.txt
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
	rm -rf $(VENV) $(VENV)-clients $(VENV)-spark $(VENV)-engines $(BENCH_VENV) $(DOCS_VENV) $(DEV_VENV) $(RELEASE_VENV) dist target demo
