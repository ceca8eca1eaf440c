"""A certificate authority on loopback: as much of ACME (RFC 8555) as a client needs, checked."""
# SPDX-License-Identifier: Apache-2.0
import base64
import datetime
import hashlib
import http.server
import json
import secrets
import socket
import ssl
import threading
import urllib.request

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

# What a certificate says that answers a challenge by TLS: RFC 8737.
ACME_IDENTIFIER = ObjectIdentifier("1.3.6.1.5.5.7.1.31")


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Problem(Exception):
    """What a client is told that did something wrong."""

    def __init__(self, kind, detail, status=400):
        super().__init__(detail)
        self.answer = {"type": f"urn:ietf:params:acme:error:{kind}", "detail": detail,
                       "status": status}


class Account:
    """A client, known by its key."""

    def __init__(self, jwk):
        numbers = (int.from_bytes(decode(jwk[part]), "big") for part in ("e", "n"))
        self.key = rsa.RSAPublicNumbers(*numbers).public_key()
        canonical = json.dumps({part: jwk[part] for part in ("e", "kty", "n")},
                               separators=(",", ":"), sort_keys=True)
        self.thumbprint = encode(hashlib.sha256(canonical.encode()).digest())

    def check(self, jws):
        signed = f"{jws['protected']}.{jws['payload']}".encode()
        try:
            self.key.verify(decode(jws["signature"]), signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature as error:
            raise Problem("malformed", "the signature is wrong") from error


class Order:
    """What a client asked for: a certificate for names that it must show to be its own."""

    def __init__(self, account, names):
        self.account = account
        self.names = names
        self.token = secrets.token_urlsafe(24)
        # What became of the challenge of each name.
        self.results = dict.fromkeys(names, "pending")
        self.certificate = None

    def key_authorization(self):
        return f"{self.token}.{self.account.thumbprint}"

    def status(self):
        if self.certificate:
            return "valid"
        if "invalid" in self.results.values():
            return "invalid"
        return "ready" if set(self.results.values()) == {"valid"} else "pending"


class Signer:
    """The authority's own keys: a root that clients trust, and what it signs with."""

    def __init__(self):
        self.root_key, self.key = self.new_key(), self.new_key()
        self.root = self.certificate("root", "root", self.root_key, self.root_key, authority=True)
        self.intermediate = self.certificate("intermediate", "root", self.key, self.root_key,
                                             authority=True)

    @staticmethod
    def new_key():
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @staticmethod
    def certificate(subject, issuer, key, signing_key, names=(), days=(-1, 30), authority=False):
        """From and until so many days from now; the key may be a public one."""
        now = datetime.datetime.utcnow()
        builder = x509.CertificateBuilder(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]),
            key.public_key() if hasattr(key, "public_key") else key, x509.random_serial_number(),
            now + datetime.timedelta(days[0]), now + datetime.timedelta(days[1]))
        builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
            signing_key.public_key()), critical=False)
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName(map(x509.DNSName, names)), critical=False)
        return builder.sign(signing_key, hashes.SHA256())

    @staticmethod
    def pem(*certificates):
        return b"".join(certificate.public_bytes(serialization.Encoding.PEM)
                        for certificate in certificates)


