"""Kim Minji, Seoul: a cup arrived broken."""

from whatsapp_sandbox.customers.story import Story

STORY = Story(
    person={
        "id": "minji",
        "name": "김민지",
        "phone": "+821000000117",
        "user_id": "KR.82013491208655302741",
        "language": "ko",
        "about": "☕ 오늘도 한 잔",
    },
    number=0,
    opening=[
        "안녕하세요, 어제 받은 주문 HP-4821 때문에 연락드려요.",
        {"type": "image", "image": {"sample": "damaged-cup", "caption": "도자기 컵이 깨진 채로 왔어요 😢"}},
    ],
    turns=[
        [
            "네, 상자는 멀쩡했는데 컵만 금이 가 있었어요.",
            "선물용이라서 28일까지는 꼭 필요한데 교환 가능할까요?",
        ],
        ["주소는 그대로예요. 서울 성동구 성수동이고, 부재 시 문 앞에 두시면 됩니다."],
        ["아, 그럼 깨진 컵은 반송 안 해도 되는 거죠?"],
        ["빠른 안내 감사해요! 새 컵 기다릴게요 🙏", {"react": "❤️"}],
    ],
    thanks=["네 감사합니다. 좋은 하루 보내세요!"],
    later=[
        ["혹시 같은 컵 네이비 색상도 재입고 예정 있나요?"],
        ["원두도 같이 주문하려고 하는데, 산미 적은 걸로 하나만 추천해 주세요."],
        ["선물 포장은 따로 얼마인가요?"],
    ],
    asides={"사진": [{"type": "image", "image": {"sample": "parcel", "caption": "상자 사진도 보내드려요."}}]},
)
