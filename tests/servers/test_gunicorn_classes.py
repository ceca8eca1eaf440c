"""gunicorn's workers of other classes: threads, and gevent's loop of events."""
# SPDX-License-Identifier: Apache-2.0
from gunicorn_row import Gunicorn, InPython


class TestThreads(InPython, Gunicorn):
    name = "gunicorn, gthread"
    variant = True
    options = ("--worker-class", "gthread", "--threads", "4")


class TestGevent(InPython, Gunicorn):
    name = "gunicorn, gevent"
    variant = True
    options = ("--worker-class", "gevent", "--preload")
