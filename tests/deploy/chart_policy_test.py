"""What every rendering of the chart must keep: every values file, every toggle, install and upgrade."""
import re
import unittest

import chart

SECRET_NAME = re.compile(r"APP_KEY|APP_PREVIOUS_KEYS|PASSPORT_|PASSWORD|SECRET|TOKEN|PRIVATE_KEY|oauth|\.key$")
APPLICATION_KEY = re.compile(r"^(APP_KEY|APP_PREVIOUS_KEYS|PASSPORT_.*|oauth.*|.*\.key)$", re.IGNORECASE)
GENERATORS = re.compile(r"\b(lookup|rand\w+|gen[A-Z]\w+|uuidv4|derivePassword|htpasswd|encryptAES|now)\b")

RENDERINGS = list(chart.renderings())


def problems_of_pod(item, spec):
    where = f"{item['kind']} {item['metadata']['name']}"
    security = spec["securityContext"]
    if spec.get("automountServiceAccountToken") is not False:
        yield f"{where}: a service account's token is mounted"
    if security.get("runAsNonRoot") is not True or security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield f"{where}: the pod's security context"
    for container in chart.containers(spec):
        yield from problems_of_container(f"{where} {container['name']}", container)


def problems_of_container(where, container):
    image = container["image"]
    tag = image.rpartition(":")[2]
    if ":" not in image.rpartition("/")[2] or tag == "latest" or tag.endswith("-latest"):
        yield f"{where}: image {image} is not pinned to a tag"
    if "/ezscale/website:" in image and not re.fullmatch(rf"(app|horizon|scheduler)-{chart.TAG}", tag):
        yield f"{where}: image {image} is not of the release"
    resources = container.get("resources", {})
    if not {"cpu", "memory"} <= set(resources.get("requests", {})) or "memory" not in resources.get("limits", {}):
        yield f"{where}: resources {resources}"
    security = container.get("securityContext", {})
    if security.get("allowPrivilegeEscalation") is not False or security.get("readOnlyRootFilesystem") is not True \
            or security.get("capabilities") != {"drop": ["ALL"]}:
        yield f"{where}: security context {security}"
    for variable in container.get("env", []):
        if SECRET_NAME.search(variable["name"]) and variable.get("value") not in (None, "/run/secrets/oauth"):
            yield f"{where}: the value of {variable['name']} is in the object"


def is_production(rendered):
    return chart.find(rendered, "ConfigMap", "-env")["data"]["APP_ENV"] == "production"


def over_renderings(check):
    def test(self):
        for name, rendered in RENDERINGS:
            with self.subTest(name):
                check(self, rendered)
    return test


class Policy(unittest.TestCase):
    @over_renderings
    def test_pods(self, rendered):
        problems = [text for item, spec in chart.pod_specs(rendered) for text in problems_of_pod(item, spec)]
        self.assertEqual(problems, [])

    @over_renderings
    def test_configmaps_hold_no_secret(self, rendered):
        for item in rendered:
            if item["kind"] == "ConfigMap":
                names = [name for name in item["data"] if SECRET_NAME.search(name) and name != "OAUTH_KEYS_DIR"]
                self.assertEqual(names, [])
                self.assertNotIn("base64:", str(item["data"]))

    @over_renderings
    def test_production_renders_no_secret(self, rendered):
        if is_production(rendered):
            self.assertEqual([item["metadata"]["name"] for item in rendered if item["kind"] == "Secret"], [])

    def test_renderings_are_many(self):
        self.assertEqual(len(RENDERINGS), 3 * len(chart.TOGGLES) * 2)
        self.assertGreater(sum(is_production(rendered) for _, rendered in RENDERINGS), 50)

    @over_renderings
    def test_application_keys_are_in_no_object(self, rendered):
        for item in rendered:
            for part in ("data", "stringData", "binaryData"):
                names = [name for name in item.get(part) or {} if APPLICATION_KEY.match(name)
                         and name != "OAUTH_KEYS_DIR"]
                self.assertEqual(names, [], item["metadata"]["name"])

    @over_renderings
    def test_the_secrets_of_the_site_are_no_objects_of_the_chart(self, rendered):
        names = {item["metadata"]["name"] for item in rendered if item["kind"] == "Secret"}
        self.assertTrue(names.isdisjoint({"ezscale-website-env", "ezscale-website-oauth"}))

    def test_templates_generate_nothing(self):
        for path in sorted((chart.CHART / "templates").iterdir()):
            actions = re.findall(r"\{\{.*?\}\}", path.read_text(), re.DOTALL)
            code = [re.sub(r'"[^"]*"|/\*.*?\*/', "", action, flags=re.DOTALL) for action in actions]
            self.assertEqual([text for text in code if GENERATORS.search(text)], [], path.name)

    @over_renderings
    def test_databases_survive_the_release(self, rendered):
        for item in rendered:
            if item["kind"] in ("Database", "User", "Grant"):
                annotations = item["metadata"]["annotations"]
                self.assertEqual(annotations, {"helm.sh/resource-policy": "keep"})
                self.assertEqual(item["spec"]["cleanupPolicy"], "Skip" if is_production(rendered) else "Delete")

    @over_renderings
    def test_names_are_unique(self, rendered):
        names = [(item["apiVersion"], item["kind"], item["metadata"]["name"]) for item in rendered]
        self.assertEqual(len(names), len(set(names)))

    @over_renderings
    def test_connections_stay_below_the_users_limit(self, rendered):
        environment = chart.find(rendered, "ConfigMap", "-env")["data"]
        scalers = [item for item in rendered if item["kind"] == "HorizontalPodAutoscaler"]
        app = chart.find(rendered, "Deployment", "-app")["spec"]
        pods = scalers[0]["spec"]["maxReplicas"] if scalers else app["replicas"]
        self.assertEqual("replicas" in app, not scalers)
        used = (pods + 1) * int(environment["FPM_MAX_CHILDREN"])
        for item in rendered:
            if item["kind"] == "Deployment" and item["metadata"]["name"].endswith("-horizon"):
                used += 2 * item["spec"]["replicas"] * (int(environment["HORIZON_PROCESSES"]) + 1)
                grace = item["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
                self.assertGreaterEqual(grace, int(environment["HORIZON_TIMEOUT"]) + 15)
        users = [item["spec"]["maxUserConnections"] for item in rendered if item["kind"] == "User"]
        for limit in users:
            self.assertLessEqual(used + 3, limit)

    @over_renderings
    def test_selectors_find_their_pods(self, rendered):
        labels = [item["spec"]["template"]["metadata"]["labels"] for item, _ in chart.pod_specs(rendered)]
        for item in rendered:
            selector = item.get("spec", {}).get("selector")
            if selector:
                wanted = selector.get("matchLabels", selector)
                found = [pod for pod in labels if wanted.items() <= pod.items()]
                self.assertEqual(len(found), 1, item["metadata"]["name"])


if __name__ == "__main__":
    unittest.main()
