"""An API server as far as helm asks one: discovery, and objects that are created, read, patched, listed and deleted.

It runs nothing: a Job is complete, or failed, as soon as it exists (fail_jobs), and what has pods is rolled out. Every
change is noted in `changes` as (verb, kind, name), in order. It is no Kubernetes: what an object means is not looked at.

  fake_cluster.py KUBECONFIG RECORD NAMESPACE [SECRET...]

serves one with these Secrets, writes a configuration for it, and at SIGTERM {"changes", "objects"} as JSON.
"""
import copy
import http.server
import json
import pathlib
import signal
import sys
import threading
import urllib.parse

import protobuf_secret

KINDS = {
    ("", "v1"): {"configmaps": "ConfigMap", "secrets": "Secret", "services": "Service", "pods": "Pod",
                 "namespaces": "Namespace"},
    ("apps", "v1"): {"deployments": "Deployment", "statefulsets": "StatefulSet", "replicasets": "ReplicaSet"},
    ("batch", "v1"): {"jobs": "Job"},
    ("autoscaling", "v2"): {"horizontalpodautoscalers": "HorizontalPodAutoscaler"},
    ("traefik.io", "v1alpha1"): {"ingressroutes": "IngressRoute", "middlewares": "Middleware"},
    ("cert-manager.io", "v1"): {"certificates": "Certificate"},
    ("k8s.mariadb.com", "v1alpha1"): {"databases": "Database", "users": "User", "grants": "Grant",
                                      "mariadbs": "MariaDB"},
}


def merged(old, patch):
    """RFC 7396, which does for the strategic merge patches of a test too: lists are replaced."""
    if not isinstance(patch, dict):
        return patch
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def rolled_out(item):
    """The status that `helm --wait` waits for, and the ReplicaSet of a Deployment."""
    replicas = item["spec"].setdefault("replicas", 1)
    item["status"] = {name: replicas for name in ("replicas", "readyReplicas", "updatedReplicas", "availableReplicas")}
    item["status"]["observedGeneration"] = item["metadata"].setdefault("generation", 1)
    if item["kind"] == "StatefulSet":
        item["status"].update(currentRevision="one", updateRevision="one")
        return None
    meta = item["metadata"]
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "status": item["status"],
            "metadata": {"name": meta["name"] + "-set", "namespace": meta["namespace"], "uid": meta["uid"] + "-set",
                         "generation": 1, "labels": item["spec"]["template"]["metadata"]["labels"],
                         "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": meta["name"],
                                              "uid": meta["uid"], "controller": True}]},
            "spec": {"replicas": replicas, "selector": item["spec"]["selector"], "template": item["spec"]["template"]}}


