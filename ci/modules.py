"""Which file of a crate needs which other: the modules of a crate, read from its source, and the edges between their files.

An edge `a -> b` means that code in `a` names an item that `b` defines. It is followed through re-exports to the definition, so a `mod.rs` that
only declares and re-exports has no edges. `mod` declarations are none either, nor is what stands under `#[cfg(test)]`.

Limits: this reads tokens and does not expand macros. A name that only a macro defines belongs to the file of the module that the path leads to.
Method calls have no path; but the type's file is an edge wherever the type is named.
"""

import re
from collections import defaultdict, namedtuple
from pathlib import Path

TOKEN = re.compile(
    r"""
      (?P<skip>\s+|//[^\n]*)
    | (?P<block>/\*)
    | (?P<raw>(?:br|cr|r)(?P<hashes>\#*)".*?"(?P=hashes))
    | (?P<string>[bc]?"(?:\\.|[^"\\])*")
    | (?P<char>b?'(?:\\[^u]|\\u\{[^}]*\}|\\x..|[^'\\])')
    | (?P<lifetime>'\w+)
    | (?P<word>(?:r\#)?\w+)
    | (?P<path>::)
    | (?P<other>.)
    """,
    re.X | re.S,
)
CLOSES = {"(": ")", "[": "]", "{": "}"}
DEFINES = {"struct", "enum", "union", "trait", "type", "fn", "const", "static"}
QUALIFIES = {"unsafe", "async", "default", "extern", "safe"}

Token = namedtuple("Token", "text line")
Edge = namedtuple("Edge", "source target line name")
Item = namedtuple("Item", "file name")


def tokens(text):
    """The tokens of Rust source, without comments; strings, characters and lifetimes are one empty string each."""
    found, at, line = [], 0, 1
    while at < len(text):
        match = TOKEN.match(text, at)
        end = match.end()
        if match["block"]:
            depth = 1
            while depth and end < len(text):
                depth += {"/*": 1, "*/": -1}.get(text[end : end + 2], 0)
                end += 2 if text[end : end + 2] in ("/*", "*/") else 1
        elif not match["skip"]:
            kept = match["word"] or match["path"] or match["other"] or ""
            found.append(Token(kept.removeprefix("r#"), line))
        line += text.count("\n", at, end)
        at = end
    return found


def group_end(code, at):
    """The place after the bracket that closes the one at `at`."""
    open_brackets = []
    while at < len(code):
        text = code[at].text
        if text in CLOSES:
            open_brackets.append(CLOSES[text])
        elif open_brackets and text == open_brackets[-1]:
            open_brackets.pop()
        at += 1
        if not open_brackets:
            break
    return at


def item_end(code, at, ends=";"):
    """The place after an item, a field, an arm or a statement: its `;` (or what `ends` has), or its braces."""
    while at < len(code):
        text = code[at].text
        if text in CLOSES:
            at = group_end(code, at)
            if text == "{":
                return at
        elif text in ends:
            return at + 1
        elif text in "}])" and text:
            return at
        else:
            at += 1
    return at


def is_test(attribute):
    """Whether code under an attribute is built for tests alone: `cfg(test)` or `cfg(all(test, …))`."""
    words = [token.text for token in attribute]
    return words[:1] == ["cfg"] and "test" in words and not {"not", "any"} & set(words)


def use_tree(code, at, before=()):
    """The leaves of a `use` tree from `at` on, as (path, name it gets), and the place after it; a glob's name is `*`."""
    path, leaves = list(before), []
    while at < len(code):
        text = code[at].text
        if text == "{":
            at += 1
            while code[at].text != "}":
                some, at = use_tree(code, at, path)
                leaves += some
                at += code[at].text == ","
            return leaves, at + 1
        if text == "*":
            return [(tuple(path), "*")], at + 1
        if text == "as":
            return [(tuple(path), code[at + 1].text)], at + 2
        if text in (",", "}", ";"):
            break
        if text != "::":
            path.append(text)
        at += 1
    if path[-1] == "self" and len(path) > 1:
        path.pop()
    return [(tuple(path), path[-1])], at


class Module:
    def __init__(self, file, parent, test):
        self.file, self.parent, self.test = file, parent, test
        self.children, self.defines = {}, set()
        # What `use` brings in: name -> path; and the paths of globs.
        self.uses, self.globs = {}, []
        # Names that are brought in for others: no edge unless the file needs them itself.
        self.passed_on = set()
        # Paths of code and of `use`, with their lines; and single words, of which some are names.
        self.paths, self.words = [], {}


