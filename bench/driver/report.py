"""Rows of the table: what was measured, held against limit, peers and goal; as text, Markdown and JSON."""

import dataclasses
import statistics


@dataclasses.dataclass
class Series:
    """The same measurement several times."""
    runs: list
    notes: list = dataclasses.field(default_factory=list)  # what was wrong with any of them

    @property
    def median(self):
        return statistics.median(self.runs)

    def spread(self):
        return f"{number(min(self.runs))}–{number(max(self.runs))}"


@dataclasses.dataclass
class Goal:
    """`ours` compared with a reference times a factor.

    `against`: peer (the best of them), limit, value (the factor itself), or the key of another row."""
    text: str
    against: str
    factor: float
    at_least: bool


@dataclasses.dataclass
class Row:
    key: str
    what: str
    unit: str
    goal: Goal | None = None
    ours: Series | None = None
    limit: Series | None = None
    limit_is: str = ""
    peers: dict = dataclasses.field(default_factory=dict)  # name -> Series
    missing: str = ""  # why there is no figure of ours

    def more_is_better(self):
        return self.goal is None or self.goal.at_least

    def best_peer(self):
        """(name, series) or None."""
        if not self.peers:
            return None
        choose = max if self.more_is_better() else min
        return choose(self.peers.items(), key=lambda item: item[1].median)


def reference(row, rows):
    """The number that the row's ratio is taken to, or None where it was not measured."""
    if row.goal is None or row.ours is None:
        return None
    if row.goal.against == "value":
        return row.goal.factor
    if row.goal.against == "limit":
        return row.limit.median if row.limit else None
    if row.goal.against == "peer":
        best = row.best_peer()
        return best[1].median if best else None
    for other in rows:
        if other.key == row.goal.against:
            return other.ours.median if other.ours else None
    return None


def ratio(row, rows):
    """Ours to the reference, or None."""
    to = reference(row, rows)
    return row.ours.median / to if to else None


def met(row, rows):
    """True, False, or None where it cannot be told."""
    found = ratio(row, rows)
    if found is None or row.ours.notes:
        return None if found is None else False
    factor = 1.0 if row.goal.against == "value" else row.goal.factor
    return found >= factor if row.goal.at_least else found <= factor


def number(value):
    """Three significant digits, groups of thousands set apart."""
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


HEADS = ("figure", "what", "ours", "min–max", "unit", "limit", "best peer", "goal", "ratio", "met")


def cells(row, rows):
    best = row.best_peer()
    share = ratio(row, rows)
    verdict = met(row, rows)
    ours, spread = ("–", row.missing) if row.ours is None else (number(row.ours.median), row.ours.spread())
    if row.ours is not None and row.ours.notes:
        spread += " (!)"
    limit = f"{number(row.limit.median)} {row.limit_is}".strip() if row.limit else "–"
    return (row.key, row.what, ours, spread, row.unit, limit,
            f"{number(best[1].median)} {best[0]}" if best else "–", row.goal.text if row.goal else "",
            "–" if share is None else f"{share:.2f}", {True: "yes", False: "no", None: "–"}[verdict])


def text_table(rows):
    lines = [HEADS, *(cells(row, rows) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown_table(rows):
    lines = ["| " + " | ".join(HEADS) + " |", "|" + "---|" * len(HEADS)]
    lines += ["| " + " | ".join(cells(row, rows)) + " |" for row in rows]
    return "\n".join(lines)


def notes(rows):
    """What was wrong with single runs, a line each; what was the same in several runs once."""
    found = []
    for row in rows:
        for side, series in [("ours", row.ours), (row.limit_is, row.limit), *row.peers.items()]:
            if series is not None:
                found += [f"{row.key}, {side}: {note}" for note in series.notes]
    return list(dict.fromkeys(found))


def document(rows, about):
    """The whole run as one JSON document."""
    def series(of):
        return None if of is None else {"median": of.median, "min": min(of.runs), "max": max(of.runs), "runs": of.runs,
                                        "notes": of.notes}
    return {**about, "rows": [
        {"key": row.key, "what": row.what, "unit": row.unit, "ours": series(row.ours), "limit": series(row.limit),
         "limit_is": row.limit_is, "peers": {name: series(of) for name, of in row.peers.items()},
         "goal": None if row.goal is None else dataclasses.asdict(row.goal), "ratio": ratio(row, rows),
         "met": met(row, rows), "missing": row.missing} for row in rows]}


def read_document(said):
    """The rows of a document, so that a table can be printed again."""
    def series(of):
        return None if of is None else Series(of["runs"], of["notes"])
    return [Row(key=row["key"], what=row["what"], unit=row["unit"], ours=series(row["ours"]), limit=series(row["limit"]),
                limit_is=row["limit_is"], peers={name: series(of) for name, of in row["peers"].items()},
                goal=None if row["goal"] is None else Goal(**row["goal"]), missing=row["missing"]) for row in said["rows"]]
