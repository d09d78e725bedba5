"""Another law for a time zone, as an update of the zones' data brings it."""

import shutil
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from zoneinfo import ZoneInfo

from sivient.core import availability, ical_zones
from sivient.site import zones


@contextmanager
def new_law(folder: Path, zone: str, *, like: str) -> Iterator[None]:
    """Let the clocks of a zone go like those of another one meanwhile, in this process."""
    path, target = zoneinfo.TZPATH, folder / zone
    target.parent.mkdir(parents=True, exist_ok=True)
    with as_file(files("tzdata") / "zoneinfo" / like) as law:
        shutil.copy(law, target)
    zoneinfo.reset_tzpath(to=[str(folder), *path])
    _forget()
    try:
        yield
    finally:
        target.unlink()
        zoneinfo.reset_tzpath(to=path)
        _forget()


def _forget() -> None:
    """Forget what was worked out from the zones' data, as a restart does: other tests run in this process, too."""
    ZoneInfo.clear_cache()
    for worked_out in (availability.midnight, availability._even_midnight, ical_zones.named, zones._listed):
        worked_out.cache_clear()
