"""How schemathesis asks our services: signed in, with the tokens that they ask for.

Everything comes in environment variables, so that no secret stands on a command line.
"""

import base64
import hashlib
import hmac
import ipaddress
import itertools
import json
import os
import time
import urllib.parse
import uuid

import requests
import schemathesis
from requests.auth import AuthBase, HTTPBasicAuth

BASE = os.environ["CONFORMANCE_BASE"]
SERVICE = os.environ["CONFORMANCE_SERVICE"]
COOKIE = os.environ["CONFORMANCE_COOKIE"]
OTHER_SERVICE = {"console": "raptor-api", "raptor-api": "console"}[SERVICE]


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class ServiceToken(AuthBase):
    """Section 4 of the contracts: a token for exactly this request."""

    def __init__(self, secret):
        self.secret = secret.encode()

    def __call__(self, request):
        body = request.body or b""
        if isinstance(body, str):
            body = body.encode()
        now = int(time.time())
        kid = hashlib.sha256(self.secret).hexdigest()[:8]
        header = {"alg": "HS256", "typ": "JWT", "kid": kid}
        claims = {
            "iss": OTHER_SERVICE,
            "aud": SERVICE,
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
            "htm": request.method,
            "htu": urllib.parse.urlsplit(request.url).path,
            "body_sha256": encoded(hashlib.sha256(body).digest()).decode(),
        }
        signed = b".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
        signature = hmac.new(self.secret, signed, hashlib.sha256).digest()
        request.headers["Authorization"] = "Bearer " + (signed + b"." + encoded(signature)).decode()
        return request


class Bearer(AuthBase):
    def __init__(self, token):
        self.token = token

    def __call__(self, request):
        request.headers["Authorization"] = "Bearer " + self.token
        return request


class Session(AuthBase):
    def __call__(self, request):
        # Instead of the one that was made up.
        request.headers["Cookie"] = COOKIE
        return request


def asks_for(scheme):
    """Whether an operation does."""

    def judge(context):
        needed = context.operation.definition.raw.get("security", [])
        return any(scheme in one for one in needed)

    return judge


for scheme, auth in {
    "service_token": ServiceToken(os.environ["CONFORMANCE_INTERNAL_TOKEN"]),
    "metrics_token": Bearer(os.environ["CONFORMANCE_METRICS_TOKEN"]),
    "postmark": HTTPBasicAuth("postmark", os.environ["CONFORMANCE_WEBHOOK_SECRET"]),
    "console_session": Session(),
    "raptor_session": Session(),
}.items():
    schemathesis.auth.set_from_requests(auth).apply_to(asks_for(scheme))


def ours():
    """What the run itself lives on: who is signed in, and by which session."""
    where = {"console": "/console", "raptor-api": "/api/auth"}[SERVICE]
    found = set()
    for path in ("session", "sessions"):
        answer = requests.get(
            f"{BASE}{where}/{path}",
            headers={"Accept": "application/json", "Cookie": COOKIE},
            timeout=10,
        )
        answer.raise_for_status()
        answer = answer.json()
        found.add(answer.get("admin_id"))
        current = [one for one in answer.get("sessions", []) if one["current"]]
        found.update(one["session_id"] for one in current)
    found -= {None}
    assert found, "nobody is signed in"
    return found


OURS = ours()
CLIENTS = itertools.count(int(ipaddress.ip_address("10.0.0.1")))


@schemathesis.hook
def before_call(context, case, kwargs):
    # Each request comes from an address of its own, as a router says it, so that no limit is met.
    case.headers["X-Forwarded-For"] = str(ipaddress.ip_address(next(CLIENTS)))
    # Whoever asks must not be shut out by what they ask for.
    named = case.path_parameters.get("id")
    if case.method == "POST" and str(named) in OURS:
        case.path_parameters["id"] = str(uuid.UUID(int=0))
