"""Oliver, London: a wholesale enquiry and a voice note."""

from whatsapp_sandbox.customers.story import Story

STORY = Story(
    person={
        "id": "oliver",
        "name": "Oliver Hartley",
        "phone": "+442079460118",
        "user_id": "GB.44771209385566012938",
        "language": "en",
        "about": "Northgate Coffee Bar",
    },
    number=1,
    opening=[
        "Morning! We run two small coffee bars in London and are looking for a new house roast.",
        (
            "Every month we would need:\n- *40 kg* Harbor Blend\n- 6 kg decaf, ~whole~ ground\n- filters, size 02\n"
            "> Free delivery over 30 kg\nI found that on harborandpine.example/wholesale, does it still hold?"
        ),
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {"formatted_name": "Priya Nair", "first_name": "Priya", "last_name": "Nair"},
                    "org": {"company": "Northgate Coffee Bar", "title": "Bookkeeper"},
                    "phones": [{"phone": "+44 20 7946 0119", "type": "WORK"}],
                    "emails": [{"email": "priya@northgate.example", "type": "WORK"}],
                    "addresses": [
                        {"street": "12 Lamb Street", "city": "London", "zip": "E1 6EA", "type": "WORK"}
                    ],
                    "urls": [{"url": "https://northgate.example/invoices", "type": "WORK"}],
                    "origin": "other",
                }
            ],
        },
        "What would *40 kg a month* of Harbor Blend cost us, delivered?",
    ],
    turns=[
        ["Sounds fair. Is that price with the 60 day payment term or up front?"],
        [
            {
                "type": "document",
                "document": {
                    "sample": "purchase-order",
                    "filename": "PO-2207.pdf",
                    "caption": "Here is our first order.",
                },
            }
        ],
        ["Also, can the kettles travel with the same pallet? Twelve of them."],
        ["Perfect, go ahead then.", {"react": "👍"}],
    ],
    thanks=["Cheers, speak soon."],
    later=[
        [{"type": "audio", "audio": {"sample": "voice-en"}}],
        ["Quick one: could we get 5 kg of the decaf with Friday's delivery?"],
        ["Our invoice 3381 shows the old address. Could you send a corrected one?"],
    ],
    asides={"sample": ["Yes please, two sample bags to the Northgate address would be great."]},
)
