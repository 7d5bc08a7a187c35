"""Lucía, Madrid: sizes, induction and a price."""

from whatsapp_sandbox.customers.story import Story

STORY = Story(
    person={
        "id": "lucia",
        "name": "Lucía Fernández",
        "phone": "+34600000125",
        "user_id": "ES.34700981233409125577",
        "language": "es",
        "about": "Ocupada ☕",
    },
    number=0,
    opening=[
        {
            "type": "text",
            "text": "¡Hola! ¿La tetera de cuello de cisne sirve para inducción?",
            "referral": {
                "source_url": "https://harborandpine.example/otono",
                "source_id": "120210000000301",
                "source_type": "ad",
                "headline": "Cuello de cisne, pulso firme",
                "body": "Nuestra tetera de 1 litro, ahora con un 15 % de descuento y envío gratis.",
                "sample": "kettle",
                "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ-QTwRiyYHAFDLMNDBH0CD3qpjd0HR4irJ6LEkR7JwFF4XvnO2E4Nx0",
            },
        },
        "¿Y cuánto cuesta con envío a Madrid?",
    ],
    turns=[
        ["Vale. ¿La hay también de 0,6 litros? La de un litro es grande para mi cocina."],
        [{"type": "audio", "audio": {"sample": "voice-es"}}],
        ["Perfecto, me quedo con la negra. ¿Puedo pagar con Bizum?"],
        ["Hecho ✅ Acabo de pagar.", {"react": "😍"}],
    ],
    thanks=["¡Muchas gracias por todo!"],
    later=[
        ["Hola de nuevo, ¿cuándo llegaría el pedido HP-4833?"],
        [{"type": "image", "image": {"sample": "kettle", "caption": "¡Ya llegó! Es preciosa 😊"}}],
        ["¿Hacéis cursos de latte art en diciembre?"],
    ],
    asides={"color": ["La negra, por favor."]},
)
