"""What the pages call things, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from riskguard.domain.audit import Scalar
from riskguard.domain.case import CaseStatus, Origin, Ruling
from riskguard.domain.event import EventStatus, EventType
from riskguard.domain.finding import Cause
from riskguard.domain.member import Role
from riskguard.domain.post import Scene
from riskguard.domain.privacy import Risk, Whose
from riskguard.domain.verdict import Action
from riskguard.services.review import Need

BEIJING = timezone(timedelta(hours=8), "北京时间")

ACTIONS = {
    Action.ALLOW: "放行",
    Action.MASK: "打码",
    Action.LIMIT: "限流",
    Action.REVIEW: "复核",
    Action.BLOCK: "拦截",
}
SCENES = {
    Scene.POST: "帖子",
    Scene.COMMENT: "评论",
    Scene.NICKNAME: "昵称",
    Scene.LIVE_CHAT: "直播弹幕",
    Scene.TREEHOLE: "树洞",
    Scene.DM: "私信",
}
ROLES = {Role.MODERATOR: "审核员", Role.COMPLIANCE: "合规官", Role.OPERATOR: "运维"}
STATUSES = {CaseStatus.OPEN: "待裁定", CaseStatus.DECIDED: "已裁定"}
RULINGS = {Ruling.APPROVE: "通过", Ruling.REMOVE: "移除", Ruling.WITHDRAW: "撤回裁定"}
CARING_RULINGS = RULINGS | {Ruling.APPROVE: "已关怀处理"}
ORIGINS = {Origin.VERDICT: "机器研判", Origin.REPORT: "用户举报", Origin.APPEAL: "作者申诉"}
EVENTS = {
    EventType.POST_JUDGED: "研判结果",
    EventType.CASE_DECIDED: "人工裁定",
    EventType.APPEAL_RULED: "申诉裁定",
    EventType.ALERT_RAISED: "告警触发",
    EventType.ALERT_RESOLVED: "告警解除",
    EventType.CAMPAIGN_DETECTED: "近似内容传播",
}
ARRIVALS = {EventStatus.WAITING: "等待送达", EventStatus.DELIVERED: "已送达", EventStatus.GIVEN_UP: "已放弃"}
CAUSES = {Cause.FAILED: "本次未能判读", Cause.ABSENT: "未安装模型"}
DETECTORS = {
    "lexicon": "词库",
    "linear": "模型",
    "encoder": "模型",
    "pii": "个人信息识别",
    "person": "人物信息识别",
    "similar": "近似内容比对",
    "disclosure": "开盒判断",
}
FRAMES = {
    "warning": "提醒",
    "news": "报道",
    "told": "转述",
    "quoting": "引用",
    "asking": "询问",
    "care": "就医",
    "others": "说别人",
    "denial": "否定",
    "offer": "招揽",
    "play": "游戏赛事",
    "affairs": "办事",
}
WHOSE = {
    Whose.SELF: "本人",
    Whose.OTHER: "他人",
    Whose.BUSINESS: "商家",
    Whose.PUBLIC: "公共机构",
    Whose.UNKNOWN: "未写明是谁",
}
RISKS = {Risk.LOW: "低", Risk.MEDIUM: "中", Risk.HIGH: "高", Risk.CRITICAL: "极高"}
TRUST = ("未知", "新人", "普通", "可信", "资深")

NEEDS = {
    Need.CONTEXT: "遮住的部分影响判断",
    Need.VERIFY: "核实是否为他人的个人信息",
    Need.RESCUE: "需要联系或救助作者",
    Need.GRIEVANCE: "处理举报或申诉",
    Need.AUTHORITY: "依法配合调查",
    Need.OTHER: "其他（请写明）",
}
ACTS = {
    "case.decided": "裁定案件",
    "case.revealed": "查看原文",
    "member.signed-in": "登录",
    "member.sign-in-failed": "登录失败",
    "member.made": "新建成员",
    "member.role-changed": "调整角色",
    "member.removed": "移除成员",
    "member.password-changed": "更改密码",
    "member.password-reset": "重置密码",
    "community.made": "新建社区",
    "community.webhook-changed": "更改回调地址",
    "community.webhook-disabled": "停用回调地址",
    "key.made": "新建密钥",
    "key.revoked": "吊销密钥",
    "policy.taken": "策略生效",
    "events.revived": "重发通知",
    "audit.exported": "导出审计日志",
    "redaction.revealed": "还原密文",
    "author.erased": "抹除作者",
    "author.exported": "导出作者资料",
    "posts.purged": "清理到期帖子",
    "keys.made": "新建数据密钥",
    "keys.rotated": "轮换数据密钥",
    "alert.acknowledged": "认领警报",
    "alert.resolved": "解除警报",
    "silence.made": "设置静默",
    "silence.ended": "结束静默",
    "campaign.decided": "裁定近似传播",
}
"""What the audit log calls acts; others are shown by their event."""
ACTORS = {"cli": "命令行", "system": "系统"}
DETAILS = {
    "need": "用途",
    "note": "说明",
    "post": "帖子",
    "ruling": "裁定",
    "version": "版本",
    "role": "角色",
    "was": "原为",
    "host": "主机",
    "because": "原因",
    "events": "条数",
    "id": "编号",
    "narrowed_by": "筛选",
    "reason": "用途",
    "opened": "还原",
    "rows": "行数",
    "posts": "帖子数",
    "closed": "关闭案件数",
    "retired": "停用密钥",
    "unreadable": "未能解读",
    "kept": "存放",
    "author": "作者摘要",
    "hash": "回执摘要",
    "verdicts": "研判数",
    "cases": "案件数",
    "voices": "举报申诉数",
    "answers": "应答数",
    "match": "匹配",
    "until": "截止",
}

REASONS = {
    Ruling.APPROVE: ("语境正常，属误判", "引用或讨论，并无恶意", "已核实，不违规"),
    Ruling.REMOVE: ("人身攻击", "泄露他人隐私", "广告引流", "诈骗或赌博", "违法违规内容"),
}
CAMPAIGN_REASONS = (
    (Ruling.APPROVE, "正常转发或活动，不违规"),
    (Ruling.APPROVE, "官方通知或公益扩散"),
    (Ruling.REMOVE, "批量广告引流"),
    (Ruling.REMOVE, "批量诈骗信息"),
    (Ruling.REMOVE, "批量刷屏，扰乱社区"),
)
CAMPAIGN_RULED = "裁定已保存，用于这里的全部帖子和以后的近似内容。"
CARING_REASONS = {
    Ruling.APPROVE: ("已私信关怀并附援助热线", "已转交专业援助人员", "已联系其亲友或校方", "语境正常，并无风险"),
    Ruling.REMOVE: ("含具体方法，移除以免模仿", "应本人请求移除"),
}

BUSY_DOOR = "此刻登录的人太多，请稍等几秒再试。"
CLOSED_DOOR = "登录失败次数过多，请 5 分钟后再试。"
WRONG_SIGN_IN = "名称或密码不正确，请重新输入。"
WRONG_PASSWORD = "当前密码不正确。"  # noqa: S105 (a sentence)
PASSWORDS_DIFFER = "两次输入的新密码不一致。"
SHORT_PASSWORD = "新密码至少要有 {} 个字符。"  # noqa: S105 (a sentence)
PASSWORD_CHANGED = "密码已更改，其他设备上的登录已失效。"  # noqa: S105 (a sentence)
MAY_NOT_AUDIT = "审计日志由合规官或运维查看。"
NO_NEED = "请选择查看原文的用途。"
NO_NOTE = "选择“其他”时请写明用途。"
LONG_NOTE = "说明最多 {} 个字，请缩短后再提交。"
MAY_NOT_RULE = "合规官可以查看案件，裁定由审核员或运维作出。"
NO_REASON = "请写明理由，平台和作者会看到它。"
LONG_REASON = "理由最多 {} 个字，请缩短后再提交。"
UNREADABLE = "（无法解读）"
UNREADABLE_RULING = "裁定无法解读"
NO_RULING = "请选择一种裁定。"
NO_VERSION = "表单不完整，请刷新后重试。"


def detector(name: str) -> str:
    """What moderators call a detector; one of the operator's own keeps its name."""
    return DETECTORS.get(name, name)


