"""The words that protect a message where nobody has chosen others, by language. A beginning is enough: see
``matching``.
"""

from __future__ import annotations

from collections.abc import Mapping

BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "en": (
        "contract",
        "payment",
        "invoice",
        "bank account",
        "credit card",
        "card number",
        "IBAN",
        "passport",
        "password",
    ),
    "ko": (
        "계약",
        "결제",
        "입금",
        "송금",
        "계좌",
        "카드번호",
        "카드 번호",
        "주민등록번호",
        "여권",
        "비밀번호",
    ),
    "ru": (
        "договор",
        "контракт",
        "оплата",
        "платёж",
        "счёт на оплату",
        "реквизиты",
        "номер карты",
        "паспорт",
        "пароль",
    ),
    "th": (
        "สัญญา",
        "ชำระเงิน",
        "โอนเงิน",
        "เลขที่บัญชี",
        "เลขบัญชี",
        "บัตรเครดิต",
        "หมายเลขบัตร",
        "บัตรประชาชน",
        "หนังสือเดินทาง",
        "รหัสผ่าน",
    ),
}
LOOK_ALIKES = (
    "contraction",
    *("договори", "договорён"),
    *("해결제", "출입금지", "수입금지", "반입금지", "방송금지"),
    "สัญญาณ",
)
"""what has one of them in it and means something else: to agree on a time, a cleaning agent, no entry, a signal"""
