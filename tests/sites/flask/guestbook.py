"""A guest book in Flask: sqlite, sessions, templates, uploads, late imports, dates in a time zone."""
# SPDX-License-Identifier: Apache-2.0
import os
import sqlite3

import flask

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "data")
SCHEMA = "CREATE TABLE IF NOT EXISTS entry (author TEXT, words TEXT, written REAL)"

application = flask.Flask(__name__)
application.secret_key = "known to the tests alone"


def database():
    """One connection for each request."""
    if "database" not in flask.g:
        flask.g.database = sqlite3.connect(os.path.join(DATA, "guests.sqlite"))
        flask.g.database.execute(SCHEMA)
    return flask.g.database


@application.teardown_appcontext
def close_database(_):
    connection = flask.g.pop("database", None)
    if connection:
        connection.close()


@application.template_filter("local")
def local(seconds):
    """When something was written, for who reads it in Berlin."""
    import datetime
    import zoneinfo

    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    return datetime.datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%d %H:%M %Z")


@application.get("/")
def index():
    entries = database().execute("SELECT author, words, written FROM entry ORDER BY rowid")
    return flask.render_template("index.html", entries=entries.fetchall())


@application.post("/name")
def name():
    flask.session["name"] = flask.request.form["name"]
    return flask.redirect(flask.url_for("index"))


@application.post("/leave")
def leave():
    flask.session.clear()
    return flask.redirect(flask.url_for("index"))


@application.post("/write")
def write():
    if "name" not in flask.session:
        flask.abort(403)
    # A date of summer, so that the zone's rules matter.
    database().execute("INSERT INTO entry VALUES (?, ?, ?)",
                       (flask.session["name"], flask.request.form["words"], 1593597600))
    database().commit()
    return flask.redirect(flask.url_for("index"))


@application.post("/upload")
def upload():
    from werkzeug.utils import secure_filename

    file = flask.request.files["file"]
    name = secure_filename(file.filename)
    file.save(os.path.join(DATA, name))
    return flask.redirect(flask.url_for("uploaded", name=name))


@application.get("/uploads/<name>")
def uploaded(name):
    return flask.send_from_directory(DATA, name)


@application.get("/late")
def late():
    """What no request before has imported, C extensions with libraries of their own among it."""
    import bz2
    import ctypes
    import decimal
    import hashlib
    import lzma
    import ssl
    import uuid
    import xml.etree.ElementTree as tree

    return {"bz2": bz2.decompress(bz2.compress(b"packed")).decode(),
            "lzma": lzma.decompress(lzma.compress(b"packed")).decode(),
            "ctypes": ctypes.sizeof(ctypes.c_uint64),
            "decimal": str(decimal.Decimal(1) / decimal.Decimal(8)),
            "hashlib": hashlib.sha256(b"").hexdigest()[:8],
            "tls": ssl.HAS_TLSv1_3,
            "uuid": str(uuid.uuid5(uuid.NAMESPACE_DNS, "example.test")),
            "xml": tree.fromstring("<a><b>text</b></a>").find("b").text}


@application.get("/where")
def where():
    """Paths as the application sees them."""
    return {"file": __file__, "root": application.root_path, "directory": HERE}


@application.get("/pid")
def pid():
    """The process that answers."""
    return str(os.getpid())
