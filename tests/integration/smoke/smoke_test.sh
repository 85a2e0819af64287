#!/usr/bin/env bash
# cooper smoke on small images of busybox: each kind of step, sidecars, failures, and what is left behind.
. "$(dirname "$0")/../../e2e/lib.sh"

# image NAME [INSTRUCTIONS on stdin]: an image of busybox with a script /bin/serve, which answers on port 8080
# and ends on SIGQUIT after a word.
image() {
  mkdir -p "$work/context"
  cp "$(command -v busybox)" "$work/context/busybox"
  cat >"$work/context/serve" <<'END'
#!/bin/sh
trap 'echo finishing; sleep 0.2; echo finished; exit 0' QUIT
httpd -f -p 127.0.0.1:8080 -h /www &
echo started > /proc/self/fd/1
while :; do sleep 1 & wait $!; done
END
  chmod 0755 "$work/context/serve"
  {
    cat <<'END'
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p /www/deep /tmp /etc && chmod 1777 /tmp && \
    printf 'root:x:0:0::/:/bin/sh\nwww:x:33:33::/www:/bin/sh\n' > /etc/passwd && \
    echo '<link rel="stylesheet" href="/deep/a.css"><h1>hello</h1>' > /www/index.html && \
    echo '<script src="missing.js"></script>' > /www/bad.html && echo 'h1 {}' > /www/deep/a.css
COPY serve /bin/serve
END
    cat
  } >"$work/context/Dockerfile"
  cooper_ok build -q -t "$1" "$work/context"
}

web_image() {
  image "test/web:$1" <<'END'
USER www
WORKDIR /www
ENV COLOR=red SHAPE=round
STOPSIGNAL SIGQUIT
CMD ["/bin/serve"]
END
}

# steps JSON...: ./smoke.json with one target of these steps.
steps() {
  local IFS=,
  printf '{"targets": {"app": {"steps": [%s]}}}' "$*" >smoke.json
}

refused_with() {
  cooper_run smoke test/web:app-v1
  same "$status" 1 "exit status"
  grep -qF -- "$1" <<<"$out$err" || fail "neither stdout nor stderr has '$1'"
  nothing_left_behind
}

case_every_kind_of_step() {
  web_image app-v1
  cat >smoke.json <<'END'
{"targets": {"app": {"env": {"COLOR": "blue"}, "steps": [
  {"wait_output": {"regex": "^started$", "timeout": 20}},
  {"wait_http": {"url": "http://127.0.0.1:8080/", "timeout": 20}},
  {"http": {"url": "http://127.0.0.1:8080/", "host": "site.test", "expect_body": "<h1>hello", "fetch_assets": true}},
  {"http": {"url": "http://127.0.0.1:8080/nothing", "expect_status": 404}},
  {"exec": ["sh", "-c", "echo $COLOR $SHAPE; id -u; pwd"], "expect_output": "^blue round$"},
  {"exec": ["id", "-u"], "expect_output": "^33$"},
  {"exec": ["false"], "expect_exit": 1},
  {"stay": 0.2},
  {"signal": "stop"},
  {"wait_output": {"regex": "^finished$"}},
  {"expect_exit": 0}
]}}}
END
  cooper_ok smoke test/web:app-v1
  grep -q '^passed' <<<"$out" || fail "no verdict"
  same "$(grep -c '^ok ' <<<"$out")" 12 "steps that held"
  cooper_ok smoke --json test/web:app-v1
  same "$(jq -r '.passed, (.steps | length), .digest' <<<"$out" | head -2 | xargs)" "true 12"
  nothing_left_behind
}

case_without_a_file_it_starts_stays_and_stops() {
  web_image app-v1
  cooper_ok smoke test/web:app-v1
  grep -q 'still runs after 2000 ms' <<<"$out" || fail "it did not stay"
  image test/short:1 <<<'CMD ["true"]'
  cooper_run smoke test/short:1
  same "$status" 1
  grep -q 'ended with status 0' <<<"$out" || fail "the end was not noticed"
}

case_failures_are_told() {
  web_image app-v1
  steps '{"exec": ["sh", "-c", "echo why; exit 3"]}'
  refused_with "status 3 instead of status 0; it said 'why'"
  steps '{"wait_http": {"url": "http://127.0.0.1:8081/", "timeout": 0.5}}'
  refused_with "FAILED  wait for GET http://127.0.0.1:8081/"
  steps '{"wait_http": {"url": "http://127.0.0.1:8080/"}}' \
    '{"http": {"url": "http://127.0.0.1:8080/bad.html", "fetch_assets": true}}'
  refused_with "/missing.js answers 404"
  steps '{"wait_output": {"regex": "never", "timeout": 0.5}}'
  refused_with "no line matches"
  steps '{"wait_output": {"regex": "started"}}' '{"signal": "KILL"}' '{"expect_exit": 0}'
  refused_with "signal SIGKILL"
  steps '{"exec": ["sleep", "60"], "timeout": 0.5}'
  refused_with "did not end within"
  grep -q '| started' <<<"$err" || fail "the last lines of the container are missing"
}

