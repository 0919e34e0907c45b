"""The student's folder: nothing is overwritten, and what cannot be read is not replaced."""

import json

import pytest

from npae.exercises import EXERCISES, NamespaceSubmission, examine
from npae.exercises.folder import STATE, Folder, Record
from npae.exercises.selftest import namespace

AFFINE, SIGMOID = EXERCISES["affine"], EXERCISES["sigmoid"]


def outcome(solution):
    return examine(AFFINE, NamespaceSubmission(namespace(AFFINE.solution_text() if solution else AFFINE.start_text())))


def test_start_and_reset_never_lose_work(tmp_path):
    folder = Folder(tmp_path / "new" / "folder")
    path = folder.start(AFFINE, AFFINE.start_text())
    assert path == folder.file(AFFINE) and path.read_text() == AFFINE.start_text()
    path.write_text("mine")
    assert folder.start(AFFINE, AFFINE.start_text()) is None and path.read_text() == "mine"
    first = folder.reset(AFFINE)
    assert first.name == "01_affine.backup1.py" and first.read_text() == "mine" and path.read_text() == AFFINE.start_text()
    assert folder.reset(AFFINE).name == "01_affine.backup2.py" and first.read_text() == "mine"
    assert folder.reset(SIGMOID) is None and folder.file(SIGMOID).exists()


def test_attempts_count_changed_files_that_fail(tmp_path):
    folder = Folder(tmp_path)
    start = AFFINE.start_text().encode()
    assert folder.count(AFFINE, outcome(False), start).attempts == 0            # the start file is no attempt
    assert folder.count(AFFINE, outcome(False), start + b"#").attempts == 1
    assert folder.count(AFFINE, outcome(False), start + b"#").attempts == 1     # nor is the same file again
    record = folder.count(AFFINE, outcome(True), start + b"##")
    assert record.passed and record.marks == 3 and record.attempts == 1
    record = folder.count(AFFINE, outcome(False), start + b"###")
    assert record.passed and record.marks == 0                                  # once passed, always passed
    folder.remember(SIGMOID, Record(hints=2))
    assert Folder(tmp_path).record(AFFINE) == record and Folder(tmp_path).record(SIGMOID).hints == 2
    content = json.loads((tmp_path / STATE).read_text())
    assert content["version"] == 1 and list(content["exercises"]) == ["affine", "sigmoid"]


@pytest.mark.parametrize("text, reason", [
    (b"{", "it is not JSON"), (b"\xff\xfe", "it is not text"), (b"[]", "it has no exercises"),
    (b'{"version": 2, "exercises": {}}', "it has the version 2"),
    (b'{"version": 1, "exercises": {"affine": {"passed": 1}}}', "its entry 'affine' is not as expected"),
])
def test_a_damaged_state_is_an_error_and_stays(tmp_path, text, reason):
    (tmp_path / STATE).write_bytes(text)
    for action in (Folder(tmp_path).records, lambda: Folder(tmp_path).remember(AFFINE, Record())):
        with pytest.raises(ValueError, match=f"is damaged: {reason}.*the exercise files are not touched"):
            action()
    assert (tmp_path / STATE).read_bytes() == text


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        Folder(tmp_path / "file")
