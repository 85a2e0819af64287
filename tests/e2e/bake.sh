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
