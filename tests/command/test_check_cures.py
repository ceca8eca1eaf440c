"""What chrootshim check finds is what breaks, and the line that it gives mends it: by requests."""
# SPDX-License-Identifier: Apache-2.0
import base64

import pytest

from httpd_patient import HttpdPatient

AUTH = ("auth_basic", "authn_core", "authn_file", "authz_user")
GRANTED = "<Directory {tree}/pages>\nRequire all granted\n</Directory>\n"
# htpasswd -nbs user secret
USERS = "user:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n"
LOGIN = {"Authorization": "Basic " + base64.b64encode(b"user:secret").decode()}
SCRIPT = "#!/bin/sh\necho Content-Type: text/plain\necho\necho the script\n"

# By name: directives, modules, files, the request and its headers, and what it gets in the end.
CASES = {
    "alias": ("Alias /a {tree}/pages\n" + GRANTED, ("alias",), {"pages/page": "the page\n"},
              "/a/page", {}, "the page\n"),
    "password file": ("<Location />\nAuthType Basic\nAuthName x\nAuthUserFile {tree}/users\n"
                      "Require valid-user\n</Location>\n", AUTH, {"users": USERS},
                      "/", LOGIN, "the index page\n"),
    "password file of root's": (
        "<Location />\nAuthType Basic\nAuthName x\nAuthUserFile {jail}/users\n"
        "Require valid-user\n</Location>\n", AUTH, {"jail/users": (USERS, 0o600)},
        "/", LOGIN, "the index page\n"),
    "map": ("RewriteEngine on\nRewriteMap names txt:{tree}/names\n"
            "RewriteRule ^/go/(.*) /${{names:$1|/none}}\n", ("rewrite",),
            {"names": "a index.html\n"}, "/go/a", {}, "the index page\n"),
    "script": ("ScriptAlias /cgi/ {jail}/cgi/\n", ("alias", "cgi"),
               {"jail/cgi/script": (SCRIPT, 0o755)}, "/cgi/script", {}, "the script\n"),
    "link": ("Alias /a {jail}/link\n<Directory {jail}>\nOptions FollowSymLinks\n</Directory>\n",
             ("alias",), {"jail/pages/page": "the page\n", "jail/link": "-> {jail}/pages"},
             "/a/page", {}, "the page\n"),
}


@pytest.mark.parametrize("name", CASES, ids=lambda name: name.replace(" ", "-"))
def test_before_and_after(name):
    extra, modules, files, path, headers, text = CASES[name]
    with HttpdPatient(extra, modules) as patient:
        patient.make(files)
        patient.start(1)
        assert patient.get(path, headers).status >= 400
        patient.stop()
        findings = patient.look()
        assert findings and patient.status > 0
        for finding in findings:
            patient.cure(finding)
        assert patient.look() == []
        patient.start(1)
        reply = patient.get(path, headers)
        assert (reply.status, reply.text) == (200, text), patient.error_log()
        patient.stop()
