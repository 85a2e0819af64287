#!/usr/bin/env bash
# --cache-to and --cache-from: what one machine did, another does not do again. A machine is a store.
. "$(dirname "$0")/lib.sh"

command -v docker-registry >/dev/null || skip_test "docker-registry is not installed"
start_registry
registry=$registry_address
start_registry guarded --auth cooper:staves
guarded=$registry_address

# What the first stage made is copied by the second. Each RUN takes something from nowhere, so that a result made
# twice is another one.
two_stages() {
  dockerfile <<'END'
FROM base AS build
COPY source /source
RUN cat /source /proc/sys/kernel/random/uuid > /made; echo not copied > /left
FROM base AS app
COPY --from=build /made /made
RUN cat /made /proc/sys/kernel/random/uuid > /done
LABEL role=app
END
  echo "${1:-one}" >source
}

on_new_machine() {
  fresh_store
  cooper_ok build --progress plain "$@" .
}

case_registry_max() {
  two_stages
  on_new_machine --cache-to "type=registry,ref=$registry/team/site:cache,mode=max"
  local first=$out
  on_new_machine --cache-from "type=registry,ref=$registry/team/site:cache"
  same "$out" "$first" "the image of the second machine"
  store_is_valid
  # A registry gets the image although this machine never had a layer of it.
  on_new_machine --cache-from "$registry/team/site:cache" -t "$registry/team/site:app" --push
  same "$out" "$first"
  same "$(find "$store/blobs" -type f -size +20k | wc -l)" 0 "fetched layers"
  if command -v skopeo >/dev/null; then
    skopeo inspect --raw --tls-verify=false "docker://$registry/team/site:cache" |
      jq -e '.mediaType == "application/vnd.oci.image.manifest.v1+json"' >/dev/null || fail "no image manifest"
  fi
}

case_min_and_max() {
  two_stages
  on_new_machine --cache-to "type=local,dest=$PWD/min,mode=min" --cache-to "type=local,dest=$PWD/max,mode=max"
  local first=$out
  on_new_machine --target build --cache-from "type=local,src=$PWD/max"
  err_lacks "rebuilt"
  on_new_machine --cache-from "type=local,src=$PWD/max"
  same "$out" "$first"
  # The image's own layers are in the smaller cache; of what was only copied from, the results are known.
  [ "$(find min/blobs -type f | wc -l)" -lt "$(find max/blobs -type f | wc -l)" ] || fail "mode=min has all layers"
  on_new_machine --cache-from "type=local,src=$PWD/min"
  same "$out" "$first" "what the smaller cache is good for"
  err_lacks "rebuilt"
  # Whoever needs the files has the stage run again: as a target, and for another step's sake.
  on_new_machine --target build --cache-from "type=local,src=$PWD/min"
  err_has "the cache only names" "[build 2/2] DONE"
  store_is_valid
  cooper_ok fsck
  sed -i 's,^FROM base AS app,&\nCOPY Dockerfile /Dockerfile,' Dockerfile
  on_new_machine --cache-from "type=local,src=$PWD/min"
  [ "$out" != "$first" ] || fail "another image has the same digest"
  err_lacks "goes on without caches"
  store_is_valid
  cooper_ok fsck
}

case_local_is_cumulative() {
  export SOURCE_DATE_EPOCH=1700000000 # both make the first layer, at times of their own
  two_stages one
  on_new_machine --cache-to "type=local,dest=$PWD/cache,mode=max"
  local first=$out second
  two_stages two
  on_new_machine --cache-to "type=local,dest=$PWD/cache,mode=max"
  second=$out
  on_new_machine --cache-from "type=local,src=$PWD/cache"
  same "$out" "$second"
  two_stages one
  on_new_machine --cache-from "type=local,src=$PWD/cache" --cache-to "type=local,dest=$PWD/cache,mode=max"
  same "$out" "$first" "what the first wrote"
  err_has "it has everything already"
  unset SOURCE_DATE_EPOCH
  if command -v skopeo >/dev/null; then
    skopeo inspect --raw "oci:$PWD/cache:latest" >/dev/null || fail "skopeo cannot read the layout"
  fi
}

case_inline() {
  local first config
  dockerfile <<'END'
FROM base
RUN cat /proc/sys/kernel/random/uuid > /made
LABEL role=app
END
  on_new_machine --cache-to type=inline -t "$registry/team/inline:1" --push
  first=$out
  on_new_machine --cache-from "type=registry,ref=$registry/team/inline:1" --cache-to type=inline
  same "$out" "$first" "the image made with its own cache"
  # The results are this store's own now.
  cooper_ok build --progress plain --cache-to type=inline .
  same "$out" "$first"
  # An image built on it does not carry the cache on.
  mkdir child
  printf 'FROM %s/team/inline:1\nLABEL a=b\n' "$registry" >child/Dockerfile
  cooper_ok build -o type=oci,tar=false,dest=child.oci child
  config=$(jq -r '.manifests[0].digest' child.oci/index.json)
  config=$(jq -r .config.digest "child.oci/blobs/sha256/${config#sha256:}")
  ! grep -qF cooper.cache "child.oci/blobs/sha256/${config#sha256:}" || fail "the cache went into the child"
}

