"""`sivient slots` as a process: what it prints, how it refuses, and what docs/slots.md shows."""

import json
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.slot_requests import request, written

pytestmark = [pytest.mark.processes]
PAGE = (Path(__file__).parents[1] / "docs/slots.md").read_text()
SLOTS = [sys.executable, "-m", "sivient.cli", "slots"]
FAST = 0.2  # seconds of CPU, Python's start included: it waits for nothing, and other tests may run beside it
Done = subprocess.CompletedProcess[str]


def slots(*arguments: str, typed: bytes = b"") -> Done:
    """Run `sivient slots` without any settings, with `typed` on standard input."""
    done = subprocess.run([*SLOTS, *arguments], input=typed, env={}, capture_output=True, timeout=60, check=False)
    return Done(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def children_cpu() -> float:
    """Return the seconds of CPU that ended child processes have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def refused(done: Done) -> str:
    """Return the one sentence of a refusal, which is all that was said."""
    assert (done.returncode, done.stdout) == (2, "")
    (sentence,) = re.findall(r"\Asivient: (.*\.)\n\Z", done.stderr)
    assert isinstance(sentence, str)
    return sentence


def test_the_page_shows_what_the_command_prints(tmp_path: Path) -> None:
    asked, answered, explained = re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
    path = tmp_path / "request.json"
    path.write_text(asked)
    (start,) = set(re.findall(r"--explain (\S+Z)", PAGE))
    assert slots(str(path)).stdout == answered
    assert slots(str(path), "--explain", start).stdout == explained


def test_the_page_shows_the_sentences_of_refusals() -> None:
    wrong = request(event_type={"duration": "30"})
    backwards = request(busy=[{"start": "2026-12-01T08:00:00Z", "end": "2026-12-01T08:00:00Z"}])
    typo = request(event_type={"durations": 30})
    for asked in (wrong, typo, [request(), request(), backwards]):
        assert f"sivient: {refused(slots(typed=written(asked)))}\n" in PAGE


def test_standard_input_is_read_without_a_file_and_for_a_dash() -> None:
    for arguments in ([], ["-"]):
        done = slots(*arguments, typed=written([request(schedule={"weekly": []})]))
        assert (done.returncode, done.stdout, done.stderr) == (0, '[{"slots": []}]\n', "")


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    assert refused(slots(str(tmp_path / "none"))) == f"{tmp_path / 'none'} cannot be read: No such file or directory."
    assert refused(slots(str(tmp_path))) == f"{tmp_path} cannot be read: Is a directory."


def test_standard_input_that_is_closed_is_one_sentence() -> None:
    command = ["sh", "-c", f"{' '.join(SLOTS)} <&-"]
    done = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    assert "cannot be read" in refused(done)


@pytest.mark.parametrize("redirected", [">/dev/full", ">&-"])
def test_an_answer_that_cannot_be_written_is_no_success(redirected: str) -> None:
    command = ["sh", "-c", f"{' '.join(SLOTS)} {redirected}"]
    done = subprocess.run(command, input=written(request()), env={}, capture_output=True, timeout=60, check=False)
    assert "cannot be written" in refused(Done(command, done.returncode, "", done.stderr.decode()))


@pytest.mark.parametrize(
    "typed", [b"", b"[" * 200_000, b"\xff\xfe", b"NaN", b'{"now": 1}', written(request(busy=None))]
)
def test_bad_input_is_refused_at_once(typed: bytes) -> None:
    costs: list[float] = []
    # Python compiles at first, and a busy machine is slow for a while.
    while not costs or (min(costs) >= FAST and len(costs) < 9):
        began = children_cpu()
        refused(slots(typed=typed))
        costs.append(children_cpu() - began)
    assert min(costs) < FAST


def test_a_start_to_explain_that_is_no_time_is_refused() -> None:
    assert refused(slots("--explain", "14:00", typed=written(request()))).startswith("--explain must be a time ")


def test_django_is_not_loaded() -> None:
    code = "import sys; from sivient.cli import main; main(['slots']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], input=written(request()), capture_output=True, check=True)
    answer, modules = done.stdout.decode().splitlines()
    assert len(json.loads(answer)["slots"]) == 6
    assert "'sivient.core.slots'" in modules
    assert "'django" not in modules


@pytest.mark.parametrize("requests", [1, 500])
def test_a_reader_that_goes_away_ends_it_quietly(requests: int) -> None:
    typed = written([request(event_type={"step": 1})] * requests)
    with subprocess.Popen(SLOTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(typed)
        process.stdin.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141
