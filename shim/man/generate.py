"""Makes a page of the manual: puts what the code's tables say into its source, and calls scdoc.

Usage: generate.py TABLES SCDOC SOURCE OUTPUT NAME=VALUE...   (the program tables.c)

A line `@key NAME@` becomes the heading of that setting, with its variable, what is allowed and the
default, and what it means; each key must have one such line in a page that has any. `@services@`
becomes the list of services. `@NAME@` becomes VALUE.
"""
# SPDX-License-Identifier: Apache-2.0
import re
import subprocess
import sys


def escaped(text):
    """The text as scdoc shows it plainly."""
    return re.sub(r"([\\*_<>#\[\]|])", r"\\\1", text)


def sentence(text):
    """The text of a key, which begins small and has no full stop, as a sentence."""
    first = text[:1] if text.startswith("httpd") else text[:1].upper()
    return f"{first}{text[1:]}."


def key_lines(name, variable, allowed, default, meaning):
    told = f"Default: {escaped(default)}." if default else "No default."
    return (f"*{escaped(name)}*, *{escaped(variable)}*\n"
            f"\t{escaped(sentence(meaning))}\n"
            f"\tIt is {escaped(allowed)}. {told}")


def service_lines(name, brings, under_chroot):
    return (f"*{escaped(name)}*\n"
            f"\t{escaped(brings)}.\n"
            f"\tUnder chroot: {escaped(under_chroot)}.")


def completed(source, rows, values):
    """The source with what the tables say, and the values, in it."""
    keys = {row[1]: row[1:] for row in rows if row[0] == "key"}
    services = [row[1:] for row in rows if row[0] == "service"]
    named = re.findall(r"^@key (\w+)@$", source, re.M)
    if named and sorted(named) != sorted(keys):
        sys.exit(f"not one line for each key: {sorted(set(named) ^ set(keys)) or named}")
    source = re.sub(r"^@key (\w+)@$", lambda match: key_lines(*keys[match[1]]), source, flags=re.M)
    source = source.replace("@services@", "\n\n".join(service_lines(*row) for row in services))
    return re.sub(r"@(\w+)@", lambda match: values[match[1]], source)


def with_minus(match):
    """What is to be typed has the character of the keyboard, and no hyphen."""
    return re.sub(r"(?<!\\)-", r"\\-", match[0])


def tidied(page):
    """scdoc's page without its paragraphs that have no text, of which mandoc complains."""
    page = re.sub(r"^\.P\n((?:\.RE\n)+)", r"\1.P\n", page, flags=re.M)
    page = re.sub(r"(?:^\.P\n)+(?=\.(?:SH|SS|RE|RS|P)\b|\Z)", "", page, flags=re.M)
    page = re.sub(r"^(\.S[HS] .*\n)\.P\n", r"\1", page, flags=re.M)
    typed = r"^\.nf\n(?:.*\n)*?\.fi$|\\f[BI].*?\\fR|(?<=^\.SH NAME\n).*$"
    return re.sub(typed, with_minus, page, flags=re.M)


def main():
    tables, scdoc, source, output, *values = sys.argv[1:]
    lines = subprocess.run([tables], check=True, capture_output=True, encoding="utf-8").stdout
    rows = [line.split("\t") for line in lines.splitlines()]
    with open(source, encoding="utf-8") as file:
        text = completed(file.read(), rows, dict(value.split("=", 1) for value in values))
    page = subprocess.run([scdoc], input=text, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    with open(output, "w", encoding="utf-8") as file:
        file.write(tidied(page.stdout))


main()
