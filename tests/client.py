"""A blocking HTTP client on one kept connection, and what a shop says with it."""

import http.client
import json
import time

# Servers close what is idle for half a minute: who uses it at that very moment learns nothing of its request.
KEPT_MAX_S = 10


class Unreachable(Exception):
    """No whole answer came: whether the request was acted on is not known."""


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)


class Client:
    """Speaks to one address; after a failure the next request opens a new connection."""

    def __init__(self, address, token=None, timeout_s=10):
        self.address = address
        self.token = token
        self.timeout_s = timeout_s
        self._connection = None
        self._used_at = 0.0

    def send(self, method, path, body=None, headers=None):
        """`body`: bytes as they are, anything else as JSON."""
        sent = {"Connection": "keep-alive"}
        if self.token:
            sent["Authorization"] = "Bearer " + self.token
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        try:
            return self._exchange(method, path, body, {name: value for name, value in sent.items() if value is not None})
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable("%s %s: %r" % (method, path, error)) from error

    def _exchange(self, method, path, body, headers):
        if time.monotonic() - self._used_at > KEPT_MAX_S:
            self.close()
        if self._connection is None:
            self._connection = http.client.HTTPConnection(*self.address, timeout=self.timeout_s)
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        self._used_at = time.monotonic()
        if response.will_close:
            self.close()
        return answer

    def get(self, path):
        return self.send("GET", path)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # -- the API ---------------------------------------------------------------------------------------------------

    def put_service(self, service_id):
        return self.send("PUT", "/v1/ota/services/" + service_id,
                         {"name": service_id.replace("-", " "), "template": {service_id: {"enabled": True}}})

    def order(self, order):
        """An order under its own id as the key."""
        return self.send("POST", "/v1/ota/activations", order, {"Idempotency-Key": order["order_id"]})

    def activations(self):
        """All of them, page by page."""
        found, cursor = [], ""
        while True:
            page = self.get("/v1/ota/activations?limit=500" + ("&cursor=" + cursor if cursor else "")).json()
            found += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return found

    # -- the simulated world's scenario control ----------------------------------------------------------------------

    def control(self, name, document):
        answer = self.send("POST", "/_sim/" + name, document)
        if answer.status != 200:
            raise AssertionError("the simulated world refused %s: %s" % (name, answer.body))

    def hold(self, order):
        """The bank reserves what the order will cost."""
        payment = order["payment"]
        self.control("payment_intents", {"id": payment["transaction_id"], "amount": payment["amount"], "currency": "eur"})


def vin_of(number):
    """A VIN that nobody else has."""
    return "WVWZZZE1ZMP%06d" % number


def an_order(number, vin=None, service_id="seat-heating"):
    """A paid order that the API accepts."""
    return {
        "order_id": "order-%06d" % number,
        "vin": vin or vin_of(number),
        "customer": {"id": "cust-%06d" % number, "name": "Ada Lovelace", "email": "ada%d@example.org" % number},
        "service_id": service_id,
        "action": "activate",
        "origin": "customer",
        "payment": {"provider": "stripe", "transaction_id": "pi_%06d" % number, "amount": 1290, "currency": "EUR",
                    "state": "authorized"},
    }


def is_settled(activation):
    return (activation["state"] in ("Active", "Failed", "Canceled", "Deactivated")
            and activation["money_state"] in ("none", "captured", "released", "refunded", "written_off"))
