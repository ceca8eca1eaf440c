"""What systemd's options do to a jailed Apache, in each isolation: the rows of examples/hardening.md."""
# SPDX-License-Identifier: Apache-2.0
import dataclasses

# It serves, jailed; the shim ends the start, with one line that names the option; Apache cannot
# start for reasons of its own.
WORKS, REFUSED, APACHE = "works", "refused", "Apache"

LANDLOCK = "landlock_create_ruleset landlock_add_rule landlock_restrict_self"
CAPABILITIES = "CAP_SETUID CAP_SETGID CAP_NET_BIND_SERVICE CAP_CHOWN"
WRITTEN = "/var/log/apache2 /run"


@dataclasses.dataclass(frozen=True)
class Row:
    """One try. Of several options, the first is what it is about."""
    options: str
    chroot: str = WORKS
    namespace: str = WORKS
    settings: str = ""
    jail: str = "/var/www"
    # Is it in the usual run, too?
    short: bool = False

    @property
    def name(self):
        """Of the option: "RestrictNamespaces=", for instance."""
        return self.options.partition("=")[0] + "="

    @property
    def label(self):
        """As it is in examples/hardening.md."""
        return "; ".join(self.options.splitlines()).replace(LANDLOCK, "landlock_…")


SIMPLE = (
    "ProtectSystem=full", "ProtectHome=yes", "PrivateTmp=yes", "DevicePolicy=closed",
    "ProtectKernelTunables=yes", "ProtectKernelModules=yes", "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes", "ProtectClock=yes", "ProtectHostname=yes",
    "ProtectProc=invisible", "ProcSubset=pid", "NoNewPrivileges=yes", "RestrictSUIDSGID=yes",
    "RestrictRealtime=yes", "LockPersonality=yes", "SystemCallArchitectures=native",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "RestrictNamespaces=mnt",
    "MemoryDenyWriteExecute=yes", "PrivateDevices=yes", "PrivateMounts=yes", "PrivateIPC=yes",
    "RemoveIPC=yes", "KeyringMode=inherit", "KeyringMode=shared", "UMask=0077", "TasksMax=30",
    "AmbientCapabilities=CAP_SYS_CHROOT", "InaccessiblePaths=/home",
    "NoExecPaths=/\nExecPaths=/usr /bin /lib /lib64",
    "IPAddressDeny=any\nIPAddressAllow=localhost",
)

ROWS = (
    *(Row(options, short=options == "MemoryDenyWriteExecute=yes") for options in SIMPLE),
    Row(f"ProtectSystem=strict\nReadWritePaths={WRITTEN} /var/www", short=True),
    Row(f"ReadOnlyPaths=/\nReadWritePaths={WRITTEN} /var/www"),
    Row("ReadOnlyPaths=/var/www", namespace=REFUSED),
    Row("ReadOnlyPaths=/var/www", REFUSED, REFUSED, settings='services = [ "dns" ];'),
    Row("PrivateDevices=yes", chroot=REFUSED, settings='services = [ "files" ];'),
    Row("ProtectHome=yes", REFUSED, REFUSED, jail="/home/site", settings='jail = "/home/site";'),
    Row("RestrictNamespaces=yes", namespace=REFUSED, short=True),
    Row("SystemCallFilter=@system-service", REFUSED, REFUSED, short=True),
    Row("SystemCallFilter=@system-service\nSystemCallErrorNumber=EPERM", REFUSED, REFUSED),
    Row(f"SystemCallFilter=@system-service chroot {LANDLOCK}", namespace=REFUSED),
    Row(f"SystemCallFilter=@system-service @mount {LANDLOCK}"),
    Row(f"CapabilityBoundingSet={CAPABILITIES}", REFUSED, REFUSED),
    Row(f"CapabilityBoundingSet={CAPABILITIES} CAP_SYS_CHROOT", namespace=REFUSED),
    Row(f"CapabilityBoundingSet={CAPABILITIES} CAP_SYS_CHROOT CAP_SYS_ADMIN"),
    Row("User=www-data\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n"
        "RuntimeDirectory=apache2\nLogsDirectory=apache2", namespace=REFUSED),
    Row("DynamicUser=yes", APACHE, APACHE),
    Row("PrivateUsers=yes", APACHE, APACHE),
)
