"""The scripts of deploy/gitea/release.yml, run as a runner runs them: bash -e, the job's environment, an empty directory."""
import os
import pathlib
import subprocess
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORKFLOW = yaml.safe_load((ROOT / "deploy/gitea/release.yml").read_text())


def step(job, name):
    found = [one for one in WORKFLOW["jobs"][job]["steps"] if one["name"] == name]
    assert len(found) == 1, name
    return found[0]["run"]


class Job:
    """A workspace, a directory of recorded programs, and the environment of a run."""

    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="workflow"))
        for name in ("bin", "home", "work", "tmp"):
            (self.root / name).mkdir()
        self.calls = self.root / "calls"
        self.environment = {
            "PATH": f"{self.root}/bin:{os.environ['PATH']}", "HOME": f"{self.root}/home", "TMPDIR": f"{self.root}/tmp",
            "GITHUB_REF": "refs/tags/v1.4.0-RC1", "GITHUB_REF_NAME": "v1.4.0-RC1", "GITHUB_SHA": "0" * 40,
            "GITHUB_REPOSITORY": "ezscale/website", "GITHUB_SERVER_URL": "https://git.example", **WORKFLOW["env"]}

    def record(self, program, more=""):
        path = self.root / "bin" / program
        path.write_text(f'#!/bin/sh\necho "{program} $*" >>{self.calls}\n{more}\n')
        path.chmod(0o755)

    def run(self, job, name, **environment):
        script = self.root / "step.sh"
        script.write_text(step(job, name))
        return subprocess.run(["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
                              env={**self.environment, **environment}, cwd=self.root / "work", text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=60)

    def called(self):
        return self.calls.read_text().splitlines() if self.calls.exists() else []

    def close(self):
        subprocess.run(["rm", "-rf", str(self.root)], check=True)


class JobTest(unittest.TestCase):
    def setUp(self):
        self.job = Job()
        self.addCleanup(self.job.close)


class Token(JobTest):
    """cooper doctor against a real Gitea: tests/e2e/gitea.sh."""

    def check(self, user, token, more=""):
        self.job.record("cooper", 'env | grep "^COOPER_REGISTRY" | sort >"$HOME/environment"\n' + more)
        return self.job.run("release", "Check the token", CI_USER=user, CI_TOKEN=token)

    def test_it_is_asked_for_before_the_build(self):
        names = [one["name"] for one in WORKFLOW["jobs"]["release"]["steps"]]
        self.assertLess(names.index("Have cooper"), names.index("Check the token"))
        self.assertLess(names.index("Check the token"), names.index("Build, try and publish"))

    def test_a_token_that_may_push(self):
        result = self.check("ci", "good")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertEqual(self.job.called(), ["cooper doctor --registry git.ezscale.cloud/ezscale/website"])
        self.assertEqual((self.job.root / "home/environment").read_text(), "COOPER_REGISTRY=git.ezscale.cloud\n"
                         "COOPER_REGISTRY_PASSWORD=good\nCOOPER_REGISTRY_USER=ci\n")

    def test_a_token_that_may_not(self):
        result = self.check("ci", "read-only", "exit 1")
        self.assertEqual(result.returncode, 1)
        self.assertIn("::error::", result.stdout)
        self.assertIn("CI_TOKEN with write:package, of a user (ci) who may write packages of ezscale", result.stdout)
        self.assertNotIn("read-only", result.stdout)

    def test_no_token(self):
        result = self.check("ci", "")
        self.assertEqual(result.returncode, 1)
        self.assertIn("the secret CI_TOKEN is not set", result.stdout)
        self.assertEqual(self.job.called(), [])


class CheckOut(JobTest):
    def setUp(self):
        super().setUp()
        repository = self.job.root / "server/ezscale/website.git"
        git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@example"]
        repository.mkdir(parents=True)
        subprocess.run(["git", "init", "-q", str(repository)], check=True)
        (repository / "artisan").write_text("#!/usr/bin/env php\n")
        for arguments in (["add", "."], ["commit", "-qm", "site"], ["tag", "-am", "release", "v1.4.0-RC1"]):
            subprocess.run([*git, *arguments], check=True)
        head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
        self.job.environment |= {"GITHUB_SERVER_URL": f"file://{self.job.root}/server", "GITHUB_SHA": head, "TOKEN": "t"}

    def test_both_jobs_get_the_tagged_commit(self):
        for job in ("release", "deploy"):
            result = self.job.run(job, "Check out the tag")
            self.assertEqual(result.returncode, 0, result.stdout)
            self.assertTrue((self.job.root / "work/artisan").exists())

    def test_a_moved_tag(self):
        result = self.job.run("release", "Check out the tag", GITHUB_SHA="1" * 40)
        self.assertEqual(result.returncode, 1)
        self.assertIn("has moved", result.stdout)


class Release(JobTest):
    def test_order(self):
        self.job.record("cooper", 'env | grep -E "^(VERSION|REVISION|SOURCE|DOCKER_CONFIG)=" >>"$HOME/environment"\n'
                                  '[ "$1" != login ] || { cat >"$HOME/password"; }')
        result = self.job.run("release", "Build, try and publish", CI_USER="ci", CI_TOKEN="good")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertEqual(self.job.called(), [
            "cooper login --username ci --password-stdin git.ezscale.cloud",
            "cooper release -f docker-bake.json --dry-run v1.4.0-RC1", "cooper smoke --bake docker-bake.json app",
            "cooper smoke --bake docker-bake.json horizon", "cooper smoke --bake docker-bake.json scheduler",
            "cooper release -f docker-bake.json v1.4.0-RC1"])
        home = self.job.root / "home"
        self.assertEqual((home / "password").read_text(), "good")
        environment = (home / "environment").read_text()
        self.assertIn("VERSION=v1.4.0-rc1\n", environment)
        self.assertIn("SOURCE=https://git.example/ezscale/website\n", environment)
        self.assertEqual(list((self.job.root / "tmp").iterdir()), [], "the password stays on no machine")

    def test_an_image_that_does_not_run_is_not_published(self):
        self.job.record("cooper", '[ "$1" != login ] || cat >/dev/null; [ "$1 $4" != "smoke horizon" ]')
        result = self.job.run("release", "Build, try and publish", CI_USER="ci", CI_TOKEN="good")
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(self.job.called()[-1], "cooper smoke --bake docker-bake.json horizon")

    def test_cooper_that_is_there_is_used(self):
        self.job.record("cooper")
        result = self.job.run("release", "Have cooper", COOPER_DEB="", COOPER_SHA256="")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertEqual(self.job.called(), ["cooper version"])


class Deploy(JobTest):
    def test_helm(self):
        self.job.record("helm", 'cat "$KUBECONFIG" >"$HOME/kubeconfig"')
        result = self.job.run("deploy", "Roll out", CONFIG="clusters: []")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertEqual(self.job.called(), [
            "helm upgrade --install ezscale-website helm/ezscale-website -f helm/ezscale-website/values-us-prod.yaml "
            "--namespace ezscale-website --set image.tag=v1.4.0-rc1 --wait --timeout 15m"])
        self.assertEqual((self.job.root / "home/kubeconfig").read_text(), "clusters: []\n")
        self.assertEqual(list((self.job.root / "tmp").iterdir()), [])

    def test_a_failed_rollout_fails(self):
        self.job.record("helm", "exit 1")
        self.assertEqual(self.job.run("deploy", "Roll out", CONFIG="clusters: []").returncode, 1)

    def test_no_configuration(self):
        self.job.record("helm")
        self.assertIn("KUBECONFIG is not set", self.job.run("deploy", "Roll out", CONFIG="").stdout)


if __name__ == "__main__":
    unittest.main()
