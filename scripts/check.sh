#!/usr/bin/env bash
# The checks that need no build: format, direction of includes, lint of the
# protos and of the scripts, and that the API breaks nobody who calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh clang-format shellcheck

echo "== format"
git ls-files '*.cc' '*.h' | xargs clang-format --dry-run -Werror
echo "== includes"
python3 scripts/check_includes.py
echo "== type names"
python3 scripts/check_type_names.py
echo "== buf lint"
[ -x tools/node_modules/.bin/buf ] || npm --prefix tools ci --silent
(cd proto && ../tools/node_modules/.bin/buf lint)
echo "== buf breaking"
(
  cd proto
  ../tools/node_modules/.bin/buf breaking --against baseline.binpb
  ../tools/node_modules/.bin/buf breaking --against baseline.binpb --path recourse/internal \
    --config '{"version": "v2", "breaking": {"use": ["WIRE"]}}'
)
echo "== shell scripts"
git ls-files '*.sh' .ci/run | xargs shellcheck
