# Noroshi.  `make run` and `make test` are what a newcomer needs; CONTRIBUTING.md explains the rest.
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 30
export FUZZ_SECONDS
.PHONY: all run test check lint clang asan fuzz bench docs setup install clean

all:
	@scripts/setup.sh --check build
	@scripts/configure.sh build
	@ninja -C build

# Every package that any target needs (`make run` and `make test` install their own).
setup:
	@scripts/setup.sh build run test check

run:
	@scripts/setup.sh build run
	@$(MAKE) --no-print-directory all
	@scripts/run.sh

test:
	@scripts/setup.sh build run test
	@scripts/node.sh
	@$(MAKE) --no-print-directory all
	@scripts/run-tests.py $(TESTS)

check:
	@scripts/setup.sh build run test check
	@scripts/check.sh

# Parts of `make check`: the scripts; a second compiler; sanitizers under the whole test suite; fuzzing.
lint:
	@scripts/check.sh lint
clang:
	@scripts/check.sh clang
asan:
	@scripts/check.sh asan
fuzz:
	@scripts/check.sh fuzz

bench: all
	@scripts/bench.sh $(BENCHES)

docs: all
	@scripts/docs.sh

install: all
	@meson configure build -Dprefix=$(PREFIX)
	@DESTDIR=$(DESTDIR) meson install -C build

clean:
	rm -rf build build-*
