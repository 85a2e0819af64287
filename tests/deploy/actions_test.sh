#!/usr/bin/env bash
# The release workflow where it is meant to run: a real Gitea, a real runner of its Actions in host mode, and a
# repository with examples/laravel-site and what `cooper init` writes. The tag v1.2.3 is pushed; at the end its six tags
# are in Gitea's registry, their images pass their smoke tests, and helm has rolled out that version. A second tag whose
# image fails its smoke test publishes nothing. The branch beside it is tried by deploy/gitea/ci.yml.
#
# The cluster is fake_cluster.py, which helm itself talks to: there is no real API server here. Base images come from a
# mirror of Docker Hub, a docker-registry with the stand-ins of stages/bases.
#
#   STANDIN_BASES   the stand-in base images (stages/bases/make fills it; default: a folder of its own)
#   SITE_STORE      the runner's store, kept from one job to the next (default: a folder of its own)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
# shellcheck source=tests/deploy/go_tools.sh
source "$here/go_tools.sh"
# shellcheck source=tests/support/servers.sh
source "$project/tests/support/servers.sh"
# shellcheck source=tests/deploy/gitea_actions.sh
source "$here/gitea_actions.sh"
: "${COOPER_BIN:?the program to test}"

[ "$(id -u)" = 0 ] || { echo "skipped: base images are made as root only" && exit 77; }
require_go Gitea, its runner and helm
work=$(mktemp -d)
# Thousands of files that nobody keeps: in memory, if there is room.
by_hand=$work/by-hand
if [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -n 1)" -gt 3000000 ]; then
  by_hand=$(mktemp -d -p /dev/shm)
fi
cluster=""
end() {
  local status=$?
  trap - EXIT
  [ -z "$cluster" ] || kill "$cluster" 2>/dev/null || true
  servers_end
  rm -rf "$work" "$by_hand"
  exit "$status"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "actions_test: $*" >&2
  tail -n 20 "$work/runner.log" >&2 2>/dev/null || true
  exit 1
}

# --- the servers: Gitea with https, a mirror of Docker Hub, a cluster
servers_begin "$work/servers"
status=0
start_gitea --tls || status=$?
[ "$status" != 77 ] || [ -z "${COOPER_REQUIRE_GITEA:-}" ] || fail "COOPER_REQUIRE_GITEA is set"
[ "$status" = 0 ] || exit "$status"
runner=$("$project/tests/support/build-gitea-runner")
helm=$(go_tool helm)
setup=$(_gitea_token "$gitea_user" test write:repository,write:organization)

store=${SITE_STORE:-$work/store}
bases=${STANDIN_BASES:-$work/bases}
COOPER_ROOT=$store "$project/stages/bases/make" "$bases" >"$work/bases.log" 2>&1 || { cat "$work/bases.log" >&2 && exit 1; }
start_registry
for image in composer:2 nginx:1.30-alpine node:24-alpine php:8.3-fpm-bookworm; do
  "$COOPER_BIN" copy "oci-layout://$bases/${image%%:*}" "$registry_address/library/$image" >/dev/null 2>&1 || fail "no mirror of $image"
done
python3 -B "$here/fake_cluster.py" "$work/kubeconfig" "$work/record" website website-env website-oauth &
cluster=$!
until grep -q '^current-context' "$work/kubeconfig" 2>/dev/null; do
  kill -0 "$cluster" || fail "the cluster does not start"
  sleep 0.1
done

# --- the runner's machine: trusts Gitea's authority, has cooper and helm
mkdir -p "$work"/machine/{bin,home,state,tmp} "$work/machine/home/.config/containers/certs.d/$gitea_address"
cp "$gitea_authority" "$work/machine/home/.config/containers/certs.d/$gitea_address/ca.crt"
ln -s "$COOPER_BIN" "$work/machine/bin/cooper"
ln -s "$helm" "$work/machine/bin/helm"
authorities=/etc/ssl/certs/ca-certificates.crt
cat "$authorities" "$gitea_authority" >"$work/machine/authorities.pem"
cat >"$work/machine/registries.conf" <<END
[[registry]]
location = "docker.io"
[[registry.mirror]]
location = "$registry_address"
END
cat >"$work/machine/config.yaml" <<END
log: {level: warn}
runner:
  file: $work/machine/state/runner
  capacity: 1
  fetch_interval: 1s
  fetch_interval_max: 1s
  log_report_interval: 1s
  log_report_max_latency: 500ms
  state_report_interval: 1s
  labels: ["ubuntu-latest:host", "self-hosted:host"]
  envs:
    HOME: $work/machine/home
    TMPDIR: $work/machine/tmp
    CURL_CA_BUNDLE: $work/machine/authorities.pem
    GIT_SSL_CAINFO: $work/machine/authorities.pem
    CONTAINERS_REGISTRIES_CONF: $work/machine/registries.conf
    COOPER_ROOT: $store
