"""The messages of all errors as a set: `python -m tests.messages` lists them for a reader, here is what can be checked."""

import re

from .messages import messages

FOUND = [message for message in messages() if message.kind.endswith(("Error", "Diverged", "warn")) and len(message.text) > 4]
# Words that blame and do not inform.
EMPTY_WORDS = re.compile(r"\b(invalid|illegal|bad|incorrect|unexpected|oops|sorry|please|fatal|wrong (type|value|input))\b|!",
                         re.IGNORECASE)
# In the process that runs a student's code, and within messages that begin elsewhere.
INSIDE = ("npae/grading/worker.py", "npae/datasets/idx.py", "npae/datasets/csv_file.py", "npae/gradcheck/")


def outside_of_values(message):
    return re.sub(r"\{[^{}]*\}", "{}", message.text)


def test_they_inform_and_do_not_blame():
    assert len(FOUND) > 350
    assert [message for message in FOUND if EMPTY_WORDS.search(outside_of_values(message))] == []
    short = [message for message in FOUND if len(outside_of_values(message).split()) < 3]
    assert [message for message in short if not message.place.startswith(INSIDE)] == []


def test_one_sentence_has_no_full_stop():
    ends = [message for message in FOUND if message.text.endswith(".") and ". " not in message.text]
    assert all(message.text.endswith("while a minimum of 1 is required.") for message in ends)      # scikit-learn's words


def test_what_was_given_is_in_nearly_all_of_them():
    about_input = [message for message in FOUND if message.kind in ("ValueError", "TypeError")]
    assert sum("{" in message.text for message in about_input) > 0.8 * len(about_input)
