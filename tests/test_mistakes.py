"""Pages of mistakes: what a teacher writes is what the graders know; a page that cannot be read says where and why."""

import pytest

from helpers.grading.authoring.exercises import load_exercises
from helpers.grading.authoring.mistakes import read_page
from helpers.grading.authoring.variants import AuthorError, source_of

SOLUTION = "def twice(x):\n    # doubled\n    y = 2 * x\n    return y\n"
PAGE = """\
# twice

Twice is `x + x`,
by definition.

## Wrong

- **three times** `2 * x` → `3 * x`
  You multiply by 3. (A * in
  prose stays.)
- **not at all** `    y = 2 * x` → nothing, `return y` → `return x`
  Nothing happens.
  - or `return y` → `return 1.0 * x`
  - or
    ```python
    def twice(x):

        return x
    ```
- **early \\* return** (random)
  It comes too early.
  ```diff
      # doubled
  -    y = 2 * x
  +    return x
  ...
  -    return y
  ```
- **of another** (of: three times) `3` → `4`
  Four times.

## Right, too

- **sum** `2 * x` → `x + x`
- **named** (of: sum; random) `y` → `y`
"""


@pytest.fixture
def read(tmp_path):
    def reading(text, name="twice"):
        path = tmp_path / "07_lesson" / "mistakes" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return read_page(path, name)

    return reading


def test_a_page_says_how_the_solution_changes(read):
    page = read(PAGE)
    assert page.reveal == "Twice is `x + x`, by definition."
    assert [(m.name, m.random) for m in page.mistakes] == [
        ("three times", False),
        *[("not at all", False)] * 3,
        ("early * return", True),
        ("of another", False),
    ]
    assert page.mistakes[0].says == "You multiply by 3. (A * in prose stays.)"
    sources = [source_of(mistake, page.variants, SOLUTION) for mistake in page.mistakes]
    assert sources == [
        SOLUTION.replace("2 * x", "3 * x"),
        "def twice(x):\n    # doubled\n\n    return x\n",
        SOLUTION.replace("return y", "return 1.0 * x"),
        "def twice(x):\n\n    return x",
        "def twice(x):\n    # doubled\n    return x\n",
        SOLUTION.replace("2 * x", "4 * x"),
    ]
    assert source_of(page.alternatives[0], page.variants, SOLUTION) == SOLUTION.replace("2 * x", "x + x")
    assert page.mistakes[0].where() == "07_lesson/mistakes/twice.md, line 8"


def test_letters_need_a_sentence_only(read):
    page = read("# which\n\nYes.\n\n## Wrong\n\n- **A**\n  No.\n\n## Right, too\n\n- **b**\n", "which")
    assert [(v.name, v.apply("")) for v in page.variants] == [
        ("answers A", 'which = "A"'),
        ("answers b", 'which = "b"'),
    ]


SAYS = "\n  Says.\n"
HEAD = "# twice\n\nYes.\n\n## Wrong\n\n"
REFUSED = {
    "another title": ("# thrice\n\nYes.\n", "line 1: the page begins with `# twice`"),
    "no title": ("Yes.\n", "line 1: the page begins with `# twice`"),
    "no reveal": ("# twice\n\n## Wrong\n", "what a student reads once the answer is right"),
    "strange heading": ("# twice\n\nYes.\n\n## Wrongs\n", "line 5: the headings below the title are `## Wrong`"),
    "two sections": (HEAD + "## Wrong\n", "line 7: there is a second `## Wrong`"),
    "prose": (HEAD + "Some prose.\n", "line 7: below `## Wrong` stands a list"),
    "no name": (HEAD + "- three times `2` → `3`\n  Says.\n", "line 7: an entry begins with its name in bold"),
    "no change": (HEAD + "- **three times**\n  Says.\n", "line 7: 'three times' says not how"),
    "no sentence": (HEAD + "- **three times** `2` → `3`\n", "line 7: 'three times' has no sentence"),
    "half an edit": (HEAD + "- **three times** `2`\n  Says.\n", "line 7: after `2` stands →"),
    "another arrow": (HEAD + "- **three times** `2` -> `3`\n  Says.\n", "line 7: after `2` stands →"),
    "unknown flag": (HEAD + "- **three** (rnd) `2` → `3`\n  Says.\n", "line 7: `\\(rnd\\)`: in brackets stands"),
    "flag of nothing": (HEAD + "- **three** (of:) `2` → `3`\n  Says.\n", "in brackets stands"),
    "unmarked block": (HEAD + "- **x y**" + SAYS + "  ```\n  z\n  ```\n", "line 9: a block is marked ```python"),
    "two changes": (
        HEAD + "- **x** `2` → `3`" + SAYS + "  ```python\n  z\n  ```\n",
        "line 9: 'x' has its change already",
    ),
    "odd diff": (HEAD + "- **x y**" + SAYS + "  ```diff\n  z\n  ```\n", "line 9: in a diff every line begins with"),
    "idle diff": (
        HEAD + "- **x y**" + SAYS + "  ```diff\n  + z\n  ```\n",
        "line 9: each part of a diff has lines with -",
    ),
    "inner list": (HEAD + "- **x** `2` → `3`\n  Says.\n  - `2` → `4`\n", "line 9: another spelling of 'x' begins with"),
    "a sentence for what is right": (
        "# twice\n\nYes.\n\n## Right, too\n\n- **x** `2` → `3`\n  Says.\n",
        "line 7: 'x' is right: nobody reads a sentence",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_page_that_cannot_be_read_says_where_and_what_is_expected(read, name):
    text, words = REFUSED[name]
    with pytest.raises(AuthorError, match=words) as caught:
        read(text)
    assert str(caught.value).startswith("07_lesson/mistakes/twice.md") and "\n" not in str(caught.value)


def entry(text):
    return HEAD + "- **three times** " + text + "\n  Says.\n"


@pytest.mark.parametrize(
    "text, words",
    [
        ("`x` → `z`", "line 7: 'three times': `x` occurs 2 times in the cell, not once"),
        ("`y = 2*x` → `z`", "`y = 2\\*x` does not occur in the cell; the nearest line is `y = 2 \\* x`"),
        ("`2` → `2`", "changes nothing"),
        ("(of: sun) `2` → `3`", "'three times' is an edit of 'sun', which is not listed"),
        ("(of: three times) `2` → `3`", "in the end, an edit of itself"),
    ],
)
def test_an_edit_that_does_not_fit_says_what_comes_near(read, text, words):
    page = read(entry(text))
    with pytest.raises(AuthorError, match=words):
        source_of(page.mistakes[0], page.variants, SOLUTION)


def test_a_page_that_is_missing_is_told(tmp_path):
    with pytest.raises(AuthorError, match=r"mistakes/twice.md is missing"):
        read_page(tmp_path / "mistakes" / "twice.md", "twice")


def test_every_entry_of_the_course_fits_its_solution(lesson, course):
    from helpers.grading.sample import solution_sources

    sources = solution_sources(course, lesson)
    for name, exercise in load_exercises(course, lesson).items():
        for variant in exercise.page.variants:
            assert exercise.source(variant, sources[name])
