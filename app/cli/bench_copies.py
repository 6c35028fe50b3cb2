"""Copy for benches: thousands of different texts as advisors write them, from a few parts and a fixed seed."""

from collections.abc import Callable, Iterator
from random import Random

SEED = 20_260_701
_WITH_HIT = 0.08  # of the texts say something that the rules forbid
_CHARS = 105  # a text ends after the sentence that comes to so many: about 120

_OPENERS = (
    "{month}月理财播报来了，{bank}{town}支行与您一起看看近期的市场。",
    "各位街坊，{town}支行的{holiday}沙龙定在{month}月{day}日下午{hour}点。",
    "{holiday}将至，{bank}{town}支行为您准备了一份账户整理清单。",
    "本周{weekday}，我们在{town}支行二楼聊一聊家庭资产配置。",
    "您好，我是{town}支行的理财经理，今天介绍一款{kind}。",
    "孩子上学、父母养老、自己换房，一个家庭的账需要慢慢算。",
    "{bank}{kind}“{series}{number}号”将于{month}月{day}日开放申购。",
    "天气渐凉，出门添衣；账户也一样，换季时值得看一眼。",
)
_MIDDLES = (
    "该产品为{risk}风险等级，适合风险承受能力与之相匹配的投资者。",
    "起购金额{amount}万元，产品期限{days}天，到期后资金划回签约账户。",
    "主要投向国债、政策性金融债和同业存单等固定收益类资产。",
    "申购、赎回规则和各项费率请以产品说明书为准。",
    "现场提供茶歇，请携带身份证件，座位有限，以报名先后安排。",
    "您可以在手机银行“财富”频道查看净值和持仓报告。",
    "大额存单可以按月付息，也可以在手机银行办理转让。",
    "分散配置、长期持有、定期检视，是资产配置的三个基本步骤。",
    "网点工作时间为周一至周五{hour}点至十七点，周末轮值。",
    "我们会先做风险测评，再根据结果和您的资金安排给出建议。",
    "保险合同生效后有{days}天犹豫期，请仔细阅读条款和免责说明。",
    "信用卡分期的手续费率和每期应还金额会在申请页面列明。",
    "第三方存管开户请本人持有效证件，到柜台或者在线办理。",
    "如果工作日走不开，也可以预约视频面谈，约需{hour}十分钟。",
    "基金定投可以随时暂停或者修改金额，请根据自身情况安排。",
    "{series}系列的季度报告已经披露，欢迎到官网查阅全文。",
    "陌生来电要求转账、共享屏幕的，请先挂断，再拨打客服热线核实。",
    "柜台可以为老年客户提供大字版说明和陪同讲解。",
    "换汇额度、用途申报等要求没有变化，填写时请如实说明。",
    "贷款年利率以合同约定为准，审批结果取决于您的资信情况。",
)
_ENDINGS = (
    "理财非存款，产品有风险，投资须谨慎。",
    "基金有风险，投资需谨慎，过往业绩不代表未来表现。",
    "详情请咨询{bank}{town}支行，电话{phone}。",
    "以上内容不构成投资建议，请结合自身情况独立判断。",
    "具体以合同和产品说明书为准，{bank}保留必要的说明义务。",
    "欢迎扫描下方二维码预约，我们会在一个工作日内回复。",
)
_ENGLISH = (
    "Spring is a good time to look at where your money sits. Our advisers in {place} are in from nine to five.",
    "Our {name} account pays interest monthly. Rates are variable and shown in the app before you open the account.",
    "Planning a first home? Bring your questions to our evening session in {place} on {day} {month_name}.",
    "The value of investments can fall as well as rise, and you may get back less than you invested.",
    "Mobile statements are on. You can switch back to paper at any time under Settings, Documents, Post.",
    "We never ask for your passcode. If somebody does, hang up and call the number on the back of your card.",
    "Representative terms are in the key facts document. Lending is subject to status and affordability checks.",
    "Past performance is not a guide to future returns. Fees and charges are listed in the prospectus.",
    "Deposits are covered up to the scheme limit of {amount},000 per person. Ask us what that means for two.",
    "Travelling in {month_name}? Tell us where you are going in the app, so that your card keeps working.",
    "Members of the {name} plan can change or stop their monthly payment without a fee.",
    "Read the policy summary before you decide: exclusions apply, and cover depends on your circumstances.",
)
_ENGLISH_HITS = (
    "Guaranteed {rate}% a year, with no risk at all!",
    "Everybody is approved, no credit check needed.",
    "The best savings rate in the world, only today.",
)
_HITS = (
    "保本保息，零风险，放心买就是了。",
    "稳赚不赔的机会，错过再等一年！",
    "本支行独家推出全国收益最高的{kind}。",
    "内部渠道，只对老客户开放，名额仅剩{number}个。",
    "预期年化收益{rate}%，到期一定兑付。",
    "转发朋友圈集{number}个赞，即可领取现金红包。",
    "征信有问题也能批，{hour}分钟放款，无需任何审核。",
    "稳。赚。不。赔，闭眼入！",
    "bao本理财，年化{rate}%，比存款强多了。",
    "专家推荐，国家级平台，绝对安全。",
)
_WORDS = {
    "bank": ("岚山银行", "海州银行", "青禾农商行", "北塘银行"),
    "town": ("城东", "湖滨", "南门", "开发区", "古镇", "大学城", "西溪", "滨江", "东关", "新桥"),
    "holiday": ("端午", "中秋", "重阳", "国庆", "元宵", "清明"),
    "weekday": ("一", "二", "三", "四", "五", "六"),
    "kind": ("固收类理财产品", "混合类理财产品", "债券型基金", "养老年金保险", "三年期大额存单", "指数基金"),
    "series": ("稳行", "知秋", "归燕", "远山", "青瓷", "晴川", "望潮"),
    "risk": ("R1", "R2", "R3", "中低", "中等"),
    "amount": ("1", "5", "10", "20", "50"),
    "place": ("Harbour", "Old Town", "Station Road", "Riverside", "Market Street"),
    "name": ("Willow", "Harvest", "Lantern", "Northgate", "Compass"),
    "month_name": ("January", "March", "May", "July", "September", "November"),
}


