#!/usr/bin/env python3
"""Measures the figures of docs/figures.md and prints them as a table: ours, the limit, and with --peers the best other
engine beside it in the same run."""

import argparse
import json
import os
import shutil
import signal
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from driver import figures, report  # noqa: E402
from driver.picture import draw  # noqa: E402
from driver.session import Session, about  # noqa: E402

FIGURES = {"P1": figures.p1, "P2": figures.p2, "P3": figures.p3, "P4": figures.p4, "P5": figures.p5, "P6": figures.p6,
           "P7": figures.p7, "P8": figures.p8, "P9": figures.p9, "P10": figures.p10,
           "P11": figures.p11, "P12": figures.p12, "P15": figures.p15, "P16": figures.p16, "P17": figures.p17}
# Half an hour and more each: they run when they are named.
LONG = ("P8", "P12", "P17")
# A capability's own figures by its name; without --db those of EMBEDDED are measured on the embedded store.
GROUPS = {"OTA": ("P3", "P4", "P5", "P6"), "FLEET": ("P10", "P11", "P12")}
EMBEDDED = {"OTA"}
LATER = {"P13": "charging stats", "P14": "webhook deliveries"}


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def whole(least):
    def read(text):
        value = int(text.replace("_", ""))
        if value < least:
            raise argparse.ArgumentTypeError(f"at least {least}")
        return value
    return read


def read_words():
    root = os.path.dirname(HERE)
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="P1…P17",
                        help="which figures, ota for those of the main job on SQLite, fleet for P10 to P12; without any: all but "
                        + " and ".join(LONG))
    parser.add_argument("--peers", action="store_true", help="run the other engines beside ours (installs them from npm)")
    parser.add_argument("--engines", default="", help="of the peers only those whose name contains this")
    parser.add_argument("--runs", type=whole(1), default=3, help="how often each is measured (default 3)")
    parser.add_argument("--db", help="stores to measure (default sqlite,postgres)")
    parser.add_argument("--count", type=whole(1000), default=60_000, help="activations of a run of ours")
    parser.add_argument("--peer-count", type=whole(1000), default=20_000, help="activations of a run of a peer")
    parser.add_argument("--waiting", type=whole(1), default=1_000_000, help="waiting activations of P6, P8 and P16")
    parser.add_argument("--sizes", default="1000,100000,10000000", help="stored activations of P8")
    parser.add_argument("--transitions", type=whole(1000), default=400_000, help="transitions of a run of P7")
    parser.add_argument("--scale-count", type=whole(100), default=20_000, help="activations of a run of P8")
    parser.add_argument("--seeds", type=whole(1), default=600, help="seeds of P15")
    parser.add_argument("--vehicles", type=whole(1000), default=1_000_000, help="vehicles of P11")
    parser.add_argument("--fleet", type=whole(7), default=100_000, help="vehicles of P12")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for a quiet machine, keep disturbed runs")
    parser.add_argument("--json", metavar="FILE", help="also write everything as JSON; - is standard output, alone")
    parser.add_argument("--markdown", metavar="FILE", help="also write the table as Markdown")
    parser.add_argument("--picture", metavar="FILE", help="also draw P8 as an SVG")
    parser.add_argument("--from", dest="again", metavar="FILE", nargs="+",
                        help="measure nothing: print what JSON files hold, as one table under the first one's head")
    parser.add_argument("--programs", default=os.path.join(root, "build", "release"), help="where the programs were built")
    parser.add_argument("--peers-folder", default=os.path.join(root, "build", "bench-peers"), help="where the peers go")
    words = parser.parse_args()
    asked = [name.upper() for name in words.figures]
    words.figures = list(dict.fromkeys(figure for name in asked for figure in GROUPS.get(name, (name,))))
    words.db = words.db or ("sqlite" if asked and set(asked) <= EMBEDDED else "sqlite,postgres")
    unknown = [name for name in words.figures if name not in FIGURES and name not in LATER]
    if unknown:
        parser.error(f"no figure {unknown[0]}: there are {' '.join([*FIGURES, *LATER])}")
    words.db = words.db.split(",")
    if not set(words.db) <= {"sqlite", "postgres"}:
        parser.error("--db takes sqlite, postgres or both with a comma")
    try:
        words.sizes = [int(size) for size in words.sizes.split(",")]
    except ValueError:
        parser.error("--sizes takes numbers with commas")
    return words


def measure(words):
    chosen = words.figures or [name for name in FIGURES if name not in LONG]
    rows = []
    with Session(words, HERE, say) as session:
        head = about(session)
        for name in chosen:
            if name in LATER:
                rows.append(report.Row(name, LATER[name], "", missing="not measured yet"))
                continue
            say(f"{name}")
            try:
                rows += FIGURES[name](session)
            except (RuntimeError, OSError, KeyError) as error:
                say(f"{name} failed: {error}")
                rows.append(report.Row(name, "failed", "", missing=str(error).splitlines()[0][:60]))
            if words.json and words.json != "-":
                write(words.json, json.dumps(report.document(rows, head), indent=1, ensure_ascii=False))
    return rows, head


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write(path, text):
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write(text + "\n")
    os.replace(path + ".part", path)


def main():
    words = read_words()
    # As an exception, so that every server and folder is cleared away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    if words.again:
        said = [read(path) for path in words.again]
        rows = [row for one in said for row in report.read_document(one)]
        head = {name: value for name, value in said[0].items() if name != "rows"}
    else:
        for program in ("nginx", "wrk", "openssl", *(("redis-server", "npm") if words.peers else ())):
            if shutil.which(program) is None:
                say(f"{program} is not installed: ./dev bench installs it on Debian")
                return 1
        rows, head = measure(words)
    text = json.dumps(report.document(rows, head), indent=1, ensure_ascii=False)
    if words.json == "-":
        print(text)
    else:
        print(f"{head['at']}  {head['commit']}  {head['machine']}; median of {head['runs']} runs\n")
        print(report.text_table(rows))
        for note in report.notes(rows):
            print("(!) " + note)
        if words.json:
            write(words.json, text)
    if words.markdown:
        write(words.markdown, report.markdown_table(rows))
    if words.picture:
        write(words.picture, draw(rows))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
