# The steps of tools/run and tools/test for those who have the dependencies. CMake does the work (CMakePresets.json).
CMAKE ?= cmake
PREFIX ?= /usr/local
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PYTHON ?= $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)
PYTEST = $(PYTHON) -m pytest -q --numprocesses $(JOBS) --dist worksteal tests

.PHONY: all build build-tests run check test lint format bench asan fuzz fuzz-coverage install package build-TernFunction clean

all: build

# The product. A build/ that has the tests, and the Python package for them, keeps them, as long as what they need is there.
PYTHON_H = import os, sysconfig; assert os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h"))
build:
	$(CMAKE) --preset default $(if $(shell pkg-config --exists cmocka || echo missing),-DTERN_TESTS=OFF) \
	    $(if $(shell $(PYTHON) -c '$(PYTHON_H)' 2>/dev/null || echo missing),-DTERN_PYTHON=OFF)
	$(CMAKE) --build build --parallel $(JOBS)

# And what tests and benches need.
build-tests:
	$(CMAKE) --preset test
	$(CMAKE) --build build --parallel $(JOBS)

run: build
	build/tern serve

# The inner loop, of a minute: C's own tests, and of the others those of the programs that need neither spaCy nor a browser.
check: build-tests
	ctest --test-dir build --parallel $(JOBS) --output-on-failure --progress
	$(PYTEST) --quick -rfE

test: build-tests
	$(PYTEST)

# How the sources are written, without a build: what tools/lint runs.
lint:
	tools/lint

format:
	tools/lint --fix

# tern beside spaCy (bench/README.md). BENCH: options, as --quick or "--only cold".
bench: build-tests package
	$(PYTHON) bench/run.py $(BENCH)

asan:
	$(CMAKE) --preset asan
	$(CMAKE) --build build-asan --parallel $(JOBS)
	TERN_BUILD=build-asan TERN_REDUCED=1 $(PYTEST)

fuzz:
	$(CMAKE) --preset fuzz
	$(CMAKE) --build build-fuzz --parallel $(JOBS)
	$(PYTEST)/fuzz

# Which lines the fuzzers reach: the corpora and TERN_FUZZ_SECONDS (10) of each target.
fuzz-coverage:
	$(CMAKE) --preset fuzz-coverage
	$(CMAKE) --build build-fuzz-coverage --parallel $(JOBS)
	$(PYTHON) tests/fuzz/fuzz_coverage.py

install: build
	$(CMAKE) --install build --prefix $(PREFIX)

# The zip for Lambda: build/tern-lambda-<architecture>.zip. TERN_ARCH=arm64: for that one instead of this machine's.
# TERN_WEIGHTS="en_core_web_sm sentiment", or all: with these models instead of the first alone.
package:
	bash tools/package

# What `sam build` calls for the function of this name in template.yaml. With all models: it cannot know the parameters of the
# stacks that the build will be for, and SentimentApi=on takes a second one. `sam build` shows what a make writes to standard output
# as it comes, and the rest only when it fails.
build-TernFunction:
	TERN_WEIGHTS="$${TERN_WEIGHTS:-all}" bash tools/package --into "$(ARTIFACTS_DIR)" 2>&1

clean:
	rm -rf build build-*
