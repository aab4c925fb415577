#!/bin/sh
# Makes the Debian package: target/debian/petition-service_….deb. Needs cargo-deb (`cargo install cargo-deb`)
# and dpkg-dev.
set -eu
cd "$(dirname "$0")/../.."
cargo build --release --locked -p petition-service
service=${CARGO_TARGET_DIR:-target}/release/petition-service
rm -rf target/man target/completions
mkdir -p target/man target/completions
"$service" man --out target/man
"$service" completion bash >target/completions/petition-service
"$service" completion zsh >target/completions/_petition-service
"$service" completion fish >target/completions/petition-service.fish
cargo deb --no-build --locked -p petition-service
