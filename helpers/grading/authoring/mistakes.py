"""Pages of mistakes: ``solutions/<lesson>/mistakes/<exercise>.md``, Markdown that a teacher edits.

::

    # step_backward

    What a student reads once the answer is right.

    ## Wrong

    - **slope forgotten** `dh * (1 - h_t**2)` → `dh`
      The gradient passes the tanh unchanged. Multiply `dh` by the slope first.
      - or `(1 - h_t**2)` → `1`
    - **new weights each time** (random)
      Something is drawn anew in every call.
      ```python
      def step_backward(...): ...
      ```

    ## Right, too

    - **einsum** (of: by hand) `a @ b` → `tf.einsum("bi,ij->bj", a, b)`

An entry is a bold name, then how the solution cell changes, then, for a mistake, the sentence it gets. A change is
a row of edits (`` `old` → `new` ``; ``nothing`` takes text out), or a fenced block: ``diff`` for whole lines,
``python`` for a whole cell. An inner list holds other spellings of the same thing. In a question that is answered
with a letter the name is the letter, and nothing more is needed.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import NoReturn

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from helpers.grading.authoring.variants import Alternative, AuthorError, Edit, Mistake, Variant

WRONG, RIGHT = "Wrong", "Right, too"
ARROW, NOTHING = "→", "nothing"
FLAGS = re.compile(r"\s*\(([^)]*)\)")
LETTER = re.compile(r"[A-Za-z]")


@dataclasses.dataclass(frozen=True)
class Page:
    """What is written about one exercise: the reveal, the wrong answers and the other right ones."""

    reveal: str
    mistakes: tuple[Mistake, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Every listed answer, in order."""
        return (*self.mistakes, *self.alternatives)

    @property
    def content(self) -> tuple[object, ...]:
        """What the page says, without where it says it."""
        return self.reveal, *(dataclasses.astuple(dataclasses.replace(variant, place="")) for variant in self.variants)


@dataclasses.dataclass(frozen=True)
class _Change:
    """How the solution cell changes, in one spelling."""

    edits: tuple[Edit, ...] = ()
    source: str = ""

    def __bool__(self) -> bool:
        return bool(self.edits or self.source)


