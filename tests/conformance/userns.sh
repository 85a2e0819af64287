#!/usr/bin/env bash
# The rows of RUN in the user namespace that cooper makes with the ids of /etc/subuid and /etc/subgid.
# Usage: userns.sh WORK COOPER. Needs root and newuidmap; exit status 77 says what is missing.
set -euo pipefail

work=$1
cooper=$2
here=$(cd "$(dirname "$0")" && pwd)

skip() {
  echo "skipped: $1"
  exit 77
}

[ "$(id -u)" = 0 ] || skip "needs root"
command -v newuidmap >/dev/null || skip "newuidmap is not installed (package uidmap)"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
echo "root:200000:65536" >"$scratch/subid"

# The machine's own tables stay as they are: ours lie over them in a mount namespace of this test.
# shellcheck disable=SC2016  # the inner shell expands
unshare --mount --propagation private bash -euc '
  for table in /etc/subuid /etc/subgid; do
    [ -e "$table" ] || { echo "skipped: there is no $table"; exit 77; }
    mount --bind "$1/subid" "$table"
  done
  COOPER_ISOLATION=userns exec python3 -B "$2/conformance.py" row "R*" --work "$3" --cooper "$4"
' sh "$scratch" "$here" "$work" "$cooper"
