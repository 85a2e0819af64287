#!/usr/bin/env bash
# Releases and the deletion of old versions, with a real registry: docker-registry, and Gitea where it is.
. "$(dirname "$0")/lib.sh"

command -v docker-registry >/dev/null || skip_test "docker-registry is not installed"
start_registry
registry=$registry_address
image=team/site

# A git work tree with a bake file of two roles that share a layer; $content is what they hold.
make_site() {
  cat >docker-bake.json <<'END'
{
  "variable": {"VERSION": {"default": "dev"}, "REGISTRY": {"default": ""}, "IMAGE": {"default": "team/site"}},
  "group": {"default": {"targets": ["app", "worker"]}},
  "target": {
    "_role": {"context": ".", "args": {"VERSION": "${VERSION}"}},
    "app": {"inherits": ["_role"], "target": "app",
            "tags": ["${REGISTRY}/${IMAGE}:app-${VERSION}", "${REGISTRY}/${IMAGE}:app-latest"]},
    "worker": {"inherits": ["_role"], "target": "worker",
               "tags": ["${REGISTRY}/${IMAGE}:worker-${VERSION}", "${REGISTRY}/${IMAGE}:worker-latest"]}
  }
}
END
  cat >Dockerfile <<'END'
FROM scratch AS base
COPY content /content
FROM base AS app
LABEL role=app
FROM base AS worker
LABEL role=worker
END
  echo "$1" >content
  git init -q .
  git remote add origin "https://somebody:secret@git.example/team/site.git"
  commit first
}

commit() {
  git add -A
  GIT_COMMITTER_DATE="2026-01-02T03:04:05Z" git -c user.name=a -c user.email=a@example commit -q -m "$1" --allow-empty
}

release() {
  REGISTRY=$registry IMAGE=$image cooper_run release "$@"
}

digest_at() {
  curl -s --noproxy '*' "${curl_auth[@]}" -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
    "http://$registry/v2/$image/manifests/$1" | sha256sum | cut -d' ' -f1
}

tags_there() {
  curl -s --noproxy '*' "${curl_auth[@]}" "http://$registry/v2/$image/tags/list" | jq -r '.tags[]?' | sort | tr '\n' ' '
}

curl_auth=()

# The life of a repository; the same with every registry.
check_life() {
  make_site one
  release v1.0.0 --json
  same "$status" 0
  same "$(jq -r '.images[] | .role + " " + (.tags[0].change) + " " + (.tags[1].change)' <<<"$out" | tr '\n' ',')" \
    "app create create,worker create create,"
  same "$(digest_at app-v1.0.0)" "$(digest_at app-latest)"
  local manifest
  manifest=$(curl -s --noproxy '*' "${curl_auth[@]}" -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
    "http://$registry/v2/$image/manifests/app-v1.0.0")
  same "$(jq -r '.annotations["org.opencontainers.image.version"]' <<<"$manifest")" v1.0.0
  same "$(jq -r '.annotations["org.opencontainers.image.source"]' <<<"$manifest")" https://git.example/team/site
  same "$(jq -r '.annotations["org.opencontainers.image.revision"]' <<<"$manifest")" "$(git rev-parse HEAD)"
  same "$(jq -r '.annotations["org.opencontainers.image.created"]' <<<"$manifest")" 2026-01-02T03:04:05Z
  err_lacks secret

  # The same sources make the same image, with what a release says of it.
  REGISTRY=$registry IMAGE=$image cooper_ok verify --bake app --release "$registry/$image:app-v1.0.0"
  same "$out" "same: sha256:$(digest_at app-v1.0.0)"

  # Once more: nothing is sent.
  release v1.0.0 --json
  same "$status" 0
  same "$(jq -r '[.images[].pushedBytes, .images[].tags[].change] | map(tostring) | unique | join(" ")' <<<"$out")" "0 unchanged"

  # The version is out: it does not change, and a fix of it is another version.
  local before
  before=$(digest_at app-v1.0.0)
  echo changed >content && commit second
  release --dry-run v1.0.0
  same "$status" 1 "a dry run that would be refused"
  release v1.0.0
  same "$status" 1
  err_has "$before" "--force"
  same "$(digest_at app-v1.0.0)" "$before"
  release v1.1.0
  same "$status" 0
  release v1.0.1
  same "$status" 0
  same "$(digest_at app-latest)" "$(digest_at app-v1.1.0)" "latest does not go back"
  release v2.0.0-rc.1
  same "$status" 0
  same "$(digest_at worker-latest)" "$(digest_at worker-v1.1.0)" "latest stays for a pre-release"
  same "$(tags_there)" "app-latest app-v1.0.0 app-v1.0.1 app-v1.1.0 app-v2.0.0-rc.1 worker-latest worker-v1.0.0 worker-v1.0.1 worker-v1.1.0 worker-v2.0.0-rc.1 "

  # Old versions go, but not what runs.
  printf 'image: cluster.example/%s:worker-v1.0.0\n' "$image" >running.yaml
  cooper_ok prune "$registry/$image" --keep 1 --in-use running.yaml
  same "$(tags_there | wc -w)" 10 "a dry run deletes nothing"
  cooper_ok prune "$registry/$image" --keep 1 --in-use running.yaml --yes --json
  same "$(jq -r '.deleted' <<<"$out")" 3
  same "$(tags_there)" "app-latest app-v1.1.0 app-v2.0.0-rc.1 worker-latest worker-v1.0.0 worker-v1.1.0 worker-v2.0.0-rc.1 "
  cooper_ok prune "$registry/$image" --keep 1 --in-use running.yaml --yes --json
  same "$(jq -r '.deleted' <<<"$out")" 0
  fresh_store
  cooper_ok pull "$registry/$image:worker-latest"
}