def copies(count: int, seed: int = SEED) -> Iterator[str]:
    """`count` Chinese texts of about 120 characters, mostly clean. The same seed makes the same texts."""
    random = Random(seed)  # noqa: S311 - a bench, no secret
    for _ in range(count):
        yield _chinese(random)


def harmless_copies(count: int, is_harmless: Callable[[str], bool], seed: int = SEED) -> Iterator[str]:
    """`count` Chinese texts of the sentences that are harmless, each asked about in some of the ways it is filled."""
    random = Random(seed)  # noqa: S311 - a bench, no secret
    openers, middles, endings = (
        [part for part in parts if all(is_harmless(_filled(part, random)) for _ in range(12))]
        for parts in (_OPENERS, _MIDDLES, _ENDINGS)
    )
    for _ in range(count):
        parts = [random.choice(openers), *random.sample(middles, 2), random.choice(endings)]
        yield "".join(_filled(part, random) for part in parts)


def english_copies(count: int, seed: int = SEED) -> Iterator[str]:
    """`count` English texts of two sentences, mostly clean."""
    random = Random(seed)  # noqa: S311 - a bench, no secret
    for _ in range(count):
        parts = random.sample(_ENGLISH, 2)
        if random.random() < _WITH_HIT:
            parts[random.randint(0, 1)] = random.choice(_ENGLISH_HITS)
        yield " ".join(_filled(part, random) for part in parts)


def _chinese(random: Random) -> str:
    parts, chars = [random.choice(_OPENERS)], 0
    for sentence in random.sample(_MIDDLES, 5):
        if chars + len(parts[-1]) > _CHARS - 25:
            break
        chars += len(parts[-1])
        parts.append(sentence)
    if random.random() < _WITH_HIT:
        parts.insert(random.randint(1, len(parts)), random.choice(_HITS))
    parts.append(random.choice(_ENDINGS))
    return "".join(_filled(part, random) for part in parts)


def _filled(part: str, random: Random) -> str:
    words = {name: random.choice(choices) for name, choices in _WORDS.items()}
    return part.format(
        **words,
        month=random.randint(1, 12),
        day=random.randint(1, 28),
        hour=random.randint(2, 9),
        days=random.randint(10, 400),
        number=random.randint(1, 999),
        rate=random.randint(300, 900) / 100,
        phone=f"0{random.randint(300, 899)}-{random.randint(2_000_000, 8_999_999)}",
    )
