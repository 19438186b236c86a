"""退回: to be completed, with the reason. Pure."""

import re

from bot.understanding.commands import order, with_reason
from bot.understanding.cues import Intent
from bot.understanding.patterns import any_of, run_of

_RETURN = "(?:退回去?|打回去?|退给(?:[他她]|本人|申报人|作者)|退还|发回|返回|退掉|退下去|退一下|退了)"
_SHORTLY = "退(?!步|休|伍|出|党|场)"
_REDO = (
    run_of(
        "让(?:[他她]|本人|申报人) 叫[他她] 由(?:[他她]|本人) 请(?:[他她]|本人)? 要求(?:[他她]|本人)? "
        "去 来 并 再 后 好好"
    )
    + "(?:重新?去?|再)?"
    + any_of(
        "修改 改一改 改改 改 补充 补正 补齐 补全 补材料 补一补 补交 补 完善 填写? 传 重拍 拍 弄 做 "
        "来 写 整理 整 提交 交 报 申报 上传"
    )
    + run_of("一下 一遍 一次 好 完整? 清楚 材料 后 再 了 吧 哈 的 上来 重新? 修改 提交 交 报 申报 填写?")
)
_RETURNED = re.compile(rf"{_REDO}")
ORDER = order(
    f"(?:{_RETURN}|{_SHORTLY}){{1,2}}", in_one=_RETURN, after=rf"(?>吧|给?(?:本人|申报人|[他她]))*(?:{_REDO})?"
)
_ONLY_REDO = re.compile(r"让[他她](?:补|改)(?:充|齐|材料|正|交|一下)*(?:吧|哈|了|啊)*")
_read_return = with_reason(ORDER, _RETURNED)

INTENT = Intent(
    name="return_claim",
    title="退回补充",
    only_in=frozenset({"review"}),
    grammar=lambda saying: {} if _ONLY_REDO.fullmatch(saying.plain) else _read_return(saying),
)
