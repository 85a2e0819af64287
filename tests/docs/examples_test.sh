#!/usr/bin/env bash
# Runs the examples of the documentation (examples_test.py) in a network of their own, where registry.example and git.example
# are one docker-registry with https.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${COOPER_BIN:?the program to test}"
[ "$(id -u)" = 0 ] || { echo "skipped: a network of its own, with port 443, is made as root only" && exit 77; }
for program in docker-registry busybox openssl; do
  command -v "$program" >/dev/null || { echo "skipped: $program is not installed" && exit 77; }
done

if [ "${1:-}" != inside ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  DOCS_WORK=$work COOPER_BIN=$(realpath "$COOPER_BIN") unshare --net --mount bash "$0" inside
  exit
fi

# --- inside: loopback, names, the registry
python3 -c 'import fcntl, socket, struct
with socket.socket() as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP'
echo "127.0.0.1 localhost registry.example git.example" >"$DOCS_WORK/hosts"
mount --bind "$DOCS_WORK/hosts" /etc/hosts
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=registry.example \
  -addext subjectAltName=DNS:registry.example,DNS:git.example -keyout "$DOCS_WORK/key.pem" -out "$DOCS_WORK/cert.pem" 2>/dev/null
cat >"$DOCS_WORK/registry.yml" <<END
version: 0.1
log: {level: warn}
storage:
  filesystem: {rootdirectory: $DOCS_WORK/registry}
  delete: {enabled: true}
http:
  addr: 127.0.0.1:443
  secret: loopback-only
  tls: {certificate: $DOCS_WORK/cert.pem, key: $DOCS_WORK/key.pem}
END
OTEL_TRACES_EXPORTER=none setpriv --pdeathsig KILL -- docker-registry serve "$DOCS_WORK/registry.yml" >"$DOCS_WORK/log" 2>&1 &
registry=$!
trap 'kill "$registry" 2>/dev/null || true' EXIT
export SSL_CERT_FILE=$DOCS_WORK/cert.pem
for _ in $(seq 600); do
  if curl -s --cacert "$SSL_CERT_FILE" -o /dev/null https://registry.example/v2/; then break; fi
  kill -0 "$registry" 2>/dev/null || { cat "$DOCS_WORK/log" >&2 && exit 1; }
  sleep 0.1
done
cd "$here"
python3 -B -m unittest -v examples_test
