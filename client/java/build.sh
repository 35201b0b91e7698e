#!/usr/bin/env bash
# Generates the API's Java code and compiles it, the loop, its example and its
# conformance runner into OUT/classes, with Debian's packages and without network.
#
#   build.sh OUT     then: OUT/run Example
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/generated" "$1/classes"
out=$(cd "$1" && pwd)

jars=/usr/share/java
classpath="$out/classes"
for jar in grpc-{api,context,core,netty,protobuf,protobuf-lite,stub} protobuf guava gson perfmark-api \
  netty-{buffer,codec,codec-http,codec-http2,common,handler,resolver,transport} geronimo-annotation-1.3-spec; do
  classpath="$classpath:$jars/$jar.jar"
done
# Programs that end at once: their start is what counts.
cat > "$out/run" << RUN
#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$classpath" "\$@"
RUN
chmod +x "$out/run"

protoc -I"$here/../../proto" --plugin=protoc-gen-grpc=/usr/bin/grpc_java_plugin \
  --java_out="$out/generated" --grpc_out="$out/generated" "$here"/../../proto/recourse/v1/*.proto
find "$out/generated" -name '*.java' > "$out/sources"
javac -nowarn -proc:none -d "$out/classes" -cp "$classpath" @"$out/sources" 2> "$out/generated.log" ||
  { cat "$out/generated.log"; exit 1; }
javac -Xlint:all,-processing,-serial -Xdoclint:all,-missing -Werror -d "$out/classes" -cp "$classpath" \
  "$here"/src/recourse/*.java "$here"/tests/recourse/*.java "$here"/example/Example.java
