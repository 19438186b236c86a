"""What WeChat sends as text for something else: emoticons, and words in place of what it does not pass on.

The codes and names are those of WeChat's own keyboard. Only a message with nothing else counts: 【请假】 is an order,
and the emoticon behind one changes nothing about it.
"""

import re

from bot.messages import Kind

_NAMES = """
    微笑 撇嘴 色 发呆 得意 流泪 害羞 闭嘴 睡 大哭 尴尬 发怒 调皮 呲牙 惊讶 难过 酷 冷汗
    囧 抓狂 吐 偷笑 愉快 可爱 白眼 傲慢 饥饿 困 惊恐 流汗 憨笑 悠闲 大兵 奋斗 咒骂 疑问
    嘘 晕 疯了 折磨 衰 骷髅 敲打 再见 擦汗 抠鼻 鼓掌 糗大了 坏笑 左哼哼 右哼哼 哈欠 鄙视
    委屈 快哭了 阴险 亲亲 吓 可怜 菜刀 西瓜 啤酒 篮球 乒乓 咖啡 饭 猪头 玫瑰 凋谢 嘴唇
    示爱 爱心 心碎 蛋糕 闪电 炸弹 刀 足球 瓢虫 便便 月亮 太阳 礼物 拥抱 强 弱 握手 胜利
    抱拳 勾引 拳头 差劲 爱你 爱情 飞吻 跳跳 发抖 怄火 转圈 磕头 回头 跳绳 投降 激动 乱舞
    献吻 左太极 右太极 笑脸 生病 脸红 破涕为笑 恐惧 失望 无语 嘿哈 捂脸 奸笑 机智 皱眉 耶
    吃瓜 加油 汗 天啊 社会社会 旺柴 好的 打脸 哇 翻白眼 666 让我看看 叹气 苦涩 裂开
    合十 庆祝 福 烟花 爆竹 發 红包 表情 动画表情 自定义表情
"""
_LATIN = r"[A-Z][a-z]+(?: [A-Za-z][a-z]*)*!?|OK|NO"
_EMOTICON = re.compile(rf"(?:/:[!-.0-Z^-~]{{1,10}}|\[(?:{'|'.join(_NAMES.split())}|{_LATIN})\]|\s)+")
_NOT_PASSED_ON = re.compile(
    r"\s*[【\[](?:收到不支持的消息类型.{0,12}|不支持的消息(?:类型)?|图片|照片|视频|语音|文件|链接|位置|名片|转账|小程序|聊天记录)[】\]]\s*"
)


def kind_of_text(text: str) -> Kind:
    """Return what a message that came as text is."""
    if _NOT_PASSED_ON.fullmatch(text):
        return Kind.unsupported
    return Kind.sticker if text.strip() and _EMOTICON.fullmatch(text) else Kind.text
