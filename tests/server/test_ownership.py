"""A jail that others than root could change is refused, at the start and at each later entry."""
# SPDX-License-Identifier: Apache-2.0
import errno
import os
import pwd
import re
import shutil
import signal

import pytest

import processes
from apache import WORKER_USER, Apache
from cases import OneServerTest, TreeTest
from processes import wait_until

EXIT_CONFIG = 78
OWNER = pwd.getpwnam(WORKER_USER).pw_uid

# The components that are checked, all below the tree's own parent.
WAY = ("", "jail")
CONTENTS = ("etc", "dev", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "usr/bin",
            "usr/sbin", "usr/lib", "usr/lib64", "usr/local", "usr/local/lib")


def let_group_write(path):
    os.chmod(path, 0o775)


def let_others_write(path):
    os.chmod(path, 0o757)


def let_all_write(path):
    """As /tmp is: the sticky bit keeps nobody from making what is not there yet."""
    os.chmod(path, 0o1777)


def give_away(path):
    os.chown(path, OWNER, 0)


# What is done to a component, and what the line says of it.
DAMAGES = {
    let_group_write: r"{path} is writable by its group or others \(mode 775\): chmod go-w {path}",
    let_others_write: r"{path} is writable by its group or others \(mode 757\): chmod go-w {path}",
    let_all_write: r"{path} is writable by its group or others \(mode 1777\): chmod go-w {path}",
    give_away: rf"{{path}} belongs to uid {OWNER}, .*: chown root {{path}}",
}


def mend(path):
    os.chmod(path, 0o755)
    os.chown(path, 0, 0)


class TestComponents(TreeTest):
    """Each component that matters, made unsafe in each way."""

    @pytest.fixture(autouse=True)
    def furnish(self, own_tree):
        for name in CONTENTS:
            os.makedirs(f"{self.tree.jail}/{name}", 0o755)

    def refused(self, pattern, *wrapper, **settings):
        result = self.tree.run(*wrapper, "/bin/true", **settings)
        assert result.returncode == EXIT_CONFIG, result.stderr
        assert re.search(rf"\Achrootshim\[\d+\]: error: [^\n]*{pattern}\n\Z", result.stderr)

    def accepted(self, *wrapper, **settings):
        result = self.tree.run(*wrapper, "/bin/true", **settings)
        assert (result.returncode, result.stderr) == (0, "")

    def test_each(self):
        paths = [f"{self.tree.path}/{name}".rstrip("/") for name in WAY]
        paths += [f"{self.tree.jail}/{name}" for name in CONTENTS]
        self.accepted()
        for path in paths:
            for damage, pattern in DAMAGES.items():
                damage(path)
                self.refused(pattern.format(path=path))
                mend(path)
        self.accepted()

    def test_what_workers_may_own(self):
        for name in ("var", "tmp", "htdocs", "etc/app"):
            path = f"{self.tree.jail}/{name}"
            os.mkdir(path)
            give_away(path)
            let_all_write(path)
        self.accepted()

    def test_behind_a_link_in_the_jail(self):
        """/lib is a link to /usr/lib on a usual system, whose target may be anywhere in it."""
        jail = self.tree.jail
        os.mkdir(f"{jail}/elsewhere")
        for name, target in (("lib", "/elsewhere"), ("etc", "elsewhere"), ("bin", "../elsewhere"),
                             ("dev", "/../../elsewhere")):
            path = f"{jail}/{name}"
            os.rmdir(path)
            os.symlink(target, path)
            for damage, pattern in DAMAGES.items():
                damage(f"{jail}/elsewhere")
                self.refused(pattern.format(path=path))
                mend(f"{jail}/elsewhere")
            os.unlink(path)
            os.mkdir(path)
        self.accepted()

    def test_on_the_way_of_a_link_to_the_jail(self):
        """Who owns a directory that it leads through chooses the next jail."""
        os.makedirs(f"{self.tree.path}/users/way")
        os.symlink("way/../../jail", f"{self.tree.path}/users/hop")
        os.symlink(f"{self.tree.path}/users/hop", f"{self.tree.path}/link")
        link = {"jail": f"{self.tree.path}/link"}
        self.accepted(**link)
        for name in ("users", "users/way"):
            path = f"{self.tree.path}/{name}"
            for damage, pattern in DAMAGES.items():
                damage(path)
                self.refused(pattern.format(path=path), **link)
                mend(path)
        self.accepted(**link)

    def test_on_the_way_of_a_link_in_the_jail(self):
        """Who owns a directory that it leads through puts another one at its end."""
        jail = self.tree.jail
        os.makedirs(f"{jail}/hall/etc/way")
        os.symlink("/hall/./etc//way/..", f"{jail}/link")
        os.rmdir(f"{jail}/etc")
        os.symlink("link/../etc", f"{jail}/etc")
        self.accepted()
        for name in ("hall", "hall/etc"):
            for damage, pattern in DAMAGES.items():
                damage(f"{jail}/{name}")
                self.refused(pattern.format(path=f"{jail}/{name}"))
                mend(f"{jail}/{name}")

    @pytest.mark.parametrize("answer", (errno.ENOSYS, "kill"))
    def test_without_openat2(self, answer):
        """RestrictSUIDSGID= of systemd refuses it, for its filter cannot see the mode."""
        wrapper = [self.tree.compile("answer_calls"), "openat2", str(answer)]
        os.rename(f"{self.tree.jail}/lib", f"{self.tree.jail}/real")
        os.symlink("/real", f"{self.tree.jail}/lib")
        self.accepted(*wrapper)
        let_group_write(f"{self.tree.jail}/real")
        self.refused("/lib is writable by its group .*", *wrapper)

    def test_the_libraries_of_another_machine(self):
        """Whatever the directory of libc is called here."""
        directory = f"{self.tree.path}/lib/other-linux-gnu"
        loader, libc = (re.search(rf"(/\S*/{name}\S*)$", processes.read("/proc/self/maps"), re.M)[1]
                        for name in ("ld-linux", "libc.so.6"))
        os.makedirs(directory)
        shutil.copy(libc, directory)
        wrapper = [loader, "--library-path", directory]
        os.makedirs(f"{self.tree.jail}{directory}/gconv")
        self.accepted(*wrapper)
        for name in ("", "/gconv"):
            let_all_write(f"{self.tree.jail}{directory}{name}")
            self.accepted()
            self.refused(f"{directory}{name} is writable by its group .*", *wrapper)
            mend(f"{self.tree.jail}{directory}{name}")

    def test_a_link_that_leads_nowhere_in_the_jail(self):
        """It counts in the jail, where /etc of the machine is not."""
        os.mkdir(f"{self.tree.path}/outside")
        let_all_write(f"{self.tree.path}/outside")
        os.rmdir(f"{self.tree.jail}/etc")
        os.symlink(f"{self.tree.path}/outside", f"{self.tree.jail}/etc")
        self.accepted()

    def test_the_way_of_a_link_to_the_jail(self):
        """Who owns the directory of the link decides which jail it is."""
        hall = f"{self.tree.path}/hall"
        os.mkdir(hall)
        os.symlink(self.tree.jail, f"{hall}/link")
        self.accepted(jail=f"{hall}/link")
        for damage, pattern in DAMAGES.items():
            damage(hall)
            self.refused(pattern.format(path=hall), jail=f"{hall}/link")
            mend(hall)

    def test_the_root_directory(self):
        """In a mount namespace whose / is a tree of the test's own, with the machine's programs."""
        root = f"{self.tree.path}/root"
        jail = f"{root}/srv/jail"
        os.makedirs(jail)
        library = os.path.basename(self.tree.library)
        os.link(self.tree.library, f"{root}/{library}")
        mounts = " && ".join(f"mkdir {root}/{name} && mount --bind /{name} {root}/{name}"
                             for name in ("usr", "proc"))
        links = " && ".join(f"ln -s usr/{name} {root}/{name}" for name in ("bin", "lib", "lib64"))
        command = ["unshare", "--mount", "sh", "-c", f"{mounts} && {links} && exec chroot {root} "
                   f"env LD_PRELOAD=/{library} CHROOTSHIM_JAIL=/srv/jail /bin/true"]
        for damage, pattern in DAMAGES.items():
            damage(root)
            result = self.tree.run(*command, shim=False)
            assert result.returncode == EXIT_CONFIG, result.stderr
            assert re.search(rf"\Achrootshim\[\d+\]: error: [^\n]*: "
                             rf"{pattern.format(path='/')}\n\Z", result.stderr)
            mend(root)
            for name in ("bin", "lib", "lib64"):
                os.unlink(f"{root}/{name}")
            for name in ("usr", "proc"):
                os.rmdir(f"{root}/{name}")