class Dialogue(http.server.BaseHTTPRequestHandler):
    """The resources of RFC 8555, section 7.1; an order has its number in all of its addresses."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.answer(200, b"")

    def do_GET(self):
        if self.path != "/directory":
            return self.answer(200 if self.path == "/nonce" else 404, b"")
        return self.answer(200, {
            "newNonce": self.url("nonce"), "newAccount": self.url("account"),
            "newOrder": self.url("order"), "revokeCert": self.url("revoke"),
            "keyChange": self.url("key"), "meta": {"termsOfService": self.url("terms")}})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            with self.server.lock:
                account, payload = self.read(json.loads(body))
                kind, *numbers = self.path.strip("/").split("/")
                getattr(self, f"post_{kind}")(account, payload, *map(int, numbers))
        except Problem as problem:
            self.answer(problem.answer["status"], problem.answer, kind="application/problem+json")

    def read(self, jws):
        """Who sent this, and what it says; signed, for this address, and for the first time."""
        head = json.loads(decode(jws["protected"]))
        if head["nonce"] not in self.server.nonces:
            raise Problem("badNonce", "this nonce was not given, or is used")
        self.server.nonces.remove(head["nonce"])
        if head["url"] != self.url(self.path[1:]) or head["alg"] != "RS256":
            raise Problem("unauthorized", "another address or algorithm was signed")
        if "jwk" in head:
            account = Account(head["jwk"])
        else:
            account = self.server.accounts[int(head["kid"].rpartition("/")[2])]
        account.check(jws)
        return account, json.loads(decode(jws["payload"]) or b"null")

    def post_account(self, account, payload, number=None):
        accounts = self.server.accounts
        if number is None:
            known = [old.thumbprint for old in accounts]
            if not payload.get("termsOfServiceAgreed") and account.thumbprint not in known:
                raise Problem("userActionRequired", "the terms of service are not agreed to")
            if account.thumbprint not in known:
                accounts.append(account)
            number = [old.thumbprint for old in accounts].index(account.thumbprint)
        self.answer(201, {"status": "valid", "orders": self.url(f"orders/{number}")},
                    location=f"account/{number}")

    def post_order(self, account, payload, number=None):
        orders = self.server.orders
        if number is None:
            number = len(orders)
            orders.append(Order(account, [name["value"] for name in payload["identifiers"]]))
            return self.answer_order(number, 201)
        return self.answer_order(number)

    def post_finalize(self, account, payload, number):
        order = self.order_of(account, number)
        request = x509.load_der_x509_csr(decode(payload["csr"]))
        names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        if sorted(names.value.get_values_for_type(x509.DNSName)) != sorted(order.names):
            raise Problem("badCSR", "other names than those of the order")
        if order.status() != "ready" or not request.is_signature_valid:
            raise Problem("orderNotReady", f"the order is {order.status()}", 403)
        order.certificate = self.server.issue(request.public_key(), order.names)
        self.answer_order(number)

    def post_certificate(self, account, payload, number):
        self.answer(200, self.order_of(account, number).certificate,
                    kind="application/pem-certificate-chain")

    def post_authorization(self, account, payload, number, which):
        order = self.order_of(account, number)
        self.answer(200, {
            "status": order.results[order.names[which]],
            "identifier": {"type": "dns", "value": order.names[which]},
            "challenges": [self.challenge(order, number, which, kind)
                           for kind in range(len(CHALLENGES))]})

    def post_challenge(self, account, payload, number, which, kind):
        order = self.order_of(account, number)
        name = order.names[which]
        if payload is not None and order.results[name] == "pending":
            good = CHALLENGES[kind][1](self.server, name, order)
            order.results[name] = "valid" if good else "invalid"
            self.server.answered.append((CHALLENGES[kind][0], name, order.results[name]))
        self.answer(200, self.challenge(order, number, which, kind))

    def order_of(self, account, number):
        order = self.server.orders[number]
        if order.account.thumbprint != account.thumbprint:
            raise Problem("unauthorized", "this order is another account's", 403)
        return order

    def challenge(self, order, number, which, kind):
        return {"type": CHALLENGES[kind][0], "token": order.token,
                "url": self.url(f"challenge/{number}/{which}/{kind}"),
                "status": order.results[order.names[which]]}

    def answer_order(self, number, status=200):
        order = self.server.orders[number]
        answer = {"status": order.status(), "finalize": self.url(f"finalize/{number}"),
                  "identifiers": [{"type": "dns", "value": name} for name in order.names],
                  "authorizations": [self.url(f"authorization/{number}/{which}")
                                     for which in range(len(order.names))]}
        if order.certificate:
            answer["certificate"] = self.url(f"certificate/{number}")
        self.answer(status, answer, location=f"order/{number}")

    def url(self, path):
        return f"{self.server.address}/{path}"

    def answer(self, status, body, kind="application/json", location=None):
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        nonce = secrets.token_urlsafe(16)
        self.server.nonces.add(nonce)
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": len(body), "Replay-Nonce": nonce,
                   "Cache-Control": "no-store", "Link": f'<{self.url("directory")}>;rel="index"'}
        if location:
            headers["Location"] = self.url(location)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def asked_by_http(authority, name, order):
    """http-01: the site serves what only the account's owner can have put there."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{authority.http_port}/.well-known/acme-challenge/{order.token}",
        headers={"Host": name})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as reply:
            return reply.read().decode().strip() == order.key_authorization()
    except OSError:
        return False


def asked_by_tls(authority, name, order):
    """tls-alpn-01: the site shows a certificate that says it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["acme-tls/1"])
    try:
        with socket.create_connection(("127.0.0.1", authority.tls_port), 10) as plain:
            with context.wrap_socket(plain, server_hostname=name) as connection:
                shown = x509.load_der_x509_certificate(connection.getpeercert(True))
        value = shown.extensions.get_extension_for_oid(ACME_IDENTIFIER).value.value
    except (OSError, x509.ExtensionNotFound):
        return False
    return value[2:] == hashlib.sha256(order.key_authorization().encode()).digest()


def asked_by_dns(authority, name, order):
    """dns-01: the zone has a record that says it; here it is a file, a line for each record."""
    digest = encode(hashlib.sha256(order.key_authorization().encode()).digest())
    try:
        with open(authority.zone) as zone:
            return f"{name} {digest}\n" in zone
    except OSError:
        return False


CHALLENGES = (("http-01", asked_by_http), ("tls-alpn-01", asked_by_tls), ("dns-01", asked_by_dns))


class Authority(http.server.ThreadingHTTPServer):
    """
    Serves in a thread until it is closed; use as a context manager. `host` is its name, and its
    files are written to `directory`: root.pem is what clients must trust.
    """

    daemon_threads = True

    def __init__(self, directory, host):
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.address = f"https://{host}:{self.server_port}"
        # Where it asks those whom it is to believe: ports of loopback, and a file.
        self.http_port, self.tls_port, self.zone = None, None, None
        self.lock = threading.Lock()
        self.nonces, self.accounts, self.orders = set(), [], []
        # Challenges that were answered, and certificates that were issued.
        self.answered, self.issued = [], []
        # How long the next certificate is valid: days from now.
        self.validity = (-1, 89)
        self.signer = Signer()
        self.write_files(directory, host)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{directory}/acme.pem", f"{directory}/acme.key")
        self.socket = context.wrap_socket(self.socket, server_side=True,
                                          do_handshake_on_connect=False)
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def write_files(self, directory, host):
        key = self.signer.new_key()
        certificate = self.signer.certificate(host, "root", key, self.signer.root_key, [host])
        for name, data in (
                ("root.pem", self.signer.pem(self.signer.root)),
                ("acme.pem", self.signer.pem(certificate)),
                ("acme.key", key.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption()))):
            with open(f"{directory}/{name}", "wb") as file:
                file.write(data)

    def issue(self, key, names):
        certificate = self.signer.certificate(names[0], "intermediate", key, self.signer.key, names,
                                              self.validity)
        self.issued.append(certificate)
        return self.signer.pem(certificate, self.signer.intermediate)

    def handle_error(self, *_):
        """A client that does not trust us hangs up."""

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join()
        self.server_close()
