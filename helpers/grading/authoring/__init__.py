"""What ``solutions/<lesson>/exercises.py`` is written with; the modules beside it make a lesson's derived files."""

from helpers.grading.authoring.exercises import Case, choice, draws, exercise

__all__ = ["Case", "choice", "draws", "exercise"]
