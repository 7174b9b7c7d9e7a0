"""What an instructor runs: cases, release, grading. Students' notebooks never import it."""
