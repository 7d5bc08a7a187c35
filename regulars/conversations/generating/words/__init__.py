"""What people and shops say to each other, a file for each language."""

from regulars.conversations.generating.words import ar, de, en, es, ko, pt, ru, th

LANGUAGES = {each.WORDS.language: each.WORDS for each in (en, ko, ru, th, es, pt, de, ar)}
