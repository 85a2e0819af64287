#!/usr/bin/env bash
# A real Gitea as its users meet it: log in, push, pull, be refused.
. "$(dirname "$0")/lib.sh"

started=0
start_gitea || started=$?
if [ "$started" = 77 ] && [ -z "${COOPER_REQUIRE_GITEA:-}" ]; then
  skip_test "there is no Gitea"
fi
[ "$started" = 0 ] || exit 1
export HOME=$work/home
mkdir "$HOME"
unset DOCKER_CONFIG REGISTRY_AUTH_FILE XDG_RUNTIME_DIR

log_in() {
  cooper_ok login -u "$gitea_user" --password-stdin "$gitea_address" <<<"$1"
}

small_image() {
  printf 'FROM scratch\nCOPY file /\n' >Dockerfile
  echo "$1" >file
}

case_log_in_push_pull_log_out() {
  log_in "$gitea_token"
  same "$(stat -c %a "$HOME/.docker/config.json")" 600
  err_lacks "$gitea_token"
  small_image one
  cooper_ok build -t "$gitea_address/team/site:1" -t "$gitea_address/team/site:latest" --push .
  err_lacks "$gitea_token"
  local digest=$out
  fresh_store
  cooper_ok pull "$gitea_address/team/site:latest"
  same "$out" "$digest"
  cooper_ok logout "$gitea_address"
  cooper_refuses build -t "$gitea_address/team/site:2" --push .
  err_has "401" "cooper login"
}

case_credentials_of_the_environment() {
  small_image two
  export COOPER_REGISTRY=$gitea_address COOPER_REGISTRY_USER=$gitea_user COOPER_REGISTRY_PASSWORD=$gitea_token
  cooper_ok build -t "$gitea_address/team/env:1" --push .
  COOPER_REGISTRY_PASSWORD=$gitea_read_token
  cooper_refuses build -t "$gitea_address/team/env:2" --push .
  err_has "401" "write:package" "COOPER_REGISTRY_PASSWORD"
  err_lacks "$gitea_read_token"
  COOPER_REGISTRY_PASSWORD=no-such-token
  cooper_run build -t "$gitea_address/team/env:2" --push --progress json .
  [ "$status" = 1 ] || fail "exit status $status"
  err_has '"event":"error"' "were refused"
  err_lacks "no-such-token" "$(printf '%s:no-such-token' "$gitea_user" | base64)"
  unset COOPER_REGISTRY_USER
  cooper_refuses build -t "$gitea_address/team/env:2" --push .
  err_has "go together"
  unset COOPER_REGISTRY COOPER_REGISTRY_PASSWORD
}

# The layers of a base image that no step reads are mounted by the registry, not fetched and sent.
case_base_layers_are_mounted() {
  log_in "$gitea_token"
  head -c 3000000 /dev/urandom >big
  printf 'FROM scratch\nCOPY big /\n' >Dockerfile
  cooper_ok build -t "$gitea_address/team/base:1" --push .
  fresh_store
  printf 'FROM %s/team/base:1\nLABEL role=app\n' "$gitea_address" >Dockerfile
  cooper_ok build -t "$gitea_address/team/child:1" --push .
  [ "$(du -s --block-size=1000 "$store" | cut -f1)" -lt 1000 ] || fail "the base layer was fetched"
  fresh_store
  cooper_ok pull "$gitea_address/team/child:1"
  store_is_valid
}

case_a_helper_keeps_the_password() {
  mkdir -p "$HOME/.docker" bin
  echo '{"credsStore":"oak"}' >"$HOME/.docker/config.json"
  cat >bin/docker-credential-oak <<'END'
#!/bin/sh
case $1 in
  store) cat >"$HOME/kept" ;;
  get) cat "$HOME/kept" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
  erase) rm "$HOME/kept" ;;
esac
END
  chmod +x bin/docker-credential-oak
  local PATH=$PWD/bin:$PATH
  log_in "$gitea_token"
  err_has "docker-credential-oak"
  same "$(<"$HOME/.docker/config.json")" '{"credsStore":"oak"}'
  small_image three
  cooper_ok build -t "$gitea_address/team/helped:1" --push .
  cooper_ok logout "$gitea_address"
  [ ! -e "$HOME/kept" ] || fail "the helper still has it"
  rm "$HOME/.docker/config.json"
}

# While it waits for its input: nothing on its command line, and no core file if it dies.
case_nothing_to_be_seen_of_a_process_with_secrets() {
  local pid try
  mkfifo input
  COOPER_REGISTRY_PASSWORD=seen COOPER_REGISTRY_USER=u COOPER_REGISTRY=$gitea_address \
    "$COOPER_BIN" login -u "$gitea_user" --password-stdin "$gitea_address" <input >/dev/null 2>&1 &
  pid=$!
  exec 8>input
  for try in $(seq 50); do
    if grep -q '^Max core file size  *0 ' "/proc/$pid/limits"; then
      break
    fi
    [ "$try" -lt 50 ] || fail "core files are allowed"
    sleep 0.1
  done
  ! tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q seen || fail "a secret on the command line"
  kill -TERM "$pid"
  exec 8>&-
  wait "$pid" || true
}

run_cases
