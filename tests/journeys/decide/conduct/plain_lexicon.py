"""The lexicon written down a second time: words looked for one by one, no pattern, nothing shared.

It knows the settled readings, and only the words that the seeded sentences are made of.
"""

import unicodedata

GUARANTEE = (
    *("保本", "保息", "保收益", "保底", "保证收益", "保证本金", "刚兑", "刚性兑付", "兜底", "稳赚"),
    *("包赚", "零风险", "无风险", "绝对安全", "不会亏", "只赚不赔", "没有任何风险"),
)
FORECAST = ("预期收益", "预期年化收益", "预计收益", "肯定涨", "目标价", "翻倍")
LURE = ("低风险", "低门槛", "秒到账", "高收益", "低利率", "无成本", "秒杀", "躺赚", "财富自由")
CONFUSE = ("和存款", "跟存款", "等于存款", "相当于存款", "和定期", "就是存款", "存钱送")
ENDORSE = ("专家推荐", "内部消息", "国家担保", "国家兜底")
NEGATIONS = ("并非", "不得", "禁止", "没有", "不能", "不是", "不属于", "不构成", "不", "非", "未")
STRESS = ("并", "绝", "也")
FILLERS = ("会", "是", "任何", "一定", "一款", "产品", "理财")
PROMISING = ("承诺", "保证", "宣传", "提供", "确保")
BANS = ("不得", "禁止")
TURNS = ("但", "却", "而", "仍")
JOINS = ("以及", "和", "及", "或", "与", "并")
OLD = "證無風險預門檻賺財國並絕剛兌諾傳產沒於計"
NEW = "证无风险预门槛赚财国并绝刚兑诺传产没于计"
TRADITIONAL = dict(zip(OLD, NEW, strict=True))
DROPPED = " \t·.,，。!！?？…-_*~\"“”'\u2018\u2019"
ENDS = "。.!?;,\n"


def classes(text):
    said = [clause for clause in clauses(text) if clause]
    whole = "".join(said)
    found = []
    if guarantees(said, whole):
        found.append("GUARANTEE")
    cut = plain_speech(said)
    for name, words in (("FORECAST", FORECAST), ("LURE", LURE), ("CONFUSE", CONFUSE)):
        for word in words:
            at = [at for at in places(whole, word) if not is_clean(name, whole, at, word)]
            if set(at) - cut:
                found.append(name)
                break
    if any(word in whole for word in ENDORSE):
        found.append("ENDORSE")
    return sorted(found)


def plain_speech(said):
    """Where 预期 begins that ends its clause after 符合: what follows is another clause."""
    found, end = set(), 0
    for clause in said:
        end += len(clause)
        if clause.endswith("符合预期"):
            found.add(end - len("预期"))
    return found


def clauses(text):
    text = unicodedata.normalize("NFKC", "".join(c for c in text if c not in "\u200b\u200d\ufeff"))
    text = "".join(TRADITIONAL.get(c, c) for c in text)
    found = [""]
    for at, char in enumerate(text):
        is_point = char == "." and text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
        if char in ENDS and not is_point:
            found.append("")
        elif char not in DROPPED:
            found[-1] += char
    return [without_marks(clause) for clause in found]


def without_marks(clause):
    kept = ""
    for at, char in enumerate(clause):
        if char in "/、—":
            after = clause[at:].lstrip("/、—")[:1]
            if kept and is_han(kept[-1]) and after and is_han(after):
                continue
        kept += char
    return kept


def is_han(char):
    return "一" <= char <= "鿿"


def places(text, word):
    return [at for at in range(len(text)) if text.startswith(word, at)]


