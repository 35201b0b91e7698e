#!/usr/bin/env bash
# Generates the API's Go code into v1/ and builds the loop, its example and its
# conformance runner into OUT/bin, with Debian's packages and without network.
#
#   build.sh OUT PROTOBUF     PROTOBUF: what scripts/setup_languages.sh unpacked
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/src" "$1/bin"
out=$(cd "$1" && pwd)
protobuf=$(cd "$2" && pwd)
export GO111MODULE=off GOPATH="$out:$protobuf:/usr/share/gocode" GOCACHE="${GOCACHE:-$out/cache}" GOFLAGS=

ln -sfn "$here" "$out/src/recourse"
go build -o "$out/bin/" google.golang.org/protobuf/cmd/protoc-gen-go google.golang.org/grpc/cmd/protoc-gen-go-grpc
PATH="$out/bin:$PATH" protoc -I"$here/../../proto" --go_out="$out/src" --go-grpc_out="$out/src" \
  "$here"/../../proto/recourse/v1/*.proto
go vet recourse recourse/conformance recourse/example
go test recourse
go build -o "$out/bin/" recourse/conformance recourse/example
