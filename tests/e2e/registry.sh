#!/usr/bin/env bash
# Images go to a real registry and come back from it, byte for byte.
. "$(dirname "$0")/lib.sh"

command -v docker-registry >/dev/null || skip_test "docker-registry is not installed"
start_registry
open=$registry_address
start_registry guarded --auth cooper:staves
guarded=$registry_address

manifest_of() {
  curl -s --noproxy '*' -H 'Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json' "$@"
}

case_push_and_pull() {
  local digest
  dockerfile <<'END'
FROM base
RUN echo pushed > /pushed
CMD ["/bin/cat", "/pushed"]
END
  cooper_ok build -t "$open/team/app:1" -t "$open/team/app:latest" --push --metadata-file meta.json .
  digest=$(jq -r '."containerimage.digest"' meta.json)
  same "$(manifest_of "http://$open/v2/team/app/manifests/1" | sha256sum | cut -d' ' -f1)" "${digest#sha256:}"
  same "$(manifest_of "http://$open/v2/team/app/manifests/latest" | sha256sum | cut -d' ' -f1)" "${digest#sha256:}"
  if command -v skopeo >/dev/null; then
    skopeo copy -q --src-tls-verify=false "docker://$open/team/app:1" oci:copied:1 || fail "skopeo cannot read the image"
  fi
  fresh_store
  cooper_ok pull "$open/team/app:1"
  store_is_valid
  same "$(grep -c "${digest#sha256:}" "$store/index.json")" 1 "the pulled image in the store"
  # From the registry as a base.
  printf 'FROM %s/team/app:1\nRUN cat /pushed > /again\n' "$open" >Dockerfile
  fresh_store
  cooper_ok build --progress plain --output type=local,dest=files .
  same "$(<files/again)" pushed
}

case_push_again_uploads_nothing() {
  dockerfile <<'END'
FROM base
RUN echo once > /once
END
  cooper_ok build -t "$open/team/once:1" --push .
  local before after
  before=$(find "$registry_data" -type f | wc -l)
  cooper_ok build -t "$open/team/once:1" --push .
  after=$(find "$registry_data" -type f | wc -l)
  same "$after" "$before" "files in the registry"
}

case_refused_without_credentials() {
  printf 'FROM scratch\nLABEL a=b\n' >Dockerfile
  export HOME=$PWD DOCKER_CONFIG=$PWD/.docker
  cooper_refuses build -t "$guarded/team/app:1" --push .
  err_has "$guarded" "401"
  printf 'FROM %s/team/app:1\n' "$guarded" >Dockerfile
  cooper_refuses build .
  err_has "$guarded" "401"
}

case_wrong_password() {
  printf 'FROM scratch\nLABEL a=b\n' >Dockerfile
  mkdir .docker
  export HOME=$PWD DOCKER_CONFIG=$PWD/.docker
  printf '{"auths": {"%s": {"auth": "%s"}}}' "$guarded" "$(printf 'cooper:wrong-word' | base64)" >.docker/config.json
  cooper_refuses build -t "$guarded/team/app:1" --push .
  err_has "$guarded" "401"
  err_lacks "wrong-word" "$(printf 'cooper:wrong-word' | base64)"
}

case_right_password() {
  printf 'FROM scratch\nLABEL a=b\n' >Dockerfile
  mkdir .docker
  export HOME=$PWD DOCKER_CONFIG=$PWD/.docker
  printf '{"auths": {"%s": {"auth": "%s"}}}' "$guarded" "$(printf 'cooper:staves' | base64)" >.docker/config.json
  cooper_ok build -t "$guarded/team/app:1" --push .
  fresh_store
  cooper_ok pull "$guarded/team/app:1"
}

# A full disk there: the push fails, says so, and the tag is what it was.
case_full_disk() {
  printf 'FROM scratch\nCOPY file /\n' >Dockerfile
  echo small >file
  start_registry full --disk 3M || skip_test "no mounts here"
  cooper_ok build -t "$registry_address/team/app:1" --push .
  local before
  before=$(manifest_of "http://$registry_address/v2/team/app/manifests/1" | sha256sum)
  head -c 8000000 /dev/urandom >file
  cooper_refuses build -t "$registry_address/team/app:1" --push .
  err_has "disk is full"
  same "$(manifest_of "http://$registry_address/v2/team/app/manifests/1" | sha256sum)" "$before"
}

case_absent_image() {
  cooper_refuses pull "$open/team/none:1"
  err_has "$open/team/none:1" "no such image"
  printf 'FROM %s/team/none:1\n' "$open" >Dockerfile
  cooper_refuses build .
  err_has "Dockerfile:1" "team/none"
}

case_base_layers_are_not_fetched_where_no_step_reads_them() {
  dockerfile <<'END'
FROM base
COPY file /file
END
  echo x >file
  cooper_ok build -t "$open/lazy/base:1" --push .
  fresh_store
  printf 'FROM %s/lazy/base:1\nENV role=app\nLABEL role=app\n' "$open" >Dockerfile
  cooper_ok build -t "$open/lazy/base:2" --push .
  local size
  size=$(du -s --block-size=1000 "$store" | cut -f1)
  [ "$size" -lt 1000 ] || fail "the store has $size kB: base layers were fetched"
}

case_base_layers_are_read_once() {
  dockerfile <<'END'
FROM base
COPY file /file
END
  echo x >file
  cooper_ok build -t "$open/once/base:1" --push .
  fresh_store
  printf 'FROM %s/once/base:1\nWORKDIR /w\nCOPY file /w/\nRUN cat file >again\n' "$open" >Dockerfile
  cooper_ok build --profile trace.json -t "$open/once/base:2" --push .
  python3 - <<'END' || fail "a layer was read twice"
import json
spans = [e["name"] for e in json.load(open("trace.json"))["traceEvents"] if e.get("cat") == "unpack"]
assert len(spans) == len(set(spans)) and len(spans) >= 2, spans
END
}

case_looking_around() {
  dockerfile <<'END'
FROM base
RUN echo one > /what
ENV what=one
END
  cooper_ok build -t "$open/look/site:1" --push .
  sed -i 's/one/two/g' Dockerfile
  cooper_ok build -t "$open/look/site:2" --push .
  fresh_store
  cooper_ok ls "$open/look/site"
  same "$(sort <<<"$out")" "$(printf '1\n2')"
  cooper_ok ls --digests --json "$open/look/site"
  same "$(jq -r '[.tags[].tag] | sort | join(" ")' <<<"$out")" "1 2"
  cooper_ok manifest "$open/look/site:1"
  same "$(printf %s "$out" | sha256sum)" "$(manifest_of "http://$open/v2/look/site/manifests/1" | sha256sum)"
  cooper_ok inspect "$open/look/site:2"
  same "$(jq -r '.env | index("what=two") != null' <<<"$out")" true
  cooper_run diff "$open/look/site:1" "$open/look/site:2"
  same "$status" 1
  grep -qF '~ /what: content' <<<"$out" || fail "no changed path"
  grep -qF '+ config.Env.what = "two"' <<<"$out" || fail "no changed variable"
  cooper_ok copy "$open/look/site:1" "oci-archive:site.tar:one"
  cooper_ok copy "oci-archive:site.tar:one" "$open/look/copy:1"
  cooper_ok validate "$open/look/copy:1"
  cooper_ok diff "$open/look/site:1" "$open/look/copy:1"
  same "$out" ""
  cooper_ok copy "$open/look/site:1" "oci-layout://here:one"
  truncate -s -1 "$(find here/blobs -type f -size +2k | head -n 1)"
  cooper_run validate "oci-layout://here:one"
  same "$status" 1
}

# The same sources make the same image again; what does not is named.
case_verify() {
  dockerfile <<'END'
FROM base
COPY file /file
RUN cat /file > /made
END
  echo one >file
  SOURCE_DATE_EPOCH=1700000000 cooper_ok build -t "$open/look/verified:1" --annotation who=me --push .
  local digest=$out
  fresh_store
  cooper_ok verify "$open/look/verified:1" --annotation who=me
  same "$out" "same: $digest"
  err_has "RUN cat /file"
  echo two >file
  cooper_run verify --json "$open/look/verified:1"
  same "$status" 1
  same "$(jq -r '.image + " " + (.same | tostring)' <<<"$out")" "$digest false"
  same "$(jq -r '.platforms[0] | .layer.createdBy + "; " + ([.paths[].path] | join(" ")) + "; " + .manifest[0].member' <<<"$out")" \
    "COPY file /file # buildkit; /file /made; annotations.who"
  cooper_refuses verify "$open/look/verified:1" --release
  err_has "--bake"
}

run_cases