case_life_with_docker_registry() {
  check_life
}

case_life_with_gitea() {
  local open=$registry code=0
  "$project/tests/support/build-gitea" >/dev/null 2>&1 || code=$?
  if [ "$code" -eq 77 ] && [ -z "${COOPER_REQUIRE_GITEA:-}" ]; then
    echo "not with Gitea: it cannot be built here"
    return 0
  fi
  start_gitea
  registry=$gitea_address
  curl_auth=(-u "$gitea_user:$gitea_token")
  mkdir .docker
  export HOME=$PWD DOCKER_CONFIG=$PWD/.docker
  printf '{"auths": {"%s": {"auth": "%s"}}}' "$registry" "$(printf '%s:%s' "$gitea_user" "$gitea_token" | base64 -w0)" \
    >.docker/config.json
  echo .docker >.gitignore
  check_life
  # A token that may only read is found out before anything is built.
  printf '{"auths": {"%s": {"auth": "%s"}}}' "$registry" "$(printf '%s:%s' "$gitea_user" "$gitea_read_token" | base64 -w0)" \
    >.docker/config.json
  GITHUB_ACTIONS=true release v9.0.0
  same "$status" 1
  err_has 401 "::add-mask::$gitea_read_token"
  same "$(tags_there | grep -c v9.0.0 || true)" 0
  stop_server gitea
  registry=$open curl_auth=()
}

case_refusals() {
  make_site one
  release
  same "$status" 2
  err_has "which version is meant"
  release v1.2
  same "$status" 2
  err_has "no semantic version"
  release v1.2.3+4
  err_has "build metadata"
  sed -i 's/app-latest/app-stable/' docker-bake.json
  release v1.2.3
  same "$status" 2
  err_has "app-stable is neither"
  cooper_refuses prune "$registry/$image:app-latest"
  err_has "a repository is meant"
  cooper_refuses prune "$registry/no/such"
  err_has "no such repository"
  cooper_refuses prune "$registry/$image" --role-pattern '(x'
  err_has "not a regular expression"
  : >nothing
  cooper_refuses prune "$registry/$image" --in-use nothing
  err_has "names no image of $image"
}

case_a_ci_job_of_a_tag() {
  image=team/job
  make_site one
  cat >Dockerfile <<'END'
FROM base AS app
RUN printf '::set-env name=X::y\n  ::add-mask::a\n##[error]x\n'
FROM base AS worker
RUN echo '##[error]worker'
END
  cp Dockerfile body && dockerfile <body && rm body
  sed -i 's/"target": "app",/"target": "app", "no-cache": true,/' docker-bake.json
  GITHUB_ACTIONS=true GITHUB_REF_TYPE=tag GITHUB_REF_NAME=v3.0.0 GITHUB_STEP_SUMMARY=$PWD/summary.md release
  same "$status" 0
  err_has "::group::release v3.0.0" "::endgroup::" "::stop-commands::"
  ! grep -E '^[[:space:]]*::(set-env|add-mask::a)|##\[' <<<"$err" || fail "a step can command the runner"
  grep -q "app-v3.0.0" summary.md || fail "no summary"
  sed -i 's/app-latest/app-stable/' docker-bake.json
  GITHUB_ACTIONS=true GITHUB_REF_TYPE=tag GITHUB_REF_NAME=v3.0.1 release
  grep -q '^::error title=cooper release::release .app.: the tag app-stable' <<<"$err" || fail "no annotation"
  image=team/site
}

case_no_permission() {
  start_registry guarded --auth cooper:staves
  export HOME=$PWD DOCKER_CONFIG=$PWD/.docker
  local open=$registry
  registry=$registry_address
  make_site one
  # A step that would be seen: nothing is built before the permission is known.
  sed -i 's/^LABEL role=app/RUN no-such-program/' Dockerfile
  release v1.0.0
  same "$status" 1
  err_has 401
  err_lacks no-such-program
  registry=$open
}

run_cases
