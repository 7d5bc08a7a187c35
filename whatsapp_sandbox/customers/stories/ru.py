"""Dmitry, Moscow: where is the parcel."""

from whatsapp_sandbox.customers.story import Story

STORY = Story(
    person={
        "id": "dmitry",
        "name": "Дмитрий Соколов",
        "phone": "+79450000123",
        "user_id": "RU.70021554876390215648",
        "language": "ru",
        "about": "На связи после 10:00",
    },
    number=0,
    opening=[
        "Добрый день! Заказывал у вас чайник и воронку, заказ HP-4790.",
        {
            "type": "interactive",
            "interactive": {
                "type": "call_permission_reply",
                "call_permission_reply": {
                    "response": "accept",
                    "is_permanent": True,
                    "response_source": "user_action",
                },
            },
        },
        {"call": 95},
        "По трекингу посылка третий день стоит на сортировке. Подскажите, пожалуйста, где она?",
    ],
    turns=[
        ["Трек-номер PN0000471225RU, получатель Соколов Д. А."],
        ["Понял. А если до пятницы не сдвинется, вы сможете отправить заново или вернуть деньги?"],
        ["Хорошо, тогда жду до пятницы.", {"react": "👍"}],
    ],
    thanks=["Спасибо, что разобрались!"],
    later=[
        [
            {
                "type": "image",
                "image": {"sample": "parcel", "caption": "Приехало! Коробка немного помята, но всё цело."},
            }
        ],
        ["Есть ли у вас бумажные фильтры 02 по сто штук? И сколько будет доставка?"],
        ["А зёрна «Гавань» какой обжарки сейчас в наличии?"],
    ],
    asides={"номер": ["Трек тот же: PN0000471225RU."]},
)
