"""The words for times in four languages, as patterns. A pattern is one thing that can be said of a moment.

``{n}`` is a number in figures or words. All texts are folded first: small letters, Western figures, one space.
"""

from __future__ import annotations

from collections.abc import Mapping

NUMBERS: Mapping[str, int] = {
    **dict.fromkeys(("a", "an", "one", "один", "одну", "одного", "한", "하나", "일", "หนึ่ง"), 1),
    **dict.fromkeys(("two", "два", "две", "두", "둘", "이", "สอง"), 2),
    **dict.fromkeys(("three", "три", "세", "셋", "삼", "สาม"), 3),
    **dict.fromkeys(("four", "четыре", "네", "넷", "사", "สี่"), 4),
    **dict.fromkeys(("five", "пять", "다섯", "오", "ห้า"), 5),
    **dict.fromkeys(("six", "шесть", "여섯", "육", "หก"), 6),
    **dict.fromkeys(("seven", "семь", "일곱", "칠", "เจ็ด"), 7),
    **dict.fromkeys(("eight", "восемь", "여덟", "팔", "แปด"), 8),
    **dict.fromkeys(("nine", "девять", "아홉", "구", "เก้า"), 9),
    **dict.fromkeys(("ten", "десять", "열", "십", "สิบ"), 10),
    **dict.fromkeys(("eleven", "одиннадцать", "열한", "십일", "สิบเอ็ด"), 11),
    **dict.fromkeys(("twelve", "двенадцать", "열두", "십이", "สิบสอง"), 12),
}

MINUTES = r"minutes?|mins?|m|минуту|минуты|минут|мин\.?|분|นาที"
HOURS = r"hours?|hrs?|h|часов|часа|час|ч\.?|시간|ชั่วโมง|ชม\.?"
DAYS = r"days?|d|дней|дня|день|дн\.?|일|วัน"
WEEKS = r"weeks?|w|недель|недели|неделю|нед\.?|주일|주|สัปดาห์|อาทิตย์"
MONTHS_LONG = r"months?|месяцев|месяца|месяц|мес\.?|개월|달|เดือน"
HALF_HOUR = r"half an hour|полчаса|반 ?시간|ครึ่งชั่วโมง"

BEFORE_LENGTH = r"in|через|อีก|ใน"
AFTER_LENGTH = r"later|from now|후에?|뒤에?|있다가|ข้างหน้า|ต่อมา|เลย"
"""a length of time is one from now on when one of these stands before or behind it"""
ALONE_BARE_LENGTH = r"через|อีก|in"

RELATIVE_DAYS: Mapping[str, int] = {
    r"today|tonight|сегодня|오늘|วันนี้|คืนนี้": 0,
    r"the day after tomorrow|day after tomorrow|послезавтра|모레|내일모레|มะรืนนี้|มะรืน": 2,
    r"tomorrow|tmrw|tmr|tom|завтра|내일|พรุ่งนี้|วันพรุ่งนี้": 1,
    r"next week|на следующей неделе|다음 ?주|สัปดาห์หน้า|อาทิตย์หน้า": -1,  # the coming Monday
}

WEEKDAYS: tuple[str, ...] = (
    r"mondays?|mon|понедельника?|пн|월요일|วันจันทร์|จันทร์",
    r"tuesdays?|tues?|вторника?|вт|화요일|วันอังคาร|อังคาร",
    r"wednesdays?|weds?|сред[ау]|ср|수요일|วันพุธ|พุธ",
    r"thursdays?|thurs?|thu|четверга?|чт|목요일|วันพฤหัสบดี|วันพฤหัส|พฤหัสบดี|พฤหัส",
    r"fridays?|fri|пятниц[ау]|пт|금요일|วันศุกร์|ศุกร์",
    r"saturdays?|sat|суббот[ау]|сб|토요일|วันเสาร์|เสาร์",
    r"sundays?|sun|воскресень[ея]|вс|일요일|วันอาทิตย์",
)
"""Monday first"""
WEEKEND = r"weekend|выходны[ех]|주말|สุดสัปดาห์|เสาร์อาทิตย์"
NEXT = r"next|следующ(?:ий|ую|ее|ей)|다음 ?주"
NEXT_BEHIND = r"หน้า"

MONTHS: tuple[str, ...] = (
    r"january|jan|января|янв|มกราคม|ม\.ค\.",
    r"february|feb|февраля|фев|กุมภาพันธ์|ก\.พ\.",
    r"march|mar|марта|мар|มีนาคม|มี\.ค\.",
    r"april|apr|апреля|апр|เมษายน|เม\.ย\.",
    r"may|мая|พฤษภาคม|พ\.ค\.",
    r"june|jun|июня|июн|มิถุนายน|มิ\.ย\.",
    r"july|jul|июля|июл|กรกฎาคม|ก\.ค\.",
    r"august|aug|августа|авг|สิงหาคม|ส\.ค\.",
    r"september|sept|sep|сентября|сен|กันยายน|ก\.ย\.",
    r"october|oct|октября|окт|ตุลาคม|ต\.ค\.",
    r"november|nov|ноября|ноя|พฤศจิกายน|พ\.ย\.",
    r"december|dec|декабря|дек|ธันวาคม|ธ\.ค\.",
)

BEFORE_NOON = r"a\.?m\.?|утра|오전|아침|โมงเช้า"
AFTER_NOON = r"p\.?m\.?|дня|вечера|오후|저녁|โมงเย็น"
BEFORE_HOUR = r"at|by|till|until|в|до|к"
PARTS: Mapping[str, int] = {
    r"noon|midday|полдень|정오|เที่ยงวัน|เที่ยง": 12,
    r"morning|утром|утро|아침|오전|ตอนเช้า|เช้า": 8,
    r"afternoon|днем|днём|오후|ตอนบ่าย|บ่าย": 13,
    r"evening|tonight|вечером|вечер|저녁|ตอนเย็น|เย็น": 19,
    r"night|ночью|밤|ตอนค่ำ|ค่ำ": 20,
}
"""hours of the day, as the usual moments have them"""
MIDNIGHT = r"midnight|полночь|자정|เที่ยงคืน"
FILLERS = (
    r"at|on|the|until|till|by|this|of|в|во|на|до|к|эт[уоа]т?|에|까지|이번 ?주?|ตอน|เวลา|จนถึง|ถึง|ที่|นี้|น\.|,|;|-"
)
