"""Rafael, São Paulo: a complaint about a wrong grind."""

from whatsapp_sandbox.customers.story import Story

STORY = Story(
    person={
        "id": "rafael",
        "name": "Rafael Moreira",
        "phone": "+5511900000152",
        "user_id": "BR.55119008812340017263",
        "language": "pt_BR",
        "about": "Disponível",
    },
    number=0,
    opening=[
        {
            "type": "reaction",
            "reaction": {"message_id": "wamid.HBgNNTUxMTkwMDAwMDE1MhUCABEYEjQ", "emoji": "❤️"},
        },
        "Oi, tudo bem? Pedi café em grãos e veio moído 😕",
        {"type": "image", "image": {"sample": "beans", "caption": "Era este aqui que eu queria, em grãos."}},
        {"call": 0},
    ],
    turns=[
        ["Pedido HP-4815, dois pacotes de 500 g. Comprei pelo site no dia 16."],
        ["Prefiro a troca mesmo. Vocês mandam retirar ou eu levo ao correio?"],
        ["Combinado, fico em casa na quinta à tarde."],
        ["Valeu pela rapidez!", {"react": "👏"}],
    ],
    thanks=["Obrigado, um abraço!"],
    later=[
        ["O motoboy ainda não passou para retirar, ele vem hoje?"],
        ["Chegou certinho agora. Qual moagem vocês indicam para coador de pano?"],
        ["Tem cupom para cliente antigo? 😄"],
    ],
)
