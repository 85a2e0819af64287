# shellcheck shell=bash disable=SC2034  # the variables are for the tests
# What the end-to-end tests share. A test is a script that defines functions case_NAME and ends with
# `run_cases`. Each case begins in an empty folder; the store is shared by the cases of one script
# unless a case calls fresh_store.
#
#   COOPER_BIN   the program under test (needed)
#   ONLY         run only the case of this name
#
# $work: the script's own folder. $store: the store. After `cooper_run ARGUMENTS`: $status, $out, $err.

set -euo pipefail

e2e_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$e2e_folder/../.." && pwd)
: "${COOPER_BIN:?the cooper program to test}"
# shellcheck source=../support/servers.sh
. "$project/tests/support/servers.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/cooper-e2e.XXXXXX")
store=$work/store
status=0
out=""
err=""
case_name=""

end_of_tests() {
  local status=$?
  trap - EXIT
  servers_end
  remove "$work"
  exit "$status"
}
trap end_of_tests EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
servers_begin "$work/servers"

fail() {
  echo "FAILED: $case_name: $*"
  echo "--- stdout"
  printf '%s\n' "$out" | tail -n 40
  echo "--- stderr"
  printf '%s\n' "$err" | tail -n 60
  exit 1
}

skip_test() {
  echo "skipped: $*"
  exit 77
}

cooper() {
  COOPER_ROOT=$store "$COOPER_BIN" "$@"
}

cooper_run() {
  status=0
  cooper "$@" >"$work/out" 2>"$work/err" || status=$?
  out=$(<"$work/out")
  err=$(tr -d '\0' <"$work/err")
}

cooper_ok() {
  cooper_run "$@"
  [ "$status" -eq 0 ] || fail "exit status $status of: cooper $*"
}

# A refusal is an exit status other than 0 that is no crash, and a line that begins with "error: ".
cooper_refuses() {
  cooper_run "$@"
  [ "$status" -ne 0 ] || fail "accepted: cooper $*"
  [ "$status" -lt 128 ] || fail "ended by a signal (exit status $status): cooper $*"
  grep -q '^error: ' <<<"$err" || fail "no line 'error: ...'"
}

err_has() {
  local text
  for text in "$@"; do
    grep -qF -- "$text" <<<"$err" || fail "stderr lacks '$text'"
  done
}

err_lacks() {
  local text
  for text in "$@"; do
    ! grep -qF -- "$text" <<<"$err" || fail "stderr has '$text'"
  done
}

same() {
  [ "$1" = "$2" ] || fail "'$1' is not '$2'${3:+ ($3)}"
}

# copy_programs ROOT PROGRAM...: this machine's own programs and their libraries, in ROOT/bin.
copy_programs() {
  local root=$1 program path library
  shift
  for program in "$@"; do
    for path in /bin /usr/bin /usr/sbin; do
      [ ! -e "$path/$program" ] || break
    done
    path=$path/$program
    cp -L "$path" "$root/bin/$program"
    { ldd "$path" || true; } 2>/dev/null | { grep -o '/[^ ]*' || true; } | while read -r library; do
      mkdir -p "$root$(dirname "$library")"
      cp -Ln "$library" "$root$library"
    done
  done
}

# A root file system of a few of this machine's own programs: ./rootfs, for COPY rootfs/ /
make_rootfs() {
  if [ ! -d "$work/rootfs" ]; then
    mkdir -p "$work"/rootfs/{bin,etc,tmp,root}
    ln -s bin "$work/rootfs/sbin"
    chmod 1777 "$work/rootfs/tmp"
    printf 'root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000:web:/home/web:/bin/sh\n' >"$work/rootfs/etc/passwd"
    printf 'root:x:0:\nweb:x:1000:\n' >"$work/rootfs/etc/group"
    copy_programs "$work/rootfs" dash cat ls mkdir rm mv cp ln chmod chown echo id env sleep stat touch head tail \
      sort grep sed readlink sha256sum dd mknod true false uname hostname wc
    ln -s dash "$work/rootfs/bin/sh"
  fi
  cp -a "$work/rootfs" rootfs
}

# dockerfile [FILE]: the Dockerfile from stdin, after a stage "base" made of ./rootfs.
dockerfile() {
  [ -d rootfs ] || make_rootfs
  {
    printf 'FROM scratch AS base\nCOPY rootfs/ /\nENV PATH=/bin\n'
    cat
  } >"${1:-Dockerfile}"
}

fresh_store() {
  store=$work/store.$RANDOM$RANDOM
}

# comes_true COMMAND...: until it succeeds, however slow the machine is; fails after a minute.
comes_true() {
  local try
  for try in $(seq 600); do
    ! "$@" || return 0
    sleep 0.1
  done
  return 1
}

# remove FOLDER...: a collection behind a build may work in a store for a moment after it.
remove() {
  comes_true rm -rf "$@" 2>/dev/null || rm -rf "$@"
}

# The process ids whose command line or root folder has to do with this test's folder.
leftover_processes() {
  local entry
  for entry in /proc/[0-9]*; do
    [ "${entry#/proc/}" != $$ ] || continue
    if readlink "$entry/root" "$entry/cwd" 2>/dev/null | grep -qF "$work/store"; then
      echo "${entry#/proc/}"
    fi
  done
}

leftover_mounts() {
  grep -F "$work" /proc/self/mountinfo || true
}

is_nothing_left() {
  [ -z "$(leftover_processes)" ] && [ -z "$(leftover_mounts)" ]
}

nothing_left_behind() {
  comes_true is_nothing_left || fail "left behind: processes [$(leftover_processes)] mounts [$(leftover_mounts)]"
}

# What a killed build had started, or a collection behind a build, ends a moment after it.
unmount() {
  comes_true umount "$1" 2>/dev/null || fail "the disk stays busy"
}

# Every blob of the store has the digest that is its name, and the index is JSON.
store_is_valid() {
  local blob
  [ -d "$store" ] || return 0
  python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$store/index.json" || fail "index.json is broken"
  for blob in "$store"/blobs/sha256/*; do
    [ -f "$blob" ] || continue
    same "$(sha256sum <"$blob" | cut -d' ' -f1)" "$(basename "$blob")" "a blob's name and its bytes"
  done
}

# Why tests/modes.txt leaves the case out where steps are isolated as $COOPER_ISOLATION and $COOPER_SNAPSHOTS say; nothing
# when it is as everywhere.
reason_not_here() {
  python3 -B - "$project/tests/conformance" "$(basename "$0" .sh)/$1" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
from mode_table import mark_of
mark = mark_of("e2e", sys.argv[2])
print(mark.text if mark else "", end="")
PYTHON
}

run_cases() {
  local name reason="" ran=0
  for name in $(declare -F | sed -n 's/^declare -f case_//p'); do
    if [ -n "${ONLY:-}" ] && [ "$name" != "$ONLY" ]; then
      continue
    fi
    [ -z "${COOPER_ISOLATION:-}" ] || reason=$(reason_not_here "$name")
    if [ -n "$reason" ]; then
      echo "not here: $name: $reason"
      ran=$((ran + 1))
      continue
    fi
    case_name=$name
    mkdir -p "$work/case.$name"
    cd "$work/case.$name"
    "case_$name"
    cd "$work"
    remove "$work/case.$name"
    echo "ok: $name"
    ran=$((ran + 1))
  done
  [ "$ran" -gt 0 ] || fail "no case ran"
}
