#!/usr/bin/env bash
# One build: instructions, stages, mounts, outputs, and the cache.
. "$(dirname "$0")/lib.sh"

# The file system of an image as a folder: image_files FOLDER BUILD-ARGUMENTS...
image_files() {
  local folder=$1
  shift
  cooper_ok build --progress plain --output "type=local,dest=$folder" "$@"
}

case_first_build() {
  dockerfile <<'END'
FROM base
ARG NAME=nobody
ENV GREETING="hello $NAME"
WORKDIR /srv/app
RUN echo "$GREETING" > greeting; id -u > id
COPY <<EOF notes.txt
for ${NAME}
EOF
USER web
RUN id -u > /tmp/web-id
LABEL a=b c="d e"
EXPOSE 8080
CMD ["cat", "greeting"]
END
  image_files files --build-arg NAME=world .
  same "$(<files/srv/app/greeting)" "hello world"
  same "$(<files/srv/app/id)" 0
  same "$(<files/srv/app/notes.txt)" "for world"
  same "$(<files/tmp/web-id)" 1000
  [ ! -e files/etc/resolv.conf ] || fail "resolv.conf was committed"
  [ ! -e files/proc/version ] || fail "/proc was committed"
  nothing_left_behind
}

case_second_build_executes_nothing() {
  fresh_store
  dockerfile <<'END'
FROM base
COPY data/ /data/
RUN echo executed-now; cat /data/a
END
  mkdir data
  echo one >data/a
  cooper_ok build -t again:1 --progress plain .
  local first=$out
  grep -q executed-now <<<"$err" || fail "the step did not run"
  cooper_ok build -t again:1 --progress plain .
  same "$out" "$first"
  ! grep -qE '(^|[ |])executed-now$' <<<"$err" || fail "the step ran again"
  echo two >data/a
  cooper_ok build -t again:1 --progress plain .
  [ "$out" != "$first" ] || fail "a changed file did not change the image"
  grep -qE '(^|[ |])two$' <<<"$err" || fail "the step did not see the change"
  cooper_ok build --no-cache --progress plain .
  grep -qE '(^|[ |])executed-now$' <<<"$err" || fail "--no-cache did not run the step"
}

