"""The chart as it is meant: golden renderings, the order of an install and of an upgrade, refusals."""
import os
import unittest

import chart

GOLDEN = chart.ROOT / "tests/deploy/golden"


class Rendering(unittest.TestCase):
    maxDiff = 4000

    def test_lint(self):
        for name, arguments in chart.VALUES.items():
            result = chart.helm("lint", "--strict", "--kube-version", chart.KUBE_VERSION, ".", *arguments,
                                "--set", f"image.tag={chart.TAG}", check=False)
            self.assertEqual(result.returncode, 0, f"{name}: {result.stdout}{result.stderr}")

    def test_golden(self):
        for values, mode in (("us-prod", "install"), ("us-prod", "upgrade"), ("local", "install")):
            path = GOLDEN / f"{values}-{mode}.yaml"
            text = chart.template(values, mode).stdout
            if os.environ.get("COOPER_UPDATE_GOLDEN"):
                path.write_text(text)
            self.assertEqual(text, path.read_text(), f"{path}: COOPER_UPDATE_GOLDEN=1 writes it anew")

    def test_nginx_is_configured_as_in_the_repository(self):
        data = chart.find(chart.objects(chart.template("us-prod").stdout), "ConfigMap", "-nginx")["data"]
        self.assertEqual(data["nginx.conf"], (chart.ROOT / "nginx-config/nginx.conf").read_text())
        self.assertEqual(data["site.conf"], (chart.ROOT / "nginx-config/conf.d/site.conf").read_text())


class Migration(unittest.TestCase):
    def test_a_first_install_has_no_hook_and_its_pods_wait(self):
        rendered = chart.objects(chart.template("us-prod", "install").stdout)
        self.assertEqual([item for item in rendered if "helm.sh/hook" in item["metadata"].get("annotations", {})], [])
        self.assertTrue(chart.find(rendered, "Job")["metadata"]["name"].endswith("-migrate-install"))
        for name in ("-app", "-horizon", "-scheduler"):
            pod = chart.find(rendered, "Deployment", name)["spec"]["template"]["spec"]
            self.assertEqual(pod["initContainers"][0]["name"], "wait-for-schema")

    def test_an_upgrade_migrates_before_any_pod_changes(self):
        rendered = chart.objects(chart.template("us-prod", "upgrade").stdout)
        hooks = [item for item in rendered if "helm.sh/hook" in item["metadata"].get("annotations", {})]
        self.assertEqual([item["kind"] for item in hooks], ["Job"])
        annotations = hooks[0]["metadata"]["annotations"]
        self.assertEqual(annotations["helm.sh/hook"], "pre-upgrade")
        self.assertEqual(annotations["helm.sh/hook-delete-policy"], "before-hook-creation")
        for _, spec in chart.pod_specs([item for item in rendered if item["kind"] == "Deployment"]):
            self.assertNotIn("wait-for-schema", [one["name"] for one in spec.get("initContainers", [])])

    def test_the_hook_sees_the_new_configuration(self):
        rendered = chart.objects(chart.template("us-prod", "upgrade").stdout)
        spec = chart.find(rendered, "Job")["spec"]
        self.assertEqual(spec["backoffLimit"], 0)
        config = chart.find(rendered, "ConfigMap", "-env")["data"]
        for container in chart.containers(spec["template"]["spec"]):
            self.assertNotIn("configMapRef", str(container["envFrom"]))
            environment = {variable["name"]: variable["value"] for variable in container["env"]}
            self.assertEqual(environment.pop("DB_HOST"), "mariadb-primary.databases.svc.cluster.local")
            self.assertEqual(environment, {k: v for k, v in config.items() if k != "DB_HOST"})


