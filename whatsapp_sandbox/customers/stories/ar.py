"""Layla, Riyadh: an order as a gift, with the number hidden behind a user name."""

from whatsapp_sandbox.customers.story import Story

STORY = Story(
    person={
        "id": "layla",
        "name": "ليلى الأحمد",
        "phone": "+966500000146",
        "user_id": "SA.96650018872340091725",
        "language": "ar",
        "identity": "hidden",
        "username": "layla.ahmad",
        "about": "قهوة عربية أولاً",
    },
    number=0,
    opening=[
        "السلام عليكم، هل تشحنون إلى الرياض؟",
        {
            "type": "order",
            "order": {
                "catalog_id": "100000000000301",
                "text": "من فضلكم بدون فاتورة داخل العلبة",
                "product_items": [
                    {
                        "product_retailer_id": "CUP-SET-6",
                        "quantity": 1,
                        "item_price": 210,
                        "currency": "SAR",
                    },
                    {
                        "product_retailer_id": "BEANS-HARBOR-500",
                        "quantity": 2,
                        "item_price": 64.5,
                        "currency": "SAR",
                    },
                ],
            },
        },
        "أريد طقم فناجين هدية مع بطاقة مكتوبة بخط اليد.",
    ],
    turns=[
        ["ممتاز. كم تكلفة الشحن وكم يوم يستغرق؟"],
        ["هل وصلكم الطلب؟"],
        ["اكتبوا على البطاقة: «كل عام وأنتِ بخير يا أمي»."],
        ["شكراً جزيلاً على لطفكم 🌷", {"react": "❤️"}],
    ],
    thanks=["الله يعطيكم العافية."],
    later=[
        ["هل يمكن تغيير لون الفناجين إلى الأبيض؟"],
        ["متى يصل الطلب HP-4840 إن شاء الله؟"],
        ["هل لديكم هيل مطحون؟"],
    ],
)
