"""The mutation score: what counts as noticed, per file and in all."""

from tools.mutants import outcomes, table

LISTING = """
    sivient.core.slots.x_starts__mutmut_1: killed
    sivient.core.slots.x_starts__mutmut_2: timeout
    sivient.core.slots.xǁSlotRulesǁ__post_init____mutmut_3: survived
    sivient.core.text.x_clean_line__mutmut_1: no tests
    sivient.core.text.x_clean_line__mutmut_2: not checked
"""


def test_a_mutant_counts_as_noticed_when_a_test_failed_or_did_not_end() -> None:
    assert [line.split() for line in table(outcomes(LISTING)).splitlines()] == [
        ["module", "mutants", "noticed", "score"],
        ["sivient.core.slots", "3", "2", "66.7", "%"],
        ["sivient.core.text", "1", "0", "0.0", "%"],
        ["all", "4", "2", "50.0", "%"],
    ]


def test_a_run_without_mutants_has_no_score() -> None:
    assert table({}).splitlines()[-1].split() == ["all", "0", "0", "0.0", "%"]
