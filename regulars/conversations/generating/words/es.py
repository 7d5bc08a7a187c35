"""Spanish."""

from regulars.conversations.generating.scripts import read_words

WORDS = read_words(
    "es",
    products="Harbor Blend 1 kg | Descafeinado 500 g | Hervidor de cuello fino | Gotero de vidrio | Filtros 02"
    " | Molino manual | Vaso térmico | Botella para cold brew",
    prices="$289 | $349 | $459 | $690 | $1,290",
    notes="Cliente frecuente, muy amable. | Necesita factura. | Pidió que le llamemos el lunes. | Espera: {product}.",
    threads="""
    < Hola, ¿cuánto cuesta {product}? | Buenas, ¿qué precio tiene {product}?
    > ¡Hola! {product} cuesta {price} con envío incluido. | Buenas, {price}, y lo tenemos en existencia.
    < Perfecto, quiero dos. | ¿Envían también a la costa?
    > Listo, en un momento recibe la confirmación. | Sí, tarda {days} días. ¿Se lo aparto?
    < ¡Muchas gracias! | Gracias, muy rápido 👍

    < ¿Dónde está mi pedido {number}? Debía llegar ayer. | ¿Alguna novedad del pedido {number}?
    > Lo reviso con la paquetería, un momento por favor.
    > El pedido {number} está en el almacén local y llega en {days} días.
    < De acuerdo, gracias por revisar.

    < {product} llegó roto 😕
    <image Así venía en la caja
    > Lo siento mucho. Hoy le enviamos uno nuevo y no tiene que devolver nada.
    < Qué amables, gracias.
    <reaction ❤️

    < ¿Puedo cambiar la dirección del pedido {number}?
    > Claro, si aún no ha salido. ¿Cuál es la nueva?
    <location
    > Cambiada. Sale mañana por la mañana.

    < ¿Tienen {product}?
    >image {product}, recién llegado
    <order 2 × {product}
    > ¡Gracias por su pedido! Lo empacamos hoy.

    < Quisiera devolver {product}.
    >buttons ¿Cómo prefiere devolverlo?
    <choice
    > La guía va en camino. El reembolso llega {days} días después.

    >template Su pedido {number} va en camino. Llega en {days} días.
    <button Gracias, estaré en casa
    < ¿Pueden dejarlo con el vecino?
    > Ya avisamos al repartidor.
    """,
)
