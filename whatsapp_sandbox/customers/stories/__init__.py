"""Eight people in eight languages, in the order in which they first write."""

from whatsapp_sandbox.customers.stories import ar, en, es, ko, pt, ru, th, zh
from whatsapp_sandbox.customers.story import Story

STORIES: dict[str, Story] = {
    story.person["id"]: story
    for story in (ko.STORY, es.STORY, ru.STORY, en.STORY, th.STORY, pt.STORY, ar.STORY, zh.STORY)
}
