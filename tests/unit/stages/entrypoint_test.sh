#!/usr/bin/env bash
# stages/entrypoint with a php that only writes down what it is asked.
set -euo pipefail

entrypoint=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/stages/entrypoint
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
cat >"$work/bin/php" <<'PHP'
#!/bin/sh
echo "$*" >>"$CALLS"
case "$*" in *"${FAILING_COMMAND:-nothing}"*) exit 3 ;; esac
PHP
chmod 755 "$work/bin/php"
good_key=base64:$(printf '%032d' 0 | base64)

fail() {
  echo "FAILED: $*" >&2
  printf '%s\n' "--- output" "$out" "--- php was called with" "$(cat "$work/calls")" >&2
  exit 1
}

# start_role VARIABLE=VALUE...: runs `entrypoint echo became the role` in a new site; sets status and out.
start_role() {
  rm -rf "$work/site"
  mkdir "$work/site"
  : >"$work/calls"
  status=0
  out=$(cd "$work/site" && env -i PATH="$work/bin:$PATH" CALLS="$work/calls" "$@" \
    "$entrypoint" echo became the role 2>&1) || status=$?
}

refused() {
  [ "$status" -eq 78 ] || fail "$1: status $status instead of 78"
  grep -q "^entrypoint: .*$2" <<<"$out" || fail "$1: does not say '$2'"
  ! grep -q "became the role" <<<"$out" || fail "$1: the role was started"
}

called() {
  [ "$(cut -d' ' -f2 <"$work/calls" | tr '\n' ' ')" = "$1 " ] || fail "expected the calls: $1"
}

start_role
refused "no key" "APP_KEY is not set"
start_role APP_KEY=secret-without-prefix
refused "key without prefix" "must begin with 'base64:'"
grep -q secret-without-prefix <<<"$out" && fail "the key is printed"
start_role APP_KEY='base64:??'
refused "not base64" "not valid base64"
start_role APP_KEY="base64:$(printf '%031d' 0 | base64)"
refused "short key" "holds 31 bytes"

start_role APP_KEY="$good_key" APP_ROLE=app
[ "$status:$out" = "0:became the role" ] || fail "the role app did not start"
called "config:cache event:cache route:cache view:cache"
for directory in storage/framework/{cache/data,sessions,views} storage/logs bootstrap/cache; do
  [ -d "$work/site/$directory" ] || fail "$directory was not made"
done

start_role APP_KEY="$good_key" APP_ROLE=horizon
[ "$status" -eq 0 ] || fail "the role horizon did not start"
called "config:cache event:cache"

start_role APP_KEY="$good_key" FAILING_COMMAND=config:cache
refused "failing command" "config:cache failed with status 3"

mkdir "$work/keys"
start_role APP_KEY="$good_key" OAUTH_KEYS_DIR="$work/keys"
refused "empty directory of keys" "no readable oauth-private.key"
echo private >"$work/keys/data"
ln -s data "$work/keys/oauth-private.key"
echo public >"$work/keys/oauth-public.key"
start_role APP_KEY="$good_key" OAUTH_KEYS_DIR="$work/keys"
[ "$status" -eq 0 ] || fail "keys were not taken"
[ "$(stat -c %a:%F "$work/site/storage/oauth-private.key")" = "600:regular file" ] || fail "mode of the private key"
[ "$(stat -c %a "$work/site/storage/oauth-public.key")" = 640 ] || fail "mode of the public key"
[ "$(cat "$work/site/storage/oauth-private.key")" = private ] || fail "content of the private key"
start_role APP_KEY="$good_key" OAUTH_KEYS_DIR="$work/absent"
refused "absent directory of keys" "not a directory"
