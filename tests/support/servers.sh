# shellcheck shell=bash disable=SC2034  # the variables are for the caller
# Real servers for tests and for the demo: loopback only, a free port, a data folder of their own.
#
#   . tests/support/servers.sh
#   servers_begin FOLDER           everything (data, configurations, logs) goes below FOLDER
#   trap servers_end EXIT          stops what was started, by process id
#   start_registry [NAME] [--auth USER:PASSWORD] [--read-only] [--tls] [--disk SIZE]
#                                  Debian's docker-registry, deletions enabled; sets registry_address
#                                  (127.0.0.1:PORT) and registry_data. --tls: https with HTTP/2, for
#                                  clients with a certificate only; sets registry_certificates, a folder
#                                  with ca.crt, client.cert and client.key. --disk: its disk has SIZE
#                                  (3M), and its data is in no folder of ours
#   start_gitea [NAME] [--tls]     real Gitea (see build-gitea), with Actions; sets gitea_address, gitea_user,
#                                  gitea_password, gitea_token (may write packages of gitea_user and of
#                                  the organization "team"), gitea_read_token and gitea_stranger_token (of
#                                  a user who may write nothing there). --tls: https; sets gitea_authority,
#                                  the certificate to trust. Returns 77 where it cannot be built
#   start_s3 [NAME]                a real S3 server (see build-s3) with the bucket "builds"; sets s3_endpoint,
#                                  s3_access_key and s3_secret_key. Returns 77 where it cannot be built
#   start_redis [NAME]             nothing is saved; sets redis_port
#   start_sshd [NAME]              Debian's sshd; it lets root in with the key "allowed" of sshd_folder alone ("stranger"
#                                  is another). Sets sshd_address (ssh://root@127.0.0.1:PORT) and sshd_folder.
#                                  Returns 77 where it is not installed, or for somebody who is not root
#   start_fault_proxy NAME TARGET [--tls]
#                                  a proxy before a registry that plays faults (fault_proxy.go says which
#                                  and how); sets proxy_address and proxy_folder. --tls: https with
#                                  HTTP/2, with the certificates of a registry started with --tls.
#                                  Returns 77 where there is no Go
#   stop_server NAME               stops one before the end
#
# A server also ends with the shell that started it, however that ends, unless servers_outlive=yes was set
# before it was started.
# Each function returns non-zero after printing why, with the server's own log.

registry_address=""
registry_data=""
registry_certificates=""
gitea_address=""
gitea_authority=""
gitea_user=cooper
gitea_password=staves-of-oak
gitea_token=""
gitea_read_token=""
gitea_stranger_token=""
s3_endpoint=""
s3_access_key=stave
s3_secret_key=hoops-and-staves
redis_port=""
sshd_address=""
sshd_folder=""
proxy_address=""
proxy_folder=""
servers_folder=""
servers_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
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
  for try in $(seq 100); do
    if ! kill -0 "$pid" 2>/dev/null; then
      break
    fi
    if [ "$try" -eq 100 ]; then
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

# _await PID COMMAND...: until COMMAND succeeds; fails when the process has ended or after a minute.
_await() {
  local pid=$1 try
  shift
  for try in $(seq 600); do
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
  if [ -n "$_registry_tls" ]; then
    cat >>"$_registry_folder/config.yml" <<CONFIG
  tls:
    certificate: $_registry_tls/server.crt
    key: $_registry_tls/server.key
    clientcas: [$_registry_tls/ca.crt]
CONFIG
  fi
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

# An authority, and a certificate of the server and one of a client that it vouches for.
_make_certificates() {
  local folder=$1
  mkdir -p "$folder"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=cooper-test-authority \
    -keyout "$folder/ca.key" -out "$folder/ca.crt" 2>/dev/null || return 1
  _certify "$folder" server.crt server.key "subjectAltName=IP:127.0.0.1,DNS:localhost" || return 1
  _certify "$folder" client.cert client.key "extendedKeyUsage=clientAuth"
}

_certify() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout "$1/$3" \
    -out "$1/request.csr" 2>/dev/null &&
    openssl x509 -req -in "$1/request.csr" -CA "$1/ca.crt" -CAkey "$1/ca.key" -CAcreateserial -days 2 \
      -extfile <(echo "$4") -out "$1/$2" 2>/dev/null
}

