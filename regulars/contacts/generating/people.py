"""Invented people: names by country, and numbers that nobody has.

Numbers come from ranges that a country keeps for fiction where there is one (NANPA: 555-0100 to 555-0199 of every area
code; Ofcom: 01632 960000 to 960999). The others have the right length and cannot be dialed: they begin with digits
that the national plan gives to nobody (ITU-T E.129, national numbering plans; ``phonenumbers`` finds none of them
valid, which a test holds).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """ISO 3166 code, ISO 639 language, IANA zones, how often people of it write, and how they are called.

    ``undialed``: what a number that nobody can have begins with, and how many digits follow.
    """

    code: str
    language: str
    zones: tuple[str, ...]
    weight: int
    undialed: tuple[str, int]
    given: tuple[str, ...]
    family: tuple[str, ...]
    family_first: bool = False
    fiction: tuple[str, ...] = ()
    """ranges kept for fiction: what their numbers begin with; two or three digits follow, see ``fiction_digits``"""
    fiction_digits: int = 2

    def name(self, dice: random.Random) -> str:
        given, family = dice.choice(self.given), dice.choice(self.family)
        return f"{family}{given}" if self.family_first else f"{given} {family}"


def numbers_of(country: Country, dice: random.Random) -> Iterator[str]:
    """In E.164, without end; the same one may come again."""
    for prefix in country.fiction:
        first = [f"{prefix}{place:0{country.fiction_digits}}" for place in range(10**country.fiction_digits)]
        dice.shuffle(first)
        yield from first
    prefix, digits = country.undialed
    while True:
        yield f"{prefix}{dice.randrange(10**digits):0{digits}}"


AREAS = ("202", "212", "305", "312", "404", "415", "503", "512", "602", "617", "702", "713", "808", "907")
COUNTRIES = (
    Country(
        "KR",
        "ko",
        ("Asia/Seoul",),
        24,
        ("+8281", 8),
        (
            *(
                "서연",
                "지우",
                "민준",
                "서준",
                "하윤",
                "도윤",
                "지민",
                "수아",
                "예준",
                "지호",
                "은우",
                "유진",
                "현우",
                "다은",
            ),
            *("시우", "채원", "건우", "지아", "준서", "소율"),
        ),
        ("김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "한", "오", "서", "신"),
        family_first=True,
    ),
    Country(
        "RU",
        "ru",
        ("Europe/Moscow", "Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk"),
        20,
        ("+72", 9),
        (
            *(
                "Анна",
                "Мария",
                "Ольга",
                "Елена",
                "Дарья",
                "Ирина",
                "Наталья",
                "Полина",
                "Алексей",
                "Дмитрий",
                "Иван",
            ),
            *("Сергей", "Михаил", "Никита", "Павел", "Артём"),
        ),
        (
            "Коваль",
            "Шевчук",
            "Бондарь",
            "Мороз",
            "Гончар",
            "Лысенко",
            "Ткач",
            "Кравец",
            "Черных",
            "Седых",
            "Долгих",
        ),
    ),
    Country(
        "TH",
        "th",
        ("Asia/Bangkok",),
        20,
        ("+6610", 7),
        (
            *(
                "สมชาย",
                "สมหญิง",
                "กัญญา",
                "ณัฐพล",
                "พิมพ์ชนก",
                "ธนกร",
                "ศิริพร",
                "วรรณา",
                "อนุชา",
                "ปิยะ",
                "ชลธิชา",
                "กิตติ",
            ),
            *("มาลี", "สุดา", "ภัทร"),
        ),
        ("ใจดี", "วงศ์สวัสดิ์", "ศรีสุข", "ทองดี", "แสงทอง", "บุญมา", "สุขใจ", "รุ่งเรือง", "พันธ์ดี", "มีสุข"),
    ),
    Country(
        "US",
        "en",
        ("America/New_York", "America/Chicago", "America/Los_Angeles"),
        14,
        ("+12021", 6),
        (
            *(
                "Emma",
                "Olivia",
                "Noah",
                "Liam",
                "Ava",
                "Mason",
                "Grace",
                "Ethan",
                "Hannah",
                "Lucas",
                "Zoe",
                "Henry",
            ),
            *("Naomi", "Caleb", "Ruth", "Owen"),
        ),
        (
            "Hill",
            "Carter",
            "Brooks",
            "Reed",
            "Flores",
            "Nguyen",
            "Bennett",
            "Ross",
            "Ward",
            "Patel",
            "Diaz",
            "Kim",
        ),
        fiction=tuple(f"+1{area}55501" for area in AREAS),
    ),
    Country(
        "GB",
        "en",
        ("Europe/London",),
        6,
        ("+444", 9),
        (
            "Oliver",
            "Amelia",
            "George",
            "Isla",
            "Harry",
            "Freya",
            "Arthur",
            "Poppy",
            "Alfie",
            "Maisie",
            "Imran",
            "Nia",
        ),
        ("Clarke", "Hughes", "Patel", "Bailey", "Marsh", "Evans", "Fraser", "Shaw", "Walsh", "Khan", "Doyle"),
        fiction=("+441632960",),
        fiction_digits=3,
    ),
    Country(
        "MX",
        "es",
        ("America/Mexico_City",),
        5,
        ("+520", 9),
        (
            "Sofía",
            "Valentina",
            "Santiago",
            "Mateo",
            "Camila",
            "Diego",
            "Ximena",
            "Emiliano",
            "Regina",
            "Leonardo",
        ),
        (
            "Hernández",
            "García",
            "López",
            "Ramírez",
            "Torres",
            "Flores",
            "Rivera",
            "Vargas",
            "Castillo",
            "Ortega",
        ),
    ),
    Country(
        "BR",
        "pt",
        ("America/Sao_Paulo",),
        5,
        ("+5510", 9),
        ("Ana", "Beatriz", "Larissa", "João", "Pedro", "Gabriel", "Fernanda", "Rafael", "Juliana", "Thiago"),
        (
            "Silva",
            "Souza",
            "Oliveira",
            "Pereira",
            "Costa",
            "Almeida",
            "Ribeiro",
            "Carvalho",
            "Gomes",
            "Barbosa",
        ),
    ),
    Country(
        "DE",
        "de",
        ("Europe/Berlin",),
        4,
        ("+491000", 7),
        (
            "Lena",
            "Paul",
            "Mia",
            "Jonas",
            "Clara",
            "Felix",
            "Greta",
            "Emil",
            "Ida",
            "Anton",
            "Aylin",
            "Mehmet",
        ),
        ("Schneider", "Weber", "Wagner", "Becker", "Hoffmann", "Koch", "Richter", "Klein", "Wolf", "Neumann"),
    ),
    Country(
        "SA",
        "ar",
        ("Asia/Riyadh",),
        2,
        ("+9660", 8),
        ("سارة", "نورة", "ليلى", "محمد", "عبدالله", "فهد", "خالد", "ريم", "هند", "ماجد"),
        ("العتيبي", "القحطاني", "الحربي", "الشهري", "الزهراني", "الدوسري", "المطيري", "الغامدي"),
    ),
)
