"""Compares the table of hooks with what the library exports, imports and calls by itself."""
import re
import subprocess
import sys

library, core, table = sys.argv[1:4]


def names(*arguments):
    """The symbols that nm prints, without their versions."""
    lines = subprocess.run(["nm", *arguments], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in lines.splitlines() if len(line.split()) > 1}


hooked = set(re.findall(r"^HOOK\(\w+, (\w+)\)$", open(table).read(), re.M))
exported = names("-D", "--defined-only", library)
libc = subprocess.run(["ldd", library], check=True, capture_output=True, text=True).stdout
libc = re.search(r"libc\.so\.6 => (\S+)", libc).group(1)
provided = names("-D", "--defined-only", libc)
needed = subprocess.run(["readelf", "-d", library], check=True, capture_output=True, text=True)
needed = set(re.findall(r"NEEDED.*\[(.*)\]", needed.stdout))

checks = {
    "hooked, but not exported": hooked - exported,
    "public, but not exported": {"chrootshim_active", "chrootshim_role"} - exported,
    "exported, but neither hooked nor chrootshim_*":
        {name for name in exported - hooked if not name.startswith("chrootshim_")},
    "hooked, but not in libc": hooked - provided,
    # The core and the jail use the kernel: a hook must never call a hook.
    "hooked, but called by shim/core or shim/jail": hooked & names("--undefined-only", core),
    "libraries needed besides libc": needed - {"libc.so.6"},
}
# A hooked function has its 64-bit and FORTIFY forms hooked as well.
for form in ("{}64", "__{}_chk", "__{}_2", "__{}64_2"):
    checks["libc has this form of a hooked function: " + form.format("…")] = {
        form.format(name) for name in hooked if form.format(name) in provided - hooked}

failed = {what: found for what, found in checks.items() if found}
for what, found in failed.items():
    print(f"{what}: {' '.join(sorted(found))}")
print(f"{len(checks) - len(failed)} passed, {len(failed)} failed")
sys.exit(1 if failed or len(hooked) < 100 else 0)