case_unchanged_files_are_not_read() {
  command -v strace >/dev/null || { echo "skipped: strace is not installed" && return 0; }
  fresh_store
  dockerfile <<'END'
FROM base
COPY data/ /data/
END
  mkdir data
  local n
  for n in $(seq 50); do echo "$n" >"data/watched-$n"; done
  touch -d '1 hour ago' data/*
  sleep 1.1
  cooper_ok build .
  cooper_ok build .
  COOPER_ROOT=$store strace -f -qq -e trace=open,openat,openat2,fsync -o "$work/trace" "$COOPER_BIN" build . \
    >"$work/out" 2>"$work/err" || fail "strace"
  ! grep 'watched-' "$work/trace" | grep -v O_PATH | grep -q . || fail "context files were opened: $(grep -c watched- "$work/trace")"
  ! grep -q fsync "$work/trace" || fail "what is on the disk was flushed again"
}

case_unreachable_stages_are_not_built() {
  dockerfile <<'END'
FROM base AS unused
RUN exit 9
FROM base AS app
RUN echo app > /role
FROM base AS other
RUN exit 8
END
  image_files files --target app .
  same "$(<files/role)" app
}

case_mounts() {
  fresh_store
  dockerfile <<'END'
FROM base AS data
RUN mkdir /shared && echo from-data > /shared/x
FROM base
RUN --mount=type=cache,target=/cache echo one >> /cache/log
RUN --mount=type=cache,target=/cache echo two >> /cache/log; cat /cache/log > /log
RUN --mount=type=bind,from=data,source=/shared,target=/in cat /in/x > /bound
RUN --mount=type=bind,target=/context cat /context/file > /from-context
RUN --mount=type=tmpfs,target=/scratch echo x > /scratch/x; ls /scratch > /scratch-listing
RUN --mount=type=secret,id=token cat /run/secrets/token | sha256sum > /token-sum
RUN --mount=type=secret,id=token,env=TOKEN echo "$TOKEN" | sha256sum > /token-variable-sum
END
  echo context >file
  printf 'very secret' >token
  image_files files --secret id=token,src=token .
  same "$(cat files/log)" "one
two"
  same "$(<files/bound)" from-data
  same "$(<files/from-context)" context
  same "$(<files/token-sum)" "$(printf 'very secret' | sha256sum)"
  same "$(<files/token-variable-sum)" "$(echo 'very secret' | sha256sum)"
  same "$(<files/scratch-listing)" x
  ! grep -rqF 'very secret' files "$store" || fail "the secret was kept"
  [ ! -e files/cache/log ] || fail "the cache mount was committed"
  nothing_left_behind
}

case_named_context() {
  mkdir lib
  echo from-lib >lib/x
  dockerfile <<'END'
FROM base
COPY --from=lib /x /x
END
  image_files files --build-context lib=./lib .
  same "$(<files/x)" from-lib
}

case_image_as_context() {
  dockerfile <<'END'
FROM base
RUN echo one > /one
END
  cooper_ok build --output type=oci,dest=one.tar,tar=true .
  mkdir layout
  tar -C layout -xf one.tar
  printf 'FROM one\nRUN cat /one > /two\n' >Dockerfile
  rm -rf rootfs
  image_files files --build-context one=oci-layout://"$PWD"/layout .
  same "$(<files/two)" one
}

case_outputs() {
  local config
  fresh_store
  dockerfile <<'END'
FROM base
RUN echo x > /x
CMD ["/bin/cat", "/x"]
END
  cooper_ok build -t outputs:1 --iidfile id --metadata-file meta.json --output type=docker,dest=docker.tar .
  grep -qE '^sha256:[0-9a-f]{64}$' id || fail "iidfile: $(cat id)"
  same "$(jq -r '."containerimage.digest" | test("^sha256:[0-9a-f]{64}$")' meta.json)" true
  mkdir docker
  tar -C docker -xf docker.tar
  config=$(jq -r '.[0].Config' docker/manifest.json)
  same "$(jq -c '.config.Cmd' "docker/$config")" '["/bin/cat","/x"]'
  cooper_ok build --output type=tar,dest=files.tar .
  tar -tf files.tar | grep -qE '^(\./)?x$' || fail "the tar output lacks /x"
  cooper_ok build --output type=oci,dest=oci.tar .
  mkdir oci
  tar -C oci -xf oci.tar
  same "$(jq -r .imageLayoutVersion oci/oci-layout)" 1.0.0
  if command -v skopeo >/dev/null; then
    skopeo inspect oci:"$PWD"/oci >/dev/null || fail "skopeo cannot read the oci output"
    skopeo inspect docker-archive:"$PWD"/docker.tar >/dev/null || fail "skopeo cannot read the docker output"
  fi
}

case_dockerfile_from_stdin() {
  printf 'FROM scratch\nCOPY a /a\n' >../stdin.Dockerfile
  echo a >a
  status=0
  cooper build -f - --output type=local,dest=files . <../stdin.Dockerfile >"$work/out" 2>"$work/err" || status=$?
  err=$(<"$work/err")
  same "$status" 0
  same "$(<files/a)" a
}

case_deletions_and_replacements() {
  dockerfile <<'END'
FROM base
RUN mkdir -p /d/keep /d/gone && touch /d/keep/a /d/gone/b /f
RUN rm -r /d/gone /f && mkdir /f && touch /f/inside && rm -r /d/keep && mkdir /d/keep && touch /d/keep/new
END
  image_files files .
  same "$(cd files && find d f | sort | tr '\n' ' ')" "d d/keep d/keep/new f f/inside "
}

case_stdout_is_the_digest() {
  printf 'FROM scratch\nLABEL a=b\n' >Dockerfile
  cooper_ok build .
  grep -qE '^sha256:[0-9a-f]{64}$' <<<"$out" || fail "stdout is '$out'"
  cooper_ok build --progress quiet .
  same "$(wc -l <"$work/err")" 0 "lines on stderr with --progress quiet"
}

case_json_progress() {
  dockerfile <<'END'
FROM base
RUN echo for-json
END
  cooper_ok build --no-cache --progress json .
  while read -r line; do
    jq -e 'type == "object"' >/dev/null <<<"$line" || fail "not an object: $line"
  done <<<"$err"
}

# The step signs with the key of a private agent, and with that of an agent that runs; it changes neither.
case_ssh_agents() {
  mkdir -p tools/bin
  cp "$(command -v ssh-add)" "$(command -v ssh-keygen)" tools/bin
  ldd "$(command -v ssh-add)" "$(command -v ssh-keygen)" | grep -o '/[^ :]*' | sort -u | while read -r library; do
    mkdir -p "tools$(dirname "$library")"
    cp -L "$library" "tools$library"
  done
  echo 'root:x:0:0::/:/bin/sh' >passwd
  ssh-keygen -q -t ed25519 -N '' -C private -f key
  ssh-keygen -q -t ed25519 -N '' -C running -f other
  ssh-keygen -q -t ed25519 -N secret -f locked
  chmod 644 key
  dockerfile <<'END'
FROM scratch
COPY tools /
COPY passwd /etc/
COPY other.pub /key.pub
RUN --mount=type=ssh ["ssh-add", "-L"]
RUN --mount=type=ssh,id=running ["ssh-add", "-D"]
RUN --mount=type=ssh,id=running ["ssh-add", "-T", "/key.pub"]
END
  eval "$(ssh-agent -s)" >/dev/null
  ssh-add -q other
  local agent=$SSH_AUTH_SOCK
  cooper_run build --progress plain --ssh default=key --ssh running="$agent" .
  err_has " private" "remove all identities"
  sed -i '/"-D"/d' Dockerfile
  cooper_run build --progress plain --ssh default=key --ssh running .
  ssh-agent -k >/dev/null
  unset SSH_AUTH_SOCK SSH_AGENT_PID
  [ "$status" -eq 0 ] || fail "the key of the running agent does not sign"
  cooper_refuses build --no-cache --ssh default=locked .
  err_has "'locked'" "passphrase" "--> Dockerfile:"
  cooper_refuses build --ssh default .
  err_has "SSH_AUTH_SOCK is not set"
  cooper_refuses build --ssh default=passwd .
  err_has "it is no private key"
  nothing_left_behind
}

run_cases
