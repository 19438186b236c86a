// Made from server/meetings/check_in/data/answers.json: make types

export const ANSWERS = {
  "checked_in": {
    "heading": "签到成功",
    "helped": "代签成功",
    "words": "{when}，准时",
    "note": "已经记下，不用再申报。"
  },
  "late": {
    "heading": "已签到（迟到）",
    "helped": "代签成功（迟到）",
    "words": "{when}，会议 {starts} 开始",
    "note": "到会已经记下，不用再申报。如有特殊情况，请向支部说明。"
  },
  "already_checked_in": {
    "heading": "您已签到过",
    "helped": "对方已签到过",
    "words": "首次签到：{when}，{state}",
    "note": "以第一次为准，不用再签。"
  },
  "guest_waiting": {
    "heading": "已登记，等主办支部确认",
    "words": "{when}，以流动党员身份登记",
    "note": "主办支部确认后，计入您所在支部，不用再申报。"
  },
  "held": {
    "heading": "已收到，待会议主持人确认",
    "words": "主持人确认后计为到会，仍按扫码的时刻记，结果会通知本人。在会场的，也可以用本人手机再扫一次屏幕上的码。",
    "note": "扫码时刻：{when}"
  },
  "dismissed": {
    "heading": "签到未确认",
    "words": "会议主持人没有确认这次签到，不计到会。如确已到会，请向主持人说明，可以改为确认。",
    "note": "扫码时刻：{when}"
  },
  "code_expired": {
    "message": "会场的二维码每 10 秒更换一次，请对准屏幕上的新码再扫",
    "heading": "二维码已过期",
    "words": "会场的二维码每 10 秒更换一次，请对准屏幕上的新码再扫。",
    "tips": [
      [
        "这次没有记上，可以马上再扫",
        "屏幕上显示的总是最新的码"
      ]
    ],
    "by_hand": true
  },
  "code_invalid": {
    "message": "这不是会议签到的二维码，请扫会场屏幕上的码",
    "heading": "这不是会议签到的二维码",
    "words": "请扫会场屏幕上的码，转发的链接和截图不能签到。",
    "tips": [
      [
        "这次没有记上",
        "可以马上再扫一次"
      ]
    ],
    "by_hand": true
  },
  "ticket_expired": {
    "message": "签到凭证已超过 10 分钟，请重新扫码",
    "heading": "扫码已超过 10 分钟",
    "words": "请重新扫会场屏幕上的码。",
    "tips": [
      [
        "这次没有记上",
        "扫码后请在 10 分钟内签到"
      ]
    ],
    "by_hand": true
  },
  "ticket_invalid": {
    "message": "签到凭证无效，请重新扫码",
    "heading": "请重新扫码",
    "words": "上一次扫码已经失效，请再扫会场屏幕上的码。",
    "tips": [
      [
        "这次没有记上",
        "可以马上再扫"
      ]
    ],
    "by_hand": true
  },
  "too_many_tries": {
    "message": "输错次数过多，请直接扫会场的二维码，或请他人代签",
    "heading": "数字输错次数过多",
    "words": "这次会议不能再输数字，请直接扫会场的二维码，或请他人代签。",
    "tips": [
      [
        "这次没有记上",
        "扫码不受影响，可以马上扫"
      ]
    ],
    "by_hand": true
  },
  "not_bound": {
    "message": "请先完成身份绑定，再用同一个凭证签到",
    "heading": "请先绑定身份",
    "words": "这个账号还没有对应到党员。绑定只需一次，10 分钟内完成，不用重新扫码。",
    "tips": [
      [
        "这次没有记上，扫码已经核对",
        "绑定后签到，仍按扫码的时刻记"
      ]
    ]
  },
  "not_invited": {
    "message": "您不在本次会议的签到名单上，如确应参加请联系支部",
    "heading": "您不在签到名单上",
    "words": "这次会议的签到名单里没有您，这次没有记上。",
    "tips": [
      [
        "确实应当参加",
        "请联系支部书记，由他登记"
      ]
    ]
  },
  "not_invited_guest": {
    "message": "您不在本次会议的签到名单上，如确应参加请联系支部",
    "heading": "您不在签到名单上",
    "words": "这次会议的签到名单里没有您，这次没有记上。",
    "tips": [
      [
        "您是来参加的流动党员",
        "可以先登记，由主办支部确认"
      ],
      [
        "您应在名单上",
        "请联系支部书记，由他登记"
      ]
    ],
    "offer": "以流动党员身份签到"
  },
  "not_invited_helped": {
    "message": "代签没有成功：您或对方不在本次会议的签到名单上，请核对工号",
    "heading": "代签没有成功",
    "words": "您或对方不在本次会议的签到名单上，请核对工号。",
    "tips": [
      [
        "这次没有记上",
        "您自己的签到不受影响"
      ]
    ],
    "offer": "换一个工号"
  },
  "on_leave": {
    "message": "已批准本次会议的请假，如已到会请确认销假并签到",
    "heading": "您已请假",
    "helped": "对方已请假",
    "words": "支部已批准本次会议的请假。如已到会，可以销假并签到。",
    "tips": [
      [
        "这次没有记上",
        "不来不用操作，请假仍然有效"
      ]
    ],
    "offer": "销假并签到"
  },
  "too_early": {
    "message": "签到还没有开始，请到时间后再扫一次",
    "heading": "签到还没有开始",
    "words": "{opens} 开始签到，请到时间后再扫一次。",
    "tips": [
      [
        "这次没有记上",
        "开始后再扫，来得及"
      ]
    ]
  },
  "closed": {
    "message": "签到已经结束，如确已到会请联系支部补录",
    "heading": "签到已经结束",
    "words": "{closes} 签到结束，现在不能再签。",
    "tips": [
      [
        "这次没有记上",
        "如确已到会，请支部补录，效力相同"
      ]
    ]
  },
  "meeting_cancelled": {
    "message": "本次会议已取消，不用签到",
    "heading": "本次会议已取消",
    "words": "不用签到，也不影响积分。",
    "tips": [
      [
        "会议其实照常开了",
        "请支部补录，效力相同"
      ]
    ]
  },
  "busy": {
    "message": "签到的人太多，请稍等几秒再试；重复提交不会重复签到",
    "heading": "暂时没有签上",
    "words": "签到的人多。您的扫码还有效，请再试一次；重复提交也只记一次。",
    "by_hand": true
  },
  "offline": {
    "heading": "没有连上网络",
    "words": "还没有连到签到服务。连上后请马上再试；如提示过期，再扫一次即可。",
    "by_hand": true
  },
  "offline_with_ticket": {
    "heading": "没有连上网络",
    "words": "扫码已经核对，10 分钟内连上网络即可签到，不用重新扫码。",
    "by_hand": true
  },
  "refused_otherwise": {
    "heading": "这次没有记上",
    "words": "{message}。",
    "by_hand": true
  },
  "failed": {
    "heading": "这次没有记上",
    "words": "不是您的操作有误，请稍后再试。",
    "by_hand": true
  }
} as const

export const STATES = {
  "present": "准时",
  "late": "迟到",
  "made_up": "已补课"
} as const

export const BY_HAND = [
  "扫了几次还是不行",
  "请书记在名单里为您登记，效力相同"
] as const
