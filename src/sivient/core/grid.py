"""Open time cut into pieces, each with the grid that its starts lie on. Architecture, section 4, rule 3."""

from typing import NamedTuple

from sivient.core.availability import Availability


class Piece(NamedTuple):
    """Open time that belongs to one grid: starts lie at `anchor` plus whole steps. Epoch seconds."""

    start: int
    end: int
    anchor: int


def pieces(availability: Availability, start: int, end: int) -> list[Piece]:
    """Return the open time around [start, end) as disjoint pieces in order, each of the latest date that has it."""
    found: list[Piece] = []
    for opened in availability.openings(*availability.dates_around(start, end)):
        for opening in opened:
            if found and opening[0] < found[-1].end:
                _lay(found, *opening)
            else:
                found.append(Piece(opening[0], opening[1], opening[0]))
    return found


def runs(found: list[Piece]) -> list[int]:
    """Return for each piece where the open time ends that it is part of: pieces that touch are one."""
    ends: list[int] = []
    beyond = None  # where the piece after this one starts
    for piece in reversed(found):
        ends.append(ends[-1] if piece.end == beyond else piece.end)
        beyond = piece.start
    ends.reverse()
    return ends


def _lay(found: list[Piece], start: int, end: int) -> None:
    """Lay a later date's hours over the pieces; what sticks out of them keeps its own grid."""
    left: list[Piece] = []
    right: list[Piece] = []
    while found and found[-1].end > start:
        piece = found.pop()
        if piece.start < start:
            left.append(piece._replace(end=start))
        if piece.end > end:
            right.append(piece._replace(start=max(piece.start, end)))
    found += [*left, Piece(start, end, start), *reversed(right)]
