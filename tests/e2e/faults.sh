#!/usr/bin/env bash
# Faults on the way to real registries, over real sockets: every second or third request of a push meets one, and a
# release is killed at requests from the first to the last.
#
#   REQUEST_STRIDE=2   every how manieth request of a push meets a fault (Gitea: one more)
#   KILL_STRIDE=11     every how manieth request of a release it is killed at
. "$(dirname "$0")/lib.sh"

REQUEST_STRIDE=${REQUEST_STRIDE:-2}
KILL_STRIDE=${KILL_STRIDE:-11}

command -v docker-registry >/dev/null || skip_test "docker-registry is not installed"
start_registry
registry=$registry_address
started=0
start_fault_proxy proxy "$registry" || started=$?
if [ "$started" = 77 ] && [ -z "${COOPER_REQUIRE_GITEA:-}" ]; then
  skip_test "there is no Go for the proxy"
fi
[ "$started" = 0 ] || exit 1
export XDG_CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache} HOME=$work/home
mkdir "$HOME"
unset DOCKER_CONFIG REGISTRY_AUTH_FILE XDG_RUNTIME_DIR

# What the proxy does from now on; requests are counted from 1 again.
fault() {
  : >"$proxy_folder/log"
  printf '%s' "$*" >"$proxy_folder/fault"
  touch "$proxy_folder/restart"
}

requests() {
  wc -l <"$proxy_folder/log"
}

digest_of() {
  cooper manifest "$1" | sha256sum
}

# Two layers, one of them more than goes in one request; and what the tag held before.
make_images() {
  printf 'FROM scratch\nCOPY large /\nCOPY small /\n' >Dockerfile
  head -c 17000000 /dev/urandom >large
  echo new >small
  cooper_ok build -q -t new:1 .
  printf 'FROM scratch\nCOPY small /\n' >Dockerfile
  cooper_ok build -q -t old:1 .
}

kinds=(reset-first 429 reset-middle 500 reset-last 413 flip 502 truncate 503)
next_kind=0

