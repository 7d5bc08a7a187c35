"""The operators of a search and their words, in the four languages at once. Pure.

Whoever searches writes in the language of the moment: all words are always understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from regulars.search.folding import fold

Name = Literal["from", "in", "tag", "before", "after", "has", "status", "is"]


@dataclass(frozen=True, slots=True)
class Word:
    """One meaning and how it is said; the first word of each language is the one that is offered."""

    en: tuple[str, ...]
    ko: tuple[str, ...]
    ru: tuple[str, ...]
    th: tuple[str, ...]

    @property
    def said(self) -> tuple[str, ...]:
        return (*self.en, *self.ko, *self.ru, *self.th)

    def offered(self, language: str) -> str:
        words: tuple[str, ...] = getattr(self, language[:2], self.en)
        return words[0]


OPERATORS: Mapping[Name, Word] = {
    "from": Word(("from",), ("보낸사람", "발신"), ("от", "автор"), ("จาก",)),
    "in": Word(("in",), ("위치", "번호"), ("в", "где"), ("ใน", "ที่")),
    "tag": Word(("tag", "label"), ("태그",), ("тег", "метка"), ("แท็ก", "แท็ค")),
    "before": Word(("before", "until"), ("이전", "까지"), ("до",), ("ก่อน",)),
    "after": Word(("after", "since"), ("이후", "부터"), ("после", "с"), ("หลัง", "ตั้งแต่")),
    "has": Word(("has", "with"), ("포함", "첨부"), ("есть", "содержит"), ("มี",)),
    "status": Word(("status",), ("상태",), ("статус",), ("สถานะ",)),
    "is": Word(("is",), ("조건",), ("только", "это"), ("เฉพาะ", "เป็น")),
}
HAS: Mapping[str, Word] = {
    "file": Word(("file", "files", "attachment"), ("파일",), ("файл", "файлы"), ("ไฟล์",)),
    "picture": Word(
        ("picture", "image", "photo"),
        ("사진", "이미지"),
        ("фото", "изображение", "картинка"),
        ("รูปภาพ", "รูป", "ภาพ"),
    ),
    "voice": Word(("voice", "audio"), ("음성",), ("голосовое", "голос", "аудио"), ("เสียง", "ข้อความเสียง")),
    "video": Word(("video",), ("동영상", "비디오", "영상"), ("видео",), ("วิดีโอ", "วีดีโอ")),
    "link": Word(("link", "url"), ("링크",), ("ссылка", "ссылки"), ("ลิงก์", "ลิงค์")),
}
STATUS: Mapping[str, Word] = {
    "open": Word(("open",), ("열림", "열린"), ("открыт", "открытые", "открыта"), ("เปิดอยู่", "เปิด")),
    "snoozed": Word(("snoozed",), ("보류",), ("отложен", "отложенные"), ("พักไว้",)),
    "resolved": Word(
        ("resolved", "closed", "done"),
        ("완료", "해결"),
        ("завершён", "завершённые", "решён", "закрыт"),
        ("เสร็จสิ้น", "ปิดแล้ว"),
    ),
}
IS: Mapping[str, Word] = {
    "unread": Word(("unread",), ("안읽음", "읽지않음"), ("непрочитанные", "непрочитано"), ("ยังไม่อ่าน",)),
    "waiting": Word(("waiting",), ("대기중", "대기"), ("ожидает", "ждёт"), ("รอดำเนินการ", "รอตอบ")),
    "mine": Word(("mine",), ("내대화", "내것"), ("мои", "моё"), ("ของฉัน",)),
    "unassigned": Word(("unassigned",), ("미배정",), ("неназначенные", "свободные"), ("ยังไม่มอบหมาย",)),
}
WHO: Mapping[str, Word] = {
    "me": Word(("me",), ("나",), ("меня", "я"), ("ฉัน",)),
    "customer": Word(
        ("customer", "customers", "contact"), ("고객",), ("клиента", "клиент", "контакт"), ("ลูกค้า", "ผู้ติดต่อ")
    ),
}
WHERE: Mapping[str, Word] = {
    "group": Word(("group", "groups"), ("그룹",), ("группе", "группа", "группы"), ("กลุ่ม",)),
    "direct": Word(("direct",), ("개인",), ("личном", "личные"), ("ส่วนตัว",)),
}
WHEN: Mapping[str, Word] = {
    "today": Word(("today",), ("오늘",), ("сегодня",), ("วันนี้",)),
    "yesterday": Word(("yesterday",), ("어제",), ("вчера",), ("เมื่อวาน", "เมื่อวานนี้")),
}


def meaning(words: Mapping[str, Word], said: str) -> str:
    """The key of what somebody said, whatever its case, width and accents; empty for what is none of these."""
    wanted = _bare(said)
    return next((key for key, word in words.items() if any(_bare(each) == wanted for each in word.said)), "")


def _bare(text: str) -> str:
    return fold(text).replace(" ", "").replace("_", "").replace("-", "")


_NAMES: Mapping[str, Name] = {_bare(each): name for name, word in OPERATORS.items() for each in word.said}


def operator_named(said: str) -> Name | None:
    return _NAMES.get(_bare(said))


CHOICES: Mapping[Name, Mapping[str, Word]] = {
    "from": WHO,
    "in": WHERE,
    "has": HAS,
    "status": STATUS,
    "is": IS,
}
"""what the values of an operator can be, besides names"""
