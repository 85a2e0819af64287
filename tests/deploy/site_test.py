"""A site's life on real parts: MariaDB, Redis in Valkey's place and an S3-compatible store outside; the three images and
nginx in pods as the chart renders them (site_pods.py). Two versions, v1.0.0 and v1.1.0, are in the store."""
import base64
import http.client
import json
import os
import pathlib
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

import chart
import site_pods

DOMAINS = ("ezscale.example", "account.ezscale.example", "admin.ezscale.example")
PASSWORD = "oak-and-iron"
SETS = (f"image.repository={os.environ['SITE_IMAGE']}", "config.AWS_ENDPOINT=http://objects.example:9090",
        "config.AWS_BUCKET=uploads", "config.AWS_DEFAULT_REGION=us-east-1")
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


class Browser:
    """One visitor of one host, whose requests come through the ingress: X-Forwarded-Proto says https."""

    def __init__(self, host):
        self.host, self.cookies = host, {}

    def ask(self, pod, method, path, form=None, body=None, kind="application/x-www-form-urlencoded"):
        connection = http.client.HTTPConnection(self.host, timeout=30)
        connection.sock = pod.connect()
        headers = {"X-Forwarded-Proto": "https", "Connection": "close",
                   "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            body = urllib.parse.urlencode(form | {"_token": self.token}).encode()
        if body is not None:
            headers["Content-Type"] = kind
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                assert "secure" in value.lower(), value
                self.cookies[key] = rest.split(";")[0]
        content = answer.read()
        connection.close()
        text = content.decode(errors="replace")
        if found := re.search(r'name="_token" value="([^"]+)"', text):
            self.token = found.group(1)
        return answer.status, text, content, answer.getheader("Location", "")

    def page(self, pod, path):
        status, text, _, where = self.ask(pod, "GET", path)
        assert status == 200, f"{self.host}{path}: {status} {where} {text[:2000]}"
        return text

    def post(self, pod, path, **form):
        status, text, _, where = self.ask(pod, "POST", path, form)
        assert status == 302, f"{self.host}{path}: {status} {text[:2000]}"
        return where

    def upload(self, pod, path, name, data):
        edge = "edge" + secrets.token_hex(8)
        body = (f'--{edge}\r\nContent-Disposition: form-data; name="_token"\r\n\r\n{self.token}\r\n'
                f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="a.png"\r\n'
                f"Content-Type: image/png\r\n\r\n").encode() + data + f"\r\n--{edge}--\r\n".encode()
        status, text, _, _ = self.ask(pod, "POST", path, body=body, kind=f"multipart/form-data; boundary={edge}")
        assert status == 302, f"{path}: {status} {text[:2000]}"

    def log_in(self, pod):
        self.page(pod, "/login")
        return self.post(pod, "/login", email="vera@example.test", password=PASSWORD)


class Servers:
    """MariaDB, Redis with the chart's configuration of Valkey, and the object store."""

    def __init__(self, work, release):
        self.work, self.release, self.processes = work, release, {}
        self.password, self.valkey_password = secrets.token_hex(12), secrets.token_hex(12)
        self.sockets = {name: work / "sockets" / name for name in ("database", "valkey", "objects")}
        (work / "sockets").mkdir()
        self.object_key, self.object_secret = "website", secrets.token_hex(20)

    def spawn(self, name, *command, **options):
        with (self.work / f"{name}.log").open("a") as log:
            self.processes[name] = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", *map(str, command)], stdout=log,
                                                    stderr=log, stdin=subprocess.DEVNULL, **options)

    def stop(self, name):
        process = self.processes.pop(name)
        process.terminate()
        process.wait(30)

    def wait_for(self, name, condition):
        end = time.monotonic() + 60
        while not condition():
            if self.processes[name].poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{name}: {(self.work / (name + '.log')).read_text()[-3000:]}")
            time.sleep(0.1)

    def database_answers(self):
        try:
            return self.sql("SELECT 1") == "1\n"
        except subprocess.CalledProcessError:
            return False

    def sql(self, text, database="mysql"):
        return subprocess.run(["mariadb", "--no-defaults", "--batch", "--skip-column-names", "--user=root",
                               f"--socket={self.sockets['database']}", database], input=text, text=True, check=True,
                              capture_output=True).stdout

    def start_database(self):
        """With the objects that mariadb-operator would make from the chart's."""
        data = self.work / "database"
        account = ["--user=root"] if os.geteuid() == 0 else []
        subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db",
                        "--auth-root-authentication-method=normal", *account], check=True, capture_output=True)
        self.spawn("mariadb", "mariadbd", "--no-defaults", f"--datadir={data}", "--skip-networking", *account,
                   f"--socket={self.sockets['database']}", "--innodb-flush-log-at-trx-commit=0")
        self.wait_for("mariadb", self.database_answers)
        database = chart.find(self.release.rendered, "Database")["spec"]
        user = chart.find(self.release.rendered, "User")["spec"]
        grant = chart.find(self.release.rendered, "Grant")["spec"]
        name, account = database.get("name"), f"'{grant['username']}'@'{grant.get('host', '%')}'"
        self.sql(f"CREATE DATABASE `{name}` CHARACTER SET {database['characterSet']} COLLATE {database['collate']};"
                 f"CREATE USER {account} IDENTIFIED BY '{self.password}' WITH MAX_USER_CONNECTIONS {user['maxUserConnections']};"
                 f"GRANT {', '.join(grant['privileges'])} ON `{grant['database']}`.* TO {account};")
        self.database = name

    def start_valkey(self):
        folder = self.work / "valkey"
        folder.mkdir(exist_ok=True)
        text = self.release.config("-valkey")["valkey.conf"].replace("dir /data", f"dir {folder}")
        text = re.sub(r"(?m)^port .*$", f"port 0\nunixsocket {self.sockets['valkey']}\nunixsocketperm 777", text)
        (folder / "valkey.conf").write_text(text + f'requirepass "{self.valkey_password}"\n')
        self.spawn("valkey", "redis-server", folder / "valkey.conf")
        self.wait_for("valkey", lambda: self.valkey("ping") == "PONG")

    def valkey(self, *command):
        return subprocess.run(["redis-cli", "-s", self.sockets["valkey"], *command], text=True, capture_output=True, check=False,
                              env=os.environ | {"REDISCLI_AUTH": self.valkey_password}).stdout.strip()

    def start_objects(self):
        folder = self.work / "objects"
        (folder / "uploads").mkdir(parents=True)
        (self.work / "meta").mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.spawn("objects", os.environ["VERSITYGW"], "--port", f"127.0.0.1:{port}", "posix", "--sidecar", self.work / "meta",
                   folder, env=os.environ | {"ROOT_ACCESS_KEY": self.object_key, "ROOT_SECRET_KEY": self.object_secret})
        self.spawn("relay", sys.executable, "-B", site_pods.HERE / "relay.py",
                   f"unix:{self.sockets['objects']}=tcp:127.0.0.1:{port}")

        def answers():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0 and self.sockets["objects"].exists()
        self.wait_for("objects", answers)
        self.objects = folder / "uploads"

    def end(self):
        for name in list(self.processes):
            self.stop(name)


