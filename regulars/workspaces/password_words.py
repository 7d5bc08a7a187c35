"""Words that people choose for passwords in Korean, Russian and Thai, as they are written and as they come out on
a Latin keyboard; and the product's own. zxcvbn's lists are English.

Put together by hand from what surveys of leaked passwords in these languages name again and again: password,
love, hello, names of people and towns, rows of keys.
"""

from __future__ import annotations

_RUSSIAN = (
    "пароль привет любовь солнце наташа настя кристина сергей андрей александр дмитрий максим марина татьяна "
    "екатерина анастасия светлана виктория ирина елена ольга юлия алексей никита иван владимир россия москва "
    "спартак зенит медведь кошка собака котенок малыш красотка счастье мама папа семья деньги работа магазин "
    "админ администратор компьютер йцукен йцукенг фывапр фыва ячсмить секрет доступ клиент заказ люблю тебя"
)
_RUSSIAN_KEYS = "gfhjkm ghbdtn k.,jdm cjkywt yfnfif vfhbyf fylhtq hjccbz vjcrdf pfrfp flvby ctrhtn ljcneg"
_KOREAN = (
    "비밀번호 비번 사랑 사랑해 안녕 안녕하세요 행복 대한민국 한국 서울 부산 하늘 바다 엄마 아빠 가족 친구 공주 왕자 "
    "관리자 회사 고객 상담 주문 쇼핑몰 가나다라 가나다라마바사 아이유 김민수 김민지 김영희 김철수 이영희 박지성 손흥민"
)
_KOREAN_KEYS = (
    "qlalfqjsgh qlqjs tkfkd tkfkdgo dkssud dkssudgktpdy godqhr eogksalsrnr gksrnr tjdnf qntks gksmf qkek djaak "
    "dkQk dkqk rkwhr clsrn rhdwn dhkdwk rhksflwk ghltk rhror tkdeka wnans rkskekfk"
)
_THAI = (
    "รหัสผ่าน รหัส ความรัก รัก รักเธอ รักนะ คิดถึง สวัสดี สวัสดีค่ะ สวัสดีครับ ไทย ประเทศไทย กรุงเทพ เชียงใหม่ ภูเก็ต แม่ พ่อ "
    "ครอบครัว เพื่อน น้อง พี่ หมา แมว เงิน ร้าน ร้านค้า ลูกค้า ผู้ดูแล ผู้ดูแลระบบ บริษัท สมชาย สมศรี มานี มานะ ฟหกด ภถคต ๑๒๓๔"
)
_THAI_KEYS = "isylzjko isyl 8;k,iyd iyd l;ylfu l;ylfu8jt l;ylfu8iy[ 8bf57' grnjvo wmp xitgmlwmp"
_OURS = "regulars whatsapp inbox sandbox workspace demo"

WORDS = tuple(
    word.lower()
    for words in (_RUSSIAN, _RUSSIAN_KEYS, _KOREAN, _KOREAN_KEYS, _THAI, _THAI_KEYS, _OURS)
    for word in words.split()
)
