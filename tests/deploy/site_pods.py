"""The chart's pods without Kubernetes: each rendered pod is one `cooper smoke`, a network of its own, with the containers,
environment, mounts and commands that the chart gives them. Its Services are sockets: relay.py leads the names and ports
of the environment to the servers of the test, and the test to the pod.
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

import chart

HERE = pathlib.Path(__file__).resolve().parent


class Cluster:
    """What pods share: the rendering of one version's chart, its Secrets as files, the sockets of services."""

    def __init__(self, work, services, secret):
        self.work, self.services, self.secret = work, services, secret
        self.pods = []

    def relay_arguments(self, environment):
        pairs = []
        for port, socket in ((environment["DB_PORT"], "database"), (environment["REDIS_PORT"], "valkey"),
                             ("9090", "objects")):
            pairs.append(f"tcp:127.0.0.1:{port}=unix:{self.services[socket]}")
        return pairs

    def wait_for(self, what, condition, seconds=60):
        """Fails when a pod has ended meanwhile that should not have."""
        end = time.monotonic() + seconds
        while not (found := condition()):
            for pod in self.pods:
                pod.must_run()
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not after {seconds} s\n" + "\n".join(pod.log() for pod in self.pods))
            time.sleep(0.1)
        return found


class Release:
    """One version: the rendered chart, and the reference of each role's image."""

    def __init__(self, tag, sets):
        self.tag = tag
        self.rendered = chart.objects(chart.template("us-prod", "upgrade", (*sets, f"image.tag={tag}")).stdout)

    def config(self, suffix):
        return chart.find(self.rendered, "ConfigMap", suffix)["data"]

    def spec(self, kind, suffix):
        return chart.find(self.rendered, kind, suffix)["spec"]["template"]["spec"]


def value_of(template, container):
    """The mounts of a container as a smoke file has them; volumes of the chart become what they stand for."""
    volumes = {volume["name"]: volume for volume in template["volumes"]}
    for mount in container.get("volumeMounts", []):
        yield mount, volumes[mount["name"]]


class Pod:
    """A running pod; `main` is the container whose end is the pod's."""

    def __init__(self, cluster, release, name, template, main, steps, more_environment=None, job=False):
        self.cluster, self.release, self.name = cluster, release, name
        self.folder = cluster.work / f"pod-{name}"
        self.folder.mkdir()
        (self.folder / "nginx").mkdir()
        for file, text in release.config("-nginx").items():
            (self.folder / "nginx" / file).write_text(text)
        self.door = self.folder / "door"
        self.stopping, self.ended = False, job
        containers = {one["name"]: one for one in template["containers"]}
        container = containers.pop(main)
        environment = self.environment(container)
        target = self.container(template, container) | {"env": environment | (more_environment or {}), "steps": steps}
        # Every name of a service is this pod's relay.
        names = (environment["DB_HOST"], environment["REDIS_HOST"], "objects.example")
        (self.folder / "hosts").write_text(f"127.0.0.1 localhost {' '.join(names)}\n")
        target["mounts"] += [{"host": str(self.folder), "target": "/run/test"},
                             {"host": str(self.folder / "hosts"), "target": "/etc/hosts"}]
        pairs = [*cluster.relay_arguments(environment), f"unix:{self.door}=tcp:127.0.0.1:8080"]
        target["sidecars"] = [{"name": "services", "host_command": [sys.executable, "-B", str(HERE / "relay.py"), *pairs],
                               "ready_port": int(environment["DB_PORT"])}]
        for one in containers.values():
            target["sidecars"].append({"name": one["name"], "image": one["image"], **self.container(template, one)})
        (self.folder / "smoke.json").write_text(json.dumps({"targets": {main: target}}))
        self.start(container["image"])

    def environment(self, container):
        """As envFrom and env say: the ConfigMap, the Secret, what stands in the pod itself."""
        result = {}
        for source in container.get("envFrom", []):
            if "configMapRef" in source:
                assert source["configMapRef"]["name"].endswith("-env")
                result |= self.release.config("-env")
            else:
                assert source["secretRef"]["name"] == "ezscale-website-env", source
                result |= self.cluster.secret
        return result | {one["name"]: one["value"] for one in container.get("env", [])}

    def container(self, template, container):
        mounts = []
        for mount, volume in value_of(template, container):
            target = {"target": mount["mountPath"]}
            if mount["name"] == "public":
                mounts.append({"from_main": "/var/www/html/public", **target})
            elif mount["name"] == "nginx":
                mounts.append({"host": str(self.folder / "nginx" / mount["subPath"]), **target})
            elif mount["name"] == "oauth":
                mounts.append({"host": str(self.cluster.work / "oauth"), **target})
            else:
                assert "emptyDir" in volume, volume
                mounts.append({"scratch": True, **target})
        result = {"mounts": mounts, "read_only": container["securityContext"]["readOnlyRootFilesystem"]}
        command = container.get("command", []) or container.get("args", [])
        return result | ({"command": command} if command else {})

    def start(self, image):
        command = ["setpriv", "--pdeathsig", "KILL", "--", os.environ["COOPER_BIN"], "smoke", "--json", "-C", "/",
                   "-f", str(self.folder / "smoke.json"), "--build-context",
                   f"docker.io/library/nginx:1.30-alpine=oci-layout://{os.environ['STANDIN_BASES']}/nginx", image]
        with (self.folder / "report.json").open("w") as report, (self.folder / "log").open("w") as log:
            self.process = subprocess.Popen(command, stdout=report, stderr=log)
        self.cluster.pods.append(self)

    def log(self):
        report = (self.folder / "report.json").read_text()
        return f"pod {self.name}:\n{(self.folder / 'log').read_text()}{report}"

    def connect(self):
        """To port 8080 of the pod."""
        found = socket.socket(socket.AF_UNIX)
        try:
            found.settimeout(30)
            found.connect(str(self.door))
        except OSError:
            found.close()
            raise
        return found

    def must_run(self):
        if not self.ended and not self.stopping and self.process.poll() is not None:
            raise AssertionError(f"ended by itself: {self.log()}")

    def end(self):
        """Sends the stop signal, as Kubernetes does; every step must have held."""
        self.stopping = True
        (self.folder / "stop").touch()
        return self.wait()

    def wait(self, seconds=120):
        status = self.process.wait(seconds)
        if status != 0:
            raise AssertionError(f"status {status}, {self.log()}")
        self.cluster.pods.remove(self)


# Until the test says stop; then the image's own stop signal, and the end that it should have.
UNTIL_STOPPED = [
    {"exec": ["sh", "-c", "until [ -e /run/test/stop ]; do [ ! -e /run/test/fail ] || exit 1; sleep 0.1; done"],
     "expect_exit": 0, "timeout": 600},
    {"signal": "stop"},
    {"expect_exit": 0, "timeout": 60}]
