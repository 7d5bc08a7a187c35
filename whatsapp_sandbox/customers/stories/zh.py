"""Chen Mei, Sydney: choosing a kettle from a list, paying, a reservation."""

from whatsapp_sandbox.customers.story import Story

STORY = Story(
    person={
        "id": "mei",
        "name": "陈美玲",
        "phone": "+61491570157",
        "user_id": "AU.61490033187265540098",
        "language": "zh_CN",
        "about": "悉尼 · 手冲爱好者",
    },
    number=1,
    opening=[
        {
            "type": "text",
            "text": "您好，请问这款松木手柄的手冲壶还有货吗？",
            "context": {
                "referred_product": {
                    "catalog_id": "100000000000301",
                    "product_retailer_id": "KETTLE-PINE-800",
                }
            },
        },
        "我在悉尼，大概几天能到？运费我看了harborandpine.example/shipping，没找到澳洲。",
    ],
    turns=[
        ["0.8 升的有吗？最好是哑光黑色。"],
        ["好的，那我要一个壶，再加两包「港湾」咖啡豆，一共多少钱？"],
        ["可以的，我用信用卡付款，麻烦发一下链接。"],
        ["已经付好了，谢谢！", {"react": "👌"}],
    ],
    thanks=["辛苦了，期待收到 ☕"],
    later=[
        ["请问我的订单 HP-4851 发货了吗？"],
        [{"type": "image", "image": {"sample": "kettle", "caption": "收到了，颜色比照片还好看！"}}],
        ["想给办公室订 10 个杯子，有批发价吗？"],
    ],
    taps=1,
)
