# make          builds everything into build/bin/
# make demo     builds, then plays real errors through a server of its own
# make test     builds and passes every test
# make test-languages   fetches what the Go and the Java loop need (0.5 GB installed,
#               most of it the Go compiler), then builds and tests them; `make test`
#               does so too from then on
# make bench    builds and runs the benchmarks, those of the clients beside their
#               peers, which are fetched for it where they are to be had; fails
#               when one misses its goal
# make drill    plays outages to Recourse and to its peers in virtual time, and says
#               whether each goal of docs/drill.md is met; DRILL_FLAGS: see --help
# make learn    learns anew what the classifier knows of words (learning/README.md)
# make python-wheel   the Python client as a wheel, in client/python/dist/
# make node-package   the Node client as a package, in client/node/
# make check    format, includes, lint of the protos and of the scripts, breaking
#               changes of the API
# make proto-baseline   proto/baseline.binpb anew, against which `make check` looks for
#               breaking changes of the API: with a release, in its commit, and never
#               to silence the check
# make tidy     clang-tidy over our sources
# make asan     builds everything with clang's address and undefined sanitizers,
#               with -Wthread-safety -Werror, and passes every test
# make tsan     passes the tests of what runs without gRPC under ThreadSanitizer
# make fuzz     feeds the reader of tokens for FUZZ_SECONDS (20)
# make clang    builds all but the tests with clang, as a release

BUILD ?= build/release
CMAKE_FLAGS ?=
FUZZ_SECONDS ?= 20
TSAN_FOLDERS := model match plan strategy guard record store catalog incident
PYTHON_BENCH := env PYTHONPATH=client/python/src /usr/bin/python3 -B bench/python_bench.py
COMMA := ,
SPACE := $(subst ,, )

# What clang checks: its packages, and how its build folders are configured.
# Without precompiled headers where files are to show that they include what
# they use; with them where it is the running that counts.
SANITIZER_PACKAGES := clang libclang-rt-dev llvm
CLANG := -DCMAKE_CXX_COMPILER=clang++
PLAIN_CLANG := $(CLANG) -DBUILD_TESTING=OFF -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON
ASAN := $(CLANG) -DCMAKE_BUILD_TYPE=Debug -DRECOURSE_SANITIZE=address$(COMMA)undefined -DRECOURSE_FUZZ=ON
TSAN := $(CLANG) -DCMAKE_BUILD_TYPE=Debug -DRECOURSE_SANITIZE=thread

# $(call configured,FOLDER,FLAGS): a build folder of its own.
configured = mkdir -p $(1) && cmake -S . -B $(1) -G Ninja $(2) > $(1)/configure.log || { cat $(1)/configure.log; exit 1; }

.PHONY: all setup configure demo test test-languages bench drill learn python-wheel node-package check proto-baseline tidy clang asan fuzz tsan format clean

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

test-languages: setup
	@scripts/setup_languages.sh $(BUILD)/go-packages
	@$(MAKE) --no-print-directory configure
	@ninja -C $(BUILD) recourse-server
	@ctest --test-dir $(BUILD) --output-on-failure -R '^client_(go|java)_'

# Peers that are not to be had are left out; their benchmarks say so.
bench: setup
	@scripts/setup.sh python3-tenacity || true
	@[ -d bench/node/node_modules/cockatiel ] || \
	  npm --prefix bench/node ci --silent --prefer-offline --ignore-scripts || true
	@$(call configured,build/bench,-DRECOURSE_BENCH=ON -DBUILD_TESTING=OFF)
	@ninja -C build/bench
	@/usr/bin/python3 -B client/python/generate_protos.py
	@node client/node/prepare.mjs
	@missed=; for b in build/bench/bench/*_bench "$(PYTHON_BENCH)" "node bench/node/node_bench.mjs"; do \
	  printf '\n%s\n' "$$b"; $$b || missed="$$missed $$b"; done; \
	  [ -z "$$missed" ] || { printf '\nmissed:%s\n' "$$missed"; exit 1; }

drill: configure
	@ninja -C $(BUILD) recourse-drill
	@build/bin/recourse-drill --svg build/drill.svg $(DRILL_FLAGS)

learn: configure
	@scripts/setup.sh python3-sklearn
	@ninja -C $(BUILD) print_features
	@build/bin/print_features patterns tests/evaluation/set_?.jsonl learning/errors_*.jsonl \
	  $(LEARN_FROM) > build/features.jsonl
	@/usr/bin/python3 learning/train.py < build/features.jsonl > build/words.tsv
	@mv build/words.tsv learning/words.tsv

python-wheel: setup
	@/usr/bin/python3 -m pip wheel --quiet --no-index --no-build-isolation --no-deps \
	  -w client/python/dist client/python

node-package: setup
	@cd client/node && node prepare.mjs && npm pack --silent --ignore-scripts

check: setup
	@scripts/check.sh

proto-baseline: setup
	@[ -x tools/node_modules/.bin/buf ] || npm --prefix tools ci --silent
	@cd proto && ../tools/node_modules/.bin/buf build -o baseline.binpb

tidy:
	@scripts/setup.sh clang clang-tidy
	@$(call configured,build/clang,$(PLAIN_CLANG))
	@ninja -C build/clang recourse_proto_sources
	@scripts/tidy.py build/clang

clang:
	@scripts/setup.sh clang
	@$(call configured,build/clang,$(PLAIN_CLANG))
	@ninja -C build/clang

asan:
	@scripts/setup.sh $(SANITIZER_PACKAGES)
	@$(call configured,build/asan,$(ASAN))
	@ninja -C build/asan
	@ctest --test-dir build/asan --output-on-failure -j 2

fuzz:
	@scripts/setup.sh $(SANITIZER_PACKAGES)
	@$(call configured,build/asan,$(ASAN))
	@ninja -C build/asan token_fuzz
	@build/asan/bin/token_fuzz -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -artifact_prefix=build/asan/

# Debian's gRPC is not instrumented: only what does not run it.
tsan:
	@scripts/setup.sh $(SANITIZER_PACKAGES)
	@$(call configured,build/tsan,$(TSAN))
	@ninja -C build/tsan $(addprefix tests/,$(addsuffix /all,$(TSAN_FOLDERS)))
	@ctest --test-dir build/tsan --output-on-failure -j 2 -R '^($(subst $(SPACE),|,$(TSAN_FOLDERS)))_'

format:
	@git ls-files '*.cc' '*.h' | xargs clang-format -i

clean:
	@rm -rf build
