"""A mutation study of the gradient checker. Run: python -m tests.benchmarks.mutation [--quick] [--only PATTERN] [--seed N]

Mechanical mutants of the package's own backward code (mutants.py, targets.py), a labelled catalogue of student mistakes
(student_mistakes.py, model_mistakes.py), correct configurations (correct_cases.py), an independent re-test of every claim
(retest.py), and the rules of other tools on the same material (other_tools.py), in one table (study.py).

The forward function is always the package's own: a suspect supplies gradients, and nothing else.
"""
