#!/bin/bash
# Runs smoke_test.sh as an ordinary user, in the user namespace cooper makes for itself.
# Needs root (to become another user) and newuidmap; exit status 77 says what is missing.
set -euo pipefail

: "${COOPER_BIN:?the cooper program to test}"
tests=$(cd "$(dirname "$0")/../.." && pwd)

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
mkdir -p "$scratch/tmp" "$scratch/tests/integration"
chown nobody: "$scratch/tmp"
cp "$COOPER_BIN" "$scratch/cooper"
# The checkout may lie where another user cannot read.
cp -R "$tests/e2e" "$tests/support" "$scratch/tests/"
cp -R "$tests/integration/smoke" "$scratch/tests/integration/"
chmod -R go=rX "$scratch/tests" "$scratch/cooper"
echo "nobody:200000:65536" >"$scratch/subid"

# The machine's own tables stay as they are: ours lie over them in a mount namespace of this test.
# shellcheck disable=SC2016  # the inner shell expands
unshare --mount --propagation private bash -euc '
  for table in /etc/subuid /etc/subgid; do
    [ -e "$table" ] || { echo "skipped: there is no $table"; exit 77; }
    mount --bind "$1/subid" "$table"
  done
  cd "$1/tmp"
  exec setpriv --reuid=nobody --regid=nogroup --clear-groups --inh-caps=-all --bounding-set=+all \
    env -i PATH="$PATH" HOME="$1/tmp" TMPDIR="$1/tmp" COOPER_BIN="$1/cooper" \
    bash "$1/tests/integration/smoke/smoke_test.sh"
' sh "$scratch"
