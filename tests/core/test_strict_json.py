"""JSON is read as strictly as RFC 8259 lets one, and what is wrong with it is one printable sentence."""

import pytest

from sivient.core.strict_json import BadInput, Fields, boolean, choice, parse, whole

ODD_KEY = '"a\\nb\\u001b[1m"'


def read(data: bytes) -> object:
    """Read an object that may have rows of numbers from 1 to 9, each with a name."""

    def row(value: object) -> tuple[int, str, bool]:
        fields = Fields(value, "n", "name", "loud")
        name = fields.optional("name", choice("one", "two"), "none")
        return fields.required("n", whole(1, 9)), name, fields.optional("loud", boolean, False)

    return Fields(parse(data), "rows").items("rows", row)


def refusal(data: bytes) -> str:
    """Return the sentence with which the input is refused."""
    with pytest.raises(BadInput) as caught:
        read(data)
    return str(caught.value)


def test_what_is_right_is_read() -> None:
    assert read(b'{"rows": [{"n": 1}, {"name": "two", "loud": true, "n": 9}]}') == [
        (1, "none", False),
        (9, "two", True),
    ]
    assert read(b"{}") == []


def test_a_byte_order_mark_is_let_pass() -> None:
    assert read(b'\xef\xbb\xbf{"rows": []}') == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The input must be JSON: Expecting value at line 1, column 1."),
        (b'{"rows": [\n', "The input must be JSON: Expecting value at line 2, column 1."),
        (b"{} {}", "The input must be JSON: Extra data at line 1, column 4."),
        (b'{"rows": "', "The input must be JSON: Unterminated string starting at line 1, column 10."),
        (b'{"rows\xff": 1}', "The input must be UTF-8, and byte 7 is not."),
        ("{}".encode("utf-16"), "The input must be UTF-8, and byte 1 is not."),
        (b"[" * 100_000, "The input must not be nested so deeply."),
        (b'{"a":' * 100_000, "The input must not be nested so deeply."),
        (b"3", "The input must be an object, not 3."),
        (b"NaN", "The input must be an object, not NaN."),
    ],
)
def test_what_is_no_json_is_refused(data: bytes, sentence: str) -> None:
    assert refusal(data) == sentence


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("null", "rows must be an array, not null."),
        ('{"n": 1}', "rows must be an array, not an object."),
        ("[7]", "rows[0] must be an object, not 7."),
        ('[{"n": 1}, {}]', "rows[1].n must be a whole number, from 1 to 9, not left out."),
        ('[{"n": 1}, {"n": true}]', "rows[1].n must be a whole number, from 1 to 9, not true."),
        ('[{"n": 1.0}]', "rows[0].n must be a whole number, from 1 to 9, not 1.0."),
        ('[{"n": "1"}]', 'rows[0].n must be a whole number, from 1 to 9, not "1".'),
        ('[{"n": 1, "name": "three"}]', 'rows[0].name must be one of one, two, not "three".'),
        ('[{"n": 1, "name": []}]', "rows[0].name must be one of one, two, not an array."),
        ('[{"n": 1, "loud": 1}]', "rows[0].loud must be true or false, not 1."),
        ('[{"N": 1}]', "rows[0].N is not a known key: known are n, name, loud."),
        (
            '[{"n": 1, "loud": true, "loud": true}]',
            "rows[0].loud stands twice in one object, and must stand there once.",
        ),
    ],
)
def test_the_path_of_what_is_wrong_begins_the_sentence(rows: str, sentence: str) -> None:
    assert refusal(b'{"rows": %s}' % rows.encode()) == sentence


def test_no_key_or_value_can_break_the_line_or_fill_the_screen() -> None:
    assert refusal(b"{%s: 1}" % ODD_KEY.encode()) == f"[{ODD_KEY}] is not a known key: known are rows."
    assert len(refusal(b'{"%s": 1}' % (b"k" * 9999))) < 150
    assert len(refusal(b'{"rows": [{"n": "%s"}]}' % (b"v" * 9999))) < 150
    assert len(refusal(b'{"rows": [{"n": %s}]}' % (b"1" * 9999))) < 150


def test_the_longest_text_that_is_shown_whole_has_40_characters() -> None:
    assert refusal(b'{"rows": "%s"}' % (b"v" * 40)) == f'rows must be an array, not "{"v" * 40}".'
    assert refusal(b'{"rows": "%s"}' % (b"v" * 41)) == f'rows must be an array, not "{"v" * 40}" and more.'


def test_a_whole_number_lies_between_its_ends_or_above_the_one_it_has() -> None:
    assert [whole(1, 3)(n) for n in (1, 2, 3)] == [1, 2, 3]
    assert whole(1)(10**19) == 10**19
    for n in (0, 4):
        with pytest.raises(BadInput, match=rf"^The input must be a whole number, from 1 to 3, not {n}\.$"):
            whole(1, 3)(n)
    with pytest.raises(BadInput, match=r"^The input must be a whole number of days, 1 or more, not 0\.$"):
        whole(1, of=" of days")(0)