_registry_answers() {
  local status
  if [ -n "$_registry_tls" ]; then
    curl -s --noproxy '*' --cacert "$_registry_tls/ca.crt" --cert "$_registry_tls/client.cert" \
      --key "$_registry_tls/client.key" -f "https://127.0.0.1:$1/v2/"
    return
  fi
  status=$(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' "http://127.0.0.1:$1/v2/")
  [ "$status" = 200 ] || [ "$status" = 401 ]
}

start_registry() {
  local name=registry
  local disk=()
  _registry_auth="" _registry_read_only=false _registry_tls=""
  while [ $# -gt 0 ]; do
    case $1 in
      --auth) _registry_auth=$2 && shift ;;
      --read-only) _registry_read_only=true ;;
      --tls) _registry_tls=yes ;;
      --disk) disk=("$2") && shift ;;
      *) name=$1 ;;
    esac
    shift
  done
  _registry_folder=$servers_folder/$name
  mkdir -p "$_registry_folder/data"
  if [ -n "$_registry_tls" ]; then
    _registry_tls=$_registry_folder/certificates
    _make_certificates "$_registry_tls" || return 1
  fi
  if [ ${#disk[@]} -gt 0 ]; then
    # A mount of its own, which goes when it goes. The words after the script are its $0, $1, ...
    # shellcheck disable=SC2016
    disk=(unshare --mount --map-root-user sh -c 'mount -t tmpfs -o "size=$0" none "$1" && shift && exec "$@"'
      "${disk[0]}" "$_registry_folder/data")
  fi
  _start "$name" _registry_config _registry_answers \
    "${disk[@]}" env OTEL_TRACES_EXPORTER=none docker-registry serve "$_registry_folder/config.yml" || return 1
  registry_address=127.0.0.1:$_port
  registry_data=$_registry_folder/data
  registry_certificates=$_registry_tls
}

_gitea_config() {
  local root=false scheme=http
  if [ -n "$gitea_authority" ]; then
    scheme=https
  fi
  if [ "$(id -u)" = 0 ]; then
    root=true # else it does not start
  fi
  cat >"$_gitea_folder/app.ini" <<CONFIG
RUN_USER = $(id -un)
RUN_MODE = prod
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = $root
WORK_PATH = $_gitea_folder

[server]
PROTOCOL = $scheme
CERT_FILE = $_gitea_folder/certificates/server.crt
KEY_FILE = $_gitea_folder/certificates/server.key
HTTP_ADDR = 127.0.0.1
HTTP_PORT = $1
ROOT_URL = $scheme://127.0.0.1:$1/
STATIC_ROOT_PATH = $_gitea_static
DISABLE_SSH = true
OFFLINE_MODE = true

[database]
DB_TYPE = sqlite3
PATH = $_gitea_folder/gitea.db

[security]
INSTALL_LOCK = true
SECRET_KEY = loopback-only
INTERNAL_TOKEN = loopback-only
PASSWORD_HASH_ALGO = pbkdf2_v1

[oauth2]
ENABLED = false

[log]
MODE = console
LEVEL = warn

[indexer]
ISSUE_INDEXER_TYPE = db

[queue]
TYPE = channel

[actions]
ENABLED = true

[cron]
ENABLED = false
CONFIG
}

_gitea_answers() {
  gitea_api GET "$1" /version
}

# gitea_api METHOD PORT PATH [CURL-ARGUMENTS...]: a call of its REST API, with the token gitea_api_token if that is set.
gitea_api() {
  local method=$1 url=http://127.0.0.1:$2/api/v1$3 arguments=(-s --noproxy '*' -f -X "$1")
  shift 3
  if [ -n "$gitea_authority" ]; then
    url=https${url#http}
    arguments+=(--cacert "$gitea_authority")
  fi
  if [ -n "${gitea_api_token:-}" ]; then
    arguments+=(-H "Authorization: token $gitea_api_token")
  fi
  curl "${arguments[@]}" -H 'Content-Type: application/json' "$@" "$url"
}

_gitea_admin() {
  env HOME="$_gitea_folder" "$_gitea_program" "$@" --config "$_gitea_folder/app.ini" 2>>"$_gitea_folder/admin.log"
}

_gitea_token() {
  _gitea_admin admin user generate-access-token --raw --username "$1" --token-name "$2" --scopes "$3"
}

_gitea_people() {
  _gitea_admin migrate >/dev/null &&
    _gitea_admin admin user create --username "$gitea_user" --password "$gitea_password" \
      --email cooper@example.invalid --must-change-password=false >/dev/null &&
    _gitea_admin admin user create --username stranger --password "$gitea_password" \
      --email stranger@example.invalid --must-change-password=false >/dev/null &&
    gitea_token=$(_gitea_token "$gitea_user" write write:package) &&
    gitea_read_token=$(_gitea_token "$gitea_user" read read:package) &&
    gitea_stranger_token=$(_gitea_token stranger write write:package) &&
    _gitea_setup_token=$(_gitea_token "$gitea_user" setup write:organization,write:repository)
}

start_gitea() {
  local name=gitea tls="" made
  while [ $# -gt 0 ]; do
    case $1 in
      --tls) tls=yes ;;
      *) name=$1 ;;
    esac
    shift
  done
  made=$("$servers_here/build-gitea") || return
  _gitea_program=$made/gitea _gitea_static=$made/static
  _gitea_folder=$servers_folder/$name
  mkdir -p "$_gitea_folder"
  gitea_authority=""
  if [ -n "$tls" ]; then
    _make_certificates "$_gitea_folder/certificates" || return 1
    gitea_authority=$_gitea_folder/certificates/ca.crt
  fi
  _gitea_config 0
  if ! _gitea_people; then
    echo "cannot set up $name:" >&2
    tail -n 20 "$_gitea_folder/admin.log" >&2
    return 1
  fi
  _start "$name" _gitea_config _gitea_answers \
    env HOME="$_gitea_folder" "$_gitea_program" web --config "$_gitea_folder/app.ini" || return 1
  gitea_address=127.0.0.1:$_port
  gitea_api_token=$_gitea_setup_token gitea_api POST "$_port" /orgs -o /dev/null -d '{"username":"team"}'
}

_s3_answers() {
  [ "$(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' "http://127.0.0.1:$1/builds")" = 400 ]
}

start_s3() {
  local name=${1:-s3} program
  program=$("$servers_here/build-s3") || return
  _start "$name" true _s3_answers "$program" 127.0.0.1:PORT "$s3_access_key" "$s3_secret_key" builds || return 1
  s3_endpoint=http://127.0.0.1:$_port
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

_sshd_answers() {
  ssh-keyscan -T 2 -p "$1" 127.0.0.1 2>/dev/null | grep -q ssh-ed25519
}

start_sshd() {
  local name=${1:-sshd} key
  if [ ! -x /usr/sbin/sshd ] || [ "$(id -u)" != 0 ]; then
    return 77
  fi
  sshd_folder=$servers_folder/$name
  mkdir -p "$sshd_folder" /run/sshd
  for key in host allowed stranger; do
    ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$sshd_folder/$key"
  done
  cat >"$sshd_folder/config" <<CONFIG
ListenAddress 127.0.0.1
HostKey $sshd_folder/host
AuthorizedKeysFile $sshd_folder/allowed.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
PidFile none
CONFIG
  _start "$name" : _sshd_answers /usr/sbin/sshd -D -e -p PORT -f "$sshd_folder/config" || return 1
  sshd_address=ssh://root@127.0.0.1:$_port
}

_proxy_answers() {
  [ -s "$proxy_folder/port" ]
}

# The program, made once; whoever comes meanwhile makes it too, and one of them stays.
_fault_proxy_program() {
  local go cache made
  go=$(command -v go || true)
  [ -n "$go" ] || go=/usr/local/go/bin/go
  [ -x "$go" ] || return 77
  cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/cooper-tests
  made=$cache/fault-proxy-$(sha256sum <"$servers_here/fault_proxy.go" | cut -c1-12)
  if [ ! -x "$made" ]; then
    mkdir -p "$cache"
    GOFLAGS="" GO111MODULE=off CGO_ENABLED=0 "$go" build -o "$made.$$" "$servers_here/fault_proxy.go" >&2 || return 1
    mv "$made.$$" "$made"
  fi
  echo "$made"
}

start_fault_proxy() {
  local name=$1 target=$2 tls=() program
  program=$(_fault_proxy_program) || return
  proxy_folder=$servers_folder/$name
  mkdir -p "$proxy_folder"
  [ "${3:-}" != --tls ] || tls=("$registry_certificates/server.crt" "$registry_certificates/server.key")
  _start "$name" : _proxy_answers "$program" "$target" "$proxy_folder" "${tls[@]}" || return 1
  proxy_address=127.0.0.1:$(<"$proxy_folder/port")
}
