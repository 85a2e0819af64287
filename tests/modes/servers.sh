#!/usr/bin/env bash
# servers.sh WORK: the servers that tests build once (Gitea, S3, the proxy that plays faults), copied below WORK, which is HOME in the container
# of tests/support/in-mode: what is below the HOME outside is not shown there. Where there is no Go there is nothing to copy.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=../support/servers.sh
. "$project/tests/support/servers.sh"

to=$1/.cache/cooper-tests
mkdir -p "$to"

# copy PATH: a folder or program; it is there whole or not at all.
copy() {
  local made=$to/${1##*/}
  [ -e "$made" ] || { cp -r "$1" "$made.new" && mv "$made.new" "$made"; }
}

for built in "$project/tests/support/build-gitea" "$project/tests/support/build-s3" _fault_proxy_program; do
  code=0
  path=$("$built") || code=$?
  [ "$code" -eq 0 ] || [ "$code" -eq 77 ] || exit "$code"
  [ "$code" -eq 77 ] || case $path in
    */s3) copy "${path%/s3}" ;;
    *) copy "$path" ;;
  esac
done
