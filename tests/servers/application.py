"""What stands behind a server: an application in the test's own process, outside the jail."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import http.server
import os
import socketserver
import threading


class Answers(http.server.BaseHTTPRequestHandler):
    """Says what it was asked for, and how much it was sent."""

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        said = f"{self.command} {self.path} {len(self.rfile.read(length))}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_GET

    def log_message(self, *_):
        pass


class OverUnix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 128


class OverTcp(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextlib.contextmanager
def application(address):
    """It answers for the block: at the path of a Unix socket, which anybody may call, or at a port."""
    if isinstance(address, str):
        server = OverUnix(address, Answers)
        os.chmod(address, 0o666)
    else:
        server = OverTcp(("127.0.0.1", address), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
