"""A client of FastCGI servers: one request on a connection of its own."""
# SPDX-License-Identifier: Apache-2.0
import socket
import struct

from processes import PATIENCE

BEGIN, END, PARAMETERS, INPUT, OUTPUT, ERRORS = 1, 3, 4, 5, 6, 7


def _record(kind, data=b""):
    return struct.pack("!BBHHBB", 1, kind, 1, len(data), 0, 0) + data


def _size(length):
    return bytes([length]) if length < 128 else struct.pack("!I", length | 1 << 31)


def _pair(name, value):
    name, value = name.encode(), value.encode()
    return _size(len(name)) + _size(len(value)) + name + value


def _read(stream, length):
    data = stream.read(length)
    if len(data) < length:
        raise ConnectionError("the server has closed the connection")
    return data


def request(address, script, name="/", timeout=PATIENCE, **variables):
    """What a script answers, its headers too. The address is a path, or (host, port)."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    parameters = {"SCRIPT_FILENAME": script, "SCRIPT_NAME": name, "REQUEST_URI": name,
                  "REQUEST_METHOD": "GET", "QUERY_STRING": "", "SERVER_PROTOCOL": "HTTP/1.1",
                  **variables}
    output = b""
    with socket.socket(family) as connection:
        connection.settimeout(timeout)
        connection.connect(address)
        connection.sendall(
            _record(BEGIN, struct.pack("!HB5x", 1, 0))
            + _record(PARAMETERS, b"".join(_pair(*item) for item in parameters.items()))
            + _record(PARAMETERS) + _record(INPUT))
        with connection.makefile("rb") as stream:
            while True:
                _, kind, _, length, padding, _ = struct.unpack("!BBHHBB", _read(stream, 8))
                data = _read(stream, length + padding)[:length]
                if kind == OUTPUT:
                    output += data
                if kind == END:
                    return output.decode(errors="replace")
