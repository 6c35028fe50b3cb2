"""Rules that are a last net: what is left of their findings beside those of more exact rules."""

from typing import Any

import pytest

from app.compliance.rules import Rules
from app.compliance.segment import Segments
from tests.core.compliance_cases import rules, term, verdict


def net(**more: Any) -> dict[str, Any]:
    """A net that takes every sentence of three characters."""
    return {"id": "cn-net", "kind": "regex", "severity": "review", "patterns": ["[^。;!?\\n]{3,}"], "net": True, **more}


def said(compiled: Rules, text: str) -> list[tuple[str, str]]:
    """Which rule points at what."""
    return [(finding.rule, finding.text) for finding in verdict(compiled, text).findings]


NETTED = rules(net(), term("保本"))


def test_a_net_speaks_where_nobody_else_does() -> None:
    assert said(NETTED, "闲钱放这儿，看着它长") == [("cn-net", "闲钱放这儿，看着它长")]


@pytest.mark.parametrize("text", ["保本理财", "理财保本", "这里能保本"])
def test_a_net_is_silent_on_a_clause_that_another_rule_names(text: str) -> None:
    assert said(NETTED, text) == [("cn-term", "保本")]


def test_a_net_keeps_the_clauses_that_no_rule_names() -> None:
    assert said(NETTED, "天天看着它长，确实保本，邻居全来了，快来") == [
        ("cn-net", "天天看着它长"),
        ("cn-term", "保本"),
        ("cn-net", "邻居全来了，快来"),
    ]
    assert said(NETTED, "确实保本。闲钱放这儿") == [("cn-term", "保本"), ("cn-net", "闲钱放这儿")]


def test_a_net_does_not_give_way_to_a_hint_or_to_another_net() -> None:
    hinted = rules(net(), net(id="cn-wide"), term("保本", severity="advise"))
    assert {rule for rule, _ in said(hinted, "理财保本")} == {"cn-net", "cn-wide", "cn-term"}


def test_a_net_that_reads_disguised_copy_is_not_cut() -> None:
    disguised = rules(net(patterns=["闲钱[^。]+"]), term("保本"))
    assert ("cn-net", "闲·钱放这儿，保本") in said(disguised, "闲·钱放这儿，保本")


def test_a_rule_is_no_net_unless_it_says_so() -> None:
    both = rules(net(net=False), term("保本"))
    assert {rule for rule, _ in said(both, "理财保本")} == {"cn-net", "cn-term"}


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    assert Segments("not endorsed by the u.s. government. we sell").sentence(4, 10) == (0, 36)
    assert Segments("it ends here. it begins").sentence(0, 2) == (0, 13)