case_programs_of_the_host_and_other_images_beside_it() {
  web_image app-v1
  image test/proxy:1 <<<'CMD ["sh", "-c", "cat /conf/word > /tmp/word; exec httpd -f -p 127.0.0.1:9090 -h /public"]'
  cooper_ok build -q -t test/proxy:2 --output "type=oci,tar=false,dest=$PWD/layout" "$work/context"
  mkdir conf redis
  echo from-the-host >conf/word
  cat >smoke.json <<'END'
{"targets": {"app": {
  "sidecars": [
    {"name": "redis", "host_command": ["redis-server", "--bind", "127.0.0.1", "--save", "", "--dir", "@PWD@/redis"], "ready_port": 6379},
    {"name": "proxy", "image": "registry.invalid/proxy:1", "ready_port": 9090,
     "mounts": [{"from_main": "/www", "target": "/public"}, {"host": "conf", "target": "/conf"}]}],
  "steps": [
    {"http": {"url": "http://127.0.0.1:9090/deep/a.css", "expect_body": "h1"}},
    {"exec": ["sh", "-c", "echo PING | nc -w 1 127.0.0.1 6379"], "expect_output": "PONG"},
    {"exec": ["ip", "link"], "expect_output": "lo"}
  ]}}}
END
  sed -i "s#@PWD@#$PWD#" smoke.json
  cooper_ok smoke --build-context "registry.invalid/proxy:1=oci-layout://$PWD/layout" test/web:app-v1
  nothing_left_behind
  # Other tests may have one too: ours is in our folder.
  [ -z "$(pgrep -f 'redis-server 127.0.0.1:6379' -r R,S | while read -r pid; do
    [ "$(readlink "/proc/$pid/cwd")" != "$PWD/redis" ] || echo "$pid"; done)" ] || fail "a redis is left"

  sed -i 's/redis-server/no-such-server/' smoke.json
  cooper_run smoke --build-context "registry.invalid/proxy:1=oci-layout://$PWD/layout" test/web:app-v1
  same "$status" 1
  grep -q 'not installed' <<<"$out" || fail "the missing program was not named"
  nothing_left_behind
}

case_a_sidecar_that_ends_is_noticed() {
  web_image app-v1
  image test/dies:1 <<<'CMD ["sh", "-c", "echo oh no; exit 4"]'
  cat >smoke.json <<'END'
{"targets": {"app": {"sidecars": [{"name": "helper", "image": "test/dies:1"}],
  "steps": [{"wait_http": {"url": "http://127.0.0.1:1/", "timeout": 30}}]}}}
END
  refused_with "sidecar helper ended with status 4"
  grep -q '| oh no' <<<"$err" || fail "what it said is missing"
}

case_a_read_only_root_with_a_place_to_write() {
  web_image app-v1
  cat >smoke.json <<'END'
{"targets": {"app": {"read_only": true, "mounts": [{"scratch": true, "target": "/tmp"}],
  "steps": [{"exec": ["sh", "-c", "echo x > /tmp/x && cat /tmp/x && ! echo y > /www/y"]}]}}}
END
  cooper_ok smoke test/web:app-v1
}

case_a_bake_target_is_its_image_in_the_store() {
  web_image app-v1
  cat >docker-bake.json <<'END'
{"target": {"app": {"tags": ["test/web:app-v1"]}, "other": {"tags": ["test/absent:1"]}}}
END
  cooper_ok smoke app
  cooper_refuses smoke other
  err_has "the store has no image" "cooper bake other"
}

case_bad_input() {
  web_image app-v1
  steps '{"signal": "stop", "wiat": 1}'
  cooper_refuses smoke test/web:app-v1
  err_has "targets.app.steps[0].wiat is not known"
  steps '{"signal": "stop"}'
  cooper_refuses smoke --role ap test/web:app-v1
  err_has "did you mean 'app'"
  cooper_refuses smoke -f absent.json test/web:app-v1
  cooper_refuses smoke --build-context x:1=./dir --role app oci-layout:///absent
  printf '{"targets": {"app": {"sidecars": [{"name": "x", "image": "x:1"}], "steps": [{"stay": 1}]}}}' >smoke.json
  cooper_refuses smoke --build-context x:1=./dir test/web:app-v1
  err_has "a sidecar needs an image"
}

case_an_interrupt_leaves_nothing() {
  local signal pid
  web_image app-v1
  steps '{"exec": ["sleep", "1000"], "timeout": 1000}'
  for signal in INT TERM KILL; do
    COOPER_ROOT=$store "$COOPER_BIN" smoke test/web:app-v1 >out 2>err &
    pid=$!
    for _ in $(seq 100); do
      ! pgrep -P "$pid" >/dev/null || break
      sleep 0.05
    done
    sleep 1
    kill "-$signal" "$pid"
    status=0
    wait "$pid" 2>/dev/null || status=$?
    [ "$status" -gt 128 ] || fail "exit status $status after SIG$signal: $(<err)"
    nothing_left_behind
  done
}

run_cases
