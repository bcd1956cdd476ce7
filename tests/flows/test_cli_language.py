"""`fodaftryk language`: one answer for each line or object, in order, and a message where there is none to give."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

DANISH = "Byrådet vedtog i går, at der skal bygges flere almene boliger i kommunen inden for de næste fem år."
ENGLISH = "The council decided yesterday that more homes must be built in the town within the next five years."


def ask(stdin: str | bytes, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a standard input."""
    command = [sys.executable, "-c", "from flows.start import main; main()", "language", *words]
    given = stdin if isinstance(stdin, bytes) else stdin.encode()
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_line_gets_a_line() -> None:
    """Label and probability of each, unknown where there is too little, whatever the bytes are."""
    done = ask(b"\xef\xbb\xbf" + f"{DANISH}\r\n\nHej med dig\n{ENGLISH}\n".encode() + b"\xff\xfe\x00\n12\t34")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == ["da", "unknown", "unknown", "en", "unknown", "unknown"]
    assert float(rows[0][1]) > 0.9
    assert rows[1][1] == "0.0000"
    assert (done.returncode, done.stderr) == (0, "")


def test_short_texts_are_answered_when_asked_to() -> None:
    """Every text that has a letter gets a label."""
    done = ask("Jeg hedder ikke Anna\n???\n", "--short")
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["da", "unknown"]


def test_documents_of_several_lines(tmp_path: Path) -> None:
    """With --jsonl an object for each object; files and standard input are read in the order they are named."""
    file = tmp_path / "documents.jsonl"
    file.write_text(json.dumps({"id": 1, "text": f"{DANISH}\nLæs mere\n{DANISH}\n{ENGLISH}"}) + "\n\n")
    done = ask(json.dumps({"text": f"{ENGLISH} \ud800"}), "--jsonl", str(file), "-")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["label"] for answer in answers] == ["da", "en"]
    assert 0.5 < answers[0]["probability"] < 0.8 < answers[1]["probability"] <= 1


@pytest.mark.parametrize("line", ['{"text": "a"', "[]", '{"text": null}', "{}", "[" * 100_000])
def test_bad_json_is_told_with_its_place(tmp_path: Path, line: str) -> None:
    """File, line and what to write instead; what came before has been answered."""
    file = tmp_path / "bad.jsonl"
    file.write_text(f'{{"text": ""}}\n{line}\n')
    done = ask("", "--jsonl", str(file))
    assert done.stdout == '{"label": "unknown", "probability": 0.0}\n'
    assert done.returncode == 1
    assert f"{file}, line 2" in done.stderr
    assert "write one object a line" in done.stderr


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """With its name and what to do."""
    done = ask("", str(tmp_path / "none.txt"))
    assert done.returncode == 1
    assert "cannot be read (No such file or directory): name a file" in done.stderr


def test_it_answers_while_it_is_asked() -> None:
    """The answer to a line is there before the next one is sent."""
    command = [sys.executable, "-c", "from flows.start import main; main()", "language"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as asked:
        assert asked.stdin
        assert asked.stdout
        for _ in range(2):
            asked.stdin.write(f"{DANISH}\n")
            asked.stdin.flush()
            assert asked.stdout.readline().startswith("da\t")
        asked.stdin.close()


def test_it_starts_without_the_house() -> None:
    """Nothing that is slow to load is loaded."""
    code = "import sys, flows.start, flows.cli_language; print({'trafilatura', 'sqlalchemy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
