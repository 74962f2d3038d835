"""Every upstream misbehaviour has a row in docs/upstream-misbehaviour.md, and every test named there exists."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
IDS = [f"F{number}" for number in [*range(40, 54), *range(60, 65)]]
TEST = re.compile(r"TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)")
ROW_NAME = re.compile(r'"(F\d\d\w+)"')


def tests_in_sources():
    names = set()
    for path in [*ROOT.glob("src/**/*_test.cpp"), *ROOT.glob("src/**/conformance*.cpp"), *ROOT.glob("tests/upstream/*_test.cpp")]:
        text = path.read_text()
        names.update(f"{suite}.{name}" for suite, name in TEST.findall(text))
        if "upstream" in path.parts:
            names.update(ROW_NAME.findall(text))
    return names


def main():
    known = tests_in_sources()
    lines = (ROOT / "docs" / "upstream-misbehaviour.md").read_text().splitlines()
    rows = [line for line in lines if re.match(r"\| F\d\d \|", line)]
    faults = [f"{identifier} has no row" for identifier in IDS if not any(r.startswith(f"| {identifier} |") for r in rows)]
    named = set()
    for row in rows:
        tests = re.findall(r"`([^`]+)`", row.split("|")[4])
        if not tests:
            faults.append(f"no test is named in: {row}")
        faults += [f"no such test: {test}" for test in tests if test not in known]
        named.update(tests)
    faults += [f"missing in the table: {name}" for name in known if re.match(r"F\d\d", name) and name not in named]
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(rows)} rows, {len(named)} tests")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
