#!/usr/bin/env bash
# Images of several platforms, whose steps run no foreign program.
. "$(dirname "$0")/lib.sh"

command -v docker-registry >/dev/null || skip_test "docker-registry is not installed"
start_registry
registry=$registry_address

index_of() {
  curl -s --noproxy '*' -H 'Accept: application/vnd.oci.image.index.v1+json' "http://$registry/v2/$1/manifests/$2"
}

case_index_in_a_registry() {
  local digest
  cat >Dockerfile <<'END'
FROM scratch
ARG TARGETARCH
COPY Dockerfile /$TARGETARCH
END
  cooper_ok build --platform linux/amd64,linux/arm64 -t "$registry/team/site:1" --push --metadata-file meta.json .
  digest=$out
  same "$(jq -r '."containerimage.digest"' meta.json)" "$digest"
  same "$(jq -r 'has("containerimage.config.digest")' meta.json)" false
  same "$(index_of team/site 1 | sha256sum | cut -d' ' -f1)" "${digest#sha256:}"
  same "$(index_of team/site 1 | jq -r '[.manifests[].platform.architecture] | join(" ")')" "amd64 arm64"
  if command -v skopeo >/dev/null; then
    skopeo copy -q --all --src-tls-verify=false "docker://$registry/team/site:1" oci:all:1 || fail "skopeo cannot read the index"
  fi
  cooper_ok images
  grep -q 'linux/amd64,linux/arm64' <<<"$out" || fail "images does not show the platforms"
  cooper_ok push "$registry/team/site:1" "$registry/team/copy:1"
  same "$(index_of team/copy 1 | sha256sum | cut -d' ' -f1)" "${digest#sha256:}"
  fresh_store
  cooper_ok tree --platform linux/arm64 "$registry/team/site:1"
  grep -q '^/arm64 file' <<<"$out" || fail "tree shows another platform"
  cooper_ok pull --platform linux/arm64 "$registry/team/site:1"
  cooper_ok tree "$registry/team/site:1"
  grep -q '^/arm64 file' <<<"$out" || fail "the pulled image is another platform's"
  cooper_refuses pull --platform linux/s390x "$registry/team/site:1"
  err_has "linux/s390x" "linux/amd64, linux/arm64"
}

case_files_by_platform() {
  printf 'FROM scratch\nARG TARGETARCH\nCOPY Dockerfile /$TARGETARCH\n' >Dockerfile
  cooper_ok build --platform linux/amd64,linux/arm64 -o files .
  same "$(cd files && find . -type f | sort | tr '\n' ' ')" "./linux_amd64/amd64 ./linux_arm64/arm64 "
}

case_bake() {
  printf 'FROM scratch AS base\nARG TARGETARCH\nCOPY Dockerfile /$TARGETARCH\nFROM given AS app\nLABEL a=b\n' >Dockerfile
  cat >docker-bake.json <<'END'
{"target": {
  "base": {"target": "base", "platforms": ["linux/amd64", "linux/arm64"]},
  "app": {"target": "app", "platforms": ["linux/arm64", "linux/amd64"], "contexts": {"given": "target:base"},
          "output": ["type=oci,tar=false,dest=layout"], "tags": ["site:1"]}
}}
END
  cooper_ok bake app
  cooper_ok tree --platform linux/arm64 oci-layout://layout:1
  grep -q '^/arm64 file' <<<"$out" || fail "arm64 has the files of another platform"
}

case_foreign_run_is_refused() {
  [ ! -e /proc/sys/fs/binfmt_misc/status ] || return 0 # may have an emulator
  printf 'FROM scratch\nCOPY Dockerfile /first\nRUN ["/x"]\n' >Dockerfile
  cooper_refuses build --platform linux/s390x .
  err_has "Dockerfile:3" "qemu-user-static" "mount -t binfmt_misc"
  err_lacks "COPY"
}

run_cases
