"""Rubbish sent to the running server: each piece gets a clear 4xx problem, changes nothing, and the server lives on."""

import copy
import json
import signal
import socket
import time
import unittest

from client import Client, an_order
from program import ProgramTest

ORDERS = "/v1/ota/activations"
KEY = {"Idempotency-Key": "rubbish"}


def changed(**members):
    """A good order but for these members; a member set to None is left out."""
    order = an_order(7)
    for path, value in members.items():
        *outer, last = path.split("__")
        where = order
        for name in outer:
            where = where[name]
        if value is None:
            del where[last]
        else:
            where[last] = value
    return order


def text_with(value):
    """A good order whose customer name is this raw JSON text."""
    return json.dumps(changed(customer__name="NAME")).encode().replace(b'"NAME"', value)


# Name of the case: (body, status). All are sent as POST with a key of their own.
BODIES = {
    "nothing": (b"", 400),
    "blanks": (b"   \n", 400),
    "half an object": (b'{"order_id":"a"', 400),
    "two documents": (b"{} {}", 400),
    "a trailing comma": (b'{"order_id":"a",}', 400),
    "single quotes": (b"{'order_id':'a'}", 400),
    "a comment": (b'{/* x */"order_id":"a"}', 400),
    "not JSON": (b"<order/>", 400),
    "NaN": (b'{"order_id":NaN}', 400),
    "a number too large for anything": (b'{"order_id":1e999999}', (400, 422)),
    "a byte order mark": (b"\xef\xbb\xbf{}", (400, 422)),
    "deep arrays": (b'{"order_id":' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
    "deep objects": (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400),
    "deep and open": (b"[" * 100_000, 400),
    "a lone byte": (text_with(b'"\xff"'), 400),
    "an overlong encoding": (text_with(b'"\xc0\xaf"'), 400),
    "a surrogate in UTF-8": (text_with(b'"\xed\xa0\x80"'), 400),
    "half a character": (text_with(b'"\xe2\x82"'), 400),
    "a lone escaped surrogate": (text_with(b'"\\ud800"'), 400),
    "latin-1": (text_with("\"J\u00f6rg\"".encode("latin-1")), 400),
    "UTF-16": (json.dumps(an_order(7)).encode("utf-16"), 400),
    "a raw control character": (text_with(b'"a\x01b"'), 400),
    "an escaped control character": (text_with(b'"a\\u0000b"'), 422),
    "an array": (b"[]", 422),
    "a string": (b'"order"', 422),
    "null": (b"null", 422),
    "an empty object": (b"{}", 422),
    "a million unknown members": (("{" + ",".join('"m%d":1' % n for n in range(60_000)) + "}").encode(), (413, 422)),
    "an endless name": (json.dumps({"n" * 500_000: 1}).encode(), 422),
    "oversized": (json.dumps(changed(customer__name="x" * (2 << 20))).encode(), 413),
}

ORDER_FAULTS = {
    "a VIN too short": (changed(vin="WVWZZZE1ZMP00000"), "/vin"),
    "a VIN too long": (changed(vin="WVWZZZE1ZMP0000077"), "/vin"),
    "a VIN with I": (changed(vin="WVWZZZE1ZMPI00007"), "/vin"),
    "a VIN of emoji": (changed(vin="\U0001f697" * 17), "/vin"),
    "a VIN as a number": (changed(vin=12345678901234567), "/vin"),
    "no VIN": (changed(vin=None), "/vin"),
    "an unknown service": (changed(service_id="flying"), "/service_id"),
    "a service with a path": (changed(service_id="../../etc/passwd"), "/service_id"),
    "an unknown action": (changed(action="explode"), "/action"),
    "an unknown origin": (changed(origin="moon"), "/origin"),
    "no customer": (changed(customer=None), "/customer"),
    "a customer as a list": (changed(customer=[]), "/customer"),
    "an e-mail with a second header": (changed(customer__email="a@example.org\r\nBcc: b@example.org"), "/customer/email"),
    "an e-mail without a domain": (changed(customer__email="ada@"), "/customer/email"),
    "a name of blanks": (changed(customer__name="   "), "/customer/name"),
    "an order id with blanks": (changed(order_id="a b"), "/order_id"),
    "an order id too long": (changed(order_id="o" * 129), "/order_id"),
    "an order id as null": (text_with(b"null"), "/customer/name"),
    "a negative amount": (changed(payment__amount=-1), "/payment/amount"),
    "a broken amount": (changed(payment__amount=12.5), "/payment/amount"),
    "an amount as text": (changed(payment__amount="1290"), "/payment/amount"),
    "an amount past 64 bits": (changed(payment__amount=2**70), "/payment/amount"),
    "an unknown currency": (changed(payment__currency="EURO"), "/payment/currency"),
    "no payment": (changed(payment=None), "/payment"),
    "an initiated payment": (changed(payment__state="initiated"), "/payment/state"),
    "an unknown provider": (changed(payment__provider="barter"), "/payment/provider"),
    "an endless duration": (changed(duration="99999999999d"), "/duration"),
    "a negative duration": (changed(duration="-5d"), "/duration"),
    "an unknown member": (changed(discount=100), "/discount"),
}

# Raw bytes: what no client library would send.
GOOD_BODY = json.dumps(an_order(8)).encode()
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
RAW = {
    "both lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "a length list": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4, 4\r\n\r\nabcd",
    "a signed length": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nabcd",
    "a negative length": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "a hexadecimal length": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x4\r\n\r\nabcd",
    "a length past 64 bits": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "a disguised coding": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two codings": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
    "a blank before the colon": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n Transfer-Encoding: chunked\r\n\r\n",
    "a bare line feed": b"GET / HTTP/1.1\nHost: x\n\n",
    "a bare carriage return": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\rX-B: 2\r\n\r\n",
    "a null byte": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: \x00\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "an unknown version": b"GET / HTTP/3.7\r\nHost: x\r\n\r\n",
    "TLS on a plain port": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64 + b"\r\n\r\n",
    "a relative target": b"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "an endless target": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "endless headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"a" * 30_000 + b"\r\n\r\n",
    "a broken chunk": b"POST " + ORDERS.encode() + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
}


class HttpTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.start_world()
        token = self.make_token("admin")
        self.revoked = self.make_token("admin")
        self.viewer = self.make_token("viewer")
        self.expired = self.make_token("admin", "--expires", "1ms")
        items = self.on_store("token", "list", "--json").document()["items"]
        newest = [item["id"] for item in items if item["role"] == "admin" and item["state"] == "valid"]
        self.revoke_the_token(self.revoked, newest)
        self.node = self.serve().listening()
        self.api = Client(self.node.address, token)
        self.addCleanup(self.api.close)
        self.assertEqual(self.api.put_service("seat-heating").status, 200)
        self.good = an_order(1)
        self.assertEqual(self.api.order(self.good).status, 201)

    def revoke_the_token(self, text, candidates):
        """A list shows no secrets, so the one to revoke is made last and found by what is new."""
        made = self.on_store("token", "create", "--role", "admin", "--name", "to-revoke", "--json").document()
        self.assertNotIn(made["id"], candidates)
        self.revoked = made["token"]
        self.assertEqual(self.on_store("token", "revoke", made["id"]).status, 0)

    def tearDown(self):
        """Whatever was sent: alive, one order on record, and no answer was our fault."""
        self.assertIsNone(self.node.process.poll(), self.node.says())
        self.assertEqual([one["order_id"] for one in self.api.activations()], [self.good["order_id"]])
        self.assertEqual(self.api.get("/healthz").status, 200)
        self.assertNotRegex(self.api.get("/metrics").body.decode(), r'status="5\d\d"')
        self.assertEqual(self.node.end(signal.SIGTERM, 12), 0, self.node.says())

    def assert_refused(self, answer, wanted):
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        self.assertIn(answer.status, wanted, answer.body[:300])
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        problem = answer.json()
        self.assertEqual(problem["status"], answer.status)
        self.assertTrue(problem["type"].startswith("urn:contactor:problem:"), problem)
        self.assertTrue(problem["title"] and problem["detail"], problem)
        self.assertLess(len(answer.body), 64 * 1024, "an answer must not be a weapon")

    def test_bodies(self):
        for name, (body, status) in BODIES.items():
            with self.subTest(case=name):
                self.assert_refused(self.api.send("POST", ORDERS, body, KEY), status)

    def test_orders_with_one_thing_wrong(self):
        for name, (order, pointer) in ORDER_FAULTS.items():
            with self.subTest(case=name):
                answer = self.api.send("POST", ORDERS, order, KEY)
                self.assert_refused(answer, 422)
                self.assertEqual([fault["pointer"] for fault in answer.json()["errors"]], [pointer], answer.body)

    def test_a_key_is_needed_and_belongs_to_one_body(self):
        other = copy.deepcopy(self.good)
        other["payment"]["amount"] += 1
        first_key = {"Idempotency-Key": self.good["order_id"]}
        for name, body, headers, status in (
                ("no key", an_order(9), {}, 400),
                ("an empty key", an_order(9), {"Idempotency-Key": ""}, 400),
                ("a key with blanks", an_order(9), {"Idempotency-Key": "a b"}, 400),
                ("an endless key", an_order(9), {"Idempotency-Key": "k" * 256}, 400),
                ("the key of another body", other, first_key, 422),
                ("the key of rubbish", {}, first_key, 422),
                ("another key for the same order id with another body", other, {"Idempotency-Key": "second"}, 409)):
            with self.subTest(case=name):
                self.assert_refused(self.api.send("POST", ORDERS, body, headers), status)
        again = self.api.order(self.good)
        self.assertEqual((again.status, again.headers["Idempotency-Replayed"]), (201, "true"))

    def test_who_asks_must_be_known_and_allowed(self):
        for name, header, status in (
                ("none", None, 401), ("no scheme", "ctr_x", 401), ("another scheme", "Basic YTpi", 401),
                ("an empty token", "Bearer ", 401), ("half a token", "Bearer ctr_abc", 401),
                ("a foreign token", "Bearer ctr_" + "A" * 48, 401),
                ("one letter changed", "Bearer " + self.api.token[:-1] + ("a" if self.api.token[-1] != "a" else "b"), 401),
                ("a revoked token", "Bearer " + self.revoked, 401), ("an expired token", "Bearer " + self.expired, 401),
                ("an endless token", "Bearer " + "x" * 8000, 401), ("a viewer", "Bearer " + self.viewer, 403)):
            with self.subTest(case=name):
                answer = self.api.send("POST", ORDERS, an_order(9), {**KEY, "Authorization": header})
                self.assert_refused(answer, status)
                if status == 401:
                    self.assertIn("Bearer", answer.headers["WWW-Authenticate"])

    def test_paths_methods_and_queries(self):
        for method, path, headers, status in (
                ("DELETE", ORDERS, {}, 405), ("PUT", ORDERS, {}, 405), ("PATCH", "/v1/ota/services/x", {}, 405),
                ("TRACE", "/healthz", {}, 405), ("POST", "/healthz", {}, 405),
                ("GET", "/v1/nothing", {}, 404), ("GET", "/v1/ota/activations/act_0000000000000", {}, 404),
                ("GET", "/v1/ota/activations/nonsense", {}, 404), ("GET", "/assets/../../etc/passwd", {}, 404),
                ("GET", "/assets/%2e%2e/%2e%2e/etc/passwd", {}, 404), ("GET", "/v1/ota/activations/%00", {}, 404),
                ("GET", "/v1/ota/activations/%zz", {}, 404),
                ("GET", ORDERS + "?limit=0", {}, 422), ("GET", ORDERS + "?limit=501", {}, 422),
                ("GET", ORDERS + "?limit=many", {}, 422), ("GET", ORDERS + "?cursor=x", {}, 422),
                ("GET", ORDERS + "?state=Happy", {}, 422), ("GET", ORDERS + "?vin=short", {}, 422),
                ("GET", ORDERS + "?limit=1&limit=2", {}, 422), ("GET", ORDERS + "?%ff=1", {}, 422),
                ("GET", ORDERS + "?order=desc;DROP%20TABLE%20ota_order", {}, 422),
                ("GET", ORDERS, {"Accept": "application/xml"}, 406),
                ("POST", ORDERS, {**KEY, "Content-Type": "text/xml"}, 415)):
            with self.subTest(case=method + " " + path):
                self.assert_refused(self.api.send(method, path, b"{}" if method == "POST" else None, headers), status)

    def test_unsigned_callbacks(self):
        old = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
        for path, headers in (("/v1/iot/callbacks", {}), ("/v1/iot/callbacks", old),
                              ("/v1/payments/stripe", {}), ("/v1/payments/stripe", {"Stripe-Signature": "t=1,v1=00"})):
            with self.subTest(path=path, headers=headers):
                answer = self.api.send("POST", path, {"commandId": "x"}, {**headers, "Authorization": None})
                self.assert_refused(answer, 401)

    def test_raw_bytes(self):
        for name, sent in RAW.items():
            with self.subTest(case=name):
                answers = self.exchange(sent)
                self.assertRegex(answers, rb"^HTTP/1\.1 4\d\d ")
                # One answer: what stands behind the refused request is not a request of its own.
                self.assertEqual(answers.count(b"HTTP/1.1 "), 1, answers)
                self.assertIn(b"application/problem+json", answers)
                self.assertIn(b"urn:contactor:problem:", answers)

    def test_a_half_request_does_not_stand_in_the_way(self):
        halves = [socket.create_connection(self.node.address) for _ in range(20)]
        for half in halves:
            self.addCleanup(half.close)
            half.sendall(b"POST " + ORDERS.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Le")
        begun_at = time.monotonic()
        self.assertEqual(self.api.get("/readyz").status, 200)
        self.assertLess(time.monotonic() - begun_at, 2)
        for half in halves:
            half.close()

    def exchange(self, sent):
        """All bytes that come back until the server closes."""
        with socket.create_connection(self.node.address, timeout=5) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while piece := connection.recv(65536):
                received += piece
            return received


if __name__ == "__main__":
    unittest.main(verbosity=2)