# check_faults REGISTRY STEP: every STEP-th request of a push, each time with the next kind of fault.
check_faults() {
  local at count kind wanted
  make_images
  wanted=$(digest_of cooper-store:new:1)
  fault none 1 1
  cooper_ok copy -q cooper-store:new:1 "$proxy_address/team/count:tag"
  count=$(requests)
  [ "$count" -gt 15 ] || fail "only $count requests"
  for ((at = 1; at <= count; at += $2)); do
    kind=${kinds[next_kind++ % ${#kinds[@]}]}
    fault none 1 1
    cooper_ok copy -q cooper-store:old:1 "$1/team/$at:tag"
    fault "$kind" "$at" 1
    cooper_ok copy -q cooper-store:new:1 "$proxy_address/team/$at:tag"
    same "$(digest_of "$1/team/$at:tag")" "$wanted" "$kind at request $at"
  done
}

case_requests_meet_faults() {
  check_faults "$registry" "$REQUEST_STRIDE"
}

# Refused for ever from some request on: the tag is what it was, and the message says what to do.
case_a_fault_that_stays() {
  make_images
  local before
  cooper_ok copy -q cooper-store:old:1 "$registry/team/stays:tag"
  before=$(digest_of "$registry/team/stays:tag")
  fault 403 8 0
  cooper_refuses copy -q cooper-store:new:1 "$proxy_address/team/stays:tag"
  err_has "403" "hint: "
  same "$(digest_of "$registry/team/stays:tag")" "$before"
}

# HTTP/2 whose connection ends after every answer (GOAWAY).
# security.N27
case_connections_that_go_away() {
  start_registry secret --tls
  local plain=$proxy_folder
  start_fault_proxy ending "$registry" --tls
  mkdir -p "$HOME/.config/containers/certs.d/$proxy_address"
  cp "$registry_certificates/ca.crt" "$HOME/.config/containers/certs.d/$proxy_address/"
  make_images
  fault goaway 1 0
  cooper_ok copy -q cooper-store:new:1 "$proxy_address/team/ending:tag"
  same "$(cut -d' ' -f2 "$proxy_folder/log" | sort -u)" HTTP/2.0
  same "$(digest_of "$registry/team/ending:tag")" "$(digest_of cooper-store:new:1)"
  proxy_folder=$plain proxy_address=127.0.0.1:$(<"$plain/port")
}

make_site() {
  cat >docker-bake.json <<'END'
{
  "variable": {"VERSION": {"default": "dev"}, "REGISTRY": {"default": ""}},
  "group": {"default": {"targets": ["app", "worker", "clock"]}},
  "target": {
    "app": {"target": "app", "tags": ["${REGISTRY}/team/site:app-${VERSION}", "${REGISTRY}/team/site:app-latest"]},
    "worker": {"target": "worker", "tags": ["${REGISTRY}/team/site:worker-${VERSION}", "${REGISTRY}/team/site:worker-latest"]},
    "clock": {"target": "clock", "tags": ["${REGISTRY}/team/site:clock-${VERSION}", "${REGISTRY}/team/site:clock-latest"]}
  }
}
END
  printf 'FROM scratch AS base\nCOPY content /\n' >Dockerfile
  local role
  for role in app worker clock; do
    printf 'FROM base AS %s\nLABEL role=%s\n' $role $role >>Dockerfile
  done
}

# Killed while it waits for the answer to some request; the same command again ends what was begun.
# No version is there before its blobs, no moving tag before all versions.
# security.R2
case_a_release_killed_anywhere() {
  local at count pid try version tags
  export REGISTRY=$proxy_address
  make_site
  echo first >content
  fault none 1 1
  cooper_ok release v1.0.0
  echo second >content
  fault none 1 1
  cooper_ok release v1.0.1
  count=$(requests)
  fault none 1 1
  cooper_ok release v1.0.1
  same "$(requests)" 6 "requests of a release of six tags that changes nothing"
  for ((at = 3; at <= count; at += KILL_STRIDE)); do
    version=v1.1.$at
    echo "$at" >content
    fault stall "$at" 1
    COOPER_ROOT=$store setpriv --pdeathsig KILL "$COOPER_BIN" release "$version" >/dev/null 2>&1 &
    pid=$!
    for try in $(seq 1200); do
      if [ "$(requests)" -ge "$at" ]; then
        break
      fi
      [ "$try" -lt 1200 ] || fail "request $at never came"
      sleep 0.05
    done
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || true
    fault none 1 1
    tags=$(cooper ls --digests --json "$registry/team/site")
    same "$(jq -r --arg v "$version" '[.tags[] | {key: .tag, value: .digest}] | from_entries as $at |
      ["app", "worker", "clock"] | map($at[. + "-" + $v]) as $versions |
      (map($at[. + "-latest"]) | any(. as $one | $versions | index($one))) as $moved |
      if $moved then ($versions | all) else true end' <<<"$tags")" true "killed at request $at"
    cooper_ok release "$version"
    tags=$(cooper ls --digests --json "$registry/team/site")
    same "$(jq -r --arg v "$version" '[.tags[] | {key: .tag, value: .digest}] | from_entries as $at |
      ["app", "worker", "clock"] | all($at[. + "-" + $v] != null and $at[. + "-" + $v] == $at[. + "-latest"])' \
      <<<"$tags")" true "the release after a kill at request $at"
  done
}

case_with_gitea() {
  local code=0
  "$project/tests/support/build-gitea" >/dev/null 2>&1 || code=$?
  if [ "$code" -eq 77 ] && [ -z "${COOPER_REQUIRE_GITEA:-}" ]; then
    echo "not with Gitea: it cannot be built here"
    return 0
  fi
  start_gitea
  start_fault_proxy before-gitea "$gitea_address"
  mkdir -p "$HOME/.docker"
  local auth
  auth=$(printf '%s:%s' "$gitea_user" "$gitea_token" | base64 -w0)
  printf '{"auths": {"%s": {"auth": "%s"}, "%s": {"auth": "%s"}}}' "$gitea_address" "$auth" "$proxy_address" "$auth" \
    >"$HOME/.docker/config.json"
  check_faults "$gitea_address" $((REQUEST_STRIDE + 1))
}

run_cases
