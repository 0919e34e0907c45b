"""`npae equations` as a user meets it."""

import pytest

from npae import cli


def test_the_list(capsys):
    assert cli.main(["equations"]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 110
    assert all(name in printed for name in ("000-(41)", "001-elbo2-1..4", "004-vae-3", "138 equations", "0 fail"))


def test_one_equation_with_its_proof_and_errata(capsys):
    assert cli.main(["equations", "000-41"]) == 0
    printed = capsys.readouterr().out
    for words in ("wrong", "npae/penalties/gaussian_kl.py:", "1/2 sum_{k=1}^K", "[off by", "E000-21", "quadrature", "does not"):
        assert words in printed
    assert "FAILS" not in printed


def test_one_erratum(capsys):
    assert cli.main(["equations", "E000-21", "E000-11"]) == 0
    printed = capsys.readouterr().out
    assert "0.554996" in printed and "-0.554996" in printed and "without" in printed


def test_the_errata(capsys):
    assert cli.main(["equations", "--errata"]) == 0
    printed = capsys.readouterr().out
    assert "E000-01" in printed and "E004-16" in printed and "91 errata" in printed


@pytest.mark.parametrize("asked, close", [("000-42", "000-(4"), ("E003-20", "E003-")])
def test_unknown_ids_end_with_close_ones(asked, close, capsys):
    assert cli.main(["equations", asked]) == 2
    message = capsys.readouterr().err
    assert asked in message and close in message