def is_clean(name, text, at, word):
    before, after = text[:at], text[at + len(word) :]
    if name == "FORECAST":
        return word == "预期收益" and before.endswith("符合") and not after.startswith("率")
    if name == "LURE" and word == "低风险":
        label = before.endswith("中") or before.removesuffix("(").endswith(("R1", "R2"))
        label = label or before.endswith(("风险等级:", "风险等级为", "风险等级"))
        return label or after.startswith(("等级", "承受", "偏好", "(R", "R"))
    if name == "LURE" and word == "高收益":
        return after.startswith("债")
    if name == "LURE" and word == "低利率":
        return after.startswith(("环境", "时代"))
    if name == "CONFUSE":
        for no in ("不是", "不", "非"):
            if word in ("等于存款", "相当于存款") and before.endswith(no):
                again = ("非", "不是", "不得", "没有")
                return not before.removesuffix(no).endswith(again)
    return False


def guarantees(said, whole):
    """Is a promise left that nobody denies? One that a stop cuts lies in no clause."""
    denied, start = set(), 0
    for clause in said:
        denied |= {start + at for at in denials(clause)}
        start += len(clause)
    for word in GUARANTEE:
        for at in places(whole, word):
            if set(range(at, at + len(word))) <= denied or is_plain(whole, at, word):
                continue
            return True
    return False


def is_plain(text, at, word):
    before, after = text[:at], text[at + len(word) :]
    if word == "不会亏":
        return before.endswith("会")
    if word == "无风险":
        return after.startswith("利率") or before.endswith("有")
    if word in ("刚兑", "刚性兑付"):
        kept = ("不", "未", "没", "不得", "不会", "不能", "没有")
        return before.endswith("打破") and not before.removesuffix("打破").endswith(kept)
    if word == "保本":
        return before.endswith(("确", "担", "投")) and not after.startswith(("金", "息"))
    return word == "保底" and before.endswith("确") and after.startswith("线")


def denials(clause):
    """The places of a clause that a denial covers."""
    covered, at = set(), 0
    while at < len(clause):
        until, resume = denial(clause, at)
        covered |= set(range(at, until))
        at = max(resume, at + 1)
    return covered


def denial(clause, at):
    """Where a denial that begins here ends (here: none), and where to read on."""
    for count, here in reversed(negations(clause, at)):
        verb = first(clause, here, PROMISING)
        if not verb and not promise(clause, here):
            continue
        if count % 2 == 0:
            return at, here + len(verb)
        end = turn(clause, here + len(verb)) if verb else promises(clause, here)
        return end, end
    ban = first(clause, at, BANS)
    if ban and not first(clause, at + len(ban), NEGATIONS):
        for gap in range(11):
            verb = first(clause, at + len(ban) + gap, PROMISING)
            if verb:
                end = turn(clause, at + len(ban) + gap + len(verb))
                return end, end
    return at, at


def negations(clause, at):
    """After each of the negations that follow each other from here: how many, and its fillers' end.

    A word of promising between two of them belongs to the chain.
    """
    found = []
    while len(found) < 4:
        token = negation(clause, at)
        if found and not token:
            verb = first(clause, at, PROMISING)
            at = fillers(clause, at + len(verb)) if verb else at
            token = negation(clause, at)
        if not token:
            break
        at = fillers(clause, at + len(token))
        found.append((len(found) + 1, at))
    return found


def negation(clause, at):
    if promise(clause, at):
        return ""
    stress = first(clause, at, STRESS)
    if stress and first(clause, at + len(stress), NEGATIONS) and not first(clause, at, NEGATIONS):
        return stress + first(clause, at + len(stress), NEGATIONS)
    return first(clause, at, NEGATIONS)


def fillers(clause, at):
    for _ in range(4):
        at += len(first(clause, at, FILLERS))
    return at


def promises(clause, at):
    while word := promise(clause, at):
        at += len(word)
        at += len(first(clause, at, JOINS))
    return at


def promise(clause, at):
    return first(clause, at, GUARANTEE)


def turn(clause, at):
    ends = [place for word in TURNS for place in places(clause, word) if place >= at]
    return min(ends, default=len(clause))


def first(clause, at, words):
    """The longest of the words that stands here, or nothing."""
    return max((word for word in words if clause.startswith(word, at)), key=len, default="")
