"""The servers that the cases of limits need, on the loopback interface."""

import http.server
import json
import re
import socket
import threading
import time

TOKEN = "t" * 4000
STALL = 3  # seconds in which nothing of /slow comes


class Registry(http.server.BaseHTTPRequestHandler):
    """Asks for a token for "private", has three pages of tags of "many", refuses "closed" with a long text, gives out a file."""

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        address = f"http://127.0.0.1:{self.server.server_address[1]}"
        page = int(self.path.partition("page=")[2] or 1)
        tags = json.dumps({"name": "many", "tags": [f"v{page}"]}).encode()
        if self.path.startswith("/token"):
            return self.answer(200, json.dumps({"token": TOKEN}).encode())
        if "/private/" in self.path and self.headers.get("Authorization") != "Bearer " + TOKEN:
            return self.answer(401, b"{}", WWW_Authenticate=f'Bearer realm="{address}/token",service="s"')
        if "/closed/" in self.path:
            error = {"padding": "p" * 2000, "errors": [{"code": "DENIED", "message": "closed on Sundays"}]}
            return self.answer(403, json.dumps(error).encode())
        if "/many/" in self.path:
            link = {"Link": f'</v2/many/tags/list?page={page + 1}>; rel="next"'} if page < 3 else {}
            return self.answer(200, tags, **link)
        if "/private/" in self.path:
            return self.answer(200, tags)
        if hop := re.fullmatch(r"/hop/(\d+)", self.path):
            number = int(hop.group(1))
            return self.answer(302, b"", Location=f"/hop/{number - 1}" if number else "/file")
        if self.path == "/slow":
            return self.slow()
        return self.answer(200, b"x" * 5000) if self.path == "/file" else self.answer(404, b"{}")

    def slow(self):
        self.answer(200, b"", Content_Length="2")
        self.wfile.write(b"a")
        self.wfile.flush()
        time.sleep(STALL)
        self.wfile.write(b"b")

    def log_message(self, *_):
        pass


class Servers:
    """.address of the registry; .busy: nobody answers there, not even the kernel."""

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
        self.server.handle_error = lambda *_: None  # who reached a limit hangs up
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.busy = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.waiting = [socket.socket() for _ in range(4)]  # they fill its queue
        for one in self.waiting:
            one.setblocking(False)
            one.connect_ex(self.listener.getsockname())
        return self

    def __exit__(self, *_):
        for one in [*self.waiting, self.listener]:
            one.close()
        self.server.shutdown()
        self.server.server_close()
