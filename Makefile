# make          builds everything into build/bin/
# make demo     builds, then plays real errors through a server of its own
# make test     builds and passes every test
# make bench    builds and runs the benchmarks
# make python-wheel   the Python client as a wheel, in client/python/dist/
# make check    format, includes, lint of the protos and of the scripts
# make asan     passes every test under the address and undefined sanitizers
# make tsan     passes the tests of what runs without gRPC under ThreadSanitizer
# make clang    compiles everything with clang and -Wthread-safety -Werror
# make tidy     the same, then clang-tidy over our own sources

BUILD ?= build/release
CMAKE_FLAGS ?=
TSAN_FOLDERS := model match plan strategy guard record store catalog
COMMA := ,
SPACE := $(subst ,, )

# $(call configured,FOLDER,FLAGS): a build folder of its own.
configured = mkdir -p $(1) && cmake -S . -B $(1) -G Ninja $(2) > $(1)/configure.log || { cat $(1)/configure.log; exit 1; }

.PHONY: all setup configure demo test bench python-wheel check asan tsan clang tidy format clean

all: configure
	@ninja -C $(BUILD)

setup:
	@scripts/setup.sh

configure: setup
	@$(call configured,$(BUILD),-DCMAKE_RUNTIME_OUTPUT_DIRECTORY=$(CURDIR)/build/bin $(CMAKE_FLAGS))

demo: configure
	@ninja -C $(BUILD) recourse-server recourse recourse-demo
	@demo/demo.sh build/bin

test: all
	@ctest --test-dir $(BUILD) --output-on-failure -j 2

bench: setup
	@$(call configured,build/bench,-DRECOURSE_BENCH=ON -DBUILD_TESTING=OFF)
	@ninja -C build/bench
	@for b in build/bench/bench/*_bench; do $$b; done

python-wheel: setup
	@/usr/bin/python3 -m pip wheel --quiet --no-index --no-build-isolation --no-deps \
	  -w client/python/dist client/python

check: setup
	@scripts/check.sh

asan: setup
	@$(call configured,build/asan,-DCMAKE_BUILD_TYPE=Debug -DRECOURSE_SANITIZE=address$(COMMA)undefined)
	@ninja -C build/asan
	@ctest --test-dir build/asan --output-on-failure -j 2

# Debian's gRPC is not instrumented: only what does not run it.
tsan: setup
	@$(call configured,build/tsan,-DCMAKE_BUILD_TYPE=Debug -DRECOURSE_SANITIZE=thread)
	@ninja -C build/tsan $(addprefix tests/,$(addsuffix /all,$(TSAN_FOLDERS)))
	@ctest --test-dir build/tsan --output-on-failure -j 2 -R '^($(subst $(SPACE),|,$(TSAN_FOLDERS)))_'

clang:
	@scripts/setup.sh clang
	@$(call configured,build/clang,-DCMAKE_CXX_COMPILER=clang++ -DBUILD_TESTING=OFF)
	@ninja -C build/clang

tidy: clang
	@scripts/setup.sh clang-tidy
	@scripts/tidy.sh build/clang

format:
	@git ls-files '*.cc' '*.h' | xargs clang-format -i

clean:
	@rm -rf build
