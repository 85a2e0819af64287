"""scripts/demo_table.py says "held" only where everything held."""

import io
import json
import sys
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts"))
import demo_table  # noqa: E402


def layer(name, size):
    return {"digest": f"sha256:{name}", "size": size}


class DemoTableTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.registry = {}
        for role in ("app", "horizon"):
            manifest = {"layers": [layer("base", 1000), layer(role, 10)]}
            for tag in (f"{role}-v1", f"{role}-latest"):
                self.registry[tag] = (f"sha256:{role}-image", manifest)
            (self.folder / f"smoke.{role}").write_text("passed\n")
        said = {role: {"containerimage.digest": f"sha256:{role}-image"} for role in ("app", "horizon")}
        self.write("first.json", said)
        self.write("second.json", said)

    def write(self, name, value):
        (self.folder / name).write_text(json.dumps(value))

    def fetch(self, registry, image, tag):
        if tag not in self.registry:
            raise OSError("404")
        return self.registry[tag]

    def run_table(self, *options):
        arguments = ["demo_table.py", "--registry", "r", "--image", "i", "--version", "v1",
                     "--first", str(self.folder / "first.json"), "--second", str(self.folder / "second.json"),
                     "--smoke", str(self.folder), "--cold", "100", "--build", "3", "--warm", "0.5",
                     "--pull", "1", "--smoke-seconds", "2", *options, "app", "horizon"]
        out, err = io.StringIO(), io.StringIO()
        with mock.patch.object(sys, "argv", arguments), redirect_stdout(out), redirect_stderr(err), \
                mock.patch.object(demo_table, "fetch_manifest", self.fetch):
            return demo_table.main(), out.getvalue(), err.getvalue()

    def refused(self, part):
        status, _, err = self.run_table()
        self.assertEqual(status, 1)
        self.assertIn(part, err)
        status, out, _ = self.run_table("--json")
        self.assertEqual(status, 1)
        self.assertFalse(json.loads(out)["held"])

    def test_all_held(self):
        status, out, err = self.run_table()
        self.assertEqual((status, err), (0, ""))
        self.assertIn("1 of 2", out)
        self.assertIn("3 different layers", out)
        status, out, _ = self.run_table("--json")
        self.assertEqual(status, 0)
        self.assertTrue(json.loads(out)["held"])
        self.assertEqual(json.loads(out)["roles"][0]["shared_layers"], 1)

    def test_an_unknown_cold_time(self):
        status, out, _ = self.run_table("--cold", "nan")
        self.assertEqual(status, 0)
        self.assertIn("the first ever took -,", out)
        status, out, _ = self.run_table("--cold", "nan", "--json")
        self.assertIsNone(json.loads(out)["seconds"]["cold"])

    def test_a_missing_tag(self):
        del self.registry["app-latest"]
        self.refused("app: tag app-latest: 404")

    def test_tags_of_one_role_that_differ(self):
        self.registry["app-latest"] = ("sha256:other", {"layers": []})
        self.refused("app: tag app-latest is sha256:other")

    def test_the_builds_disagree(self):
        self.write("second.json", {})
        self.refused("horizon: the second build said None")

    def test_a_failed_smoke_test(self):
        (self.folder / "smoke.horizon").write_text("failed\n")
        self.refused("horizon: smoke test: failed")

    def test_a_smoke_test_that_did_not_run(self):
        (self.folder / "smoke.app").unlink()
        self.refused("app: smoke test: not run")


if __name__ == "__main__":
    unittest.main()
