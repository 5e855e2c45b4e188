"""What a complainant says, and a letter with all its elements."""

from __future__ import annotations

WORDS = "我叫周可欣，电话 13800001234。3 月 1 日在江城滨江支行办信用卡分期，没说要收手续费，现在扣了 360 元，请退费。"
GOOD = {
    "facts": "我行调取了 3 月 1 日的办理录音和交易记录，核实到办理时没有说明分期手续费。",
    "decision": "我行决定退还分期手续费 360 元，三日内退回原卡。",
    "reasons": "依据《信用卡分期业务协议》第四条关于费用告知的约定，因办理时没有履行告知义务，所以作出上述决定。",
    "remedies": "如有异议，可以自收到本告知书之日起 30 日内书面申请核查，也可以申请调解、仲裁或者向法院提起诉讼。",
}
