"""German."""

from regulars.conversations.generating.scripts import read_words

WORDS = read_words(
    "de",
    products="Harbor Blend 1 kg | Entkoffeiniert 500 g | Schwanenhalskessel | Glasfilter | Papierfilter 02"
    " | Handmühle | Thermobecher | Cold-Brew-Flasche",
    prices="14,90 € | 19,50 € | 24,00 € | 32,80 € | 79,00 €",
    notes="Stammkunde, immer freundlich. | Braucht eine Rechnung mit USt-IdNr. | Rückruf am Montag erbeten."
    " | Wartet auf: {product}.",
    threads="""
    < Hallo, was kostet {product}? | Guten Tag, gibt es {product} noch für {price}?
    > Hallo! {product} kostet {price} inklusive Versand. | Guten Tag! {price}, und vorrätig.
    < Super, ich nehme zwei. | Liefern Sie auch auf die Inseln?
    > Erledigt, die Bestätigung kommt gleich. | Ja, das dauert {days} Tage. Soll ich reservieren?
    < Danke! | Danke, das ging schnell 👍

    < Wo bleibt meine Bestellung {number}? | Gibt es Neues zu {number}?
    > Ich frage beim Paketdienst nach, einen Moment bitte.
    > Bestellung {number} liegt im Depot und kommt in {days} Tagen.
    < Gut, danke fürs Nachsehen.

    < {product} kam zerbrochen an 😕
    <image So lag es im Karton
    > Das tut uns leid. Wir schicken heute Ersatz, zurücksenden müssen Sie nichts.
    < Sehr nett, vielen Dank.
    <reaction ❤️

    < Kann ich die Adresse von {number} noch ändern?
    > Gern, solange sie nicht unterwegs ist. Wie lautet die neue?
    <location
    > Geändert. Sie geht morgen früh raus.

    < Haben Sie {product} auf Lager?
    >image {product}, frisch eingetroffen
    <order 2 × {product}
    > Danke für die Bestellung! Wir packen heute.

    < Ich möchte {product} zurückgeben.
    >buttons Wie möchten Sie zurücksenden?
    <choice
    > Das Etikett ist unterwegs. Das Geld kommt {days} Tage nach Eingang.

    >template Ihre Bestellung {number} ist unterwegs und kommt in {days} Tagen an.
    <button Danke, ich bin zu Hause
    < Kann der Bote es beim Nachbarn lassen?
    > Wir haben es weitergegeben.
    """,
)
