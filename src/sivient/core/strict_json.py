"""JSON from outside, read strictly: every key is known, every value is of its kind, and an error names its key.

A reader is a function that turns a value of the JSON into what it means, or raises BadInput. Readers of objects
and arrays put their key or index before the path of an error on its way out.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")
Reader = Callable[[object], T]
LEFT_OUT = object()
"""What a reader gets for a key that must be there and is not."""

_LONGEST_NUMBER = 20  # characters; Python refuses to read thousands of digits
_LONGEST_SHOWN = 40  # characters
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


class BadInput(ValueError):
    """The input cannot be meant. As text it is one sentence, which begins with the `path` of the key."""

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = path

    def __str__(self) -> str:
        return f"{self.path.removeprefix('.') or 'The input'} {self.problem}."


class _Repeated(dict[str, object]):
    """An object in which `key` stands more than once."""

    key: str


class Fields:
    """An object of the input, to be read key by key; any key that is not `known` is refused."""

    def __init__(self, value: object, *known: str) -> None:
        if not isinstance(value, dict):
            raise wrong(value, "an object")
        unknown = next((key for key in value if key not in known), None)
        if unknown is not None:
            raise BadInput(f"is not a known key: known are {', '.join(known)}", _step(unknown))
        if isinstance(value, _Repeated):
            raise BadInput("stands twice in one object, and must stand there once", _step(value.key))
        self._values: Mapping[str, object] = value

    def required(self, key: str, read: Reader[T]) -> T:
        """Return what `read` makes of the value of `key`, or of LEFT_OUT."""
        try:
            return read(self._values.get(key, LEFT_OUT))
        except BadInput as error:
            error.path = _step(key) + error.path
            raise

    def optional(self, key: str, read: Reader[T], default: T) -> T:
        """Return what `read` makes of the value of `key`, or `default` if there is no such key."""
        return self.required(key, read) if key in self._values else default

    def items(self, key: str, read: Reader[T]) -> list[T]:
        """Return what `read` makes of the items of the array `key`, or no items if there is no such key."""
        return self.required(key, array(read)) if key in self._values else []


def parse(data: bytes) -> object:
    """Return the value that `data` holds as JSON (RFC 8259) in UTF-8, for readers; BadInput if it holds none."""
    try:
        text = data.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_object, parse_int=_whole_number)
    except UnicodeDecodeError as error:
        raise BadInput(f"must be UTF-8, and byte {error.start + 1} is not") from None
    except json.JSONDecodeError as error:
        problem = error.msg.removesuffix(" at")
        raise BadInput(f"must be JSON: {problem} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise BadInput("must not be nested so deeply") from None


def wrong(value: object, expected: str) -> BadInput:
    """Return the error that says that the value must be `expected`."""
    return BadInput(f"must be {expected}, not {_shown(value)}")


def array(read: Reader[T]) -> Reader[list[T]]:
    """Return the reader of an array whose items `read` understands."""

    def read_items(value: object) -> list[T]:
        if not isinstance(value, list):
            raise wrong(value, "an array")
        items = []
        for index, item in enumerate(value):
            try:
                items.append(read(item))
            except BadInput as error:
                error.path = f"[{index}]{error.path}"
                raise
        return items

    return read_items


def whole(low: int, high: int | None = None, of: str = "") -> Reader[int]:
    """Return the reader of a whole number from `low` to `high`; 30.0, "30" and true are none."""
    limits = f"{low} or more" if high is None else f"from {low} to {high}"
    expected = f"a whole number{of}, {limits}"

    def read_number(value: object) -> int:
        if type(value) is not int or value < low or (high is not None and value > high):  # true is an int to Python
            raise wrong(value, expected)
        return value

    return read_number


def choice(*values: str) -> Reader[str]:
    """Return the reader of one of these strings."""

    def read_choice(value: object) -> str:
        if not isinstance(value, str) or value not in values:
            raise wrong(value, f"one of {', '.join(values)}")
        return value

    return read_choice


def boolean(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise wrong(value, "true or false")
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) == len(pairs):
        return values
    repeated = _Repeated(values)
    repeated.key = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return repeated


def _whole_number(digits: str) -> int | float:
    """Return a number, and infinity for one that no reader would take."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float(digits)


def _step(key: str) -> str:
    """Return the key as a part of a path; one that could be mistaken or not be printed is quoted as in JSON."""
    return f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{_shown(key)}]"


def _shown(value: object) -> str:
    """Return the value as a sentence can show it: short, on one line, in ASCII."""
    if value is LEFT_OUT:
        return "left out"
    if isinstance(value, list | dict):
        return "an array" if isinstance(value, list) else "an object"
    if isinstance(value, str) and len(value) > _LONGEST_SHOWN:
        return f"{json.dumps(value[:_LONGEST_SHOWN])} and more"
    return json.dumps(value)
