"""Somchai, Bangkok: a tasting and where the shop is."""

from whatsapp_sandbox.customers.story import Story

STORY = Story(
    person={
        "id": "somchai",
        "name": "สมชาย วงศ์ทอง",
        "phone": "+66800000131",
        "user_id": "TH.66120098734561200457",
        "language": "th",
        "about": "กาแฟดริปทุกเช้า",
    },
    number=0,
    opening=[
        {
            "type": "interactive",
            "interactive": {
                "type": "nfm_reply",
                "nfm_reply": {
                    "name": "flow",
                    "body": "Sent",
                    "response_json": '{"flow_token": "tasting-1", "screen_0_วิชา_0": "0_ชิมกาแฟ",'
                    ' "screen_0_วันที่_1": "2026-12-05", "screen_0_จำนวนคน_2": "3",'
                    ' "screen_1_หมายเหตุ_0": "หนึ่งคนไม่ดื่มนมวัว"}',
                },
            },
        },
        "สวัสดีครับ กรอกแบบฟอร์มแล้ว วันเสาร์นี้ยังว่างไหมครับ",
        "ผมกับเพื่อนอีกสองคนอยากไปครับ 😊",
    ],
    turns=[
        ["ถ้าเป็นรอบบ่ายสองโมงจะสะดวกที่สุดครับ ราคาคนละเท่าไรครับ"],
        ["โอเคครับ จองสามที่ ชื่อสมชายนะครับ"],
        [
            {
                "type": "location",
                "location": {
                    "latitude": 13.7367,
                    "longitude": 100.5231,
                    "name": "สถานีสามย่าน",
                    "address": "ถนนพระราม 4 กรุงเทพฯ",
                },
            },
            "ผมจะเดินไปจากตรงนี้ ร้านอยู่ไกลไหมครับ",
        ],
        ["ขอบคุณมากครับ เจอกันวันเสาร์ครับ", {"react": "🙏🏽"}],
    ],
    thanks=["ครับผม ขอบคุณครับ"],
    later=[
        ["ขอเปลี่ยนจากสามที่เป็นสี่ที่ได้ไหมครับ"],
        ["เมล็ดที่ชิมคราวก่อนยังมีขายไหมครับ ถุง 250 กรัม"],
        [{"type": "sticker", "sticker": {"sample": "thanks"}}, "กาแฟอร่อยมากครับ"],
    ],
)
