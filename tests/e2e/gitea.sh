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

# doctor_says USER TOKEN LINE [CURE]: of a push to team/shop with that token; what is not ok ends with 1.
doctor_says() {
  COOPER_REGISTRY=$gitea_address COOPER_REGISTRY_USER=$1 COOPER_REGISTRY_PASSWORD=$2 \
    cooper_run doctor --registry "$gitea_address/team/shop"
  local found
  found=$(grep -A1 "registry $gitea_address/team/shop: " <<<"$out") || fail "no line for the registry"
  [[ $found == "$3"* ]] || fail "'$found' does not begin with '$3'"
  [ -z "${4:-}" ] || grep -qF -- "$4" <<<"$found" || fail "'$found' lacks '$4'"
  same "$status" "$([[ $3 == ok* ]] && echo 0 || echo 1)" "the exit status"
  if [[ "$out$err" == *"$2"* ]]; then fail "the token is shown"; fi
}

# Before a build: whether the token may push, and what is wrong with one that may not.
case_the_doctor_tries_a_token() {
  doctor_says "$gitea_user" "$gitea_token" ok "a push is allowed"
  doctor_says "$gitea_user" "$gitea_read_token" missing "from COOPER_REGISTRY_PASSWORD are right, but have no permission to write (Gitea: the token needs write:package"
  doctor_says stranger "$gitea_stranger_token" missing "'stranger' from COOPER_REGISTRY_PASSWORD are right, but have no permission to write"
  doctor_says "$gitea_user" no-such-token missing "were refused: wrong or expired"
  doctor_says "$gitea_user" "$_gitea_setup_token" missing "a token without a scope of packages"
  rm -f "$HOME/.docker/config.json" # another case's
  cooper_run doctor --registry "$gitea_address/team/shop"
  same "$status" 1 "without credentials"
  grep -qF -- "-> there are no credentials for $gitea_address" <<<"$out" || fail "no cure: $out"
  same "$(gitea_api_token=$gitea_token gitea_api GET "${gitea_address#*:}" '/packages/team?q=shop' | jq length)" 0 "packages that the trials left"
}

# What one machine keeps in a package is there for the next; parts of several writers are one cache.
case_cache_of_steps() {
  local cache="type=registry,ref=$gitea_address/team/cached:cache-main" n
  log_in "$gitea_token"
  dockerfile <<'END'
FROM base
ARG N
RUN --mount=type=cache,target=/keep,id=keep echo "$N" > /keep/n; cat /proc/sys/kernel/random/uuid > /made
END
  for n in 1 2; do
    fresh_store
    cooper_ok build --build-arg "N=$n" --cache-to "$cache,mode=max,mounts=true,ignore-error=false" -o "type=local,dest=made.$n" .
  done
  for n in 1 2; do
    fresh_store
    cooper_ok build --build-arg "N=$n" --cache-from "$cache" -o "type=local,dest=again.$n" .
    same "$(<"again.$n/made")" "$(<"made.$n/made")" "the result of machine $n"
  done
  cooper_ok logout "$gitea_address"
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

# The commands that look at images, and copies there and back; also of an index.
case_looking_around() {
  log_in "$gitea_token"
  local site=$gitea_address/team/look digest
  small_image one
  SOURCE_DATE_EPOCH=1700000000 cooper_ok build -q -t "$site:app-v1" --push .
  digest=$out
  small_image two
  cooper_ok build -q -t "$site:app-v2" --push .
  cooper_ok ls --digests --json "$site"
  same "$(jq -r '[.tags[] | .tag] | sort | join(" ")' <<<"$out")" "app-v1 app-v2"
  fresh_store
  cooper_run diff "$site:app-v1" "$site:app-v2"
  same "$status" 1
  grep -qF '~ /file: content' <<<"$out" || fail "no changed path"
  cooper_ok tree --json "$site:app-v1"
  same "$(jq -r '.digest + " " + (.paths[] | select(.path == "/file").type)' <<<"$out")" "$digest file"
  cooper_ok copy -q "$site:app-v1" "docker-archive:saved.tar:look:1"
  cooper_ok copy -q "docker-archive:saved.tar:look:1" "$site-copy:app-v1"
  same "$out" "$digest" "by way of a docker archive"
  cooper_ok validate "$site-copy:app-v1"
  small_image one
  cooper_ok verify "$site:app-v1"
  same "$out" "same: $digest"
  # Its images go before it, by digest: Gitea takes no index without them.
  cooper_ok build -q --platform linux/amd64,linux/arm64 -t "$site:both" --push .
  cooper_ok copy -q "$site:both" "oci:both:x"
  cooper_ok copy -q "oci:both:x" "$site-copy:both"
  cooper_ok validate "$site-copy:both"
  cooper_ok copy -q --platform linux/arm64 "$site:both" "$site-copy:arm"
  cooper_ok inspect "$site-copy:arm"
  same "$(jq -r .platform <<<"$out")" linux/arm64
  # A whole index that Gitea refuses changes no tag.
  python3 - both "$(jq -r '.manifests[0].digest' both/index.json)" <<'END'
import hashlib, json, sys
folder, digest = sys.argv[1:]
size = len(open(f"{folder}/blobs/sha256/{digest[7:]}", "rb").read())
kind = "application/vnd.oci.image.index.v1+json"
outer = json.dumps({"schemaVersion": 2, "mediaType": kind,
                    "manifests": [{"mediaType": kind, "digest": digest, "size": size}]}).encode()
name = hashlib.sha256(outer).hexdigest()
open(f"{folder}/blobs/sha256/{name}", "wb").write(outer)
index = json.load(open(f"{folder}/index.json"))
index["manifests"].append({"mediaType": kind, "digest": "sha256:" + name, "size": len(outer),
                           "annotations": {"org.opencontainers.image.ref.name": "outer"}})
json.dump(index, open(f"{folder}/index.json", "w"))
END
  cooper_refuses copy -q "oci:both:outer" "$site-copy:both"
  err_has "MANIFEST_INVALID"
  cooper_ok validate "$site-copy:both"
}

# While it waits for its input: nothing on its command line, and no core file if it dies.
# security.C9
case_nothing_to_be_seen_of_a_process_with_secrets() {
  local pid try
  mkfifo input
  COOPER_REGISTRY_PASSWORD=seen COOPER_REGISTRY_USER=u COOPER_REGISTRY=$gitea_address \
    "$COOPER_BIN" login -u "$gitea_user" --password-stdin "$gitea_address" <input >/dev/null 2>&1 &
  pid=$!
  exec 8>input
  for try in $(seq 600); do
    if grep -q '^Max core file size  *0 ' "/proc/$pid/limits"; then
      break
    fi
    [ "$try" -lt 600 ] || fail "core files are allowed"
    sleep 0.1
  done
  ! tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q seen || fail "a secret on the command line"
  kill -TERM "$pid"
  exec 8>&-
  wait "$pid" || true
}

run_cases