cache: {enabled: false}
host: {workdir_parent: $work/machine/jobs}
END
on_machine() {
  env -i PATH="$work/machine/bin:$PATH" HOME="$work/machine/home" SSL_CERT_FILE="$work/machine/authorities.pem" \
    setpriv --pdeathsig TERM -- "$runner" --config "$work/machine/config.yaml" "$@" >>"$work/runner.log" 2>&1
}
token=$(_gitea_admin actions generate-runner-token)
on_machine register --no-interactive --instance "https://$gitea_address" --token "$token" --name test || fail "cannot register the runner"
on_machine daemon &
echo $! >"$servers_folder/pids/runner"

# --- the repository, with the secrets and variables of docs/deploy.md
make_repository
secret CI_TOKEN "$gitea_token"
secret KUBECONFIG "$(<"$work/kubeconfig")"
variable CI_USER "$gitea_user"

cp -R "$project/examples/laravel-site" "$work/site"
cd "$work/site"
cp "$project/deploy/gitea/ci.yml" "$work/ci.yml"
"$COOPER_BIN" init --force --registry "$gitea_address" --image team/website --domain site.example.test >/dev/null
# A proxy may stand between this machine and npm's registry: Node is told the machine's authorities.
jq --arg file "$authorities" '.target._role.secret = ["id=ca-bundle,src=" + $file]' docker-bake.json >"$work/bake.json"
mv "$work/bake.json" docker-bake.json
mv "$work/ci.yml" .gitea/workflows/
begin_repository

# cooper as a person would use it, with a store of their own.
by_hand() {
  env HOME="$work/machine/home" CONTAINERS_REGISTRIES_CONF="$work/machine/registries.conf" COOPER_ROOT="$by_hand" \
    COOPER_REGISTRY="$gitea_address" COOPER_REGISTRY_USER="$gitea_user" COOPER_REGISTRY_PASSWORD="$gitea_token" "$COOPER_BIN" "$@"
}

tags() {
  by_hand ls "$gitea_address/team/website" | sort | tr '\n' ' '
}

expect() {
  [ "$2" = "$3" ] || {
    for job in release deploy; do log "refs/tags/$1" "$job" >&2 || true; done
    fail "$1: '$2' is not '$3'"
  }
}

# --- a release
push v1.2.3
expect v1.2.3 "$(outcome refs/tags/v1.2.3)" "$(printf 'release success\ndeploy success')"
released="app-latest app-v1.2.3 horizon-latest horizon-v1.2.3 scheduler-latest scheduler-v1.2.3 "
expect v1.2.3 "$(tags)" "$released"
for role in app horizon scheduler; do
  expect v1.2.3 "$(by_hand manifest "$gitea_address/team/website:$role-latest" | sha256sum)" \
    "$(by_hand manifest "$gitea_address/team/website:$role-v1.2.3" | sha256sum)"
  by_hand smoke --bake docker-bake.json "$gitea_address/team/website:$role-v1.2.3" >"$work/smoke" 2>&1 || { cat "$work/smoke" >&2 && fail "$role"; }
  tail -n 1 "$work/smoke"
done
for job in release deploy; do
  ! log refs/tags/v1.2.3 "$job" | grep -qF -e "$gitea_token" || fail "the token is in the log of $job"
done

[ "$(outcome refs/heads/main)" = "images success" ] || { log refs/heads/main images >&2 && fail "the workflow of the branch"; }
log refs/heads/main images | grep -q 'passed .*:scheduler-ci' || fail "the images of the branch were not tried"
expect v1.2.3 "$(tags)" "$released"
[ -z "$(ls -A "$work/machine/tmp")" ] || fail "left behind by the jobs: $(ls -A "$work/machine/tmp")"

# --- an image that does not run is neither published nor rolled out
rm app/Console/Commands/HorizonCommand.php
push v1.2.4
expect v1.2.4 "$(outcome refs/tags/v1.2.4)" "$(printf 'release failure\ndeploy skipped')"
log refs/tags/v1.2.4 release >"$work/log"
grep -q 'passed .*:app-v1.2.4' "$work/log" || fail "the smoke test of app was not run: $(<"$work/log")"
grep -q 'FAILED\|failed' "$work/log" || fail "the log does not tell what failed: $(<"$work/log")"
expect v1.2.4 "$(tags)" "$released"

# --- what helm asked the cluster for
kill "$cluster"
wait "$cluster" || true
cluster=""
images=$(jq -r '.objects[] | select(.kind == "Deployment" or .kind == "Job") | .spec.template.spec.containers[0].image' "$work/record" | sort -u | tr '\n' ' ')
expect v1.2.3 "$images" "$gitea_address/team/website:app-v1.2.3 $gitea_address/team/website:horizon-v1.2.3 $gitea_address/team/website:scheduler-v1.2.3 "
echo "v1.2.3: six tags, tried and rolled out; v1.2.4: nothing"
