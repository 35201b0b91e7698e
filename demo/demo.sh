#!/usr/bin/env bash
# Starts a server of its own, plays the demonstration through it, prints its
# statistics and stops it. $1: the folder of the programs.
set -euo pipefail
bin=$(cd "$1" && pwd)
cd "$(dirname "$0")"

dir=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ] && kill "$server" 2>/dev/null; then wait "$server" || true; fi
  rm -rf "$dir"
}
trap stop EXIT

mkfifo "$dir/ready"
"$bin/recourse-server" --listen 127.0.0.1:0 --store "sqlite:$dir/demo.db" \
  > "$dir/ready" 2> "$dir/log" &
server=$!
# The server says when it serves; nothing comes if it ended instead.
read -r line < "$dir/ready" || { cat "$dir/log"; exit 1; }
address=${line#*grpc=}
address=${address%% *}

echo "== a server on $address, its state in one SQLite file"
"$bin/recourse" --server "$address" patterns add patterns.yaml
echo
echo "== real errors, and what is decided about them"
"$bin/recourse-demo" "$address" errors.jsonl "$bin/recourse"
echo
echo "== statistics"
"$bin/recourse" --server "$address" stats
echo
echo "== incidents that wait for people"
"$bin/recourse" --server "$address" incidents list