class Roles(unittest.TestCase):
    def setUp(self):
        self.rendered = chart.objects(chart.template("us-prod").stdout)

    def pod(self, suffix):
        return chart.find(self.rendered, "Deployment", suffix)["spec"]["template"]["spec"]

    def test_one_scheduler_during_a_roll_too(self):
        spec = chart.find(self.rendered, "Deployment", "-scheduler")["spec"]
        self.assertEqual((spec["replicas"], spec["strategy"]), (1, {"type": "Recreate"}))

    def test_oauth_keys_are_files(self):
        for suffix in ("-app", "-horizon", "-scheduler"):
            volume = [one for one in self.pod(suffix)["volumes"] if one["name"] == "oauth"][0]["secret"]
            self.assertEqual([item["path"] for item in volume["items"]], ["oauth-private.key", "oauth-public.key"])
            self.assertEqual(volume["defaultMode"], 0o440)
            self.assertNotIn("oauth", str(self.pod(suffix)["containers"][0]["envFrom"]))

    def test_nginx_sees_public_files_only(self):
        nginx = [one for one in self.pod("-app")["containers"] if one["name"] == "nginx"][0]
        mounts = {mount["mountPath"]: mount for mount in nginx["volumeMounts"]}
        self.assertEqual(set(mounts), {"/tmp", "/var/www/html/public", "/etc/nginx/nginx.conf",
                                       "/etc/nginx/conf.d/default.conf"})
        self.assertTrue(mounts["/var/www/html/public"]["readOnly"])
        self.assertNotIn("envFrom", nginx)

    def test_no_probe_restarts_or_removes_a_pod_for_what_another_lacks(self):
        for suffix in ("-app", "-horizon", "-scheduler"):
            for container in self.pod(suffix)["containers"]:
                for kind in ("livenessProbe", "readinessProbe"):
                    probe = container.get(kind)
                    self.assertIn(probe and probe["httpGet"]["path"], (None, "/nginx-health"))

    def test_queue_keys_are_never_evicted(self):
        text = chart.find(self.rendered, "ConfigMap", "-valkey")["data"]["valkey.conf"]
        self.assertIn("\nmaxmemory-policy volatile-lru\n", text)
        self.assertIn("\nappendonly yes\n", text)

    def test_the_password_of_valkey_is_on_no_command_line(self):
        container = chart.find(self.rendered, "StatefulSet")["spec"]["template"]["spec"]["containers"][0]
        self.assertNotIn("--requirepass", str(container["command"]))
        self.assertIn("exec valkey-server /run/valkey/valkey.conf", container["command"][2])

    def test_scaling(self):
        spec = chart.find(self.rendered, "HorizontalPodAutoscaler")["spec"]
        self.assertEqual((spec["minReplicas"], spec["maxReplicas"]), (1, 8))
        self.assertEqual(spec["metrics"][0]["resource"]["target"]["averageUtilization"], 70)

    def test_certificate_and_routes_have_the_three_names(self):
        names = ["ezscale.example", "account.ezscale.example", "admin.ezscale.example"]
        self.assertEqual(chart.find(self.rendered, "Certificate")["spec"]["dnsNames"], names)
        match = " || ".join(f"Host(`{name}`)" for name in names)
        routes = {tuple(route["spec"]["entryPoints"]): route["spec"] for route in self.rendered
                  if route["kind"] == "IngressRoute"}
        self.assertEqual(routes[("websecure",)]["routes"][0]["match"], match)
        self.assertEqual(routes[("web",)]["routes"][0]["match"], match)
        redirect = routes[("web",)]["routes"][0]["middlewares"][0]["name"]
        self.assertEqual(chart.find(self.rendered, "Middleware")["metadata"]["name"], redirect)


class Refusals(unittest.TestCase):
    CASES = {
        "image.tag=": "image.tag is required",
        "image.tag=latest": "/image/tag",
        "image.tag=V1.0": "does not match pattern",
        "nginx.image=docker.io/library/nginx:latest": "/nginx/image",
        "nginx.image=docker.io/library/nginx": "/nginx/image",
        "config.APP_KEY=base64:x": "invalid propertyName 'APP_KEY'",
        "config.DB_PASSWORD=x": "invalid propertyName 'DB_PASSWORD'",
        "config.PASSPORT_PRIVATE_KEY=x": "invalid propertyName 'PASSPORT_PRIVATE_KEY'",
        "config.FPM_MAX_CHILDREN=20": "config.FPM_MAX_CHILDREN: other values follow from it",
        "secrets.env=": "/secrets/env",
        "secrets.development.create=true": "/secrets/development/create",
        "database.cleanupPolicy=Delete": "/database/cleanupPolicy",
        "database.instance.enabled=true": "/database/instance/enabled",
        "database.maxUserConnections=10": "too few for 8 app pods",
        "database.host=": "database.host is required",
        "valkey.enabled=false": "valkey.host is required",
        "horizon.replicas=0": "/horizon/replicas",
        "speling=1": "'speling' not allowed",
    }

    def refused(self, values, assignment, *extra):
        result = chart.template(values, sets=(assignment,), check=False) if not extra else chart.helm(
            "template", "site", ".", "--kube-version", chart.KUBE_VERSION, *chart.VALUES[values],
            "--set", f"image.tag={chart.TAG}", "--set", assignment, *extra, check=False)
        self.assertNotEqual(result.returncode, 0, assignment)
        return result.stderr

    def test_production(self):
        for assignment, message in self.CASES.items():
            with self.subTest(assignment):
                self.assertIn(message, self.refused("us-prod", assignment))

    def test_keys_are_refused_without_the_schema_too(self):
        for assignment, values in (("config.APP_KEY=x", "us-prod"), ("config.REDIS_PASSWORD=x", "us-prod"),
                                   ("secrets.development.create=true", "us-prod"),
                                   ("database.instance.enabled=true", "us-prod"),
                                   ("secrets.development.values.APP_KEY=x", "local"),
                                   (r"secrets.development.values.oauth-private\.key=x", "local")):
            with self.subTest(assignment):
                message = self.refused(values, assignment, "--skip-schema-validation")
                self.assertIn("execution error", message)


if __name__ == "__main__":
    unittest.main()