def read_page(path: Path, name: str) -> Page:
    """Return the page at ``path`` about the exercise ``name``. Raises AuthorError: file, line, what is expected."""
    place = "/".join(path.parts[-3:])
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AuthorError(
            f"{place} is missing: it holds what is said of {name} when it is right, and its mistakes."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise AuthorError(f"{place} cannot be read ({type(error).__name__}).") from None
    return _Reader(place, name).read(SyntaxTreeNode(MarkdownIt("commonmark").parse(text)))


class _Reader:
    def __init__(self, place: str, exercise: str) -> None:
        self.place, self.exercise = place, exercise

    def refuse(self, node: SyntaxTreeNode | Token, expected: str) -> NoReturn:
        line = f", line {node.map[0] + 1}" if node.map else ""
        raise AuthorError(f"{self.place}{line}: {expected}")

    def read(self, root: SyntaxTreeNode) -> Page:
        reveal: list[str] = []
        entries: dict[str, list[Variant]] = {}
        section = ""
        blocks = list(root.children)
        if not blocks or blocks[0].type != "heading" or _text(blocks[0]) != self.exercise:
            raise AuthorError(
                f"{self.place}, line 1: the page begins with `# {self.exercise}`, as the exercise is called."
            )
        for block in blocks[1:]:
            if block.type == "heading":
                section = _text(block)
                if section not in (WRONG, RIGHT):
                    self.refuse(block, f"the headings below the title are `## {WRONG}` and `## {RIGHT}`.")
                if section in entries:
                    self.refuse(block, f"there is a second `## {section}`; put its entries into the first.")
                entries[section] = []
            elif not section:
                if block.type != "paragraph":
                    self.refuse(block, f"above `## {WRONG}` stands the sentence for the right answer, as plain text.")
                reveal.append(_text(block))
            elif block.type != "bullet_list":
                self.refuse(block, f"below `## {section}` stands a list, each entry `- **name** ...`.")
            else:
                for item in block.children:
                    entries[section] += self.entry(item, section == WRONG)
        if not reveal:
            raise AuthorError(f"{self.place}: below the title stands what a student reads once the answer is right.")
        mistakes = tuple(entry for entry in entries.get(WRONG, []) if isinstance(entry, Mistake))
        alternatives = tuple(entry for entry in entries.get(RIGHT, []) if isinstance(entry, Alternative))
        return Page(" ".join(reveal), mistakes, alternatives)

    def entry(self, item: SyntaxTreeNode, wrong: bool) -> list[Variant]:
        """The spellings of one entry."""
        parts = list(item.children)
        if not parts or parts[0].type != "paragraph":
            self.refuse(item, "an entry begins with `**name**`.")
        inline = parts[0].children[0]
        _, _, rest = inline.content.partition("\n")
        name, flags, after = self.name(parts[0], inline)
        says = [rest] if rest else []
        changes = [_Change(tuple(self.edits(parts[0], after)))]
        for part in parts[1:]:
            if part.type == "paragraph":
                says.append(part.children[0].content)
            elif part.type == "fence":
                if changes[0]:
                    self.refuse(part, f"'{name}' has its change already; another spelling is `- or` and the block.")
                changes[0] = self.block(part)
            elif part.type == "bullet_list":
                changes += [self.spelling(inner, name) for inner in part.children]
            else:
                self.refuse(part, "an entry holds its sentence, a fenced block and a list of other spellings.")
        if not changes[0] and LETTER.fullmatch(name):
            changes[0] = _Change(source=f'{self.exercise} = "{name}"')
            name = f"answers {name}"
        if not all(changes):
            self.refuse(item, f"'{name}' says not how the solution changes: `old` {ARROW} `new`, or a fenced block.")
        sentence = " ".join(" ".join(says).split("\n"))
        if wrong and not sentence:
            self.refuse(item, f"'{name}' has no sentence for the student, on the line below its name.")
        if not wrong and sentence:
            self.refuse(item, f"'{name}' is right: nobody reads a sentence about it. Is this the wrong list?")
        line = f"{self.place}, line {item.map[0] + 1}" if item.map else self.place
        base = flags.get("of", "")
        if wrong:
            return [Mistake(name, c.edits, c.source, base, line, sentence, "random" in flags) for c in changes]
        return [Alternative(name, c.edits, c.source, base, line) for c in changes]

    def name(self, block: SyntaxTreeNode, inline: SyntaxTreeNode) -> tuple[str, dict[str, str], list[SyntaxTreeNode]]:
        """The bold name of an entry, its flags, and what follows them on the first line."""
        nodes = [node for node in inline.children if node.type != "text" or node.content]
        if not nodes or nodes[0].type != "strong":
            self.refuse(block, "an entry begins with its name in bold: `- **name** ...`.")
        name = "".join(node.content for node in nodes[0].walk() if node.type in ("text", "code_inline"))
        line: list[SyntaxTreeNode] = []
        for node in nodes[1:]:
            if node.type in ("softbreak", "hardbreak"):
                break
            line.append(node)
        flags: dict[str, str] = {}
        if line and line[0].type == "text" and (found := FLAGS.match(line[0].content)):
            for flag in found.group(1).split(";"):
                key, _, value = flag.partition(":")
                if key.strip() not in ("random", "of") or (key.strip() == "of") != bool(value.strip()):
                    self.refuse(block, f"`({flag.strip()})`: in brackets stands `random` or `of: another entry`.")
                flags[key.strip()] = value.strip()
        return name, flags, line

    def spelling(self, item: SyntaxTreeNode, name: str) -> _Change:
        """Another spelling of the entry ``name``: ``- or `old` → `new` ``, or ``- or`` and a block."""
        parts = list(item.children)
        if not parts or parts[0].type != "paragraph" or not _text(parts[0]).startswith("or"):
            self.refuse(item, f"another spelling of '{name}' begins with `- or`.")
        nodes = [node for node in parts[0].children[0].children if node.type != "text" or node.content]
        change = _Change(tuple(self.edits(parts[0], nodes)))
        for part in parts[1:]:
            if part.type != "fence" or change:
                self.refuse(part, f"another spelling of '{name}' is a row of edits or one fenced block.")
            change = self.block(part)
        return change

    def edits(self, block: SyntaxTreeNode, nodes: list[SyntaxTreeNode]) -> list[Edit]:
        """Read `` `old` → `new`, `old` → nothing ``."""
        found: list[Edit] = []
        old: str | None = None
        for node in nodes:
            if node.type == "code_inline" and old is None:
                old = node.content
            elif node.type == "code_inline":
                found.append((old or "", node.content))
                old = None
            elif node.type == "text" and old is not None:
                arrow, words = node.content.strip()[:1], node.content.strip()[1:].strip()
                if arrow != ARROW or (words and not words.startswith(NOTHING)):
                    self.refuse(block, f"after `{old}` stands {ARROW} and the new text, or the word {NOTHING}.")
                if words:
                    found.append((old, ""))
                    old = None
        if old is not None:
            self.refuse(block, f"after `{old}` stands {ARROW} and the new text, or the word {NOTHING}.")
        return found

    def block(self, fence: SyntaxTreeNode) -> _Change:
        kind = fence.info.strip()
        if kind == "python":
            return _Change(source=fence.content.strip("\n"))
        if kind != "diff":
            self.refuse(fence, "a block is marked ```python (a whole cell) or ```diff (lines with - and +).")
        edits: list[Edit] = []
        old: list[str] = []
        new: list[str] = []
        for line in [*fence.content.splitlines(), "..."]:
            if line == "...":
                if old == new or not old:
                    self.refuse(
                        fence, "each part of a diff has lines with - or a blank, which say where, and changes them."
                    )
                edits.append(("".join(old), "".join(new)))
                old, new = [], []
            elif line[:1] in ("-", "+", " ") or not line:
                if line[:1] != "+":
                    old.append(line[1:] + "\n")
                if line[:1] != "-":
                    new.append(line[1:] + "\n")
            else:
                self.refuse(fence, "in a diff every line begins with -, + or a blank; ... stands between two parts.")
        return _Change(tuple(edits))


def _text(node: SyntaxTreeNode) -> str:
    """The text of a heading or paragraph as it is written, on one line."""
    return " ".join(node.children[0].content.split("\n")) if node.children else ""
