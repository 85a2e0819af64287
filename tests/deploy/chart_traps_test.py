"""docs/traps.md: each trap has a test that exists; and the tests of those that have no other place."""
import re
import unittest

import chart

PAGE = (chart.ROOT / "docs/traps.md").read_text()
STAGES = (chart.ROOT / "stages/Dockerfile").read_text()
UNITS = {"mb": 1, "gb": 1024, "Mi": 1, "Gi": 1024}


def table():
    """{T1: [test, ...]}"""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if re.match(r"\| T\d+ ", line)]
    return {row[0]: re.findall(r"`([^`]+)`", row[4]) for row in rows}


def stage(name):
    return re.search(rf"^FROM \S+ AS {name}$(.*?)(?=^FROM |\Z)", STAGES, re.MULTILINE | re.DOTALL).group(1)


def mebibytes(text):
    return int(text[:-2]) * UNITS[text[-2:]]


class Table(unittest.TestCase):
    def test_every_trap_has_tests_that_exist(self):
        self.assertEqual(list(table()), [f"T{number}" for number in range(1, 27)])
        for trap, tests in table().items():
            with self.subTest(trap):
                self.assertTrue(tests)
                for test in tests:
                    self.assertTrue(self.exists(test), test)

    def exists(self, test):
        if test == "e2e/demo":
            return (chart.ROOT / "scripts/demo").is_file()
        if "/" in test:
            return (chart.ROOT / test).is_file()
        module, group, method = test.split(".")
        text = (chart.ROOT / f"tests/deploy/{module}.py").read_text()
        body = re.search(rf"^class {group}\(.*?(?=^class |\Z)", text, re.MULTILINE | re.DOTALL)
        return body is not None and f"    def {method}(" in body.group(0)


class Images(unittest.TestCase):
    def test_each_role_stops_on_the_signal_that_it_hears(self):
        for role, signal in (("app", "SIGQUIT"), ("horizon", "SIGTERM"), ("scheduler", "SIGTERM")):
            self.assertEqual(re.findall(r"^STOPSIGNAL (\S+)$", stage(role), re.MULTILINE), [signal], role)

    def test_requirements_of_extensions_are_checked_where_they_are(self):
        self.assertIn("'--ignore-platform-req=ext-*'", stage("composer-deps"))
        self.assertNotIn("ignore-platform", stage("runtime-base"))
        self.assertIn("composer check-platform-reqs --no-dev", stage("runtime-base"))

    def test_assets_are_built_with_vendor(self):
        text = stage("node-build")
        self.assertLess(text.index("COPY --from=composer-deps /var/www/html/vendor ./vendor"), text.index("npm run build"))


class Chart(unittest.TestCase):
    def test_a_migration_ends_before_helm_gives_up(self):
        workflow = (chart.ROOT / "deploy/gitea/release.yml").read_text()
        patience = int(re.search(r"--wait --timeout (\d+)m", workflow).group(1)) * 60
        for mode in chart.MODES:
            job = chart.find(chart.objects(chart.template("us-prod", mode).stdout), "Job")["spec"]
            self.assertLess(job["activeDeadlineSeconds"] + 120, patience)
            self.assertIn("--isolated=1", job["template"]["spec"]["containers"][0]["args"])

    def test_nginx_listens_where_it_may(self):
        rendered = chart.objects(chart.template("us-prod").stdout)
        pod = chart.find(rendered, "Deployment", "-app")["spec"]["template"]["spec"]
        nginx = [one for one in pod["containers"] if one["name"] == "nginx"][0]
        self.assertEqual(nginx["ports"], [{"name": "http", "containerPort": 8080}])
        service = chart.find(rendered, "Service", "-website")["spec"]["ports"]
        self.assertEqual(service, [{"name": "http", "port": 80, "targetPort": "http"}])
        site = chart.find(rendered, "ConfigMap", "-nginx")["data"]["site.conf"]
        self.assertEqual(set(re.findall(r"^\s*listen (\d+)", site, re.MULTILINE)), {"8080"})

    def test_a_new_password_is_noticed(self):
        secret = chart.find(chart.objects(chart.template("local").stdout), "Secret")
        self.assertIn("k8s.mariadb.com/watch", secret["metadata"]["labels"])
        self.assertIn("label secret ezscale-website-env k8s.mariadb.com/watch=", (chart.CHART / "README.md").read_text())

    def test_valkey_has_room_to_rewrite_its_file(self):
        for values in chart.VALUES:
            rendered = chart.objects(chart.template(values).stdout)
            most = re.search(r"^maxmemory (\d+[mg]b)$", chart.find(rendered, "ConfigMap", "-valkey")["data"]["valkey.conf"], re.MULTILINE)
            container = chart.find(rendered, "StatefulSet")["spec"]["template"]["spec"]["containers"][0]
            self.assertGreaterEqual(mebibytes(container["resources"]["limits"]["memory"]), 2 * mebibytes(most.group(1)), values)

    def test_development_has_fixed_passwords(self):
        first, second = (chart.template("local").stdout for _ in range(2))
        self.assertEqual(first, second)
        rendered = chart.objects(first)
        instance = chart.find(rendered, "MariaDB")["spec"]["rootPasswordSecretKeyRef"]
        self.assertFalse(instance["generate"])
        secret = chart.find(rendered, "Secret")
        self.assertEqual((instance["name"], secret["stringData"][instance["key"]]),
                         (secret["metadata"]["name"], "local-development-root"))

    def test_every_pod_goes_where_it_may(self):
        rendered = chart.objects(chart.template("local", sets=chart.TOGGLES["placement"]).stdout)
        pods = list(chart.pod_specs(rendered))
        self.assertEqual(len(pods), 5)
        for item, spec in pods:
            self.assertEqual(spec["nodeSelector"], {"disktype": "ssd"}, item["metadata"]["name"])
            self.assertEqual(spec["tolerations"], [{"key": "site", "operator": "Exists", "effect": "NoSchedule"}])

    def test_more_names_are_routed_and_in_the_certificate(self):
        rendered = chart.objects(chart.template("us-prod", sets=chart.TOGGLES["more-domains"]).stdout)
        names = chart.find(rendered, "Certificate")["spec"]["dnsNames"]
        self.assertEqual(names, ["ezscale.example", "account.ezscale.example", "admin.ezscale.example", "www.shop.example", "shop.example.org"])
        match = " || ".join(f"Host(`{name}`)" for name in names)
        routes = [route["match"] for item in rendered if item["kind"] == "IngressRoute" for route in item["spec"]["routes"]]
        self.assertEqual(routes, [match, match])


if __name__ == "__main__":
    unittest.main()
