"""helm itself installs, upgrades, rolls back and uninstalls the chart on fake_cluster.py."""
import base64
import copy
import os
import pathlib
import tempfile
import unittest

import chart
import fake_cluster

NAMESPACE = "ezscale-website"
KEY = base64.b64encode(b"base64:the key that nobody else has").decode()
WORKLOADS = ("Deployment", "StatefulSet")


class Release(unittest.TestCase):
    def setUp(self):
        self.cluster = fake_cluster.Cluster()
        self.addCleanup(self.cluster.server_close)
        self.addCleanup(self.cluster.shutdown)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        config = pathlib.Path(directory.name) / "config"
        config.write_text(self.cluster.configuration(NAMESPACE))
        os.environ.update(KUBECONFIG=str(config), HELM_CACHE_HOME=directory.name, HELM_CONFIG_HOME=directory.name,
                          HELM_DATA_HOME=directory.name)
        for name, data in (("ezscale-website-env", {"APP_KEY": KEY, "DB_PASSWORD": "eA==", "REDIS_PASSWORD": "eA=="}),
                           ("ezscale-website-oauth", {"oauth-private.key": "eA==", "oauth-public.key": "eA=="})):
            self.cluster.put(("", "secrets", NAMESPACE, name), {
                "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": NAMESPACE}, "data": data})
        self.secrets = copy.deepcopy(self.site_secrets())

    def site_secrets(self):
        return [item for item in self.cluster.objects.values()
                if item["kind"] == "Secret" and item.get("type") != "helm.sh/release.v1"]

    def site_secrets_alone(self):
        """Without that of a development cluster, which holds none of the site's keys."""
        found = self.site_secrets()
        development = [item for item in found if item["metadata"]["name"].endswith("-development")]
        for item in development:
            self.assertEqual(set(item.get("data", {})) | set(item.get("stringData", {})), {"DB_PASSWORD", "MARIADB_ROOT_PASSWORD"})
        return [item for item in found if item not in development]

    def upgrade(self, tag, *more, values="us-prod", check=True):
        self.cluster.changes.clear()
        return chart.helm("upgrade", "--install", "ezscale-website", ".", *chart.VALUES[values], "--set", f"image.tag={tag}",
                          "--namespace", NAMESPACE, "--disable-openapi-validation", "--timeout", "20s", *more, check=check)

    def image(self):
        spec = self.cluster.find("Deployment", "ezscale-website-app")["spec"]["template"]["spec"]
        return [one["image"] for one in spec["containers"] if one["name"] == "app"][0]

    def test_install_upgrade_rollback_uninstall(self):
        self.upgrade("v1.4.0", "--wait")
        created = [(verb, kind) for verb, kind, _ in self.cluster.changes]
        self.assertIn(("create", "Job"), created)
        self.assertIn(("create", "Database"), created)
        self.assertTrue(self.image().endswith(":app-v1.4.0"))

        self.upgrade("v1.5.0", "--set", "config.APP_NAME=New")
        kinds = [(verb, kind) for verb, kind, _ in self.cluster.changes]
        migrated = kinds.index(("create", "Job"))
        changed = [at for at, (_, kind) in enumerate(kinds) if kind in WORKLOADS or kind == "ConfigMap"]
        self.assertGreater(min(changed), migrated, self.cluster.changes)
        job = self.cluster.find("Job", "ezscale-website-migrate")["spec"]["template"]["spec"]["containers"][0]
        self.assertTrue(job["image"].endswith(":app-v1.5.0"))
        self.assertIn({"name": "APP_NAME", "value": "New"}, job["env"])
        self.assertTrue(self.image().endswith(":app-v1.5.0"))

        self.cluster.changes.clear()
        chart.helm("rollback", "ezscale-website", "1", "--namespace", NAMESPACE, "--timeout", "20s")
        self.assertTrue(self.image().endswith(":app-v1.4.0"))
        self.assertEqual(self.site_secrets(), self.secrets)

        self.cluster.changes.clear()
        chart.helm("uninstall", "ezscale-website", "--namespace", NAMESPACE, "--timeout", "20s")
        gone = {kind for verb, kind, _ in self.cluster.changes if verb == "delete"}
        self.assertIn("Deployment", gone)
        self.assertTrue(gone.isdisjoint({"Database", "User", "Grant", "Secret", "PersistentVolumeClaim"}), gone)
        self.assertIsNotNone(self.cluster.find("Database", "ezscale-website"))
        self.assertEqual(self.site_secrets(), self.secrets)

    def test_a_failed_migration_ends_the_upgrade_before_any_pod_changes(self):
        self.upgrade("v1.4.0")
        self.cluster.fail_jobs = True
        result = self.upgrade("v1.5.0", check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("pre-upgrade hooks failed", result.stderr)
        self.assertEqual({kind for _, kind, _ in self.cluster.changes}, {"Job"}, self.cluster.changes)
        self.assertTrue(self.image().endswith(":app-v1.4.0"))

        self.cluster.fail_jobs = False
        self.upgrade("v1.5.0")
        self.assertTrue(self.image().endswith(":app-v1.5.0"))

    def test_no_values_file_touches_the_secrets_of_the_site(self):
        """Install, upgrade, an upgrade that begins anew, rollback, uninstall."""
        for values in chart.VALUES:
            for more in ((), ("--reset-values",)):
                with self.subTest(f"{values} {more}"):
                    self.upgrade("v1.4.0", *more, values=values)
                    self.assertEqual(self.site_secrets_alone(), self.secrets)
            for command in (("rollback", "ezscale-website", "1"), ("uninstall", "ezscale-website")):
                with self.subTest(f"{values} {command[0]}"):
                    chart.helm(*command, "--namespace", NAMESPACE, "--timeout", "20s")
                    self.assertEqual(self.site_secrets_alone(), self.secrets)

    def test_the_notes_tell_of_middlewares_elsewhere(self):
        self.assertIn("Middleware cloudflarewarp is in namespace kube-system", self.upgrade("v1.4.0").stdout)
        own = self.upgrade("v1.4.1", "--set", f"ingress.middlewares[0].name=own,ingress.middlewares[0].namespace={NAMESPACE}")
        self.assertNotIn("allowCrossNamespace", own.stdout)

    def test_no_toggle_touches_the_secrets_of_the_site(self):
        self.upgrade("v1.4.0")
        for number, toggle in enumerate(("no-passport", "no-database-objects", "other-valkey", "no-migration")):
            with self.subTest(toggle):
                more = [argument for one in chart.TOGGLES[toggle] for argument in ("--set", one)]
                self.upgrade(f"v1.4.{number + 1}", *more)
                self.assertEqual(self.site_secrets(), self.secrets)

    def test_a_database_that_is_no_longer_managed_stays(self):
        self.upgrade("v1.4.0")
        self.upgrade("v1.4.1", "--set", "database.manage=false")
        self.assertEqual([change for change in self.cluster.changes if change[1] in ("Database", "User", "Grant")], [])
        self.assertIsNotNone(self.cluster.find("User", "ezscale-website"))


if __name__ == "__main__":
    unittest.main()
