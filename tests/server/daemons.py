"""Starts daemons from Debian's packages in the foreground, as children of the test."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import signal
import socket
import subprocess

from processes import PATIENCE, wait_until


class Daemon:
    """One daemon; ready() tells when it serves. Use as a context manager or call stop()."""

    def __init__(self, command, ready, log=os.devnull, **options):
        self.command = command
        self.ready = ready
        self.log = log
        self.options = options
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **self.options)
        wait_until(self.is_ready, f"{self.command[0]} to serve")

    def is_ready(self):
        if self.process.poll() is not None:
            with open(self.log, errors="replace") as log:
                raise AssertionError(f"{self.command} has ended: {log.read()[-2000:]}")
        try:
            return self.ready()
        except OSError:
            return False

    def stop(self, signal_number=signal.SIGTERM):
        self.process.send_signal(signal_number)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        # The children of some, such as fcgiwrap's, stay when their parent goes.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def listens(path):
    """Does somebody accept at this Unix socket?"""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect(path)
    return True


def dnsmasq(address, names, log=os.devnull):
    """A DNS server on a loopback address that knows these names alone."""
    command = ["dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=",
               "--pid-file=", "--user=root", "--bind-interfaces", "--except-interface=none",
               f"--listen-address={address}", "--local=/test/"]
    command += [f"--host-record={name},{answer}" for name, answer in names.items()]

    def ready():
        with socket.socket() as probe:
            probe.connect((address, 53))
        return True

    return Daemon(command, ready, log)
