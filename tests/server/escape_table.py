"""What comes of each way out of a jail: the steps of the attackers in escapes/*.c."""
# SPDX-License-Identifier: Apache-2.0
SAME = None
REFUSED = "process_vm_readv=EPERM pidfd_getfd=EPERM ptrace=EPERM"
TRACED = "process_vm_readv=ok pidfd_getfd=ok ptrace=ok"
FOLLOWED = "fchdir=ok open=ok CANARY"
AT_THE_ROOT = "fchdir=ok open=ENOENT"
PASSED = "connect=ok recvmsg=ok open=ok CANARY"

# By a worker: the attack and its argument; what comes of it in ChrootDir; under the shim with
# landlock = "off", in either isolation, and without root; and under the shim as it is by default.
# SAME: as in the one before.
WORKER = (
    ("second_chroot", "", "chroot=EPERM open=ENOENT", SAME, SAME, SAME),
    ("set_id", "second_chroot", "uid=0 chroot=ok open=ok CANARY",
     "uid={uid} chroot=EPERM open=ENOENT", SAME, SAME),
    ("inherited_directory", "", FOLLOWED, AT_THE_ROOT, SAME, SAME),
    ("inherited_path", "", FOLLOWED, AT_THE_ROOT, SAME, SAME),
    ("inherited_proc", "", FOLLOWED, AT_THE_ROOT, SAME, SAME),
    ("inherited_openat", "", "open=ok CANARY", "open=ENOENT", SAME, SAME),
    ("inherited_namespace", "", "setns=EPERM open=ENOENT", "setns=EBADF open=ENOENT", SAME, SAME),
    ("inherited_disk", "", "read=ok", "read=EBADF", SAME, SAME),
    ("inherited_fanotify", "", "fanotify_mark=ok", "fanotify_mark=EBADF", SAME, SAME),
    ("session_key", "chrootshim-test", "keyctl=ok", "keyctl=ENOKEY", SAME, SAME),
    # Who is outside and wants to, may hand out a way.
    ("passed_descriptor", "/tmp/giver.sock", PASSED, SAME, SAME,
     "connect=ok recvmsg=ok open=EACCES"),
    # A directory that leaves the jail takes who holds it along, unless a mount ends above it.
    ("moved_directory", "/tmp/mover.sock", "connect=ok read=ok open={moved}", SAME, SAME, SAME),
    ("file_handle", "{handle}", "open_by_handle_at=EPERM", SAME, SAME, SAME),
    ("disk", "{disk}", "mknod=EPERM", SAME, SAME, SAME),
    ("mount_proc", "{master}", "mount=EPERM open=ENOENT", SAME, SAME, SAME),
    ("mount_bind", "", "mount=EPERM", SAME, SAME, SAME),
    ("open_tree", "", "open_tree=EPERM", SAME, SAME, SAME),
    ("fsopen", "{master}", "fsopen=EPERM", SAME, SAME, SAME),
    ("move_mount", "", "move_mount=EPERM", SAME, SAME, SAME),
    ("unshare_user", "", "unshare=EPERM", SAME, SAME, SAME),
    ("clone_user", "", "clone=EPERM", SAME, SAME, SAME),
    ("unshare_mount", "", "unshare=EPERM", SAME, SAME, SAME),
    ("proc_root", "1", "open=EACCES", SAME, SAME, SAME),
    ("proc_root", "{master}", "open=EACCES", SAME, SAME, SAME),
    ("proc_namespace", "{master}", "open=EACCES", SAME, SAME, SAME),
    ("trace", "{master}", REFUSED, SAME, SAME, SAME),
    ("trace", "{logger}", REFUSED, SAME, SAME, SAME),
    ("trace", "{other}", REFUSED, SAME, SAME, SAME),
    # Processes of one user are no strangers, unless a user namespace or Landlock parts them.
    ("trace", "{same}", TRACED, SAME, REFUSED, SAME),
    # A worker of another server, which CoreDumpDirectory has made dumpable.
    ("trace", "{neighbour}", TRACED, SAME, REFUSED, SAME),
    ("proc_root", "{same}", "open=ok CANARY", SAME, "open=EACCES", SAME),
    ("proc_namespace", "{same}", "open=ok setns=EPERM open=ENOENT", SAME, "open=EACCES", SAME),
    ("send_signal", "{master}", "kill=EPERM", SAME, "kill=ok", "kill=EPERM"),
    ("send_signal", "{same}", "kill=ok", SAME, SAME, "kill=EPERM"),
    ("abstract_socket", "{abstract}", "connect=ok", SAME, SAME, "connect=EPERM"),
)

# By root: in ChrootDir by the set-id program, and under the shim.
ROOT = (
    ("second_chroot", "", "chroot=ok open=ok CANARY", "chroot=EPERM open=ENOENT"),
    ("inherited_directory", "", FOLLOWED, AT_THE_ROOT),
    ("inherited_path", "", FOLLOWED, AT_THE_ROOT),
    ("inherited_proc", "", FOLLOWED, AT_THE_ROOT),
    ("inherited_openat", "", "open=ok CANARY", "open=ENOENT"),
    ("inherited_namespace", "", "setns=ok open=ok CANARY", "setns=EBADF open=ENOENT"),
    ("file_handle", "{handle}", "open_by_handle_at=ok CANARY", "open_by_handle_at=EPERM"),
    ("disk", "{disk}", "mknod=ok", "mknod=EPERM"),
    ("mount_proc", "{master}", "mount=ok open=ok CANARY", "mount=EPERM open=ENOENT"),
    ("mount_bind", "", "mount=ok", "mount=EPERM"),
    ("open_tree", "", "open_tree=ok", "open_tree=EPERM"),
    ("fsopen", "{master}", "fsopen=ok fsconfig=ok fsmount=ok open=ok CANARY", "fsopen=EPERM"),
    ("move_mount", "", "move_mount=ok", "move_mount=EPERM"),
    ("unshare_user", "", "unshare=EPERM", "unshare=EPERM"),
    ("clone_user", "", "clone=EPERM", "clone=EPERM"),
    ("unshare_mount", "", "unshare=ok", "unshare=EPERM"),
    ("proc_root", "{master}", "open=ok CANARY", "open=EACCES"),
    ("proc_namespace", "{master}", "open=ok setns=ok open=ok CANARY", "open=EACCES"),
    ("trace", "{master}", TRACED, REFUSED),
    ("trace", "{other}", TRACED, REFUSED),
    ("send_signal", "{master}", "kill=ok", "kill=ok"),
)

# Links that workers plant, in either isolation: where another pool's worker owns the directory of
# what is exposed, what the next workers read there (the copy that they had, or an empty mount
# point); and above a mount point, or a copy's place, in the jail.
PLANTED = (
    ("plant_link", "unlink=ok symlink=ok",
     {"chroot": "open=ok exposed", "namespace": "open=ok"}),
    ("plant_way", "rename=ok symlink=ok",
     {"chroot": "open=ENOENT", "namespace": "open=ENOENT"}),
)

CHROOT_DIR, SHIM, ROOTLESS, LANDLOCK = range(4)


def outcome(outcomes, column):
    """What is expected in this column."""
    while outcomes[column] is SAME:
        column -= 1
    return outcomes[column]
