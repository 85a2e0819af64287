#!/usr/bin/env bash
# The images of stages/ have the same manifest digests wherever, whenever and however wide they are
# built, with SOURCE_DATE_EPOCH set.
#
#   STANDIN_BASES   the stand-in base images (stages/bases/make fills it; default: a folder of its own)
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" -eq 0 ] || skip_test "needs root (mmdebstrap, the sandbox)"
export STANDIN_BASES=${STANDIN_BASES:-$work/bases}
export REGISTRY=registry.example IMAGE=site VERSION=v1.0.0 SOURCE_DATE_EPOCH=1700000000

# The files that make the images, as a checkout with this umask would have them, at this time.
check_out() {
  local top
  mkdir "$1"
  (
    umask "$2"
    for top in stages php-config nginx-config examples; do
      cp -r --no-preserve=mode,timestamps "$project/$top" "$1/$top"
    done
    # What git keeps of a mode is whether the file can be executed.
    cd "$project"
    find stages php-config nginx-config examples -type f -perm -u+x -print0 |
      while IFS= read -r -d '' file; do
        chmod +x "$work/$(basename "$1")/$file"
      done
  )
}

digests() {
  (
    cd "$1"
    shift
    umask 027
    fresh_store
    COOPER_ROOT=$store "$COOPER_BIN" bake --progress quiet -f stages/docker-bake.json \
      -f stages/bases/docker-bake.json --metadata-file "$work/metadata.json" "$@" >"$work/out" 2>"$work/err"
  ) || {
    err=$(<"$work/err")
    fail "the build failed"
  }
  jq -r '[.app, .horizon, .scheduler] | map(."containerimage.digest") | join(" ")' "$work/metadata.json"
}

case_all_three_roles() {
  local first second
  COOPER_ROOT=$store "$project/stages/bases/make" "$STANDIN_BASES" >"$work/out" 2>"$work/err" || fail "no bases"
  check_out "$work/one" 022
  check_out "$work/two-elsewhere" 077
  first=$(digests "$work/one" -j 1)
  second=$(digests "$work/two-elsewhere" -j 4)
  same "$second" "$first"
  echo "$first"
}

run_cases
