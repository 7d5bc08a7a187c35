"""The forms of quick replies: one reply with a text for each language, a file of many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from babel import Locale
from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regulars.inboxes.channels import every_channel
from regulars.kernel.ids import parse_id
from regulars.quick_replies.checking import FOLDER_LENGTH, MOST_LANGUAGES, NAME_LENGTH
from regulars.quick_replies.exchange import Format
from regulars.quick_replies.operations import ReplyDraft
from regulars.quick_replies.shortcuts import LENGTH
from regulars.quick_replies.wordings import Wording
from regulars.web.design.form_dialogs import Choice
from regulars.workspaces.models import Team

BUTTONS = ("button_1", "button_2", "button_3")
OFFERED_LANGUAGES = (
    *(
        "en",
        "ko",
        "ru",
        "th",
        "ar",
        "bn",
        "cs",
        "da",
        "de",
        "el",
        "es",
        "es_MX",
        "fa",
        "fi",
        "fil",
        "fr",
        "he",
    ),
    *(
        "hi",
        "hu",
        "id",
        "it",
        "ja",
        "kk",
        "km",
        "lo",
        "mn",
        "ms",
        "my",
        "nb",
        "nl",
        "pl",
        "pt",
        "pt_BR",
        "ro",
    ),
    *("sv", "ta", "tr", "uk", "ur", "uz", "vi", "zh_CN", "zh_HK", "zh_TW"),
)


def language_choices(*more: str) -> list[tuple[str, str]]:
    """By their names in the reader's language; ``more``: codes that are in use already."""
    codes = dict.fromkeys((*OFFERED_LANGUAGES, *filter(None, more)))
    named = [(code, name_of_language(code)) for code in codes]
    return [("", "–"), *sorted(named, key=lambda each: each[1].casefold())]


def name_of_language(code: str) -> str:
    try:
        said = Locale.parse(code).get_display_name(get_language() or "en")
    except (ValueError, LookupError):
        return code
    return said[:1].upper() + said[1:] if said else code


if TYPE_CHECKING:
    _WordingFormSet = BaseFormSet["WordingForm"]
else:
    _WordingFormSet = BaseFormSet


class QuickReplyForm(forms.Form):
    shortcut = forms.CharField(
        label=_("Shortcut"), max_length=LENGTH + 1, help_text=_("What one types after the slash: /hello")
    )
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    folder = forms.CharField(
        label=_("Folder"),
        max_length=FOLDER_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"list": "quick-reply-folders", "autocomplete": "off"}),
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, teams: Iterable[Team], can_manage: bool, is_own: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        shared = [
            ("all", Choice(_("Everybody"))),
            ("teams", Choice(_("Some teams"), _("Whoever is in one of them."))),
        ]
        own = [("member", Choice(_("Only me"), _("Nobody else sees it.")))]
        choices = [*(shared if can_manage else []), *(own if is_own else [])]
        self.fields["audience"] = forms.ChoiceField(
            label=_("For whom"), choices=choices, widget=forms.RadioSelect, initial=choices[0][0]
        )
        named = [(str(team.id), team.name) for team in teams]
        if can_manage and named:
            self.fields["teams"] = forms.MultipleChoiceField(
                label=_("Which teams"),
                choices=named,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )


class WordingForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), required=False)
    text = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "data-preview": True}),
    )
    button_1 = forms.CharField(label=_("First button"), required=False)
    button_2 = forms.CharField(label=_("Second button"), required=False)
    button_3 = forms.CharField(label=_("Third button"), required=False)
    link_label = forms.CharField(label=_("Label of the link"), required=False)
    link_url = forms.CharField(label=_("Link"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = str(self.initial.get("language", "") or self.data.get(self.add_prefix("language"), ""))
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)  # noqa: S101 -- for the types
        language.choices = language_choices(known)
        for name, part in (*((name, "button") for name in BUTTONS), ("link_label", "link_label")):
            limits = [channel.part_limits[part] for channel in every_channel() if part in channel.part_limits]
            self.fields[name].widget.attrs["maxlength"] = str(max(limits, default=20))
            self.fields[name].widget.attrs["dir"] = "auto"

    @property
    def wording(self) -> Wording:
        said = self.cleaned_data
        return Wording(
            language=said["language"],
            text=said["text"],
            buttons=tuple(said[name] for name in BUTTONS if said[name]),
            link_label=said["link_label"],
            link_url=said["link_url"],
        )

    @property
    def is_said(self) -> bool:
        """A language whose text was emptied is taken away."""
        said = self.cleaned_data
        return bool(said.get("text", "").strip()) or any(said.get(name) for name in (*BUTTONS, "link_url"))

    @property
    def has_extras(self) -> bool:
        """Whether what can be tapped is shown at once."""
        return any(self[name].value() for name in (*BUTTONS, "link_label", "link_url"))


class _BaseWordings(_WordingFormSet):
    def add_fields(self, form: WordingForm, index: int | None) -> None:
        """The first text is needed; one of the others that is emptied is taken away."""
        super().add_fields(form, index)
        for name in ("language", "text"):
            form.fields[name].required = index == 0


_WordingForms = formset_factory(
    WordingForm,
    formset=_BaseWordings,
    extra=1,
    max_num=MOST_LANGUAGES,
    absolute_max=MOST_LANGUAGES + 1,
    validate_max=True,
)


def wording_forms(data: Any = None, wordings: Sequence[Wording] = ()) -> BaseFormSet[WordingForm]:
    initial = [
        {
            "language": each.language,
            "text": each.text,
            "link_label": each.link_label,
            "link_url": each.link_url,
            **dict(zip(BUTTONS, each.buttons, strict=False)),
        }
        for each in wordings
    ]
    return _WordingForms(data, initial=initial, prefix="texts")


def draft_in(
    form: QuickReplyForm, wordings: BaseFormSet[WordingForm], media_ids: Iterable[UUID]
) -> ReplyDraft:
    """Of forms that are valid."""
    said = form.cleaned_data
    return ReplyDraft(
        shortcut=said["shortcut"],
        name=said["name"],
        wordings=tuple(_said(wordings)),
        folder=said["folder"],
        audience=said["audience"],
        team_ids=tuple(each for name in said.get("teams", ()) if (each := parse_id(name))),
        media_ids=tuple(media_ids),
    )


def _said(wordings: BaseFormSet[WordingForm]) -> Iterator[Wording]:
    yield from (each.wording for each in wordings if each.is_said)


class ImportForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("CSV or JSON, as exported here."))

    @property
    def written_as(self) -> Format:
        return "json" if self.cleaned_data["file"].name.lower().endswith(".json") else "csv"
