#!/usr/bin/env bash
# Several targets in one invocation, from a bake file.
. "$(dirname "$0")/lib.sh"

project_of_two() {
  dockerfile <<'END'
FROM base AS common
RUN echo shared-step-ran; echo shared > /shared
FROM common AS app
ARG EXTRA=none
RUN echo "app $EXTRA" > /role
FROM common AS worker
RUN echo worker > /role
END
  cat >docker-bake.json <<'END'
{
  "variable": {"VERSION": {"default": "dev"}, "IMAGE": {"default": "team/site"}},
  "group": {"default": {"targets": ["app", "worker"]}},
  "target": {
    "_common": {"context": ".", "labels": {"version": "${VERSION}"}},
    "app": {"inherits": ["_common"], "target": "app", "tags": ["${IMAGE}:app-${VERSION}"]},
    "worker": {"inherits": ["_common"], "target": "worker", "tags": ["${IMAGE}:worker-${VERSION}"]}
  }
}
END
}

case_default_group() {
  project_of_two
  VERSION=v2 cooper_ok bake --progress plain --metadata-file meta.json
  same "$(jq -r 'keys - ["buildx.build.warnings"] | join(" ")' meta.json)" "app worker"
  same "$(jq -r '.app."image.name"' meta.json)" "$(jq -r '.app."image.name"' meta.json | grep team/site:app-v2)"
  same "$(grep -cE '(^|[ |])shared-step-ran$' <<<"$err")" 1 "how often the shared step ran"
  same "$(jq -r '.app."containerimage.digest" == .worker."containerimage.digest"' meta.json)" false
}

case_print() {
  project_of_two
  VERSION=v3 cooper_ok bake --print app
  same "$(jq -r '.target.app.tags[0]' <<<"$out")" team/site:app-v3
  same "$(jq -r '.target.app.labels.version' <<<"$out")" v3
  same "$(jq -r '.target | keys | join(" ")' <<<"$out")" app
}

case_set() {
  project_of_two
  cooper_ok bake --print --set app.args.EXTRA=more --set '*.platform=linux/amd64' app worker
  same "$(jq -r '.target.app.args.EXTRA' <<<"$out")" more
  same "$(jq -r '.target.worker.platforms[0]' <<<"$out")" linux/amd64
  cooper_ok bake --set app.args.EXTRA=more --set app.output=type=local,dest=files app
  same "$(<files/role)" "app more"
}

case_two_files() {
  project_of_two
  echo '{"target": {"app": {"args": {"EXTRA": "overlaid"}}}}' >over.json
  cooper_ok bake -f docker-bake.json -f over.json --print app
  same "$(jq -r '.target.app.args.EXTRA' <<<"$out")" overlaid
  same "$(jq -r '.target.app.target' <<<"$out")" app
}

case_hcl_matrix() {
  dockerfile <<'END'
FROM base
ARG ROLE
RUN echo "$ROLE" > /role
END
  cat >docker-bake.hcl <<'END'
variable "ROLES" {
  type    = list(string)
  default = ["app", "worker"]
}
target "default" {
  name   = "site-${role}"
  matrix = { role = ROLES }
  args   = { ROLE = upper(role) }
  output = ["type=local,dest=${role}"]
}
END
  cooper_ok bake
  same "$(<app/role) $(<worker/role)" "APP WORKER"
  cooper_ok bake --list=targets
  same "$out" $'TARGET\tDESCRIPTION\ndefault\tsite-app, site-worker\nsite-app\t\nsite-worker\t'
  ROLES=one cooper_ok bake --print
  same "$(jq -r '.target | keys | join(" ")' <<<"$out")" site-one
  cooper_ok bake --var ROLES=a,b --print
  same "$(jq -r '.target | keys | join(" ")' <<<"$out")" "site-a site-b"
}

case_compose() {
  dockerfile <<'END'
FROM base
ARG WHO
RUN echo "$WHO" > /who
END
  printf 'WHO=dotenv\n' >.env
  cat >compose.yaml <<'END'
services:
  web:
    image: team/web
    build:
      context: .
      args: {WHO: "${WHO:-nobody}"}
END
  cooper_ok bake --set web.output=type=local,dest=files
  same "$(<files/who)" dotenv
}

case_refused_when_built_not_when_printed() {
  printf 'target "a" {\n  dockerfile-inline = "FROM scratch"\n}\ntarget "b" {\n  resources = { memory = "1g" }\n}\n' >docker-bake.hcl
  cooper_ok bake --print b
  same "$(jq -r '.target.b.resources.memory' <<<"$out")" 1g
  cooper_refuses bake b
  err_has "docker-bake.hcl:5" "resources" "^"
  printf 'target "a" {\n  dockerfile-inline = "FROM scratch"\n  entitlements = ["network.host"]\n}\n' >docker-bake.hcl
  cooper_refuses bake a
  err_has "network.host" "hint: allow it with --allow network.host"
  cooper_ok bake --allow network.host a
}

case_settings_of_run_steps() {
  dockerfile <<'END'
FROM base
RUN grep ^10 /etc/hosts >/hosts; ls /sys/class/net >/net; ulimit -n >/files; grep -o "^[^ ]* /dev/shm .*size=[0-9]*k" /proc/mounts | grep -o "[0-9]*k$" >/shm
END
  cat >docker-bake.hcl <<'END'
group "default" { targets = ["a", "b"] }
target "a" {
  network = "none"
  shm-size = "2m"
  ulimits = ["nofile=64"]
  extra-hosts = { db = "10.0.0.1" }
  output = ["type=local,dest=a"]
}
target "b" {
  extra-hosts = { db = "10.0.0.2" }
  ulimits = ["nofile=65"]
  output = ["type=local,dest=b"]
}
END
  cooper_ok bake
  same "$(<a/hosts)" "10.0.0.1	db"
  same "$(<b/hosts)" "10.0.0.2	db"
  same "$(<a/net)" lo
  same "$(<a/shm)" 2048k
  same "$(<b/shm)" 65536k
  same "$(<a/files) $(<b/files)" "64 65"
}

case_one_failure_fails_all_and_stops() {
  dockerfile <<'END'
FROM base AS good
RUN sleep 100
FROM base AS bad
RUN exit 3
END
  echo '{"group": {"default": {"targets": ["good", "bad"]}}, "target": {"good": {"target": "good"}, "bad": {"target": "bad"}}}' >docker-bake.json
  local start=$SECONDS
  cooper_refuses bake
  [ $((SECONDS - start)) -lt 30 ] || fail "the other target went on"
  err_has "Dockerfile:7"
  nothing_left_behind
}

run_cases
