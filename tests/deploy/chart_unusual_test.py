"""Names and values that nobody thinks of at first."""
import pathlib
import re
import tempfile
import unittest

import yaml

import chart

LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")  # RFC 1035, what a Service wants
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
LONG = "the-website-of-the-cooperage-in-the-old-harbour-north"  # 53 characters, Helm's limit
# What Kubernetes makes labels of; to a StatefulSet's name it appends a hash first.
LIMITS = {"StatefulSet": 52, "Deployment": 63, "Job": 63, "Service": 63}


def rendered(release, *arguments, mode=()):
    return chart.objects(chart.helm("template", release, ".", "--kube-version", chart.KUBE_VERSION, *chart.VALUES["us-prod"], *mode,
                                    "--set", f"image.tag={chart.TAG}", *arguments).stdout)


class Names(unittest.TestCase):
    def check(self, release):
        for mode in chart.MODES.values():
            objects = rendered(release, mode=mode)
            for item in objects:
                name, kind = item["metadata"]["name"], item["kind"]
                form = LABEL if kind in ("Service", "StatefulSet") else SUBDOMAIN
                self.assertTrue(form.fullmatch(name), f"{kind} {name}")
                self.assertLessEqual(len(name), LIMITS.get(kind, 63), f"{kind} {name}")
                for label, value in item["metadata"]["labels"].items():
                    self.assertLessEqual(len(value), 63, f"{kind} {name}: {label}")
            self.check_references(objects)

    def check_references(self, objects):
        """What one object calls another is that one's name."""
        names = {(item["kind"], item["metadata"]["name"]) for item in objects}
        for item, spec in chart.pod_specs(objects):
            for volume in spec.get("volumes", []):
                if "configMap" in volume:
                    self.assertIn(("ConfigMap", volume["configMap"]["name"]), names)
            for container in chart.containers(spec):
                for source in container.get("envFrom", []):
                    if "configMapRef" in source:
                        self.assertIn(("ConfigMap", source["configMapRef"]["name"]), names)
        for item in objects:
            if item["kind"] == "IngressRoute":
                for route in item["spec"]["routes"]:
                    for service in route["services"]:
                        self.assertTrue(service["name"] == "noop@internal" or ("Service", service["name"]) in names, service)
        environment = chart.find(objects, "ConfigMap", "-env")["data"]
        self.assertIn(("Service", environment["REDIS_HOST"]), names)

    def test_releases(self):
        for release in ("shop", "ezscale-website", "my.shop.example", "24hours", "7.eleven", LONG, "a"):
            with self.subTest(release):
                self.check(release)

    def test_long_names_that_begin_alike_differ(self):
        names = {chart.find(rendered(LONG[:-1] + end), "Deployment", "-app")["metadata"]["name"] for end in "xyz"}
        self.assertEqual(len(names), 3)

    def test_names_that_fit_are_as_they_were(self):
        self.assertEqual(chart.find(rendered("shop"), "Deployment", "-app")["metadata"]["name"], "shop-ezscale-website-app")
        self.assertEqual(chart.find(rendered("ezscale-website"), "Deployment", "-app")["metadata"]["name"], "ezscale-website-app")


class Values(unittest.TestCase):
    ODD = {"APP_NAME": "Bob's \"Casks\": {{ now }} #1 & <b>", "MAIL_FROM_NAME": "two\nlines", "TRUSTED": "yes", "NUMBER": 1.0,
           "EMPTY": "", "MONEY": "$HOME `id`", "FLAG": True, "UMLAUT": "Küfer"}

    def test_configuration_arrives_as_it_was_written(self):
        with tempfile.TemporaryDirectory() as directory:
            values = pathlib.Path(directory) / "values.yaml"
            values.write_text(yaml.safe_dump({"config": self.ODD}))
            objects = rendered("shop", "-f", str(values))
        expected = self.ODD | {"NUMBER": "1", "FLAG": "true"}
        config = chart.find(objects, "ConfigMap", "-env")["data"]
        job = chart.find(objects, "Job")["spec"]["template"]["spec"]["containers"][0]
        environment = {one["name"]: one["value"] for one in job["env"]}
        for name, value in expected.items():
            self.assertEqual(config[name], value, name)
            self.assertEqual(environment[name], value, name)

    def test_wrong_values_are_refused(self):
        for assignment, message in {
            "domains.site=Shop.example": "/domains/site", "domains.admin=https://admin.example": "/domains/admin",
            "database.name=my-shop": "/database/name", "database.port=0": "/database/port",
            "hpa.maxReplicas=0": "/hpa/maxReplicas", "hpa.targetCPUUtilizationPercentage=700": "/hpa/targetCPU",
            "valkey.maxmemory=lots": "/valkey/maxmemory", "valkey.storage=4": "/valkey/storage",
            "horizon.jobTimeout=0": "/horizon/jobTimeout", "config.lower=1": "lower", "image.repository=Git.example/a": "/image/repository",
            "ingress.middlewares[0].nam=x": "/ingress/middlewares", "app.resources.limits=null": "/app/resources",
            "scheduler.replicas=2": "'replicas' not allowed",
        }.items():
            with self.subTest(assignment):
                result = chart.template("us-prod", sets=(assignment,), check=False)
                self.assertNotEqual(result.returncode, 0, assignment)
                self.assertIn(message, result.stderr)


if __name__ == "__main__":
    unittest.main()
