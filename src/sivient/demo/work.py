"""The demo's own work."""

from datetime import timedelta

from sivient.demo import crowd
from sivient.jobs.completion import work_completion
from sivient.jobs.models import Work
from sivient.jobs.registry import handles


@handles("demo.crowd", lease=timedelta(minutes=3))
def run_crowd(work: Work) -> None:
    """Let the crowd race for the time that the tour has chosen."""
    answers = crowd.race(work.payload["page"])
    with work_completion(work, result=answers):
        pass
