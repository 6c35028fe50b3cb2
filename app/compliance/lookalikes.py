"""Tables of characters that look like others, for folding. Own work, from Unicode confusables as people use them."""

# Letters of other alphabets that are read as a Latin letter.
LETTERS = dict(
    zip(
        "абвгдеёзіїјкмнорстухѕԁԛԝһӏɑαβγεηικμνορτυχωϲϳɡıⅼℓ∂∅øđħłŧᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢꜰ",
        "a6brdee3iijkmhopctyxsdqwhlaabyenikuvoptuxwcjgilldoodhltabcdefghijklmnoprstuvwyzf",
        strict=True,
    )
)

# Capitals that look like another letter than their small ones do: a Greek Ν is read as N, while ν is read as v.
CAPITALS = dict(zip("ΖΗΜΝΧ", "zhmnx", strict=True))

# Chinese characters that are read as another at a glance, and numerals of bankers.
CHARACTERS = {
    "夲": "本", "夳": "本", "亭": "停", "渟": "停", "蕞": "最", "冣": "最", "㝡": "最", "樶": "最",
    "嶵": "最", "苐": "第", "曰": "日", "囯": "国", "囻": "国", "収": "收", "穏": "稳", "険": "险",
    "凬": "风", "凮": "风", "飌": "风", "檤": "风", "葆": "保", "堢": "保", "媬": "保", "湺": "保",
    "嗛": "赚", "賺": "赚", "僃": "备", "壹": "一", "弌": "一", "弍": "二", "贰": "二", "叁": "三",
    "弎": "三", "肆": "四", "伍": "五", "陆": "六", "柒": "七", "捌": "八", "玖": "九", "拾": "十",
    "〇": "零", "仴": "月", "脷": "利", "莉": "利", "俐": "利", "唎": "利", "嬴": "赢", "蠃": "赢",
    "諕": "号", "筘": "扣", "熄": "息", "媳": "息", "憩": "息", "欵": "款", "歀": "款", "窽": "款",
    "戝": "贼", "銭": "钱", "価": "价", "髙": "高", "嵩": "高", "啇": "商", "涱": "涨", "仏": "佛",
    "徴": "征", "沴": "珍", "苻": "符", "藽": "亲", "囘": "回", "廻": "回", "囬": "回", "迊": "返",
    "亐": "亏", "兲": "天", "夨": "天", "羸": "赢", "姩": "年", "哖": "年", "秊": "年", "恏": "好",
    "仩": "上", "朲": "人", "亗": "岁", "唡": "两", "貣": "贷", "笩": "代", "訙": "讯", "咑": "打",
    "垨": "守", "茽": "重", "尸": "户", "戸": "户", "傢": "家",
    "妏": "文", "噺": "新", "掱": "手", "芣": "不", "吥": "不", "鈈": "不", "钚": "不", "莈": "没",
    "氺": "水", "沵": "你", "伱": "你", "莪": "我", "鈱": "民", "垵": "安", "侒": "安", "唍": "完",
    "佺": "全", "荃": "全", "洤": "全", "苼": "生", "恠": "怪", "財": "财", "糴": "籴", "⽇": "日",
    "冋": "同", "笫": "第",
}  # fmt: skip

# A character written as its parts.
SPLIT = {
    "氵张": "涨", "氵長": "涨", "亻呆": "保", "禾急": "稳", "贝兼": "赚", "讠正": "证", "辶关": "送", "关辶": "送",
    "代贝": "贷", "禾刂": "利", "竹弟": "第", "贝曾": "赠", "纟及": "级", "亻言": "信", "彳正": "征", "扌殳": "投",
    "次贝": "资", "月殳": "股", "阝佥": "险", "艹冈": "岗", "贝才": "财", "贝音": "赔", "扌非": "排", "钅艮": "银",
    "亻昔": "借", "亻亭": "停", "艹存": "荐", "亻用": "佣", "亻责": "债", "禾少": "秒", "扌比": "批", "扌由": "抽",
    "扌仓": "抢", "贝勾": "购", "贝占": "贴", "衤卜": "补", "阝艮": "限", "钅戋": "钱", "扌隹": "推", "扌彐": "扫",
    "君羊": "群", "令页": "领", "足失": "跌", "木勾": "构",
    "亻介": "价", "饣反": "饭", "氵殳": "没", "辶反": "返", "王见": "现", "纟工": "红", "亻尤": "优", "丬大": "状",
}  # fmt: skip

# Syllables that stand for one character in the jargon of promotions (song好礼, dai款); tried only beside Chinese.
SYLLABLES = {
    "song": "送", "zeng": "赠", "dai": "贷", "zhuan": "赚", "ben": "本", "bao": "保", "gu": "股", "fan": "返",
    "qian": "钱", "kuan": "款", "pi": "批", "pei": "赔", "xi": "息", "zhang": "涨", "niu": "牛", "jian": "荐",
    "qun": "群", "xin": "信", "ling": "领", "jiang": "奖", "chou": "抽", "wen": "稳", "ying": "赢", "mian": "免",
    "qiang": "抢", "fang": "放", "yong": "佣", "mai": "买", "zui": "最", "di": "低", "gao": "高", "jia": "加",
    "tui": "推", "na": "拿", "xian": "现",
}  # fmt: skip

LEET = {
    "0": "o",
    "1": "i",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "8": "b",
    "£": "e",
    "€": "e",
    "@": "a",
    "$": "s",
    "!": "i",
    "|": "l",
    "+": "t",
}


def _styled() -> dict[str, str]:
    """Letters and digits in black circles, squares and flags, which no normal form undoes."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    found: dict[str, str] = {}
    for first in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6):
        found |= {chr(first + index): letter for index, letter in enumerate(letters)}
    for first in (0x2776, 0x2780, 0x278A):
        found |= {chr(first + index): str(index + 1) for index in range(10)}
    return found | {chr(0x24EB + index): str(11 + index) for index in range(10)}


STYLED = _styled()
