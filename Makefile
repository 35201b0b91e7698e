# make          builds everything into build/bin/
# make demo     builds, then plays real errors through a server of its own
# make test     builds and passes every test
# make bench    builds and runs the benchmarks
# make check    format, includes, lint of the protos and of the scripts

BUILD ?= build/release
CMAKE_FLAGS ?=

.PHONY: all setup build demo test bench check format clean

all: build

setup:
	@scripts/setup.sh

build: setup
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_RUNTIME_OUTPUT_DIRECTORY=$(CURDIR)/build/bin $(CMAKE_FLAGS) > $(BUILD).log 2>&1 || { mkdir -p build; cat $(BUILD).log; exit 1; }
	@ninja -C $(BUILD)

demo: build
	@demo/demo.sh build/bin

test: build
	@ctest --test-dir $(BUILD) --output-on-failure -j 2

bench: setup
	@cmake -S . -B build/bench -G Ninja -DRECOURSE_BENCH=ON -DBUILD_TESTING=OFF > /dev/null
	@ninja -C build/bench
	@for b in build/bench/bin/*_bench; do $$b; done

check: setup
	@scripts/check.sh

format:
	@git ls-files '*.cc' '*.h' | xargs clang-format -i

clean:
	@rm -rf build
