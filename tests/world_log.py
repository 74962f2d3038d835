"""What the simulated world saw, gathered in pieces: it shows only the latest thousand lines of each log."""

LINES_MAX = 1000


def joined(known, window):
    """`known` and what `window`, the latest lines of the same log, adds to it."""
    if len(window) < LINES_MAX:
        return window
    for overlap in range(min(len(known), len(window)), 0, -1):
        if known[-overlap:] == window[:overlap]:
            return known + window[overlap:]
    raise AssertionError("more than %d lines were added since the log was read last" % LINES_MAX)


class WorldLog:
    def __init__(self, client):
        self._client = client
        self.commands, self.changes, self.money = [], [], []

    def read(self):
        log = self._client.get("/_sim/log").json()
        self.commands = joined(self.commands, log["commands"])
        self.changes = joined(self.changes, log["feature_changes"])
        self.money = joined(self.money, log["money"])

    def commands_of(self, order):
        return [line for line in self.commands if self._same(line, order)]

    def changes_of(self, order):
        return [line for line in self.changes if self._same(line, order)]

    def money_of(self, order):
        """Every economic effect on the order's payment, but the hold."""
        payment = order["payment"]["transaction_id"]
        return [line for line in self.money if line["payment"] == payment and line["effect"] != "authorized"]

    @staticmethod
    def _same(line, order):
        return line["vin"] == order["vin"] and line["serviceId"] == order["service_id"]
