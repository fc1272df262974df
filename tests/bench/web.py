# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server on loopback that serves files with ranges, and counts the bytes of each."""

import collections
import http.server
import pathlib
import re
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.server.folder / pathlib.PurePosixPath(self.path).name
        if not path.is_file():
            self.send_error(404)
            return
        size = path.stat().st_size
        first, last = self.wanted_range(size)
        self.send_response(200 if (first, last) == (0, size - 1) and "Range" not in self.headers else 206)
        if "Range" in self.headers:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.send_header("ETag", f'"{path.stat().st_mtime_ns}"')
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        with path.open("rb") as file:
            self.wfile.flush()
            self.server.sent[path.name] += self.connection.sendfile(file, first, last + 1 - first)

    def wanted_range(self, size):
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not found:
            return 0, size - 1
        return int(found[1]), min(int(found[2] or size - 1), size - 1)

    def log_message(self, *_):
        """Nothing is printed between the figures."""


class Web(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.sent = collections.Counter()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, name):
        return f"http://127.0.0.1:{self.server_address[1]}/{name}"

    def close(self):
        self.shutdown()
        self.server_close()
