#!/usr/bin/env bash
# Installs what building the Go and the Java loop needs, from Debian's packages,
# and unpacks into FOLDER the one package that must not be installed.
#
#   setup_languages.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh golang-go golang-google-grpc-dev golang-google-protobuf-dev \
  default-jdk-headless protobuf-compiler-grpc-java-plugin libgrpc-java libprotobuf-java \
  libnetty-java libguava-java libgoogle-gson-java libperfmark-java libgeronimo-annotation-1.3-spec-java

# Generated code wants golang/protobuf 1.5, which conflicts with the 1.3 that
# golang-github-grpc-ecosystem-grpc-gateway-dev, the source of google/rpc's
# protos, depends on.
package=golang-github-golang-protobuf-1-5-dev
folder=$1
[ ! -e "$folder/src" ] || exit 0
mkdir -p "$folder/deb"
(
  cd "$folder/deb"
  apt-get download -qq "$package" 2>/dev/null || {
    sudo=$([ "$(id -u)" -eq 0 ] || echo sudo)
    $sudo apt-get update -qq
    apt-get download -qq "$package"
  }
  dpkg-deb -x "$package"_*.deb .
)
mv "$folder/deb/usr/share/gocode/src" "$folder/src"
rm -r "$folder/deb"
