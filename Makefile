# make          builds everything into build/bin/
# make demo     builds, then plays real errors through a server of its own
# make test     builds and passes every test
# make bench    builds and runs the benchmarks
# make check    format, includes, lint of the protos and of the scripts

BUILD ?= build/release
CMAKE_FLAGS ?=

.PHONY: all setup configure demo test bench check format clean

all: configure
	@ninja -C $(BUILD)

setup:
	@scripts/setup.sh

configure: setup
	@mkdir -p $(BUILD)
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_RUNTIME_OUTPUT_DIRECTORY=$(CURDIR)/build/bin \
	  $(CMAKE_FLAGS) > $(BUILD)/configure.log || { cat $(BUILD)/configure.log; exit 1; }

demo: configure
	@ninja -C $(BUILD) recourse-server recourse recourse-demo
	@demo/demo.sh build/bin

test: all
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
