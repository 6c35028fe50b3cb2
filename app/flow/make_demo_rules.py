"""What compliance does in the demonstration bank beside its queue: claims with their evidence, a rule of the house,
and the auditor's checks of the record.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.evidence.core import NewSentence
from app.flow.keep_evidence import approve_sentence, end_sentence, propose_sentence
from app.flow.make_demo_calendar import Story
from app.flow.make_demo_house import House
from app.flow.verify_archive import verify_now
from app.flow.write_rule import Writing, save_rule

CHECKS = (28, 21, 14, 7, 1)  # days back on which the auditor checks the record
RULE_WRITTEN, RULE_WHY = 9, "与江心置业的合作协议第12条：未经同意不得具名。"


@dataclass(frozen=True, slots=True)
class _Claim:
    """A sentence and its proof; days back of its first, and the end that somebody put to it, if any."""

    product: str
    text: str
    evidence: str
    back: int
    is_approved: bool = True
    ended_back: int | None = None


CLAIMS = (
    _Claim(
        "deposit",
        "2025年，我行个人存款余额在临江市排名第一",
        "临江市银行业协会《2025年度辖内银行经营数据通报》第3页：截至2025年12月31日，范围为市内全部法人机构和分行。",
        27,
    ),
    _Claim(
        "generic",
        "2025年度客户服务满意度全市第一",
        "临江市消费者协会委托第三方所做的满意度调查，2026年1月15日发布，样本1,204人；报告在合规部，编号 HG-2026-011。",
        24,
    ),
    _Claim(
        "fund",
        "获评2024年度三年期优秀基金团队",
        "评奖机构2025年5月公布的名单；距今已近两年，须在2026年底之前换成新的评价。",
        20,
        ended_back=6,
    ),
    _Claim(
        "wealth",
        "安心系列产品连续三年规模居同类首位",
        "产品部提供的内部统计，待补同业数据的来源和口径。",
        3,
        is_approved=False,
    ),
)

RULE = """\
id: cn-house-partner-names
kind: term
severity: review
source:
  law:
    zh: 澜山银行《合作机构对外宣传管理办法》
    en: Lanshan Bank, rules on naming partners in publicity
  article: 第七条
message:
  zh: 提到合作机构的名称，须先有对方的书面同意。
  en: Naming a partner needs that partner's consent in writing.
suggestion:
  zh: 写“合作机构”，或附上同意书编号后提交人工审核。
  en: Write “our partners”, or add the number of the consent and have it reviewed.
terms:
  - 联合江心置业
  - 携手江心置业
must_hit:
  - 澜山银行携手江心置业，送您一份乔迁礼。
  - 联合江心置业推出
must_pass:
  - 澜山银行携手合作机构，送您一份乔迁礼。
  - 江心洲的芦花开了
"""


def rule_stories(house: House) -> Iterator[Story]:
    """The claims library fills, one rule of the house waits to be replayed, and the record is checked."""
    for one in CLAIMS:
        yield _claim(house, one)
    yield _rule(house)
    yield _checks(house)


def _claim(house: House, claim: _Claim) -> Story:
    zhou, wang = house.staff.actors["zhou"], house.staff.actors["wang"]
    at = house.office_hour(claim.back)
    yield at
    new = NewSentence("CN", claim.product, claim.text, claim.evidence, None, house.day(claim.back), None)
    sentence_id = propose_sentence(house.deps, zhou, new)
    if not claim.is_approved:
        return
    yield at + house.soon(30, 300)
    approve_sentence(house.deps, wang, sentence_id)
    if claim.ended_back is not None:
        yield house.office_hour(claim.ended_back)
        end_sentence(house.deps, wang, sentence_id)


def _rule(house: House) -> Story:
    yield house.office_hour(RULE_WRITTEN)
    save_rule(house.deps, house.studio, house.staff.actors["zhou"], Writing(RULE, RULE_WHY))


def _checks(house: House) -> Story:
    """The auditor looks whether the chain holds, once a week."""
    for back in CHECKS:
        yield house.office_hour(back)
        verify_now(house.deps, house.staff.actors["qin"])
