#!/usr/bin/env bash
# The servers of tests/support start, answer and leave nothing behind.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=servers.sh
. "$here/servers.sh"

folder=$(mktemp -d)
trap 'servers_end; rm -rf "$folder"' EXIT
servers_begin "$folder"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
status_of() {
  curl -s --noproxy '*' -o /dev/null -w '%{http_code}' "$@"
}

start_registry
[ "$(status_of "http://$registry_address/v2/")" = 200 ] || fail "the registry does not answer"
location=$(curl -s --noproxy '*' -D - -o /dev/null -X POST "http://$registry_address/v2/a/blobs/uploads/" |
  tr -d '\r' | sed -n 's/^Location: //p')
digest=sha256:$(printf staves | sha256sum | cut -d' ' -f1)
[ "$(status_of -X PUT -H 'Content-Type: application/octet-stream' --data-binary staves \
  "$location&digest=$digest")" = 201 ] || fail "the registry refuses a blob"
[ "$(status_of -X DELETE "http://$registry_address/v2/a/blobs/$digest")" = 202 ] || fail "no deletion"
[ -d "$registry_data/docker" ] || fail "the registry's data is elsewhere"

open_registry=$registry_address
start_registry guarded --auth "cooper:staves"
[ "$registry_address" != "$open_registry" ] || fail "two registries at one address"
[ "$(status_of "http://$registry_address/v2/")" = 401 ] || fail "the registry is not guarded"
[ "$(status_of -u cooper:staves "http://$registry_address/v2/")" = 200 ] || fail "the password is refused"
[ "$(status_of -u cooper:wrong "http://$registry_address/v2/")" = 401 ] || fail "any password is taken"

start_registry secured --tls
certified=(--cacert "$registry_certificates/ca.crt" --cert "$registry_certificates/client.cert"
  --key "$registry_certificates/client.key")
[ "$(status_of "${certified[@]}" "https://$registry_address/v2/")" = 200 ] || fail "the certificates are of no use"
[ "$(status_of "${certified[@]:0:2}" "https://$registry_address/v2/")" = 000 ] || fail "no certificate is needed"

start_redis
[ "$(redis-cli -p "$redis_port" set a b)" = OK ] || fail "redis does not answer"

pids=$(cat "$folder"/pids/*)
servers_end
for pid in $pids; do
  kill -0 "$pid" 2>/dev/null && fail "process $pid is still there"
done

status=0
"$here/with-servers" redis -- bash -c 'redis-cli -p "$COOPER_TEST_REDIS_PORT" ping >/dev/null; exit 7' || status=$?
[ "$status" = 7 ] || fail "with-servers does not pass the command's exit status on ($status)"
echo "servers: all good"
