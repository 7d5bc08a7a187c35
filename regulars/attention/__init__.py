"""Attention: which conversations members are to look at, or want to keep an eye on.

Owns what a note names (members, teams, everybody), who was told by that and has looked since, and who follows what.
Publishes ``MemberMentioned``, ``MentionsSeen``, ``ConversationFollowed`` and ``ConversationUnfollowed``.
"""
