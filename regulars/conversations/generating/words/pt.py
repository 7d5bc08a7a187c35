"""Portuguese, as in Brazil."""

from regulars.conversations.generating.scripts import read_words

WORDS = read_words(
    "pt",
    products="Harbor Blend 1 kg | Descafeinado 500 g | Chaleira bico de ganso | Coador de vidro | Filtros 02"
    " | Moedor manual | Copo térmico | Garrafa para cold brew",
    prices="R$ 59,90 | R$ 79,90 | R$ 129 | R$ 189 | R$ 349",
    notes="Cliente antigo, sempre gentil. | Precisa de nota fiscal. | Pediu ligação na segunda. | Espera: {product}.",
    threads="""
    < Oi, quanto custa {product}? | Bom dia, qual o preço de {product}?
    > Oi! {product} sai por {price} com frete. | Bom dia! {price}, temos em estoque.
    < Ótimo, quero dois. | Vocês entregam no litoral?
    > Pronto, já vai chegar a confirmação. | Entregamos, leva {days} dias. Posso reservar?
    < Obrigada! | Obrigado, super rápido 👍

    < Cadê meu pedido {number}? Era para chegar ontem. | Alguma novidade do pedido {number}?
    > Vou ver com a transportadora, um instante.
    > O pedido {number} está no centro local e chega em {days} dias.
    < Tá bom, obrigada por verificar.

    < {product} chegou quebrado 😕
    <image Estava assim na caixa
    > Sentimos muito! Hoje mesmo enviamos outro, não precisa devolver.
    < Que gentileza, obrigada.
    <reaction ❤️

    < Posso mudar o endereço do pedido {number}?
    > Claro, se ainda não saiu. Qual é o novo?
    <location
    > Alterado. Sai amanhã cedo.

    < Vocês têm {product}?
    >image {product}, chegou esta semana
    <order 2 × {product}
    > Obrigado pelo pedido! Embalamos hoje.

    < Quero devolver {product}.
    >buttons Como prefere devolver?
    <choice
    > A etiqueta está a caminho. O reembolso sai em {days} dias.

    >template Seu pedido {number} está a caminho. Chega em {days} dias.
    <button Obrigada, estarei em casa
    < Pode deixar na portaria?
    > Avisamos o entregador.
    """,
)
