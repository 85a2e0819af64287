#!/usr/bin/env bash
# deploy/gitea/release.yml in a stock unprivileged job container: the image of deploy/image, which deploy/package made, started
# by runc with Docker's default capabilities and system call filter (tests/support/stock_container.py). In it runs Gitea's
# own runner, for one job, against a real Gitea with https. The site is small, but its three roles have RUN steps with mounts and
# other users; those run in a chroot there. At the end six tags are in Gitea's registry, and the images run outside too. A token that
# may not write packages ends the job before anything is built.
#
#   JOB_IMAGE   the OCI layout of the image
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
# shellcheck source=tests/support/servers.sh
source "$project/tests/support/servers.sh"
# shellcheck source=tests/deploy/gitea_actions.sh
source "$here/gitea_actions.sh"
: "${COOPER_BIN:?the program to test}" "${JOB_IMAGE:?the image of deploy/image}"
[ "$(id -u)" = 0 ] || { echo "skipped: runc needs root here" && exit 77; }
[ -e "$JOB_IMAGE/index.json" ] || { echo "skipped: deploy/package made no image" && exit 77; }

work=$(mktemp -d)
container=""
end() {
  local status=$?
  trap - EXIT
  [ ! -d "$work/job" ] || touch "$work/job/stop"
  [ -z "$container" ] || wait "$container" || echo "the container ended with $?" >&2
  servers_end
  rm -rf "$work"
  exit "$status"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "job_container_test: $*" >&2
  [ ! -f "$work/container.log" ] || tail -n 20 "$work/container.log" >&2
  exit 1
}

servers_begin "$work/servers"
status=0
start_gitea --tls || status=$?
[ "$status" != 77 ] || [ -z "${COOPER_REQUIRE_GITEA:-}" ] || fail "COOPER_REQUIRE_GITEA is set"
[ "$status" = 0 ] || exit "$status"
runner=$("$project/tests/support/build-gitea-runner")
setup=$(_gitea_token "$gitea_user" test write:repository,write:organization)

# --- cooper outside, as a person would use it
export HOME=$work/home COOPER_ROOT=$work/store COOPER_REGISTRY=$gitea_address COOPER_REGISTRY_USER=$gitea_user COOPER_REGISTRY_PASSWORD=$gitea_token
mkdir -p "$HOME/.config/containers/certs.d/$gitea_address"
cp "$gitea_authority" "$HOME/.config/containers/certs.d/$gitea_address/ca.crt"

# --- the container's files, and what the machine that makes job containers puts into each
echo 'FROM image' >"$work/Dockerfile"
"$COOPER_BIN" build --progress quiet -f "$work/Dockerfile" --build-context "image=oci-layout://$JOB_IMAGE" \
  --output "type=local,dest=$work/root" "$work/home" >/dev/null
job=$work/job
mkdir -p "$job"/{home,state,tmp} "$job/home/.config"
cp -R "$HOME/.config/containers" "$job/home/.config/"
cp "$gitea_authority" "$job/ca.crt"
cp "$runner" "$job/runner"
cat >"$job/config.yaml" <<CONFIG
log: {level: warn}
runner:
  file: $job/state/runner
  fetch_interval: 500ms
  log_report_interval: 1s
  log_report_max_latency: 500ms
  state_report_interval: 1s
  labels: ["ubuntu-latest:host"]
  envs:
    HOME: $job/home
    TMPDIR: $job/tmp
    GIT_SSL_CAINFO: $job/ca.crt
cache: {enabled: false}
host: {workdir_parent: $job/jobs}
CONFIG
cat >"$job/run" <<SCRIPT
export HOME=$job/home SSL_CERT_FILE=$job/ca.crt
unset COOPER_ROOT COOPER_REGISTRY COOPER_REGISTRY_USER COOPER_REGISTRY_PASSWORD COOPER_BIN
cd $job
[ -e state/runner ] || ./runner --config config.yaml register --no-interactive --instance https://$gitea_address \\
  --token $(_gitea_admin actions generate-runner-token) --name job
./runner --config config.yaml daemon --once &
while kill -0 \$! 2>/dev/null; do
  [ ! -e stop ] || kill \$!
  sleep 0.2
done
wait \$!
SCRIPT
# A container that takes one job and ends.
start_job() {
  python3 -B "$project/tests/support/stock_container.py" --root "$work/root" "$job" bash -eu "$job/run" >"$work/container.log" 2>&1 &
  container=$!
}
await_job() {
  local status=0
  wait "$container" || status=$?
  container=""
  if [ "$status" = 77 ]; then
    tail -n 1 "$work/container.log"
    exit 77
  fi
}

# --- the repository: a small site, on a base image of its own
mkdir -p "$work"/base/files/{bin,tmp,etc} "$work"/site/{data,.gitea/workflows}
for program in dash cat id mkdir sleep chown touch readlink; do
  cp "$(command -v $program)" "$work/base/files/bin/$program"
  while read -r library; do
    mkdir -p "$work/base/files$(dirname "$library")"
    cp -L "$library" "$work/base/files$library"
  done < <(ldd "$(command -v $program)" | grep -o '/[^ ]*')
done
ln -s dash "$work/base/files/bin/sh"
chmod 1777 "$work/base/files/tmp"
printf 'FROM scratch\nCOPY files /\nENV PATH=/bin\n' >"$work/base/Dockerfile"
"$COOPER_BIN" build --progress quiet --push -t "$gitea_address/team/base:1" "$work/base" >/dev/null

