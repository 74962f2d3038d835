#!/usr/bin/env python3
"""Writes console_assets.S and console_assets.cpp: the console's files in the program, and the table that finds them.

usage: embed_console.py DIST OUTPUT
Each file of DIST is taken with the .gz that lies beside it. Where DIST holds no index.html, a page says so instead.
"""

import hashlib
import pathlib
import sys

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}

ABSENT_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Contactor</title>
<h1>The console is not in this program</h1>
<p>To have it: <code>cd console &amp;&amp; npm ci &amp;&amp; npm run build</code>, then build the program again;
<code>./dev build</code> does all of that. The API works as it is: <a href="/openapi.json">openapi.json</a>.</p>
</html>
"""


def assets(dist, output):
    """(path of the address bar, file, its compressed twin or None), sorted."""
    if not (dist / "index.html").is_file():
        page = output / "absent.html"
        page.write_text(ABSENT_PAGE, encoding="utf-8")
        return [("/", page, None)]
    found = []
    for file in [dist / "index.html", *sorted((dist / "assets").glob("*"))]:
        if not file.is_file() or file.suffix == ".gz":
            continue
        if file.suffix not in CONTENT_TYPES:
            sys.exit(f"{file}: which content type is that? Add {file.suffix} to {__file__}")
        twin = file.with_name(file.name + ".gz")
        path = "/" if file.name == "index.html" else f"/assets/{file.name}"
        found.append((path, file, twin if twin.is_file() else None))
    return found


def assembler(items):
    lines = [".section .rodata", ""]
    for number, (_, file, twin) in enumerate(items):
        for name, source in (("plain", file), ("gzip", twin)):
            lines += [f".global ctr_console_{number}_{name}", f"ctr_console_{number}_{name}:"]
            lines += [f'.incbin "{source}"'] if source else []
            lines += [f".global ctr_console_{number}_{name}_end", f"ctr_console_{number}_{name}_end:", ""]
    # No executable stack.
    lines.append('.section .note.GNU-stack,"",%progbits')
    return "\n".join(lines) + "\n"


def source(items):
    declarations, rows = [], []
    for number, (path, file, _) in enumerate(items):
        names = [f"ctr_console_{number}_{name}" for name in ("plain", "gzip")]
        declarations += [f"extern const char {name}[], {name}_end[];" for name in names]
        etag = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        rows.append(
            f'      {{"{path}", {{"{CONTENT_TYPES[file.suffix]}", {{{names[0]}, {names[0]}_end}}, '
            f'{{{names[1]}, {names[1]}_end}}, "\\"{etag}\\""}}}},'
        )
    return f"""// Written by cmake/embed_console.py.
#include "app/console_assets.h"

#include <algorithm>
#include <utility>

extern "C" {{
{chr(10).join(declarations)}
}}

namespace contactor::app {{

const Asset* find_asset(std::string_view path) {{
  static const std::pair<std::string_view, Asset> assets[] = {{
{chr(10).join(rows)}
  }};
  const auto* found = std::ranges::find(assets, path, &std::pair<std::string_view, Asset>::first);
  return found == std::end(assets) ? nullptr : &found->second;
}}

}}  // namespace contactor::app
"""


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__.strip())
    dist, output = map(pathlib.Path, arguments)
    output.mkdir(parents=True, exist_ok=True)
    items = assets(dist, output)
    (output / "console_assets.S").write_text(assembler(items), encoding="utf-8")
    (output / "console_assets.cpp").write_text(source(items), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
