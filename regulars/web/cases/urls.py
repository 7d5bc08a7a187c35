from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.cases.views import beside, case, files, lists

urlpatterns: list[URLPattern] = [
    path("cases", lists.cases, name="cases"),
    path("cases/board", lists.board, name="case-board"),
    path("cases/several", lists.change_several, name="change-cases"),
    path("cases/form", beside.ask_alone, name="case-form"),
    path("cases/new", beside.open_alone, name="new-case"),
    path("cases/<str:case_id>", case.case, name="case"),
    path("cases/<str:case_id>/change", case.change, name="change-case"),
    path("cases/<str:case_id>/description", case.describe, name="describe-case"),
    path("cases/<str:case_id>/resolution", case.resolve, name="resolve-case"),
    path("cases/<str:case_id>/reopening", case.reopen, name="reopen-case"),
    path("cases/<str:case_id>/merge", case.merge, name="merge-case"),
    path("cases/<str:case_id>/parting", case.unmerge, name="unmerge-case"),
    path("cases/<str:case_id>/comments", case.comment, name="comment-case"),
    path("cases/<str:case_id>/contacts", case.add_contact, name="add-case-contact"),
    path("cases/<str:case_id>/contacts/drop", case.drop_contact, name="drop-case-contact"),
    path("cases/<str:case_id>/files", files.add, name="add-case-files"),
    path("cases/<str:case_id>/files/<str:file_id>", files.show, name="case-file"),
    path("cases/<str:case_id>/files/<str:file_id>/drop", files.drop, name="drop-case-file"),
    path("cases/<str:case_id>/conversations", beside.link, name="link-case"),
    path("conversations/<str:conversation_id>/cases/form", beside.ask, name="conversation-case-form"),
    path("conversations/<str:conversation_id>/cases", beside.open_here, name="conversation-cases"),
    path("conversations/<str:conversation_id>/cases/offered", beside.offered, name="cases-offered"),
]
