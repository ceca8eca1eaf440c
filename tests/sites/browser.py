"""Visits a site as a person does: follows links, fills in forms, keeps cookies."""
# SPDX-License-Identifier: Apache-2.0
import html.parser
import http.cookiejar
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request


class Upload:
    """A file that somebody chooses in a form."""

    def __init__(self, name, content, kind="application/octet-stream"):
        self.name = name
        self.content = content
        self.kind = kind


class Form:
    """A form of a page, with what stands in its fields, and its buttons."""

    def __init__(self, attributes):
        self.id = attributes.get("id")
        self.action = attributes.get("action") or ""
        self.method = (attributes.get("method") or "get").lower()
        self.is_multipart = attributes.get("enctype") == "multipart/form-data"
        # Pairs of name and value, as the page has them.
        self.fields = []
        self.buttons = []
        # All names that it has, also of what is not sent unless it is chosen.
        self.names = set()


class Reader(html.parser.HTMLParser):
    """Takes forms, links and the text out of a page."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.links = []
        self.words = []
        self.outside = Form({})
        self.form = self.outside
        self.select = None
        self.area = None
        self.hidden = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.form = Form(values)
            self.forms.append(self.form)
        elif tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag == "textarea":
            self.area = (values.get("name"), [])
        elif tag == "select":
            self.select = (values.get("name"), [], [])
        elif tag == "option" and self.select:
            _, options, chosen = self.select
            options.append(values.get("value", ""))
            if "selected" in values:
                chosen.append(values.get("value", ""))
        elif tag in ("input", "button") and values.get("name") and "disabled" not in values:
            self.add(tag, values)
        elif tag in ("script", "style"):
            self.hidden = True

    def add(self, tag, values):
        kind = values.get("type", "submit" if tag == "button" else "text").lower()
        name, value = values["name"], values.get("value")
        self.form.names.add(name)
        if kind in ("submit", "image"):
            self.form.buttons.append((name, value or ""))
        elif kind in ("checkbox", "radio"):
            if "checked" in values:
                self.form.fields.append((name, "on" if value is None else value))
        elif kind not in ("button", "reset", "file"):
            self.form.fields.append((name, value or ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = self.outside
        elif tag == "textarea" and self.area:
            name, parts = self.area
            # The line break behind the tag does not count.
            self.add("textarea", {"name": name, "value": re.sub(r"\A\r?\n", "", "".join(parts))})
            self.area = None
        elif tag == "select" and self.select:
            name, options, chosen = self.select
            for value in chosen or options[:1]:
                self.add("select", {"name": name, "value": value})
            self.select = None
        elif tag in ("script", "style"):
            self.hidden = False

    def handle_data(self, data):
        if self.area:
            self.area[1].append(data)
        elif not self.hidden:
            self.words.append(data)


class Page:
    """What was answered: status, headers, address after redirections, and what is in it."""

    def __init__(self, reply):
        self.status = reply.status
        self.headers = reply.headers
        self.address = reply.url
        self.body = reply.read()
        self.text = self.body.decode(errors="replace")
        reader = Reader(self.text if "html" in reply.headers.get_content_type() else "")
        self.forms = reader.forms
        self.links = reader.links
        # As it is read, without markup.
        self.words = " ".join(" ".join(reader.words).split())

    def form(self, identifier=None, field=None):
        """The form with this id, or with a field of this name."""
        for form in self.forms:
            if form.id == identifier if identifier else field in form.names:
                return form
        raise AssertionError(f"no form {identifier or field}: {self.status} {self.words}")

    def link(self, part):
        """The first link that has this in its address."""
        for link in self.links:
            if part in link:
                return link
        raise AssertionError(f"no link {part}: {self.status} {self.words}")


def encoded(fields):
    """The body of a form with files, and its type."""
    boundary = secrets.token_hex(16)
    parts = []
    for name, value in fields:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        if isinstance(value, Upload):
            head += f'; filename="{value.name}"\r\nContent-Type: {value.kind}'
            value = value.content
        else:
            value = value.encode()
        parts += [head.encode(), b"\r\n\r\n", value, b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


class Browser:
    """One visitor. An address may be a path of the site, or be relative to the last page."""

    def __init__(self, address):
        self.address = address
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies))
        self.page = None

    def get(self, address, **parameters):
        """Look at a page."""
        if parameters:
            address += ("&" if "?" in address else "?") + urllib.parse.urlencode(parameters)
        return self.request(address)

    def follow(self, part):
        """Click on the first link of the last page that has this in its address."""
        return self.request(self.page.link(part))

    def submit(self, form, press=None, **values):
        """
        Fill in a form, and press a button: the one of that name, else the first. A field whose
        name is no word of Python can be given by **{"name": value}; one that is None is not sent.
        """
        fields = [(name, value) for name, value in form.fields if name not in values]
        fields += [button for button in form.buttons if press in (None, button[0])][:1]
        fields += [(name, value) for name, value in values.items() if value is not None]
        if form.method == "get":
            target = form.action.partition("?")[0]
            return self.request(f"{target}?{urllib.parse.urlencode(fields)}")
        return self.post(form.action, fields, form.is_multipart)

    def post(self, address, fields, is_multipart=False):
        """Send pairs of names and values, as a page's script does."""
        body, kind = (encoded(fields) if is_multipart else (
            urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"))
        return self.request(address, body, {"Content-Type": kind})

    def request(self, address, body=None, headers=None, method=None):
        """One request and what it is redirected to; an error is a page, too."""
        here = self.page.address if self.page else self.address + "/"
        request = urllib.request.Request(
            urllib.parse.urljoin(here, address), body, headers or {}, method=method)
        try:
            with self.opener.open(request, timeout=60) as reply:
                self.page = Page(reply)
        except urllib.error.HTTPError as reply:
            with reply:
                self.page = Page(reply)
        return self.page
