from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.inbox.views import (
    acting,
    files,
    presence,
    previewing,
    quick_replies,
    reading,
    sending,
    tagging,
    templates,
)

urlpatterns: list[URLPattern] = [
    path("", reading.start, name="home"),
    path("inbox", reading.start, name="inbox"),
    path("inbox/<str:view>", reading.show_list, name="inbox-view"),
    path("inbox/<str:view>/tags", tagging.list_tags, name="list-tags"),
    path("search", reading.search, name="search"),
    path("conversations/<str:conversation_id>", reading.show_conversation, name="conversation"),
    path("conversations/<str:conversation_id>/row", reading.row, name="conversation-row"),
    path("conversations/<str:conversation_id>/head", reading.head, name="conversation-head"),
    path("conversations/<str:conversation_id>/context", reading.show_context, name="conversation-context"),
    path("conversations/<str:conversation_id>/earlier", reading.earlier_messages, name="earlier-messages"),
    path("conversations/<str:conversation_id>/later", reading.later_messages, name="later-messages"),
    path("conversations/<str:conversation_id>/messages", sending.send, name="messages"),
    path("conversations/<str:conversation_id>/notes", acting.notes, name="notes"),
    path("conversations/<str:conversation_id>/draft", acting.draft, name="draft"),
    path("conversations/<str:conversation_id>/assignment", acting.assignment, name="assignment"),
    path("conversations/<str:conversation_id>/status", acting.status, name="conversation-status"),
    path("conversations/<str:conversation_id>/tags", tagging.conversation_tags, name="conversation-tags"),
    path("conversations/<str:conversation_id>/tagging", tagging.tag_conversation, name="tag-conversation"),
    path("conversations/<str:conversation_id>/presence", presence.presence, name="presence"),
    path("conversations/<str:conversation_id>/reading", acting.reading, name="reading"),
    path("conversations/<str:conversation_id>/templates", templates.picker, name="template-picker"),
    path(
        "conversations/<str:conversation_id>/quick-replies", quick_replies.picker, name="quick-reply-picker"
    ),
    path(
        "conversations/<str:conversation_id>/quick-replies/<str:reply_id>",
        quick_replies.insertion,
        name="quick-reply-insertion",
    ),
    path("writing-advice", quick_replies.advice, name="writing-advice"),
    path("conversations/<str:conversation_id>/preview", previewing.preview, name="message-preview"),
    path("conversations/<str:conversation_id>/template", templates.send_template, name="template-message"),
    path("messages/<str:message_id>/reaction", sending.reaction, name="message-reaction"),
    path("messages/<str:message_id>/retry", sending.retry, name="message-retry"),
    path("messages/<str:message_id>/stop", sending.stop, name="message-stop"),
    path("messages/<str:message_id>/decision", sending.decision, name="message-decision"),
    path("contacts/<str:contact_id>", acting.contact, name="contact"),
    path("contacts/<str:contact_id>/tags", tagging.contact_tags, name="contact-tags"),
    path("contacts/<str:contact_id>/tagging", tagging.tag_contact, name="tag-contact"),
    path("media", files.upload, name="upload"),
    path("media/<str:media_id>", files.show, name="media"),
    path("media/<str:media_id>/thumbnail", files.thumbnail, name="media-thumbnail"),
    path("media/<str:media_id>/retry", files.retry, name="media-retry"),
]