def trust(tier: int) -> str:
    """'3 · 可信' for tier 3."""
    return f"{tier} · {TRUST[tier]}" if 0 <= tier < len(TRUST) else str(tier)


def moment(at: datetime) -> str:
    """'2026-05-01 08:00', in Beijing time."""
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def moment_abroad(at: datetime) -> str:
    """'2026-05-01 08:00+08:00': the same time as `moment`, where nothing around it says that it is Beijing's."""
    return at.astimezone(BEIJING).isoformat(" ", "minutes")


def age(at: datetime, *, now: datetime) -> str:
    """How long ago, in the largest unit that counts: '3 分钟前'."""
    seconds = (now - at).total_seconds()
    if seconds < 60:
        return "刚刚"
    return f"{span(seconds)}前"


def span(seconds: float) -> str:
    """A length of time in its largest unit: '2 小时'."""
    for unit, length in (("年", 365 * 86_400), ("天", 86_400), ("小时", 3_600), ("分钟", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return "不到 1 分钟"


def urgency(priority: int) -> str:
    """The word for a priority of 0..100."""
    return "紧急" if priority >= 80 else "优先" if priority >= 50 else "普通"


def written_moment(at: str) -> str:
    """The time of an audit row, in Beijing time to the second; what somebody spoilt is shown as it is."""
    try:
        return datetime.fromisoformat(at).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return at


def actor(name: str) -> str:
    """Who acted: a member's name, 'API 密钥 rg_abc', or what the service itself is called."""
    kind, _, rest = name.partition(":")
    if kind == "member":
        return rest
    return f"API 密钥 {rest}" if kind == "key" else ACTORS.get(name, name)


def told(facts: Mapping[str, Scalar]) -> str:
    """Details of an act in one line; what is empty is left out."""
    words = [
        f"{DETAILS.get(name, name)} {_value(name, value)}" for name, value in facts.items() if value not in ("", None)
    ]
    return " · ".join(words)


def _value(name: str, value: Scalar) -> str:
    if name == "need":
        return next((words for need, words in NEEDS.items() if need == value), str(value))
    if name in {"role", "was"}:
        return next((words for role, words in ROLES.items() if role == value), str(value))
    if name == "ruling":
        return next((words for ruling, words in RULINGS.items() if ruling == value), str(value))
    return str(value)