class Site(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="cooper-site", dir=os.environ.get("SITE_WORK"))
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)
        self.work.chmod(0o755)
        self.old, self.new = (site_pods.Release(tag, SETS) for tag in ("v1.0.0", "v1.1.0"))
        self.make_oauth_keys()
        self.servers = Servers(self.work, self.old)
        self.addCleanup(self.servers.end)
        self.servers.start_database()
        self.servers.start_valkey()
        self.servers.start_objects()
        secret = {"APP_KEY": "base64:" + base64.b64encode(secrets.token_bytes(32)).decode(),
                  "DB_PASSWORD": self.servers.password, "REDIS_PASSWORD": self.servers.valkey_password,
                  "AWS_ACCESS_KEY_ID": self.servers.object_key, "AWS_SECRET_ACCESS_KEY": self.servers.object_secret}
        self.cluster = site_pods.Cluster(self.work, self.servers.sockets, secret)
        self.addCleanup(self.kill_pods)

    def make_oauth_keys(self):
        folder = self.work / "oauth"
        folder.mkdir()
        subprocess.run(["openssl", "genrsa", "-out", folder / "oauth-private.key", "2048"], check=True, capture_output=True)
        subprocess.run(["openssl", "rsa", "-in", folder / "oauth-private.key", "-pubout", "-out", folder / "oauth-public.key"],
                       check=True, capture_output=True)
        for file in folder.iterdir():  # defaultMode 0440 and fsGroup
            os.chown(file, 0, 33)
            file.chmod(0o440)

    def kill_pods(self):
        """What is left after a failure tells what it wrote."""
        for pod in list(self.cluster.pods):
            (pod.folder / "fail").touch()
            try:
                pod.process.wait(60)
            except subprocess.TimeoutExpired:
                pod.process.kill()
            print(pod.log(), file=sys.stderr)

    def job(self, release, name, steps, command=None, **environment):
        """The migration's pod; with another command, what a person would run in it."""
        template = json.loads(json.dumps(release.spec("Job", "-migrate")))
        if command:
            template["containers"][0]["args"] = command
        site_pods.Pod(self.cluster, release, name, template, "migrate", steps, environment, job=True).wait()

    def pod(self, release, role):
        return site_pods.Pod(self.cluster, release, f"{role}-{release.tag}", release.spec("Deployment", "-" + role), role,
                             site_pods.UNTIL_STOPPED)

    def app(self, release):
        pod, visitor = self.pod(release, "app"), Browser(DOMAINS[0])

        def ready():
            try:
                return visitor.ask(pod, "GET", "/up")[0] == 200
            except OSError:
                return False
        self.cluster.wait_for(f"app {release.tag}", ready)
        return pod

    def migrate(self, release, says):
        self.job(release, f"migrate-{release.tag}",
                 [{"wait_output": {"regex": says, "timeout": 60}}, {"expect_exit": 0, "timeout": 60}])

    def finished(self, browser, pod, report):
        return self.cluster.wait_for(f"report {report}", lambda: "finished at" in browser.page(pod, f"/reports/{report}"))

    def test_from_the_first_install_through_a_roll(self):
        self.migrate(self.old, "create_users_table.*DONE")
        self.job(self.old, "user", [{"wait_output": {"regex": "created vera"}}, {"expect_exit": 0, "timeout": 30}],
                 ["php", "artisan", "user:create", "vera@example.test", "Vera", "--no-interaction"], USER_PASSWORD=PASSWORD)
        app, horizon, scheduler = self.app(self.old), self.pod(self.old, "horizon"), self.pod(self.old, "scheduler")
        browsers = [Browser(domain) for domain in DOMAINS]
        site, account, admin = browsers

        with self.subTest("a user logs in on the three domains"):
            self.assertEqual(site.ask(app, "GET", "/profile")[0], 302)
            for browser in browsers:
                self.assertTrue(browser.log_in(app).endswith("/profile"))
                self.assertIn("Logged in as Vera", browser.page(app, "/profile"))
            wrong = Browser(DOMAINS[0])
            wrong.page(app, "/login")
            wrong.post(app, "/login", email="vera@example.test", password="pine")
            self.assertEqual(wrong.ask(app, "GET", "/profile")[0], 302)

        with self.subTest("a value is encrypted in the database"):
            account.post(app, "/profile", vat_number="DE 4711")
            self.assertIn("VAT number: DE 4711", account.page(app, "/profile"))
            kept = self.servers.sql("SELECT vat_number FROM users", self.servers.database).strip()
            self.assertEqual(json.loads(base64.b64decode(kept)).keys(), {"iv", "value", "mac", "tag"})
            self.assertNotIn("4711", kept)

        with self.subTest("an upload goes to the object store"):
            site.page(app, "/profile")
            site.upload(app, "/profile/picture", "picture", PNG)
            self.assertEqual([file.read_bytes() for file in self.servers.objects.rglob("*.png")], [PNG])

        with self.subTest("horizon runs a queued job, the scheduler fires"):
            site.post(app, "/reports", name="first")
            self.finished(site, app, "first")
            self.cluster.wait_for("the scheduler", lambda: re.search(r"The scheduler last ran: 2", admin.page(app, "/")), 90)

        with self.subTest("sessions and queued jobs outlive a restart of Valkey"):
            horizon.end()
            site.post(app, "/reports", name="second")
            self.assertIn("waiting", site.page(app, "/reports/second"))
            self.servers.stop("valkey")
            self.servers.start_valkey()
            self.assertIn("Logged in as Vera", site.page(app, "/profile"))
            self.assertIn("waiting", site.page(app, "/reports/second"))

        self.roll(app, scheduler, browsers)

    def roll(self, old_app, old_scheduler, browsers):
        site, account, _ = browsers
        old_page = site.page(old_app, "/")
        old_style = re.search(r'href="(/build/assets/[^"]+\.css)"', old_page).group(1)
        self.migrate(self.new, "add_locale_to_users_table.*DONE")
        with self.subTest("the old version runs on the new schema"):
            self.assertIn("VAT number: DE 4711", account.page(old_app, "/profile"))
        old_scheduler.end()  # strategy Recreate
        scheduler = self.pod(self.new, "scheduler")
        app = self.app(self.new)
        horizon = self.pod(self.new, "horizon")

        with self.subTest("sessions, encrypted values and uploads are the new version's"):
            self.assertIn("Casks of the second version", site.page(app, "/"))
            for browser in browsers:
                self.assertIn("Logged in as Vera", browser.page(app, "/profile"))
            self.assertIn("VAT number: DE 4711", account.page(app, "/profile"))
            self.assertEqual(site.ask(app, "GET", "/profile/picture")[2], PNG)
        with self.subTest("the old version's pod still serves, each its own assets"):
            self.assertIn("Logged in as Vera", site.page(old_app, "/profile"))
            self.assertEqual(site.ask(old_app, "GET", old_style)[0], 200)
            self.assertEqual(site.ask(app, "GET", old_style)[0], 404)  # the chart's README, "Assets during a roll"
        with self.subTest("a job that the old version queued is run by the new one"):
            self.finished(site, app, "second")
        for pod in (old_app, app, horizon, scheduler):
            pod.end()


if __name__ == "__main__":
    unittest.main()
