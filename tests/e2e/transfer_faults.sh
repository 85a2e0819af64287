#!/usr/bin/env bash
# A disk that fails while images come from a registry and go to one (row F4): each operation on the store in turn.
#
#   FAULT_STRIDE=12 every how manieth operation is made to fail
#   FAULT_KINDS     how, with commas (default: in every way)
#   FAULT_SHIM      the library that makes them fail (tests/support/fault_shim.cc)
. "$(dirname "$0")/lib.sh"

: "${FAULT_SHIM:?}"
FAULT_STRIDE=${FAULT_STRIDE:-12}
command -v docker-registry >/dev/null || skip_test "docker-registry is not installed"
start_registry
registry=$registry_address
export SOURCE_DATE_EPOCH=1700000000
kinds=${FAULT_KINDS:-enospc edquot eio eio-once eintr short read-eio read-eintr read-short}
kinds=${kinds//,/ }

# An image of two layers in the registry, and in the store $full; sets $digest.
an_image() {
  [ -z "${digest:-}" ] || return 0
  mkdir -p "$work/image/src"
  echo a >"$work/image/src/a"
  head -c 300000 /dev/zero >"$work/image/src/big"
  printf 'FROM scratch\nCOPY src /app\nWORKDIR /w\n' >"$work/image/Dockerfile"
  store=$work/store.full
  cooper_ok build -t "$registry/team/image:1" --push "$work/image"
  digest=$out
  cooper_ok build -t "$registry/team/image:1" "$work/image" # and a name in the store
  full=$store
}

# faulty KIND AT ARGUMENTS: sets $fired when the fault happened.
faulty() {
  local kind=$1 at=$2
  shift 2
  rm -f count
  status=0
  COOPER_ROOT=$store COOPER_FAULT_ROOT=$store COOPER_FAULT_AT=$at COOPER_FAULT_KIND=$kind \
    COOPER_FAULT_COUNT=$PWD/count LD_PRELOAD=$FAULT_SHIM \
    "$COOPER_BIN" "$@" >"$work/out" 2>"$work/err" || status=$?
  out=$(<"$work/out") err=$(<"$work/err")
  fired=no
  [ ! -e count ] || fired=yes
  [ "$status" -lt 128 ] || fail "$kind at operation $at: ended by a signal ($status)"
  if [ "$status" -ne 0 ]; then
    grep -q '^error: ' <<<"$err" || fail "$kind at operation $at: no error line"
    case $kind in *eintr | *short) fail "$kind at operation $at is no reason to fail" ;; esac
  fi
}

tagged() {
  curl -s --noproxy '*' -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
    "http://$registry/v2/$1" | sha256sum | cut -d' ' -f1
}

# security.F4
case_pull() {
  local kind at fired count
  an_image
  for kind in $kinds; do
    count=0
    for at in $(seq 1 "$FAULT_STRIDE" 100000); do
      remove "$work/store.pull"
      store=$work/store.pull
      faulty "$kind" "$at" pull "$registry/team/image:1"
      [ "$fired" = yes ] || break
      count=$((count + 1))
      [ "$status" -ne 0 ] || same "$out" "$digest" "what was pulled with $kind at operation $at"
      if [ -e "$store/cooper/version" ]; then
        cooper_run fsck
        same "$status $out" "0 clean" "fsck after $kind at operation $at"
      fi
      cooper_ok pull "$registry/team/image:1"
      same "$out" "$digest" "the pull after $kind at operation $at"
      store_is_valid
    done
    [ "$count" -gt 0 ] || fail "$kind: no operation failed"
    echo "  $kind: $count operations of a pull"
  done
}

# What arrives is the image or nothing: never a tag of something else.
push_with_faults() {
  local kind at fired count tag n=0
  for kind in $kinds; do
    count=0
    for at in $(seq 1 "$FAULT_STRIDE" 100000); do
      remove "$work/store.push" && cp -a "$1" "$work/store.push"
      store=$work/store.push
      n=$((n + 1)) tag=$2/$kind-$n:1
      shift_arguments "$tag"
      faulty "$kind" "$at" "${arguments[@]}"
      [ "$fired" = yes ] || break
      count=$((count + 1))
      if [ "$status" -eq 0 ]; then
        same "$(tagged "$2/$kind-$n/manifests/1")" "${digest#sha256:}" "what was pushed with $kind at operation $at"
      fi
      cooper_run fsck
      same "$status $out" "0 clean" "fsck after $kind at operation $at"
      cooper_ok "${arguments[@]}"
      same "$(tagged "$2/$kind-$n/manifests/1")" "${digest#sha256:}" "the push after $kind at operation $at"
    done
    [ "$count" -gt 0 ] || fail "$kind: no operation failed"
    echo "  $kind: $count operations of a $3"
  done
}

case_push() {
  an_image
  shift_arguments() { arguments=(push "$registry/team/image:1" "$registry/$1"); }
  push_with_faults "$full" pushed push
}

case_build_and_push() {
  an_image
  fresh_store
  local empty=$store
  mkdir -m 0700 "$empty"
  shift_arguments() { arguments=(build -t "$registry/$1" --push "$work/image"); }
  push_with_faults "$empty" built "build with a push"
}

run_cases
