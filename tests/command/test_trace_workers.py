"""Of whom chrootshim trace hears, who hears it, and who must not be harmed by it."""
# SPDX-License-Identifier: Apache-2.0
import errno
import os
import socket
import subprocess
import threading

import pytest

import processes
import slow_tracer
from chrootshim import COMMAND, chrootshim, environment
from processes import wait_until
from traced_worker import TracedWorker
from tracer import Tracer
from tree import NOBODY


class TestOptions:

    def test_no_jail(self, tmp_path):
        result = chrootshim("trace", "--for", "1")
        assert result.returncode == 78 and "--jail" in result.stderr

    def test_a_wrong_time(self, worker):
        result = chrootshim("trace", "--for", "0", settings={"jail": worker.jail})
        assert result.returncode == 64

    def test_for_some_time(self, worker):
        result = chrootshim("trace", "--for", "1", settings={"jail": worker.jail})
        assert result.returncode == 0 and "No worker was traced." in result.stdout

    def test_no_socket_is_left_where_nothing_can_be_traced(self, worker):
        path = f"{worker.path}/trace"
        refuse = [worker.compile("answer_calls"), "seccomp", str(errno.ENOSYS)]
        result = subprocess.run([*refuse, COMMAND, "trace", "--for", "1", "--socket", path, "--jail", worker.jail],
                                env=environment(), capture_output=True, text=True)
        assert result.returncode == 70 and "cannot be traced" in result.stderr
        assert not os.path.exists(path)

    def test_a_socket_of_ones_own(self, worker):
        path = f"{worker.path}/trace"
        with Tracer(settings={"config": worker.conf}, options=["--socket", path]) as tracer:
            assert tracer.socket == path and os.stat(path).st_mode & 0o777 == 0o600
            worker.work("say", "done", tracer=tracer)
            again = chrootshim("trace", "--socket", path, settings={"jail": worker.jail})
            assert again.returncode == 70 and path in again.stderr
            assert tracer.end()["workers"] >= 1
        assert not os.path.exists(path) and os.path.isdir(worker.path)


class TestAnswerers:
    """They run before all others: what is wrong must not keep them busy."""

    def test_what_is_no_listener_is_not_answered(self, worker):
        reader, writer = os.pipe()
        os.write(writer, b"x")
        with (Tracer(settings={"config": worker.conf}) as tracer,
              socket.socket(socket.AF_UNIX) as connection):
            connection.settimeout(60)
            connection.connect(tracer.socket)
            assert connection.recv(1) == b"r"
            socket.send_fds(connection, [b"l"], [reader])
            assert connection.recv(1) == b"t"
            assert connection.recv(1) == b""
            wait_until(lambda: not processes.children(tracer.keeper()), "the end of who answers")
        os.close(reader)
        os.close(writer)


class TestWorker:
    """What a worker is that is traced."""

    def test_untraced_where_nobody_listens(self, worker):
        result = worker.work("say", "done", extra={"CHROOTSHIM_TRACE": f"{worker.path}/nobody"})
        assert result.startswith("done 3 ")
        assert worker.complaints == ""

    def test_untraced_where_a_stranger_listens(self, worker):
        """He could answer its calls as he likes."""
        os.mkdir(f"{worker.path}/common", 0o1777)
        os.chmod(f"{worker.path}/common", 0o1777)
        path = f"{worker.path}/common/stranger"
        program = ("import socket, sys; s = socket.create_server(sys.argv[1], family=socket.AF_UNIX); "
                   "print(flush=True); s.accept()[0].recv(1)")
        stranger = subprocess.Popen(["/usr/bin/python3", "-c", program, path], user=NOBODY,
                                    group=NOBODY, stdout=subprocess.PIPE)
        try:
            stranger.stdout.readline()
            # Whose file it is says little.
            os.chown(path, 0, 0)
            result = worker.work("say", "done", extra={"CHROOTSHIM_TRACE": path})
        finally:
            stranger.kill()
            stranger.wait()
            stranger.stdout.close()
        assert "neither root nor the server's user" in worker.complaints

    def test_a_stranger_is_not_even_called(self, worker):
        """He could let each worker wait for as long as it has patience."""
        path = f"{worker.path}/stranger"
        with socket.create_server(path, family=socket.AF_UNIX) as listening:
            os.chown(path, NOBODY, NOBODY)
            worker.work("say", "done", extra={"CHROOTSHIM_TRACE": path})
            listening.setblocking(False)
            with pytest.raises(BlockingIOError):
                listening.accept()
        assert "neither root nor the server's user" in worker.complaints

    def test_untraced_where_nobody_answers(self):
        with TracedWorker("chroot") as worker:
            path = f"{worker.path}/silent"
            with socket.create_server(path, family=socket.AF_UNIX):
                result = worker.work("say", "done", extra={"CHROOTSHIM_TRACE": path})
        assert result.startswith("done 3 ")
        assert "does not answer" in worker.complaints

    def test_the_word_that_it_is_answered_does_not_kill_it(self):
        """It can be read before the kernel comes to the signal for it, which others are woken before."""
        with TracedWorker("chroot") as worker:
            path = f"{worker.path}/slow"
            with socket.create_server(path, family=socket.AF_UNIX) as listening:
                tracer = threading.Thread(target=slow_tracer.serve, args=(listening, 2), daemon=True)
                tracer.start()
                result = worker.work("say", "done", extra={"CHROOTSHIM_TRACE": path})
                tracer.join(60)
        assert result.startswith("done 3 ") and worker.complaints == "", worker.complaints

    def test_a_filter_that_refuses_it(self, worker):
        """As of systemd: the worker serves untraced; or the start ends, and says which call it is."""
        program = worker.compile("answer_calls")
        with Tracer(settings={"config": worker.conf}) as tracer:
            result = worker.work("say", "done", tracer=tracer,
                                 wrapper=[program, "seccomp", str(errno.EPERM)])
            assert result.startswith("done 3 ")
            assert "not traced: the filter of system calls is refused" in worker.complaints
            assert worker.work("say", "done", tracer=tracer,
                               wrapper=[program, "seccomp", "kill"]) == ""
            assert "SystemCallFilter=seccomp" in worker.complaints
            assert tracer.end()["workers"] == 0

    def test_programs_do_not_learn_of_it(self, worker):
        with Tracer(settings={"config": worker.conf}) as tracer:
            text = worker.work("system", "/bin/busybox env", tracer=tracer)
        assert "CHROOTSHIM_TRACE" not in text
