"""The forms of roles. Nobody is offered what they do not have: it would be refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.web.administration.forms import role_field
from regulars.web.administration.role_words import DISTANCES, SUBJECTS
from regulars.web.roles import role_word
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Role
from regulars.workspaces.permissions import REACHES, Rights
from regulars.workspaces.roles import NAME_LENGTH


class NewRoleForm(forms.Form):
    name = forms.CharField(label=_("Name of the role"), max_length=NAME_LENGTH)

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = roles[0].handle if roles else None
        self.fields["copy_of"] = role_field(_("It begins as a copy of"), roles, initial=usual)


class RoleForm(forms.Form):
    """What a role may do, a list of ticks for each subject, and how far it reaches."""

    name = forms.CharField(label=_("Name of the role"), max_length=NAME_LENGTH)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"] = forms.CharField(widget=forms.HiddenInput, required=False)
        for distance in DISTANCES:
            near = REACHES[: REACHES.index(actor.far(distance.thing)) + 1]
            self.fields[f"reach_{distance.thing}"] = forms.ChoiceField(
                label=str(distance.label),
                choices=[(far, distance.sentences[far]) for far in near],
                widget=forms.RadioSelect,
            )
        for subject in SUBJECTS:
            offered = [each for each in subject.sentences.items() if actor.can(each[0])]
            if offered:
                self.fields[f"may_{subject.key}"] = forms.MultipleChoiceField(
                    label=str(subject.label),
                    choices=offered,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                )

    @staticmethod
    def filled_with(role: Role) -> dict[str, object]:
        rights = role.rights
        reach = {f"reach_{each.thing}": rights.far(each.thing) for each in DISTANCES}
        ticks = {f"may_{each.key}": sorted(rights.permissions & each.sentences.keys()) for each in SUBJECTS}
        return {"name": role.name, "version": role.version, **reach, **ticks}

    @property
    def rights(self) -> Rights:
        """Of a valid form; without the kinds of things that are not asked about."""
        ticked = [each for subject in SUBJECTS for each in self.cleaned_data.get(f"may_{subject.key}", [])]
        reach = {each.thing: self.cleaned_data[f"reach_{each.thing}"] for each in DISTANCES}
        return Rights(frozenset(ticked), reach)


class RemoveRoleForm(forms.Form):
    def __init__(self, *args: Any, takers: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = role_field(_("Its members go to"), takers)


class CompareForm(forms.Form):
    """Two roles, by their handles."""

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(role.handle, role_word(role)) for role in roles]
        self.fields["left"] = forms.ChoiceField(label=_("Compare"), choices=choices)
        self.fields["right"] = forms.ChoiceField(label=_("with"), choices=choices)