# However they overlap, nobody's result is lost. (What all of them made has the time of the first.)
case_parallel_writers() {
  local n pids=()
  dockerfile <<'END'
FROM base
ARG WRITER
RUN echo "$WRITER" > /writer; cat /proc/sys/kernel/random/uuid >> /writer
END
  for n in 1 2 3 4 5 6; do
    COOPER_ROOT=$work/writer.$n "$COOPER_BIN" build -q --build-arg "WRITER=$n" \
      --cache-to "type=registry,ref=$registry/team/many:cache,mode=max,ignore-error=false" -o "type=local,dest=made.$n" . 2>"err.$n" &
    pids+=($!)
  done
  for n in "${pids[@]}"; do wait "$n" || fail "a writer failed: $(cat err.*)"; done
  for n in 1 2 3 4 5 6; do
    on_new_machine --build-arg "WRITER=$n" --cache-from "type=registry,ref=$registry/team/many:cache" \
      -o "type=local,dest=again.$n"
    same "$(<"again.$n/writer")" "$(<"made.$n/writer")" "the result of writer $n"
    remove "$work/writer.$n"
  done
}

case_cache_mounts() {
  local cache="type=registry,ref=$registry/team/mounts:cache"
  dockerfile <<'END'
FROM base
ARG N
RUN --mount=type=cache,target=/var/cache/tool,id=tool ls /var/cache/tool > /seen; echo kept > /var/cache/tool/file; echo "$N" > /n
END
  on_new_machine --build-arg N=1 --cache-to "$cache,mounts=true"
  err_has "1 cache mounts"
  on_new_machine --build-arg N=2 --cache-from "$cache" -o "type=local,dest=warm"
  same "$(<warm/seen)" file "what the second machine's mount began with"
  on_new_machine --build-arg N=3 --cache-from "$cache,mounts=false" -o "type=local,dest=cold"
  same "$(<cold/seen)" "" "a mount that was not asked for"
  on_new_machine --build-arg N=4 --cache-to "type=local,dest=$PWD/small,mounts=true,mount-size=4"
  err_has "the cache mount 'tool' is not saved: its 5 bytes are more than mount-size leaves (4)"
}

# A cache in trouble is told of and costs time, not the build.
case_failing_caches() {
  local image closed="type=registry,ref=$guarded/team/site:cache" nobody="type=registry,ref=127.0.0.1:1/team/site:cache"
  two_stages
  on_new_machine --cache-from "$nobody" --cache-to "$nobody"
  err_has "the cache 127.0.0.1:1/team/site:cache is not used" "was not written"
  on_new_machine --cache-from "$closed" --cache-to "$closed"
  err_has "is not used" "401" "was not written"
  fresh_store
  cooper_refuses build --cache-to "$closed,ignore-error=false" .
  # An image is no cache, and is not overwritten by one.
  cooper_ok build -t "$registry/team/image:1" --push .
  image=$out
  on_new_machine --cache-from "$registry/team/image:1" --cache-to "type=registry,ref=$registry/team/image:1"
  err_has "there is no cache of cooper in it" "was not written"
  same "$(curl -s --noproxy '*' -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
    "http://$registry/v2/team/image/manifests/1" | sha256sum | cut -d' ' -f1)" "${image#sha256:}" "the image's tag"
  cooper_refuses build --cache-to "type=gha" .
  err_has "type 'gha' is not supported; there are registry, local, inline and s3"
}

# Layers are fetched late: one that is gone or damaged by then is made again.
case_lost_and_damaged_layers() {
  local blob cache="type=local,src=$PWD/cache"
  two_stages
  on_new_machine --cache-to "type=local,dest=$PWD/cache,mode=max"
  for blob in cache/blobs/sha256/*; do
    [ "$(stat -c %s "$blob")" -lt 100000 ] || printf damage | dd of="$blob" bs=1 seek=500 conv=notrunc status=none
  done
  on_new_machine --cache-from "$cache" -t lost:1
  err_has "the build goes on without caches"
  store_is_valid
  cooper_ok fsck
  rm cache/blobs/sha256/*
  on_new_machine --cache-from "$cache"
  err_has "is not used"
  echo '{' >cache/index.json
  on_new_machine --cache-from "$cache" --cache-to "type=local,dest=$PWD/cache"
  err_has "is not used" "was not written"
}

case_bake() {
  local first
  two_stages
  cat >docker-bake.hcl <<END
group "default" { targets = ["app", "build"] }
target "app" {
  target = "app"
  cache-from = ["type=registry,ref=$registry/team/bake:cache"]
  cache-to = [{ type = "registry", ref = "$registry/team/bake:cache", mode = "max" }]
}
target "build" { target = "build" }
END
  fresh_store
  cooper_ok bake --progress plain
  first=$out
  fresh_store
  cooper_ok bake --progress plain
  same "$out" "$first" "what the second machine baked"
}

run_cases
