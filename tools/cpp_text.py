"""C++ source as the checks see it: comments, strings and macros blanked out, line numbers kept."""

import os
import re

SOURCE_SUFFIXES = (".cpp", ".h")

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))"""
    r"""|(?P<raw>R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")"""
    r"""|(?P<string>"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<number>\b\d[\w']*)"""
    r"""|(?P<char>'(?:\\.|[^'\\\n])+')""",
    re.DOTALL | re.VERBOSE,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', re.MULTILINE)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*", re.MULTILINE | re.DOTALL)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    return _TOKEN.sub(lambda m: _blank(m.group()) if m.group("comment") else m.group(), text)


def code_only(text):
    """Comments and the insides of literals become spaces; every character keeps its line and column."""

    def replace(match):
        whole = match.group()
        if match.group("comment"):
            return _blank(whole)
        if match.group("number"):
            return whole
        return whole[0] + _blank(whole[1:-1]) + whole[-1]

    return _TOKEN.sub(replace, text)


def without_directives(code):
    """Preprocessor lines, with their continuations, become spaces. Expects `code_only` text."""
    return _DIRECTIVE.sub(lambda m: _blank(m.group()), code)


def includes(text):
    """(line, path, is_quoted) of every #include outside comments."""
    text = without_comments(text)
    for match in _INCLUDE.finditer(text):
        yield line_of(text, match.start(2)), match.group(2), match.group(1) == '"'


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def files_under(root, folders, suffixes=SOURCE_SUFFIXES):
    """Paths relative to `root`, sorted; build results and foreign packages are left out."""
    found = []
    for folder in folders:
        for directory, names, files in os.walk(os.path.join(root, folder)):
            names[:] = sorted(n for n in names if n not in ("node_modules", "dist", "__pycache__"))
            paths = (os.path.join(directory, name) for name in sorted(files) if name.endswith(suffixes))
            found += [os.path.relpath(path, root) for path in paths]
    return found


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()
