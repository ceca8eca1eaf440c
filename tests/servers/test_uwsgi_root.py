"""uWSGI whose master stays root, as each worker loads the application for itself and drops."""
# SPDX-License-Identifier: Apache-2.0
from row import NOT_FOR
from uwsgi_row import DROPS, Uwsgi


class TestStaysRoot(Uwsgi):
    """Each worker loads the application for itself, in the jail."""

    name = "uWSGI, uid, master-as-root, lazy-apps"
    variant = True
    options = f"{DROPS}\nmaster-as-root = true\nlazy-apps = true"
    rootless = NOT_FOR
