#!/usr/bin/env bash
# --cache-to and --cache-from with type=s3, against a real server that checks signatures.
. "$(dirname "$0")/lib.sh"

started=0
start_s3 || started=$?
[ "$started" != 77 ] || skip_test "there is no S3 server"
[ "$started" = 0 ] || exit 1
export AWS_ACCESS_KEY_ID=$s3_access_key AWS_SECRET_ACCESS_KEY=$s3_secret_key AWS_REGION=eu-test-1
bucket=type=s3,bucket=builds,endpoint_url=$s3_endpoint

on_new_machine() {
  fresh_store
  cooper_ok build --progress plain "$@" .
}

case_another_machine_runs_nothing() {
  local first
  dockerfile <<'END'
FROM base AS build
RUN --mount=type=cache,target=/keep,id=keep echo kept > /keep/file; cat /proc/sys/kernel/random/uuid > /made
FROM base
COPY --from=build /made /made
END
  on_new_machine --cache-to "$bucket,prefix=team/site,name=main,mode=max,mounts=true,ignore-error=false"
  first=$out
  err_has "cache s3://builds/team/site/main:" "1 cache mounts"
  on_new_machine --cache-from "$bucket,prefix=team/site,name=main"
  same "$out" "$first" "the image of the second machine"
  on_new_machine --cache-from "$bucket,prefix=team/site,name=other" --cache-to "$bucket,prefix=team/site,name=main"
  [ "$out" != "$first" ] || fail "a cache of another name was used"
}

case_writers_add() {
  local n pids=()
  dockerfile <<'END'
FROM base
ARG WRITER
RUN echo "$WRITER" > /writer; cat /proc/sys/kernel/random/uuid >> /writer
END
  for n in 1 2 3; do
    COOPER_ROOT=$work/writer.$n "$COOPER_BIN" build -q --build-arg "WRITER=$n" \
      --cache-to "$bucket,mode=max,ignore-error=false" -o "type=local,dest=made.$n" . 2>"err.$n" &
    pids+=($!)
  done
  for n in "${pids[@]}"; do wait "$n" || fail "a writer failed: $(cat err.*)"; done
  for n in 1 2 3; do
    on_new_machine --build-arg "WRITER=$n" --cache-from "$bucket" -o "type=local,dest=again.$n"
    same "$(<"again.$n/writer")" "$(<"made.$n/writer")" "the result of writer $n"
    remove "$work/writer.$n"
  done
}

# More than one part, sent and had again.
case_large_layer() {
  head -c 70000000 /dev/urandom >large
  printf 'FROM scratch\nCOPY large /large\n' >Dockerfile
  on_new_machine --cache-to "$bucket,prefix=large,ignore-error=false"
  local first=$out
  on_new_machine --cache-from "$bucket,prefix=large" -o type=local,dest=made
  same "$out" "$first"
  cmp -s large made/large || fail "the large file came back as another one"
  err_lacks "goes on without caches"
}

case_refusals_fail_no_build() {
  dockerfile <<'END'
FROM base
END
  AWS_SECRET_ACCESS_KEY=wrong on_new_machine --cache-from "$bucket" --cache-to "$bucket"
  err_has "is not used" "403 SignatureDoesNotMatch" "was not written"
  err_lacks "$s3_secret_key"
  on_new_machine --cache-to "type=s3,bucket=nobody,endpoint_url=$s3_endpoint"
  err_has "NoSuchBucket" "was not written"
  on_new_machine --cache-from "type=s3,bucket=builds,endpoint_url=http://127.0.0.1:1"
  err_has "is not used"
  AWS_REGION="" on_new_machine --cache-to "$bucket"
  err_has "there is no region"
  fresh_store
  cooper_refuses build --cache-to "$bucket,secret_access_key=wrong,ignore-error=false" .
}

run_cases
