#!/usr/bin/env bash
# Installs what building and testing need and is not there yet, from Debian's
# packages (and npm's, for the Node test). Says nothing when all is there.
set -euo pipefail

packages=(
  g++ cmake ninja-build make pkg-config git ca-certificates
  libgrpc++-dev protobuf-compiler-grpc libprotobuf-dev protobuf-compiler
  libabsl-dev libre2-dev libvectorscan-dev libsqlite3-dev libyaml-cpp-dev
  libcurl4-openssl-dev nlohmann-json3-dev libspdlog-dev libcli11-dev libssl-dev
  grpc-proto golang-github-grpc-ecosystem-grpc-gateway-dev
  libgtest-dev libgmock-dev libbenchmark-dev openssl patch
  python3 python3-grpcio python3-protobuf
  python3-setuptools python3-wheel python3-pip python3-venv python3-requests python3-httpx
  python3-mypy
)
# Any Node will do; Debian's own only where there is none.
command -v node >/dev/null && command -v npm >/dev/null || packages+=(nodejs npm)
packages+=("$@")

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
    missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing: ${missing[*]}"
  sudo=$([ "$(id -u)" -eq 0 ] || echo sudo)
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