class Crate:
    """The modules of a crate, from `lib.rs` in `folder` on; files are named relative to that folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.modules = []
        self.root = self._read(self.folder / "lib.rs", self.folder, None, False)

    def _read(self, path, folder, parent, test):
        module = Module(path.relative_to(self.folder).as_posix(), parent, test)
        self._items(module, tokens(path.read_text(encoding="utf-8")), folder)
        return module

    def _items(self, module, code, folder):
        """Reads the items of a module. `folder` is where the files of its children are."""
        self.modules.append(module)
        at = 0
        while at < len(code):
            test = False
            while code[at].text == "#" and at + 1 < len(code):
                start = at + 1 + (code[at + 1].text == "!")
                at = group_end(code, start)
                test |= is_test(code[start + 1 : at - 1])
            if at == len(code):
                break
            start, public = at, code[at].text == "pub"
            if public:
                at += 1
                if code[at].text == "(":
                    at = group_end(code, at)
            while code[at].text in QUALIFIES or (code[at].text == "const" and code[at + 1].text in {"fn", "unsafe", "async"}):
                at += 1 + (code[at].text == "extern" and code[at + 1].text == "")
            kind = code[at].text
            if kind == "mod":
                at = self._module(module, code, at + 1, folder, test)
                continue
            if test:
                at = item_end(code, at)
                continue
            if kind == "use":
                at = self._use(module, code, at + 1, public)
                continue
            if kind in DEFINES:
                named = at + 1 + (code[at + 1].text == "mut")
                module.defines.add(code[named].text)
            elif kind == "macro_rules":
                module.defines.add(code[at + 2].text)
            end = max(item_end(code, at), at + 1)
            self._code(module, code[start:end])
            at = end

    def _module(self, module, code, at, folder, test):
        name = code[at].text
        test = test or module.test
        if code[at + 1].text == ";":
            places = [folder / f"{name}.rs", folder / name / "mod.rs"]
            path = next((place for place in places if place.is_file()), None)
            if path is None:
                raise FileNotFoundError(f"{module.file}:{code[at].line}: no file for module {name}")
            module.children[name] = self._read(path, folder / name, module, test)
            return at + 2
        end = group_end(code, at + 1)
        child = module.children[name] = Module(module.file, module, test)
        self._items(child, code[at + 2 : end - 1], folder / name)
        return end

    def _use(self, module, code, at, public):
        line = code[at].line
        leaves, at = use_tree(code, at + (code[at].text == "::"))
        for path, name in leaves:
            if name == "*":
                module.globs.append(path)
                continue
            if name != "_":
                module.uses[name] = path
            if public:
                module.passed_on.add((name, path, line))
            else:
                module.paths.append((path, line))
        return at + 1

    def _code(self, module, code):
        at = 0
        while at < len(code):
            text, line = code[at].text, code[at].line
            if text == "#" and at + 1 < len(code) and code[at + 1].text == "[":
                end = group_end(code, at + 1)
                at = item_end(code, end, ";,") if is_test(code[at + 2 : end - 1]) else end
                continue
            before = code[at - 1].text if at else ""
            if text == "use" and code[at + 1].text != "<" and before not in ("::", "."):
                at = self._use(module, code, at + 1, False)
                continue
            if not re.match(r"[A-Za-z_]", text) or before in (".", "::"):
                at += 1
                continue
            path = [text]
            while at + 2 < len(code) and code[at + 1].text == "::" and re.match(r"[A-Za-z_]", code[at + 2].text):
                path.append(code[at + 2].text)
                at += 2
            if len(path) > 1:
                module.paths.append((tuple(path), line))
            module.words.setdefault(path[0], line)
            at += 1

    def look_up(self, module, name, seen=frozenset()):
        """What a name means in a module: a module, an item, or None where it is of another crate."""
        if (module, name) in seen:
            return None
        seen = seen | {(module, name)}
        if name in module.children:
            return module.children[name]
        if name in module.defines:
            return Item(module.file, name)
        if name in module.uses:
            return self.resolve(module, module.uses[name], seen)
        for glob in module.globs:
            target = self.resolve(module, glob, seen)
            found = self.look_up(target, name, seen) if isinstance(target, Module) else None
            if found:
                return found
        return None

    def resolve(self, module, path, seen=frozenset()):
        """What a path means in a module."""
        first, rest = path[0], path[1:]
        if first == "crate":
            found = self.root
        elif first == "self":
            found = module
        elif first == "super":
            found = module.parent
        else:
            found = self.look_up(module, first, seen)
        for name in rest:
            if not isinstance(found, Module):
                break
            if name == "super":
                found = found.parent
            elif name != "self":
                found = self.look_up(found, name, seen) or Item(found.file, name)
        return found

    def names_of(self, module, seen=frozenset()):
        """All names that a glob of a module brings in, those of its own globs among them."""
        names = module.defines | set(module.uses) | set(module.children)
        for glob in module.globs:
            target = self.resolve(module, glob)
            if isinstance(target, Module) and target not in seen:
                names |= self.names_of(target, seen | {module})
        return names

    def edges(self):
        """The edges between the files of the crate that are no tests: each name once, with the first place that needs it."""
        found = {}
        for module in self.modules:
            if module.test:
                continue
            paths = list(module.paths)
            paths += [(path, line) for name, path, line in module.passed_on if name in module.words]
            for glob in module.globs:
                target = self.resolve(module, glob)
                if isinstance(target, Module):
                    names = self.names_of(target)
                    paths += [((*glob, name), module.words[name]) for name in names & module.words.keys()]
                elif target:
                    paths.append((glob, 1))
            for path, line in sorted(paths, key=lambda some: some[1]):
                target = self.resolve(module, path)
                # A module that is named alone is no item; the paths that begin with it are edges of their own.
                if isinstance(target, Item) and target.file != module.file:
                    found.setdefault((module.file, target), Edge(module.file, target.file, line, target.name))
        return sorted(found.values())


def circles(edges):
    """The shortest circle of files through each edge that is in one, each circle once: lists of edges, the shortest first."""
    leads = defaultdict(list)
    for edge in edges:
        leads[edge.source].append(edge)
    found = {}
    for first in edges:
        # Breadth first, from the edge's end back to its beginning.
        ways, seen = [[first]], {first.target}
        while ways and ways[0][-1].target != first.source:
            way = ways.pop(0)
            for edge in leads[way[-1].target]:
                if edge.target not in seen:
                    seen.add(edge.target)
                    ways.append([*way, edge])
        if ways:
            found.setdefault(frozenset(edge.source for edge in ways[0]), ways[0])
    return sorted(found.values(), key=lambda way: (len(way), way))
