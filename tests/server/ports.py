"""Ports for the servers of a test: one that it was given, nobody else has while the test runs."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import random
import socket

# Abstract sockets, by whose names all tests of a machine know which ports are given.
_held = []


def free_port():
    """A port of 127.0.0.1, below those that the kernel gives to clients."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        to_clients = int(file.read().split()[0])
    while True:
        port = random.randrange(to_clients // 2, to_clients)
        holder = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe, contextlib.suppress(OSError):
            holder.bind(f"\0chrootshim-test-port-{port}")
            probe.bind(("127.0.0.1", port))
            _held.append(holder)
            return port
