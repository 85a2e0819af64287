#!/usr/bin/env bash
# The images of stages/ built inside a container as Docker makes them without any option (npm, Composer, apt's files
# and PHP run there by chroot, with a served /proc) are, byte for byte, those that are built outside.
#
#   STANDIN_BASES   the stand-in base images (stages/bases/make fills it; default: a folder of its own)
# shellcheck source=../e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

[ "$(id -u)" -eq 0 ] || skip_test "needs root (mmdebstrap, runc)"
export STANDIN_BASES=${STANDIN_BASES:-$work/bases}
export REGISTRY=registry.example IMAGE=site VERSION=v1.0.0 SOURCE_DATE_EPOCH=1700000000

# bake_roles [COMMAND...]: what the three roles became, built by `COMMAND cooper bake`.
bake_roles() {
  (
    cd "$project"
    "$@" "$COOPER_BIN" bake --progress plain -f stages/docker-bake.json -f stages/bases/docker-bake.json \
      --metadata-file "$work/metadata.json" >"$work/out" 2>"$work/err"
  ) || status=$?
  err=$(<"$work/err")
  out=$(<"$work/out")
  [ "$status" -ne 77 ] || skip_test "${out#skipped: }"
  [ "$status" -eq 0 ] || fail "the build failed"
  digests=$(jq -r '[.app, .horizon, .scheduler] | map(."containerimage.digest") | join(" ")' "$work/metadata.json")
}

case_all_three_roles() {
  COOPER_ROOT=$work/store.bases "$project/stages/bases/make" "$STANDIN_BASES" >"$work/out" 2>"$work/err" || fail "no bases"
  local outside
  bake_roles env COOPER_ROOT="$work/store.outside"
  outside=$digests
  bake_roles env COOPER_ROOT="$work/store.inside" STOCK_CONTAINER_SHOWN="$STANDIN_BASES" \
    python3 -B "$project/tests/support/stock_container.py" "$work" \
    env --chdir="$project" REGISTRY="$REGISTRY" IMAGE="$IMAGE" VERSION="$VERSION" STANDIN_BASES="$STANDIN_BASES"
  err_has "chroot, which is no security boundary"
  same "$digests" "$outside" "the images built inside and outside"
  echo "$digests"
}

run_cases
