#!/usr/bin/env bash
# Secrets of a build are nowhere afterwards, not in what is shown, and no layer that holds one is published.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Put together here: no file of the project looks like a token.
value=stave-$RANDOM$RANDOM-hoop
token=gh"p_"$(printf 'aB3dE6gH9jK%.0s' 1 2 3 4 | cut -c 1-36)

# Nothing below the folders has the value, plain, in base64, or in a compressed layer.
nowhere() {
  local folder blob
  for folder in "$@"; do
    ! grep -rlaF -- "$value" "$folder" || fail "the secret is in the files above"
    ! grep -rlaF -- "$(printf %s "$value" | base64)" "$folder" || fail "the secret is in base64 in the files above"
  done
  for blob in "$store"/blobs/sha256/*; do
    [ -f "$blob" ] || continue
    # What is no gzip was searched with the folders.
    [ "$(head -c 2 "$blob" | od -An -tx1)" = " 1f 8b" ] || continue
    gzip -dc "$blob" >"$work/layer"
    ! grep -qaF -- "$value" "$work/layer" || fail "the secret is in blob $blob"
    rm "$work/layer"
  done
}

secret_dockerfile() {
  dockerfile <<END
FROM base
RUN --mount=type=secret,id=one --mount=type=secret,id=two,env=TWO [ "\$(cat /run/secrets/one)" = "\$TWO" ] && $1
END
}

# security.C9: layers, configuration, history, keys, records, logs, temporary files, arguments.
case_c9_a_secret_is_nowhere_after_a_build() {
  fresh_store
  mkdir -p "$work/tmp.c9"
  secret_dockerfile 'echo "plain $TWO"; echo done >/done'
  printf %s "$value" >"$work/secret"
  for progress in plain json; do
    TMPDIR=$work/tmp.c9 cooper_ok build --no-cache --progress $progress --secret "id=one,src=$work/secret" \
      --secret "id=two,src=$work/secret" -o type=oci,dest=image.tar .
    ! grep -qF -- "$value" <<<"$out$err" || fail "the secret was shown"
    err_has 'plain ***'
  done
  nowhere "$store" "$work/tmp.c9" image.tar
  cooper_ok logs
  ! grep -qF -- "$value" <<<"$out" || fail "the secret is in the log"
  grep -qF 'plain ***' <<<"$out" || fail "the log has no output"
}

# security.C9
case_c9_a_secret_is_nowhere_after_a_kill() {
  fresh_store
  mkdir -p "$work/tmp.kill"
  secret_dockerfile 'echo "$TWO" >/tmp/x; rm /tmp/x; echo ready; sleep 300'
  printf %s "$value" >"$work/secret"
  COOPER_ROOT=$store TMPDIR=$work/tmp.kill "$COOPER_BIN" build --progress plain --secret "id=one,src=$work/secret" \
    --secret "id=two,src=$work/secret" . >log 2>&1 &
  local builder=$! try
  for try in $(seq 300); do
    ! grep -q ' ready$' log || break
    kill -0 $builder || fail "the build ended: $(<log)"
    sleep 0.1
  done
  # The names of processes and their arguments, while the step runs.
  ! cat /proc/[0-9]*/cmdline 2>/dev/null | grep -qaFf "$work/secret" || fail "the secret is an argument (try $try)"
  # In the environment of the step alone, and who has it, or is ours, leaves no core file.
  local process seen=0 ours=0
  for process in /proc/[0-9]*; do
    if [ "$(readlink "$process/exe")" = "$(readlink -f "$COOPER_BIN")" ]; then
      ours=$((ours + 1))
      ! grep -qaFf "$work/secret" "$process/environ" || fail "the secret is in the environment of $(tr '\0' ' ' <"$process/cmdline")"
    elif grep -qaFf "$work/secret" "$process/environ"; then
      seen=$((seen + 1))
    else
      continue
    fi
    grep -q '^Max core file size  *0 ' "$process/limits" || fail "core files are allowed: $(tr '\0' ' ' <"$process/cmdline")"
  done 2>/dev/null
  [ "$seen" -ge 1 ] || fail "the step does not have its secret"
  # Without CAP_SYS_PTRACE nobody can look into the builder's processes, so not into their environments.
  [ "$ours" -ge 2 ] || ! readlink /proc/$builder/exe || fail "found $ours processes of the builder"
  kill -KILL $builder
  local status=0
  wait $builder || status=$?
  same "$status" 137 "the end of the build that was killed"
  nothing_left_behind
  ! grep -qF -- "$value" log || fail "the secret was shown"
  nowhere "$store" "$work/tmp.kill"
}

# security.S13: split over writes, over lines of base64, and where a long line is cut.
case_s13_masked_in_pieces() {
  fresh_store
  secret_dockerfile 'printf "%s" "${TWO%-hoop}"; sleep 0.2; echo "-hoop"; printf %s "$TWO" >/v; printf "%65530s%s\n" "" "$TWO"; rm /v'
  printf %s "$value" >"$work/secret"
  cooper_ok build --progress plain --secret "id=one,src=$work/secret" --secret "id=two,src=$work/secret" .
  ! grep -qF -- "$value" <<<"$err" || fail "the secret was shown"
  [ "$(grep -c '\*\*\*' <<<"$err")" -ge 2 ] || fail "nothing is masked"
  ! tr -d '\n' <<<"$err" | grep -qF -- "${value%-hoop}" || fail "a part of the secret was shown"
}

requests() {
  grep -cE '"(GET|HEAD|POST|PUT|PATCH) /v2/[^ ]+' "$servers_folder/registry.log" || true
}

