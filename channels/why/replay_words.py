"""The sentences of a replay's report, in both languages."""

from typing import Final

SAID: Final = {
    "changes": (
        (
            "按新规则，{clients} 位客户中有 {changed} 位会受到不同对待：待办 {old} → {new} 项"
            "（营销 {old_marketing} → {new_marketing}，服务 {old_service} → {new_service}）"
        ),
        (
            "With the new rules {changed} of {clients} clients would be treated otherwise: "
            "{old} → {new} tasks (marketing {old_marketing} → {new_marketing}, "
            "service {old_service} → {new_service})"
        ),
    ),
    "most": ("；最常见的原因：{why}（{count} 次）", "; most often because: {why} ({count})"),
    "reasons": (
        "按新规则，没有客户会受到不同对待：待办仍为 {new} 项，只是 {reasoned} 个决定的理由不同",
        (
            "With the new rules no client would be treated otherwise: the same {new} tasks; "
            "{reasoned} decisions have other reasons"
        ),
    ),
    "same": (
        "按新规则，一切不变：{decisions} 个决定、{new} 项待办逐字节相同",
        "With the new rules nothing changes: {decisions} decisions and {new} tasks, byte for byte",
    ),
    "versions": ("新规则：目录 {new}。旧规则：{old}。", "New rules: catalogue {new}. Old: {old}."),
    "rules": ("规则变化：", "What the new rules say otherwise:"),
    "more_rules": (
        "另有 {count} 处；全部见 suishen catalogue diff",
        "and {count} more; 'suishen catalogue diff' tells them all",
    ),
    "ran": ("日志当时所用的目录（{version}）", "what the log ran under ({version})"),
    "ran_many": (
        "日志当时所用的各目录（最后为 {version}）",
        "what the log ran under, one after the other (the last is {version})",
    ),
    "given": ("目录 {version}", "catalogue {version}"),
    "log": (
        "日志：客户 {clients} 位，事件 {events} 条；决定 {old} → {new} 个",
        "The log: {events} events of {clients} clients; decisions {old} → {new}",
    ),
    "partings": ("同一事件上两套规则的决定：", "The two sides' decisions on the same events:"),
    "parting.same": ("完全相同", "the same"),
    "parting.reasoned": (
        "待办相同（或都没有），理由或时间不同",
        "the same task or none, for other reasons or until another time",
    ),
    "parting.gained": ("新规则多出待办", "a task where there was none"),
    "parting.lost": ("新规则没有待办", "no task where there was one"),
    "parting.reordered": ("换成另一待办", "another task"),
    "sum": ("待办合计：{sum}", "Tasks, added up: {sum}"),
    "term.lost": (" − {count}（没有了）", " − {count} (lost)"),
    "term.gained": (" + {count}（多出）", " + {count} (gained)"),
    "term.more": (
        " + {count}（换成另一待办，且同时多于一项）",
        " + {count} (another task, and more than one at once)",
    ),
    "term.fewer": (
        " − {count}（换成另一待办，原先同时多于一项）",
        " − {count} (another task, where there was more than one at once)",
    ),
    "firsts": (
        "每位客户的决定最早从何处不同（{clients} 位）；此后的 {follow} 处不同计入各自的起因：",
        (
            "Where each client's decisions first differ ({clients} clients); the {follow} "
            "differences after it in the same lives are counted under it:"
        ),
    ),
    "first": ("{what}：{clients} 位客户", "{what}: {clients} clients"),
    "first_and": (
        "{what}：{clients} 位客户；其后又有 {follow} 处（{kinds}）",
        "{what}: {clients} clients; after it {follow} more ({kinds})",
    ),
    "began": ("起于 {at}：{what}", "it began {at}: {what}"),
    "first.lost": ("没有了待办；按新规则：{where}", "a task lost; under the new rules: {where}"),
    "first.gained": (
        "多出待办；按旧规则：{where}",
        "a task gained; under the old rules: {where}",
    ),
    "first.reordered": (
        "换成另一待办；原待办按新规则：{where}",
        "another task; under the new rules the old one: {where}",
    ),
    "first.reasoned": (
        "待办相同（或都没有），理由或时间不同：{where}",
        "the same task or none, with another reason or time: {where}",
    ),
    "kind.lost": ("没有了 {count}", "{count} lost"),
    "kind.gained": ("多出 {count}", "{count} gained"),
    "kind.reordered": ("另一待办 {count}", "{count} another task"),
    "kind.reasoned": ("理由或时间 {count}", "{count} reason or time alone"),
    "tiers": ("按客户等级：", "By the client's tier:"),
    "tier.mass": ("大众", "mass"),
    "tier.wealth": ("财富", "wealth"),
    "tier.private": ("私行", "private"),
    "stages.lost": (
        "新规则没有的待办（{count} 项），按新规则止于：",
        "Tasks lost ({count}); under the new rules they fall at:",
    ),
    "stages.gained": (
        "新规则多出的待办（{count} 项），按旧规则止于：",
        "Tasks gained ({count}); under the old rules they fell at:",
    ),
    "stages.reordered": (
        "换成另一待办（{count} 项），原待办按新规则止于：",
        "Another task instead ({count}); under the new rules the old one falls at:",
    ),
    "stages.none": ("没有多出、没有或换掉的待办", "No task is lost, gained or another one"),
    "not_due": ("那时没有作出决定", "no decision was due on that side then"),
    "not_due.later": (
        "那时没有作出决定（因更早的不同或规则变化而改期）",
        "no decision was due on that side then (an earlier difference or a changed rule moved it)",
    ),
    "treatment": ("换了一种呈现", "another treatment"),
    "chosen": ("选中（{title}）", "chosen ({title})"),
    "fell": ("{stage}，{reason}", "{stage}, {reason}"),
    "tasks": ("待办（旧 → 新）：", "Tasks (old → new):"),
    "withheld": ("未选的行动，按原因（旧 → 新）：", "Actions not chosen, by reason (old → new):"),
    "suitability": ("适当性不通过（旧 → 新）：", "Stopped by suitability (old → new):"),
    "others": ("其余 {count} 项不变", "unchanged: {count}"),
    "beside": ("{name}（{more}）", "{name} ({more})"),
    "none": ("无", "none"),
    "over": ("超出频次上限的联系：{old} → {new}", "Contacts beyond a cap: {old} → {new}"),
    "goals": (
        (
            "模型预期（非实测）：达成目标 {old} ± {old_half} → {new} ± {new_half} 个，"
            "财富健康 {old_points} → {new_points} 分"
        ),
        (
            "What the models expect (nothing measured): goals reached {old} ± {old_half} → "
            "{new} ± {new_half}; points of wealth health {old_points} → {new_points}"
        ),
    ),
    "load": ("坐席工作量（旧 → 新）：", "Work for desks (old → new):"),
    "days": (
        "{minutes} 分钟，分 {days} 天（最多 {most} 分钟，{busiest}）",
        "{minutes} min over {days} days (at most {most}, on {busiest})",
    ),
    "idle": ("无", "nothing"),
    "clients": ("差异最多的客户：", "Clients whose decisions differ most:"),
    "client": (
        "{client}：{count} 个决定不同，最早在 {at}（银行时间）",
        "{client}: {count} decisions differ, the first at {at} (bank time)",
    ),
    "old": ("旧：{fates}", "old: {fates}"),
    "new": ("新：{fates}", "new: {fates}"),
    "trust": (
        (
            "可信程度：日志中关于待办的回报（领取、展示、结果）有 {share:.0%} 说的是新规则"
            "不会发出的待办；没有这些待办，客户后来的行为可能不同"
        ),
        (
            "How far to trust it: {share:.0%} of what the log reports of tasks (claims, "
            "showings, outcomes) speaks of tasks that the new rules would not issue; without "
            "them those clients might have acted otherwise"
        ),
    ),
    "off_policy": (
        "新规则的成效无从估计：日志中的行动不是随机抽取的，不能说明其他行动会带来什么",
        (
            "Whether the new rules do better cannot be told from this log: its actions were "
            "not drawn at random, so nothing can be said of what others would have led to"
        ),
    ),
    "hashes": (
        "全部结论的摘要：新 {new}，旧 {old}",
        "Hash of all conclusions: new {new}, old {old}",
    ),
    "line": ("{name}：{value}", "{name}: {value}"),
}
"""Sentences by name: Chinese, English."""
