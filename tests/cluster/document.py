"""Commands out of a page of the documentation, so that the page cannot promise what does not work.

A block that a test runs carries its name behind the language: ```sh ha etcd
"""

import re

FENCE = re.compile(r"^```sh (\w+) ([\w-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks_of(path, group):
    """Name to commands, for each block of the group, in the order of the page."""
    with open(path, encoding="utf-8") as page:
        found = [(name, commands) for of, name, commands in FENCE.findall(page.read()) if of == group]
    blocks = dict(found)
    if not found or len(blocks) != len(found):
        raise AssertionError("%s has no blocks of '%s', or two of one name: %s" % (path, group, [name for name, _ in found]))
    return blocks