case_a_layer_with_a_token_is_not_published() {
  fresh_store
  start_registry
  dockerfile <<END
FROM base
RUN echo safe >/safe
COPY app /app
END
  mkdir -p app/config
  echo "token = $token" >app/config/deploy.ini
  local before
  before=$(requests)
  cooper_refuses build --progress plain --push -t "$registry_address/team/app:1" .
  err_has "holds a GitHub token in /app/config/deploy.ini" "COPY app /app" "Dockerfile:6" "--allow-secret-in-layer"
  ! grep -qF -- "$token" <<<"$err" || fail "the token was shown"
  same "$(requests)" "$before" "requests of a refused push"
  # Into the store it may go, with a word; from there it is not sent either.
  cooper_ok build --progress plain -t "$registry_address/team/app:1" .
  err_has "warning:" "holds a GitHub token in /app/config/deploy.ini"
  cooper_refuses push "$registry_address/team/app:1"
  err_has "holds a GitHub token in /app/config/deploy.ini"
  same "$(requests)" "$before" "requests of refused pushes"
  cat >docker-bake.json <<JSON
{"target": {"default": {"tags": ["$registry_address/team/app:v1.0.0"]}}}
JSON
  cooper_refuses release -f docker-bake.json v1.0.0
  err_has "holds a GitHub token"
  ! curl -fsS "http://$registry_address/v2/team/app/tags/list" 2>/dev/null | grep -q v1 || fail "a tag was made"
  cooper_refuses build --progress plain --cache-to "type=local,dest=cache" .
  # A copy is no way around: neither out of the store nor out of a layout. Into a layout it may go, with a word.
  before=$(requests)
  cooper_refuses copy "cooper-store:$registry_address/team/app:1" "$registry_address/team/copy:1"
  err_has "holds a GitHub token in /app/config/deploy.ini" "--allow-secret-in-layer"
  cooper_ok copy "cooper-store:$registry_address/team/app:1" oci-layout://copied:1
  err_has "warning: " "holds a GitHub token in /app/config/deploy.ini"
  cooper_refuses copy oci-layout://copied:1 "$registry_address/team/copy:1"
  err_has "holds a GitHub token in /app/config/deploy.ini"
  ! grep -qF -- "$token" <<<"$err" || fail "the token was shown"
  same "$(requests)" "$before" "requests of refused copies"
  # Asked for, it goes.
  cooper_ok push --allow-secret-in-layer "$registry_address/team/app:1"
  cooper_ok build --progress plain --push --allow-secret-in-layer -t "$registry_address/team/app:2" .
  cooper_ok copy --allow-secret-in-layer oci-layout://copied:1 "$registry_address/team/copy:1"
  err_lacks "warning:"
  # What another machine made is copied as it is.
  (
    fresh_store
    cooper_ok copy "$registry_address/team/copy:1" "$registry_address/team/promoted:1"
  )
  # As a base image's it is no affair of the next build's.
  printf 'FROM %s/team/app:2\nLABEL a=b\n' "$registry_address" >Dockerfile
  fresh_store
  cooper_ok build --progress plain --push -t "$registry_address/team/app:3" .
  stop_server registry
  cooper_refuses push --allow-secret-in-layer=1 localhost:1/team/site:1
  err_has "allow-secret-in-layer was given a disallowed" "cooper push --help"
}

# A layer of the cache, made when nobody knew the secret, is looked through for it.
case_the_value_of_a_given_secret() {
  fresh_store
  start_registry
  dockerfile <<END
FROM base
COPY notes /notes
END
  echo "call me $value" >notes
  printf %s "$value" >"$work/secret"
  cooper_ok build --progress plain .
  cooper_refuses build --progress plain --push --secret "id=one,src=$work/secret" -t "$registry_address/team/app:1" .
  err_has "holds the secret 'one' in /notes"
  cooper_ok build --progress plain --push -t "$registry_address/team/none:1" --allow-secret-in-layer .
  # Known without the secret too from then on.
  cooper_refuses push "$registry_address/team/none:1"
  dockerfile <<END
FROM base
ENV VALUE=$value
END
  cooper_refuses build --progress plain --push --secret "id=one,src=$work/secret" -t "$registry_address/team/app:1" .
  err_has "its configuration" "holds the secret 'one'"
  stop_server registry
}

# security.S11 security.S12: the patterns by which act finds commands never match a line.
case_s11_no_output_is_a_command() {
  fresh_store
  dockerfile <<'END'
FROM base
RUN printf '::set-env name=X::y\n::add-mask::a\n::stop-commands::z\n##[error]x\n  ::error::b\r::error::c\n\033]0;title\007\033[2J\302\233\342\200\256end\n\377\n'; false
END
  local progress
  for progress in plain quiet; do
    GITHUB_ACTIONS=true cooper_refuses build --progress $progress .
    ! grep -nE '^[[:space:]]*(::[^ ]|##\[)' <<<"$(tr '\r' '\n' <"$work/err")" || fail "a line is a command ($progress)"
    ! LC_ALL=C grep -n "$(printf '[\001-\010\013-\037\177]')" "$work/err" || fail "control bytes came through ($progress)"
    ! LC_ALL=C grep -n "$(printf '\342\200\256')" "$work/err" || fail "a bidi mark came through ($progress)"
  done
  GITHUB_ACTIONS=true cooper_ok logs
  ! grep -nE '^[[:space:]]*(::[^ ]|##\[)' <<<"$out" || fail "a line of the log is a command"
  grep -qF 'set-env name=X' <<<"$out" || fail "the log lacks the line"
}

run_cases
