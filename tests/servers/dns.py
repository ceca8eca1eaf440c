"""Asks DNS servers, by messages made by hand (RFC 1035)."""
# SPDX-License-Identifier: Apache-2.0
import os
import socket
import struct

from row import TIMEOUT

A, IN, RECURSION_DESIRED, SERVER_FAILURE = 1, 1, 0x100, 2


def question(name):
    """A question for the address of a name: the identifier, and the message."""
    identifier = os.urandom(2)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return identifier, identifier + struct.pack("!5H", RECURSION_DESIRED, 1, 0, 0, 0) + labels + \
        b"\0" + struct.pack("!2H", A, IN)


def answer(identifier, message):
    """What a message says: its status (0 is good), and the address in its last record, if any."""
    assert message[:2] == identifier
    flags, _, answers = struct.unpack("!3H", message[2:8])
    if flags & 15 == SERVER_FAILURE:
        raise ConnectionError("the server has failed, or has not read its zones by now")
    return flags & 15, socket.inet_ntoa(address_of(message)) if answers else None


def address_of(message):
    """The data of the first record that is behind the question, whose name is a pointer to it."""
    place = 12
    while message[place]:
        place += 1 + message[place]
    place += 5 + 2
    kind, _, _, length = struct.unpack("!HHIH", message[place:place + 10])
    assert (kind, length) == (A, 4)
    return message[place + 10:place + 14]


def by_udp(name, port, address="127.0.0.1", timeout=TIMEOUT):
    """Ask by one datagram."""
    identifier, message = question(name)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        client.connect((address, port))
        client.send(message)
        return answer(identifier, client.recv(4096))


def by_tcp(name, port, address="127.0.0.1", timeout=TIMEOUT):
    """Ask over a connection."""
    identifier, message = question(name)
    with socket.create_connection((address, port), timeout) as client:
        client.sendall(struct.pack("!H", len(message)) + message)
        data = b""
        while len(data) < 2 or len(data) < 2 + struct.unpack("!H", data[:2])[0]:
            more = client.recv(4096)
            if not more:
                raise ConnectionResetError("the server has closed the connection")
            data += more
    return answer(identifier, data[2:])
