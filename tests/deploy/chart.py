"""Renders the chart with helm; what the tests of the chart share."""
import os
import pathlib
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm/ezscale-website"
TAG = "v1.4.0"
# Without it helm takes the version of Kubernetes that its own build names.
KUBE_VERSION = "1.30.0"

VALUES = {"default": [], "us-prod": ["-f", "values-us-prod.yaml"], "local": ["-f", "values-local.yaml"]}
MODES = {"install": [], "upgrade": ["--is-upgrade"]}
TOGGLES = {
    "nothing": [],
    "no-hpa": ["hpa.enabled=false"],
    "no-horizon": ["horizon.enabled=false"],
    "no-scheduler": ["scheduler.enabled=false"],
    "no-migration": ["migration.enabled=false"],
    "migration-not-isolated": ["migration.isolated=false"],
    "no-database-objects": ["database.manage=false"],
    "other-valkey": ["valkey.enabled=false", "valkey.host=valkey.example"],
    "valkey-auth": ["valkey.auth=true"],
    "valkey-no-auth": ["valkey.auth=false", "valkey.storageClassName=fast"],
    "no-ingress": ["ingress.enabled=false"],
    "no-tls": ["ingress.tls=false"],
    "no-certificate": ["certificate.enabled=false"],
    "no-passport": ["secrets.oauth="],
    "no-pull-secret": ["imagePullSecrets=null"],
    "other-pull-secrets": ["imagePullSecrets[0].name=registry", "imagePullSecrets[1].name=mirror"],
    "more-domains": ["domains.others[0]=www.shop.example", "domains.others[1]=shop.example.org"],
    "placement": ["nodeSelector.disktype=ssd", "tolerations[0].key=site", "tolerations[0].operator=Exists", "tolerations[0].effect=NoSchedule"],
    "other-environment": ["config.MAIL_MAILER=smtp", "config.SESSION_LIFETIME=120", "config.FILESYSTEM_DISK=s3"],
    "other-secrets": ["secrets.env=shop-secrets", "secrets.oauth=shop-oauth"],
    "other-database": ["database.manage=false", "database.host=db.example", "database.migrationHost="],
    "nothing-of-the-cluster": ["database.manage=false", "database.host=db.example", "database.migrationHost=", "hpa.enabled=false",
                               "app.replicas=3", "ingress.tls=false", "certificate.enabled=false", "valkey.enabled=false",
                               "valkey.host=valkey.example", "valkey.port=6380", "secrets.oauth="],
}


def helm(*arguments, check=True):
    """helm's result; its note on every symbolic link in the chart is left out of stderr."""
    result = subprocess.run([os.environ["HELM"], *arguments], capture_output=True, text=True,
                            cwd=CHART, check=False)
    result.stderr = "".join(line for line in result.stderr.splitlines(True)
                            if "found symbolic link in path" not in line)
    if check and result.returncode != 0:
        raise RuntimeError(f"helm {' '.join(arguments)}: {result.stderr}")
    return result


def template(values, mode="install", sets=(), check=True):
    arguments = ["template", "site", ".", "--kube-version", KUBE_VERSION, *VALUES[values], *MODES[mode]]
    for assignment in (f"image.tag={TAG}", *sets):
        arguments += ["--set", assignment]
    return helm(*arguments, check=check)


def objects(text):
    return [document for document in yaml.safe_load_all(text) if document]


def renderings():
    """(name, objects) of every values file with every toggle, as an install and as an upgrade."""
    for values in VALUES:
        for toggle, sets in TOGGLES.items():
            for mode in MODES:
                yield f"{values} {toggle} {mode}", objects(template(values, mode, sets).stdout)


def pod_specs(rendered):
    for item in rendered:
        if item["kind"] in ("Deployment", "StatefulSet", "Job"):
            yield item, item["spec"]["template"]["spec"]


def containers(spec):
    return spec.get("initContainers", []) + spec["containers"]


def find(rendered, kind, suffix=""):
    found = [item for item in rendered if item["kind"] == kind and item["metadata"]["name"].endswith(suffix)]
    assert len(found) == 1, f"{len(found)} objects {kind} *{suffix}"
    return found[0]
