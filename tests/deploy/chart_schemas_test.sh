#!/usr/bin/env bash
# Every rendering of the chart against the schemas of Kubernetes, Traefik, cert-manager and mariadb-operator, by
# kubeconform. The schemas come from packages of their makers or made from them:
#
#   Kubernetes         the OpenAPI documents in the Go module sigs.k8s.io/kubectl-validate
#   Traefik            CRDs in its Go module
#   cert-manager       CRDs in its Go module
#   mariadb-operator   schemas/k8s.mariadb.com: an extract of the crate kcr_k8s_mariadb_com, types generated from its
#                      CRDs (its Go module is not served everywhere). Where Cargo is there the crate itself is taken,
#                      and the extract must be what the crate gives; COOPER_UPDATE_SCHEMAS=1 writes it anew.
#
# Needs Go; kept beside the tools of go_tools.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tests/deploy/go_tools.sh
source ./go_tools.sh
require_go helm and kubeconform
HELM=$(go_tool helm)
kubeconform=$(go_tool kubeconform)
export HELM

kubernetes=sigs.k8s.io/kubectl-validate@v0.0.4
traefik=github.com/traefik/traefik/v3@v3.7.9
cert_manager=github.com/cert-manager/cert-manager@v1.21.1
mariadb=kcr_k8s_mariadb_com@3.20260618.104300

# The directory of an unpacked crate.
crate() {
  cargo info --quiet --registry crates-io "$1" >/dev/null
  find "${CARGO_HOME:-$HOME/.cargo}/registry/src" -maxdepth 2 -type d -name "${1/@/-}" -print -quit
}

make_schemas() {
  local module types
  module=$(go_module $kubernetes)
  module=$module/pkg/openapiclient/builtins/1.30
  python3 -B kubernetes_schemas.py "$1" openapi "$module/api/v1.json" "$module"/apis/{apps/v1,batch/v1,autoscaling/v2}.json
  module=$(go_module $traefik)
  python3 -B kubernetes_schemas.py "$1" crd "$module"/docs/content/reference/dynamic-configuration/traefik.io_{ingressroutes,middlewares}.yaml
  module=$(go_module $cert_manager)
  python3 -B kubernetes_schemas.py "$1" crd "$module/deploy/crds/cert-manager.io_certificates.yaml"
  cp -R schemas/k8s.mariadb.com "$1"
  command -v cargo >/dev/null 2>&1 || { echo "no Cargo: the extract in schemas/ stands for the types of mariadb-operator" && return; }
  types=$(crate $mariadb)
  [ -n "$types" ] || { echo "cargo left no sources of $mariadb" >&2 && return 1; }
  python3 -B kubernetes_schemas.py "$1" kopium "$types/src/v1alpha1"
  [ -z "${COOPER_UPDATE_SCHEMAS:-}" ] || python3 -B kubernetes_schemas.py schemas extract "$1"
  python3 -B kubernetes_schemas.py "$work/extract" extract "$1"
  diff -r "$work/extract/k8s.mariadb.com" schemas/k8s.mariadb.com
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make_schemas "$work/schemas"

validate() {
  "$kubeconform" -strict -summary -schema-location \
    "$work/schemas/{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json" "$@"
}

python3 -B - "$work/rendered" <<'PYTHON'
import pathlib
import sys

import yaml

import chart

out = pathlib.Path(sys.argv[1])
out.mkdir()
for name, rendered in chart.renderings():
    (out / (name.replace(" ", "-") + ".yaml")).write_text(yaml.safe_dump_all(rendered))
PYTHON

# What is wrong must be found, in each family of schemas.
judge() {
  local wrong
  for wrong in wrong/*.yaml; do
    if validate "$wrong" >"$work/out"; then
      echo "$wrong was accepted" >&2
      exit 1
    fi
    grep -qF "$(sed -n '1s/^# //p' "$wrong")" "$work/out" || { cat "$work/out" >&2 && exit 1; }
  done
  validate "$work/rendered"
}

judge
# By the extract alone, as where there is no Cargo.
rm -r "$work/schemas/k8s.mariadb.com"
cp -R schemas/k8s.mariadb.com "$work/schemas/"
judge