class Cluster(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects, self.changes, self.version = {}, [], 0
        self.fail_jobs = False
        self.lock = threading.RLock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A watch that helm hangs up on is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def note(self, verb, item):
        if item.get("type") != "helm.sh/release.v1":
            self.changes.append((verb, item["kind"], item["metadata"]["name"]))

    def put(self, key, item):
        self.version += 1
        item["metadata"]["resourceVersion"] = str(self.version)
        if item["kind"] == "Job":
            state = "Failed" if self.fail_jobs else "Complete"
            item["status"] = {"conditions": [{"type": state, "status": "True", "reason": "BackoffLimitExceeded"}],
                              ("failed" if self.fail_jobs else "succeeded"): 1}
        if item["kind"] == "Service":
            item["spec"].setdefault("clusterIP", "10.0.0.1")
        self.objects[key] = item
        if item["kind"] in ("Deployment", "StatefulSet"):
            pods = rolled_out(item)
            if pods:
                self.objects[(key[0], "replicasets", key[2], pods["metadata"]["name"])] = pods
        return item

    def find(self, kind, name):
        for (_, one, _, its_name), item in self.objects.items():
            if item["kind"] == kind and its_name == name:
                return item
        return None

    def configuration(self, namespace):
        return f"""apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {{server: "http://127.0.0.1:{self.server_port}"}}}}]
users: [{{name: u, user: {{}}}}]
contexts: [{{name: x, context: {{cluster: c, user: u, namespace: {namespace}}}}}]
current-context: x
"""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, document, status=200):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status, reason):
        self.reply({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": status,
                    "message": f"{self.path}: {reason}"}, status)

    def discover(self, path):
        if path == "/version":
            return self.reply({"major": "1", "minor": "30", "gitVersion": "v1.30.0"})
        if path == "/openapi/v2":  # in protobuf, where no bytes are a document without types: nothing is validated
            self.send_response(200)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if path == "/api":
            return self.reply({"kind": "APIVersions", "versions": ["v1"]})
        if path == "/apis":
            groups = [{"name": group, "versions": [{"groupVersion": f"{group}/{version}", "version": version}],
                       "preferredVersion": {"groupVersion": f"{group}/{version}", "version": version}}
                      for group, version in KINDS if group]
            return self.reply({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
        for (group, version), kinds in KINDS.items():
            if path == (f"/apis/{group}/{version}" if group else f"/api/{version}"):
                resources = [{"name": plural, "kind": kind, "namespaced": kind != "Namespace", "singularName": "",
                              "verbs": ["create", "delete", "get", "list", "patch", "update", "watch"]}
                             for plural, kind in kinds.items()]
                return self.reply({"kind": "APIResourceList", "apiVersion": "v1", "resources": resources,
                                   "groupVersion": f"{group}/{version}" if group else version})
        return self.refuse(404, "NotFound")

    def target(self):
        """((group, plural, namespace, name or None), kind, query) of a path of objects; None otherwise."""
        url = urllib.parse.urlsplit(self.path)
        parts = url.path.strip("/").split("/")
        group, version, rest = ("", parts[1:2], parts[2:]) if parts[0] == "api" else (
            (parts + [""])[1], parts[2:3], parts[3:])
        kinds = KINDS.get((group, version[0] if version else ""), {})
        namespace = rest[1] if rest[:1] == ["namespaces"] and len(rest) > 2 else ""
        rest = rest[2:] if namespace else rest
        if not rest or rest[0] not in kinds:
            return None
        return ((group, rest[0], namespace, rest[1] if len(rest) > 1 else None), kinds[rest[0]],
                urllib.parse.parse_qs(url.query))

    def body(self):
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if data.startswith(protobuf_secret.MAGIC):
            return protobuf_secret.secret(data)
        return json.loads(data)

    def selected(self, key, query):
        wanted = [part.split("=", 1) for part in query.get("labelSelector", [""])[0].split(",") if "=" in part]
        name = query.get("fieldSelector", [""])[0].partition("metadata.name=")[2]
        found = []
        for (group, plural, namespace, its_name), item in self.server.objects.items():
            labels = item["metadata"].get("labels", {})
            if (group, plural) == key[:2] and key[2] in ("", namespace) and name in ("", its_name) \
                    and all(labels.get(label) == value for label, value in wanted):
                found.append(item)
        return found

    def do_GET(self):
        target = self.target()
        if target is None:
            return self.discover(urllib.parse.urlsplit(self.path).path)
        key, kind, query = target
        with self.server.lock:
            if key[3] is not None:
                item = self.server.objects.get(key)
                return self.reply(item) if item else self.refuse(404, "NotFound")
            if "sendInitialEvents" in query:
                return self.refuse(422, "Invalid")
            items = copy.deepcopy(self.selected(key, query))
        if query.get("watch"):
            return self.reply({"type": "BOOKMARK", "object": {"kind": kind, "metadata": {"resourceVersion": "1"}}})
        version = f"{key[0]}/" if key[0] else ""
        version += next(version for group, version in KINDS if group == key[0])
        return self.reply({"kind": f"{kind}List", "apiVersion": version, "items": items,
                           "metadata": {"resourceVersion": str(self.server.version)}})

    def do_POST(self):
        key, _, _ = self.target()
        item = self.body()
        key = (*key[:3], item["metadata"]["name"])
        with self.server.lock:
            if key in self.server.objects:
                return self.refuse(409, "AlreadyExists")
            item["metadata"].update(namespace=key[2], uid=f"uid-{self.server.version}")
            self.server.note("create", item)
            return self.reply(self.server.put(key, item), 201)

    def do_PATCH(self):
        key, _, _ = self.target()
        patch = self.body()
        with self.server.lock:
            if key not in self.server.objects:
                return self.refuse(404, "NotFound")
            item = merged(self.server.objects[key], patch)
            self.server.note("change", item)
            return self.reply(self.server.put(key, item))

    def do_PUT(self):
        key, _, _ = self.target()
        item = self.body()
        with self.server.lock:
            item["metadata"]["namespace"] = key[2]
            self.server.note("change", item)
            return self.reply(self.server.put(key, item))

    def do_DELETE(self):
        key, _, _ = self.target()
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.server.lock:
            item = self.server.objects.pop(key, None)
            if item is None:
                return self.refuse(404, "NotFound")
            self.server.note("delete", item)
            return self.reply(item)


def serve(configuration, record, namespace, *secrets):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # in every thread
    cluster = Cluster()
    for name in secrets:
        cluster.put(("", "secrets", namespace, name), {"apiVersion": "v1", "kind": "Secret", "data": {"APP_KEY": "eA=="},
                                                       "metadata": {"name": name, "namespace": namespace}})
    pathlib.Path(configuration).write_text(cluster.configuration(namespace))
    signal.sigwait([signal.SIGTERM])
    pathlib.Path(record).write_text(json.dumps({"changes": cluster.changes, "objects": list(cluster.objects.values())}))


if __name__ == "__main__":
    serve(*sys.argv[1:])
