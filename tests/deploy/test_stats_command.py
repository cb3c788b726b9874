"""`candour stats` answers in JSON, and says of bad figures which file, row and column is wrong, with exit code 2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from deploy.stats_cli import stats


def asked(*words: str | Path) -> Any:
    done = CliRunner().invoke(stats, [str(word) for word in words])
    assert done.exit_code == 0, done.stderr
    assert "NaN" not in done.stdout
    return orjson.loads(done.stdout)


def refused(*words: str | Path) -> str:
    done = CliRunner().invoke(stats, [str(word) for word in words])
    assert done.exit_code == 2
    assert not done.stdout
    return done.stderr


def a_file(folder: Path, content: str | bytes) -> Path:
    path = folder / "figures.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_individual_values_with_a_target(tmp_path: Path) -> None:
    file = a_file(
        tmp_path, "month,value\n" + "\n".join(f"{i},{v}" for i, v in enumerate([1, 2, 1, 2, 10] + [1, 2] * 6))
    )
    found = asked("xmr", file, "--value", "value", "--target", "9", "--improvement", "decrease")
    assert found["signals"] == [{"index": 5, "signal": "above_upper_limit"}]
    assert found["points"][4] == {"index": 5, "value": 10.0, "moving_range": 8.0, "signal": "above_upper_limit"}
    assert found["assurance"] == "consistently met"
    assert asked("xmr", file, "--value", "value", "--unscreened")["upper"] > found["upper"]


def test_a_chart_counts_excluded_points_from_one(tmp_path: Path) -> None:
    file = a_file(tmp_path, "n,of\n3,100\n50,100\n4,100\n2,100\n")
    found = asked("chart", file, "--kind", "p", "--count", "n", "--exposure", "of", "--exclude", "2")
    assert found["mean"] == pytest.approx(0.03)
    assert [point["included"] for point in found["points"]] == [True, False, True, True]
    assert found["points"][1]["signal"] == "above_upper_limit"
    assert found["points"][0]["lower"] == 0
    assert found["runs"]["useful_points"] == 2


@pytest.mark.parametrize("kind", ["u", "up", "pp", "c", "t", "g"])
def test_every_kind_of_chart_answers_with_the_same_keys(tmp_path: Path, kind: str) -> None:
    file = a_file(tmp_path, "n,of\n3,100\n5,120\n4,90\n2,100\n")
    exposure = ["--exposure", "of"] if kind in ("u", "up", "pp") else []
    found = asked("chart", file, "--kind", kind, "--count", "n", *exposure)
    assert set(found) >= {"kind", "mean", "centre", "sigma_z", "points", "runs", "trial_limits"}
    assert set(found["points"][0]) >= {"index", "value", "centre", "lower", "upper", "signal", "included"}
    assert found["kind"] == kind


def test_a_funnel_names_its_units(tmp_path: Path) -> None:
    file = a_file(tmp_path, "home,falls,days\nElm,40,1000\nOak,9,1000\nAsh,11,1000\n")
    words = ("funnel", file, "--kind", "rate", "--count", "falls", "--denominator", "days", "--unit", "home")
    found = asked(*words, "--overdispersion", "cqc")
    assert [(unit["unit"], unit["class"]) for unit in found["units"]] == [
        ("Elm", "high.001"),
        ("Oak", "low.025"),
        ("Ash", "low.025"),
    ]
    assert found["tau2"] is None
    assert found["phi"] > 1
    assert "too few" in found["note"]
    assert set(found["units"][0]["limits"]) == {"low.001", "low.025", "high.025", "high.001"}


def test_what_needs_no_file() -> None:
    assert asked("compare", "--before", "21/3011", "--after", "11/800")["rate_ratio"] == pytest.approx(
        1.971488, abs=5e-7
    )
    assert asked("compare", "--before", "0/10", "--after", "3/10")["interval"]["high"] is None
    assert asked("wilson", "14/20")["low"] == pytest.approx(0.4810, abs=5e-5)
    assert asked("sample", "--population", "20", "--claim", "0.95")["n"] == 16
    assert asked("sample", "--claim", "0.95")["n"] == 59


def test_agreement_of_two_columns(tmp_path: Path) -> None:
    file = a_file(tmp_path, "first,second\nlow,low\nlow,high\nhigh,high\nhigh,high\n")
    found = asked("kappa", file, "--a", "first", "--b", "second")
    assert found["categories"] == ["high", "low"]
    assert found["kappa"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffvalue,x\r\n1,a\r\n2,b\r\n4,c\r\n",
        "value;x\n1;a\n2;b\n4;c\n",
        "x\tvalue\n\na\t1\nb\t2\nc\t4\n",
        '"value"|x\n" 1 "|a\n2|b\n4|c',
    ],
)
def test_files_are_read_as_programs_write_them(tmp_path: Path, content: str) -> None:
    assert [p["value"] for p in asked("xmr", a_file(tmp_path, content), "--value", "value")["points"]] == [1, 2, 4]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("value\n", "no row of figures"),
        ("other\n1\n2\n", "there is no column 'value'"),
        ("value\n1\nabc\n", "row 2 (line 3), column 'value': 'abc' is not a number"),
        ("value\n1\nNaN\n", "row 2 (line 3), column 'value': 'NaN' is not a number"),
        ("value\n1\ninf\n", "row 2 (line 3), column 'value'"),
        ("value,x\n1,a\n,b\n", "row 2 (line 3), column 'value': the cell is empty"),
        ('value\n"1,000"\n2\n', "row 1 (line 2), column 'value': '1,000' is not a number"),
        ("value\n1\n2,3\n", "row 2 (line 3): 2 cells under 1 column names"),
        ("value,value\n1,2\n3,4\n", "more than once"),
        ("value\n1\n", "at least two points"),
        (b"value\n\xff\xfe1\n", "not text in UTF-8"),
    ],
)
def test_bad_values_are_named_by_file_row_and_column(tmp_path: Path, content: str | bytes, words: str) -> None:
    file = a_file(tmp_path, content)
    said = refused("xmr", file, "--value", "value")
    assert words in said
    assert str(file) in said


@pytest.mark.parametrize(
    ("rows", "kind", "words"),
    [
        ("-1,5", "u", "column 'n': a count cannot be below 0, not -1"),
        ("1.5,5", "u", "column 'n': a count must be a whole number, not 1.5"),
        ("1,0", "u", "column 'of': exposure must be above 0, not 0"),
        ("6,5", "p", "column 'n': 6 is more than the 5 in column 'of'"),
    ],
)
def test_impossible_counts_are_refused(tmp_path: Path, rows: str, kind: str, words: str) -> None:
    file = a_file(tmp_path, f"n,of\n2,9\n{rows}\n")
    assert f"row 2 (line 3), {words}" in refused("chart", file, "--kind", kind, "--count", "n", "--exposure", "of")


def test_a_chart_without_what_it_needs_says_so(tmp_path: Path) -> None:
    file = a_file(tmp_path, "n,of\n2,9\n0,9\n")
    assert "needs --exposure" in refused("chart", file, "--kind", "u", "--count", "n")
    assert "takes no --exposure" in refused("chart", file, "--kind", "c", "--count", "n", "--exposure", "of")
    assert "must be above 0, not 0" in refused("chart", file, "--kind", "t", "--count", "n")
    assert "numbered 1 to 2" in refused("chart", file, "--kind", "c", "--count", "n", "--exclude", "3")
    assert "'x' is none" in refused("chart", file, "--kind", "c", "--count", "n", "--exclude", "1,x")
    assert "cannot be read" in refused("xmr", tmp_path / "missing.csv", "--value", "n")


@pytest.mark.parametrize(
    "words",
    [
        ("wilson", "3/0"), ("wilson", "4/3"), ("wilson", "half"), ("wilson", "1/2", "--level", "1"),
        ("compare", "--before", "3", "--after", "1/2"), ("compare", "--before", "3/0", "--after", "1/2"),
        ("compare", "--before=-3/5", "--after", "1/2"), ("sample", "--claim", "95"), ("sample", "--claim", "1"),
        ("sample", "--population", "0", "--claim", "0.9"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_a_sentence(words: tuple[str, ...]) -> None:
    assert refused(*words).startswith("candour stats: ")


@pytest.mark.parametrize(
    "words",
    [("chart", "count from 1"), ("funnel", "fewer than 10"), ("compare", "after ÷ before"), ("sample", "floor(")],
)
def test_help_states_the_conventions(words: tuple[str, str]) -> None:
    command, convention = words
    told = CliRunner().invoke(stats, [command, "--help"], env={"COLUMNS": "200"}).stdout
    assert convention in " ".join(told.split()).lower()