make_repository
secret CI_TOKEN "$gitea_token"
variable CI_USER "$gitea_user"
cd "$work/site"
echo "data of the site" >data/file
sed -e "s|^  REGISTRY: .*|  REGISTRY: $gitea_address|" -e "s|^  IMAGE: .*|  IMAGE: $repository|" \
  "$project/deploy/gitea/release.yml" >.gitea/workflows/release.yml
cat >Dockerfile <<'DOCKERFILE'
ARG BASE=scratch
FROM ${BASE} AS runtime
RUN mkdir -p /site/public && echo assets >/site/public/app.css && chown -R 33:33 /site
FROM runtime AS app
RUN --mount=type=cache,target=/var/cache/site echo app >/site/role && id -u >/site/uid
CMD ["sh", "-c", "echo app runs; sleep 300"]
FROM runtime AS horizon
RUN --mount=type=bind,source=data,target=/mnt/data cat /mnt/data/file >/site/role
STOPSIGNAL SIGTERM
CMD ["sh", "-c", "trap 'echo stopped; exit 0' TERM; echo horizon runs; while :; do sleep 0.1; done"]
FROM runtime AS scheduler
USER 33:33
RUN touch /site/schedule && readlink /proc/self/exe
CMD ["sh", "-c", "echo scheduler runs; sleep 300"]
DOCKERFILE
jq -n --arg registry "$gitea_address" --arg image "$repository" '
  def role(name): {(name): {target: name, args: {BASE: ($registry + "/team/base:1")},
                            tags: [($registry + "/" + $image + ":" + name + "-${VERSION}"), ($registry + "/" + $image + ":" + name + "-latest")]}};
  {variable: {VERSION: {default: "dev"}}, group: {default: {targets: ["app", "horizon", "scheduler"]}},
   target: (role("app") + role("horizon") + role("scheduler"))}' >docker-bake.json
cat >smoke.json <<JSON
{"targets": {
  "app": {
    "mounts": [{"host": "data", "target": "/mnt/data"}],
    "sidecars": [{"name": "helper", "host_command": ["sleep", "300"]},
                 {"name": "web", "image": "$gitea_address/team/base:1", "command": ["sh", "-c", "cat /public/app.css; sleep 300"],
                  "mounts": [{"from_main": "/site/public", "target": "/public"}]}],
    "steps": [{"wait_output": {"regex": "app runs"}},
              {"exec": ["cat", "/mnt/data/file", "/site/role"], "expect_exit": 0, "expect_output": "data of the site"},
              {"exec": ["sh", "-c", "read pid rest </proc/self/stat && echo pid \$pid"], "expect_exit": 0, "expect_output": "pid [0-9]"}]},
  "horizon": {"steps": [{"wait_output": {"regex": "horizon runs"}}, {"signal": "stop"}, {"wait_output": {"regex": "stopped"}}, {"expect_exit": 0}]},
  "scheduler": {"steps": [{"wait_output": {"regex": "scheduler runs"}}, {"exec": ["id", "-u"], "expect_exit": 0, "expect_output": "^33"}]}}}
JSON
begin_repository

# --- a release
push v1.0.0
start_job
await_job
[ "$(outcome refs/tags/v1.0.0 release)" = "release success" ] || { log refs/tags/v1.0.0 release >&2 && fail "the job failed"; }
log refs/tags/v1.0.0 release >"$work/log"
grep -q 'chroot, which is no security boundary' "$work/log" || fail "the steps did not run in a chroot: $(<"$work/log")"
grep -q 'a push is allowed' "$work/log" || fail "the token was not tried: $(<"$work/log")"
if grep -qF -e "$gitea_token" "$work/log"; then fail "the token is in the log"; fi
released="app-latest app-v1.0.0 horizon-latest horizon-v1.0.0 scheduler-latest scheduler-v1.0.0 "
tags=$("$COOPER_BIN" ls "$gitea_address/$repository" | sort | tr '\n' ' ')
[ "$tags" = "$released" ] || fail "'$tags' is not '$released'"
for role in app horizon scheduler; do
  cmp <("$COOPER_BIN" manifest "$gitea_address/$repository:$role-v1.0.0") <("$COOPER_BIN" manifest "$gitea_address/$repository:$role-latest")
  "$COOPER_BIN" smoke --bake docker-bake.json "$gitea_address/$repository:$role-v1.0.0" >"$work/smoke" 2>&1 || { cat "$work/smoke" >&2 && fail "$role"; }
done
[ -z "$(ls -A "$job/tmp")" ] || fail "left behind by the job: $(ls -A "$job/tmp")"

# --- a token that may only read ends the job before anything is built
secret CI_TOKEN "$gitea_read_token"
echo "other data" >data/file
push v1.0.1
start_job
await_job
[ "$(outcome refs/tags/v1.0.1 release)" = "release failure" ] || fail "released with a token that may only read"
log refs/tags/v1.0.1 release >"$work/log"
grep -q 'the token needs write:package' "$work/log" || fail "the log does not tell why: $(<"$work/log")"
if grep -q 'RUN mkdir' "$work/log"; then fail "built first"; fi
tags=$("$COOPER_BIN" ls "$gitea_address/$repository" | sort | tr '\n' ' ')
[ "$tags" = "$released" ] || fail "'$tags' is not '$released'"
echo "stock job container: three roles built, tried and released by the runner in it; a token that may only read: nothing"
