# shellcheck shell=bash disable=SC2034  # the variables are for the caller
# Real servers for tests and for the demo: loopback only, a free port, a data folder of their own.
#
#   . tests/support/servers.sh
#   servers_begin FOLDER           everything (data, configurations, logs) goes below FOLDER
#   trap servers_end EXIT          stops what was started, by process id
#   start_registry [NAME] [--auth USER:PASSWORD] [--read-only]
#                                  Debian's docker-registry, deletions enabled; sets registry_address
#                                  (127.0.0.1:PORT) and registry_data
#   start_redis [NAME]             nothing is saved; sets redis_port
#   stop_server NAME               stops one before the end
#
# A server also ends with the shell that started it, however that ends, unless servers_outlive=yes was set
# before it was started.
# Each function returns non-zero after printing why, with the server's own log.

registry_address=""
registry_data=""
redis_port=""
servers_folder=""
servers_outlive=${servers_outlive:-no}

servers_begin() {
  servers_folder=$1
  mkdir -p "$servers_folder/pids"
}

servers_end() {
  local file
  [ -n "$servers_folder" ] || return 0
  for file in "$servers_folder"/pids/*; do
    if [ -e "$file" ]; then
      stop_server "$(basename "$file")"
    fi
  done
}

stop_server() {
  local pid try
  [ -e "$servers_folder/pids/$1" ] || return 0
  pid=$(<"$servers_folder/pids/$1")
  rm -f "$servers_folder/pids/$1"
  kill -TERM "$pid" 2>/dev/null || return 0
  for try in $(seq 50); do
    if ! kill -0 "$pid" 2>/dev/null; then
      break
    fi
    if [ "$try" -eq 50 ]; then
      kill -KILL "$pid" 2>/dev/null || true
    fi
    sleep 0.1
  done
  wait "$pid" 2>/dev/null || true
}

# A port that nothing uses now. Somebody else may take it before the server does: the callers try again.
_free_port() {
  python3 -c 'import socket
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])'
}

# _await PID COMMAND...: until COMMAND succeeds; fails when the process has ended or after 15 s.
_await() {
  local pid=$1 try
  shift
  for try in $(seq 150); do
    if ! kill -0 "$pid" 2>/dev/null; then
      return 1
    fi
    if "$@" >/dev/null 2>&1; then
      # The answer may be another server's that took the port first; ours has ended then.
      sleep 0.05
      kill -0 "$pid" 2>/dev/null && return 0
      return 1
    fi
    sleep 0.1
  done
  echo "no answer after $((try / 10)) s" >&2
  return 1
}

# _start NAME CONFIGURE ANSWERS COMMAND...: tries five ports. CONFIGURE and ANSWERS are called with the
# port; the word PORT in COMMAND stands for it. Sets _port.
_start() {
  local name=$1 configure=$2 answers=$3 try pid log leash=(setpriv --pdeathsig KILL --)
  shift 3
  if [ "$servers_outlive" = yes ]; then
    leash=(setsid)
  fi
  log=$servers_folder/$name.log
  for try in 1 2 3 4 5; do
    _port=$(_free_port) || return 1
    "$configure" "$_port" || return 1
    "${leash[@]}" "${@//PORT/$_port}" >"$log" 2>&1 </dev/null &
    pid=$!
    if _await "$pid" "$answers" "$_port"; then
      echo "$pid" >"$servers_folder/pids/$name"
      return 0
    fi
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  echo "cannot start $name after $try tries; its log:" >&2
  tail -n 20 "$log" >&2
  return 1
}

_registry_config() {
  cat >"$_registry_folder/config.yml" <<CONFIG
version: 0.1
log:
  level: warn
storage:
  filesystem:
    rootdirectory: $_registry_folder/data
  delete:
    enabled: true
  maintenance:
    uploadpurging:
      enabled: false
    readonly:
      enabled: $_registry_read_only
http:
  addr: 127.0.0.1:$1
  secret: loopback-only
CONFIG
  if [ -n "$_registry_auth" ]; then
    # The hash is bcrypt, the only form that the registry reads.
    COOPER_PASSWORD=${_registry_auth#*:} perl -e '
      my $user = shift;
      print "$user:", crypt($ENV{COOPER_PASSWORD}, q{$2b$05$} . "abcdefghijklmnopqrstuu"), "\n"' \
      "${_registry_auth%%:*}" >"$_registry_folder/htpasswd"
    cat >>"$_registry_folder/config.yml" <<CONFIG
auth:
  htpasswd:
    realm: cooper-test
    path: $_registry_folder/htpasswd
CONFIG
  fi
}

_registry_answers() {
  local status
  status=$(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' "http://127.0.0.1:$1/v2/")
  [ "$status" = 200 ] || [ "$status" = 401 ]
}

start_registry() {
  local name=registry
  _registry_auth="" _registry_read_only=false
  while [ $# -gt 0 ]; do
    case $1 in
      --auth) _registry_auth=$2 && shift ;;
      --read-only) _registry_read_only=true ;;
      *) name=$1 ;;
    esac
    shift
  done
  _registry_folder=$servers_folder/$name
  mkdir -p "$_registry_folder/data"
  _start "$name" _registry_config _registry_answers \
    env OTEL_TRACES_EXPORTER=none docker-registry serve "$_registry_folder/config.yml" || return 1
  registry_address=127.0.0.1:$_port
  registry_data=$_registry_folder/data
}

_redis_answers() {
  [ "$(redis-cli -h 127.0.0.1 -p "$1" ping 2>/dev/null)" = PONG ]
}

start_redis() {
  local name=${1:-redis}
  mkdir -p "$servers_folder/$name"
  _start "$name" : _redis_answers redis-server --bind 127.0.0.1 --port PORT --save "" \
    --appendonly no --dir "$servers_folder/$name" --daemonize no || return 1
  redis_port=$_port
}
