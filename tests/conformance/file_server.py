"""A web server on the loopback interface for what a case fetches: files and git repositories."""

import contextlib
import http.server
import threading
from functools import partial
from pathlib import Path

SECRET = "Bearer let-me-in"  # what paths below /private/ want


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/private/") and self.headers.get("Authorization") != SECRET:
            self.send_error(401)
            return
        super().do_GET()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serve(folder: Path):
    """The address, http://127.0.0.1:PORT, while the block runs."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