class TestServers(OneServerTest):
    """A running server, whose jail becomes unsafe."""

    @pytest.fixture(autouse=True)
    def furnish(self, own_server):
        self.etc = f"{self.apache.jail}/etc"
        os.mkdir(self.etc, 0o755)

    def assert_ended(self, apache, master, path):
        apache.wait_gone(master)
        with pytest.raises(ConnectionRefusedError):
            apache.get("/")
        assert re.search(rf"(?m)^chrootshim\[\d+\]: error: cannot enter the jail "
                         rf"{apache.jail}: {path} (is writable by|belongs to uid) .*: ch(mod go-w|own root) {path}",
                         apache.error_log())

    def test_they_end_instead_of_the_next_worker(self):
        ending = []
        for damage, name in ((let_group_write, "jail/etc"), (give_away, "jail/etc"),
                             (let_others_write, "jail"), (give_away, "")):
            apache = self.cleanups.enter_context(Apache())
            os.mkdir(f"{apache.jail}/etc", 0o755)
            apache.start()
            path = f"{apache.tree}/{name}".rstrip("/")
            ending.append((apache, apache.master(), path))
            damage(path)
            os.kill(apache.workers()[0], signal.SIGKILL)
        for apache, master, path in ending:
            self.assert_ended(apache, master, path)

    def test_it_ends_at_a_graceful_restart(self):
        self.apache.start()
        master = self.apache.master()
        let_others_write(self.etc)
        # apachectl itself runs under the shim, and is refused.
        os.kill(master, signal.SIGUSR1)
        self.assert_ended(self.apache, master, self.etc)

    def test_a_warning_is_enough(self):
        self.apache.settings["ownership"] = "warn"
        let_others_write(self.etc)
        result = self.apache.start()
        assert self.apache.get("/").text == "the index page\n"
        os.kill(self.apache.workers()[0], signal.SIGKILL)
        self.apache.wait_ready()
        os.kill(self.apache.master(), signal.SIGUSR1)
        wait_until(lambda: self.apache.error_log().count("resuming normal") == 2, "the restart")
        self.apache.wait_ready()
        said = result.stderr + self.apache.error_log()
        lines = [line for line in said.splitlines() if "chrootshim[" in line]
        assert len(lines) == 1, said
        assert re.search(rf"warning: CHROOTSHIM_JAIL: {self.etc} is writable .*: chmod go-w ", lines[0])
