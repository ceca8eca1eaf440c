"""chrootshim trace names what a worker lacks, with the line that brings it; with that line it works."""
# SPDX-License-Identifier: Apache-2.0
import os
import shutil
import socket
import struct
import tempfile

from traced_worker import hostname, compile_static

ZONE = "Asia/Kolkata"
PT_DYNAMIC = 2

SCRIPT = """\
#!/usr/bin/perl
use POSIX;
print floor(41.9), "\\n";
"""


def damage_dynamic_section(path):
    """It has more entries than anybody reads."""
    with open(path, "r+b") as file:
        data = bytearray(file.read())
        order, wide = "<>"[data[5] - 1], data[4] == 2
        start, = struct.unpack_from(order + ("Q" if wide else "I"), data, 32 if wide else 28)
        size, count = struct.unpack_from(order + "2H", data, 54 if wide else 42)
        for header in range(start, start + size * count, size):
            if struct.unpack_from(order + "I", data, header)[0] == PT_DYNAMIC:
                struct.pack_into(order + ("Q" if wide else "I"), data, header + (32 if wide else 16), 1 << 30)
        file.seek(0)
        file.write(data)


class TestCures:
    """Each: it fails; the trace names the path and the line; with the line it works, and no more is missing."""

    def test_iconv(self, worker):
        charset = ("iconv", "ISO-8859-15")
        assert worker.work(*charset) == "no charset\n"
        lines = worker.cure(*charset)
        assert any("/gconv" in path for path in lines), lines
        assert worker.output == "a4\n"

    def test_a_locale(self, worker):
        locale = ("locale", "C.UTF-8")
        assert worker.work(*locale) == "no locale\n"
        lines = worker.cure(*locale)
        assert 'services = [ "locale" ];' in lines.values()
        assert worker.output == ". UTF-8\n"

    def test_a_library_that_is_loaded_late(self, worker):
        load = ("system", "/usr/bin/python3 -c 'import ctypes; "
                          "print(bool(ctypes.CDLL(\"libcmocka.so.0\")))' 2>&1")
        worker.write("chrootshim.conf", worker.settings_text() + 'services = [ "python" ];\n')
        assert "cannot open shared object file" in worker.work(*load)
        lines = worker.cure(*load)
        assert [line for path, line in lines.items() if path.endswith("/libcmocka.so.0")]
        assert worker.output == "True\n"

    def test_name_services(self, worker):
        lookup = ("getpwnam", "www-data")
        assert worker.work(*lookup) == "getpwnam not found\n"
        lines = worker.cure(*lookup)
        assert lines["/etc/passwd"] == 'services = [ "accounts" ];'
        assert worker.output == "getpwnam found\n"

    def test_a_time_zone(self, worker):
        date = ("system", f"TZ={ZONE} date +%z")
        assert worker.work(*date) == "+0000\n"
        assert worker.cure(*date) == {f"/usr/share/zoneinfo/{ZONE}": 'services = [ "time" ];'}
        assert worker.output == "+0530\n"

    def test_a_static_program(self, worker):
        cat = ("system", "/bin/busybox cat /etc/hostname")
        assert worker.work(*cat) == ""
        assert worker.cure(*cat) == {"/etc/hostname": 'expose = [ "/etc/hostname" ];'}
        assert worker.output == hostname()

    def test_a_program_without_libc(self, worker):
        compile_static(worker)
        assert worker.work("system", "/static") == ""
        assert worker.cure("system", "/static") == {"/etc/hostname": 'expose = [ "/etc/hostname" ];'}
        assert worker.output == hostname()

    def test_the_interpreter_of_a_script(self, worker):
        worker.write("jail/script", SCRIPT, 0o755)
        assert worker.work("system", "/script") == ""
        lines = worker.cure("system", "/script")
        assert lines["/usr/bin/perl"] == 'services = [ "perl" ];'
        assert worker.output == "41\n"

    def test_the_loader_of_a_program_that_is_damaged(self, worker):
        """The kernel looks for it all the same, and no worker keeps the trace busy with the rest of a file."""
        shutil.copy("/usr/bin/yes", f"{worker.jail}/yes")
        damage_dynamic_section(f"{worker.jail}/yes")
        report = worker.trace("system", "/yes")
        assert [item for item in report["missing"] if "/ld" in item["path"]], report

    def test_a_program_with_its_libraries(self, worker):
        command = ("system", "/usr/bin/yes | /bin/busybox head -n 1")
        assert worker.work(*command) == ""
        assert worker.cure(*command)["/usr/bin/yes"] == 'expose = [ "/usr/bin/yes,program" ];'
        assert worker.output == "y\n"

    def test_a_font(self, worker):
        list_fonts = ("system", "/usr/bin/fc-list")
        worker.write("chrootshim.conf",
                     worker.settings_text() + 'expose = [ "/usr/bin/fc-list,program" ];\n')
        assert worker.work(*list_fonts) == ""
        lines = worker.cure(*list_fonts)
        assert 'services = [ "fonts" ];' in lines.values()
        assert "DejaVu" in worker.output

    def test_the_coders_of_imagemagick(self, worker):
        """What `convert` loads when it sees which form the picture has."""
        convert = ("system", "/usr/bin/convert rose: png:- | /bin/busybox head -c 4")
        worker.write("chrootshim.conf",
                     worker.settings_text() + 'expose = [ "/usr/bin/convert,program" ];\n')
        assert worker.work(*convert) == ""
        lines = worker.cure(*convert)
        assert any("/coders" in path and line == 'services = [ "imagemagick" ];'
                   for path, line in lines.items()), lines
        assert "PNG" in worker.output

    def test_a_socket(self, worker):
        directory = tempfile.mkdtemp(prefix="socket-", dir=worker.path)
        os.chmod(directory, 0o755)
        path = f"{directory}/s"
        with socket.create_server(path, family=socket.AF_UNIX):
            os.chmod(path, 0o666)
            look = ("connect", path)
            report = worker.trace(*look, "say", "done")
            item, = [item for item in report["missing"] if item["path"] == path]
        assert item["use"] == "connect"
        expected = {"chroot": 'isolation = "namespace";',
                    "namespace": f'expose = [ "{directory}" ];'}
        assert item["cure"]["line"] in expected.values()
        assert item["cure"]["line"] == expected["namespace" if "namespace" in
                                                worker.settings_text() else "chroot"]
