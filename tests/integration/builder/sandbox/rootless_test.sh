#!/bin/bash
# Runs the sandbox's tests as an ordinary user, inside the user namespace cooper makes for itself.
# Usage: rootless_test.sh TEST-PROGRAM. Needs root (to become another user) and newuidmap; exit status 77 says what is missing.
set -euo pipefail

program=$1

skip() {
  echo "skipped: $1"
  exit 77
}

[ "$(id -u)" = 0 ] || skip "needs root to become another user"
command -v newuidmap >/dev/null || skip "newuidmap is not installed (package uidmap)"
command -v setpriv >/dev/null || skip "setpriv is not installed (package util-linux)"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
mkdir "$scratch/tmp"
chown nobody: "$scratch/tmp"
cp "$program" "$scratch/program"
echo "nobody:200000:65536" >"$scratch/subid"

# The machine's own tables stay as they are: ours lie over them in a mount namespace of this test.
unshare --mount --propagation private bash -euc '
  for table in /etc/subuid /etc/subgid; do
    [ -e "$table" ] || { echo "skipped: there is no $table"; exit 77; }
    mount --bind "$1/subid" "$table"
  done
  cd "$1/tmp"
  exec setpriv --reuid=nobody --regid=nogroup --clear-groups --inh-caps=-all --bounding-set=+all \
    env -i PATH="$PATH" TMPDIR="$1/tmp" COOPER_TEST_ROOTLESS=1 "$1/program"
' sh "$scratch"
