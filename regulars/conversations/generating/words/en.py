"""English."""

from regulars.conversations.generating.scripts import read_words

WORDS = read_words(
    "en",
    products="Harbor Blend 1 kg | Decaf 500 g | Pour-over kettle | Glass dripper | Paper filters 02 | Hand grinder"
    " | Travel mug | Cold brew bottle | Gift box Winter | Espresso cups, set of 4",
    prices="€14.90 | €19.50 | €24 | €32.80 | €49 | €79",
    notes="Regular customer, always polite. | Wants an invoice with the VAT number. | Asked for a call on Monday."
    " | Second complaint about the courier this month. | Offer 10 % next time. | Waits for the restock of {product}.",
    threads="""
    < Hi, how much is the {product}? | Hello! What does the {product} cost? | Is the {product} still {price}?
    > The {product} is {price}, delivery included. | Hello! It is {price} and we have it in stock.
    < Great, I'll take two. | Do you ship it to the islands as well? | Perfect, one for me please.
    > Done. You will get the confirmation in a moment. | We do, it takes {days} days. Shall I reserve it?
    < Thank you! | Thanks, that was quick 👍

    < Where is my order {number}? It should have arrived yesterday. | Any news about order {number}?
    > I'll check with the courier, one moment please. | Let me look, give me two minutes.
    > Order {number} is in the local depot and comes within {days} days. | Found it: out for delivery today.
    < OK, thanks for checking. | Finally! Thank you.
    > You are welcome. | Any time. Have a good day!

    < The {product} arrived broken 😕 | My {product} has a crack.
    <image The {product} as it came out of the box | Here is the damage
    > I am sorry about that. We send a new {product} today, you need not return the old one.
    < That's really kind. When will it be here?
    > In {days} days. The order number is {number}.
    <reaction ❤️

    < Can I change the address of order {number}? | I moved. Can {number} go to my new address?
    > Of course, as long as it has not left. What is the new one? | Yes! Please send me the new address.
    <location
    > Changed. It leaves tomorrow morning. | Thank you, order {number} goes there now.

    < Do you have the {product} in stock? | Is the {product} available again?
    >image This is the new {product}, fresh from this week | The {product}, back in stock since Monday
    < Looks lovely. How long does delivery take? | Nice! And the price?
    > {days} days, and it costs {price}. | It is {price}, at your door in {days} days.
    <order 2 × {product}
    > Thank you for your order! We pack it today. | Received, thank you!

    < I need an invoice for order {number}. | Could you send me the invoice of {number} again?
    >document Here it is. | Your invoice for order {number}.
    < Thanks! The company name is missing though.
    > What should it say? I'll issue it again.
    <contacts
    > Thank you, you will have it by mail today.

    < I'd like to return the {product}, it does not fit my kitchen. | Can I give the {product} back?
    >buttons How would you like to return it?
    <choice
    > The label is on its way to you. The money is back {days} days after it arrives.
    < Perfect, thank you.

    >template Your order {number} is on its way. It arrives within {days} days.
    <button Thanks, I will be at home
    < Can the courier leave it with the neighbour? | After 5 pm would be best.
    > I've told the courier. | Noted, they will try after 5.

    <audio
    > I could not hear it well, could you write it please? | Thank you for the message! Do you mean the {product}?
    < Yes, sorry. Is the {product} ground or whole beans? | I meant the {product}: does the guarantee cover it?
    > You can choose when you order. | Yes, for two years from the day of purchase.
    <sticker
    """,
)
