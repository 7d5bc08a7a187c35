"""`regulars reset-second-factor`: for whoever lost device and recovery codes, when no admin is left who could help."""

import click

from .loading import loaded_django, refusals_in_words


@click.command()
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Remove all second factors of the account EMAIL and sign it out everywhere. Its password stays as it is."""
    with loaded_django(), refusals_in_words():
        from regulars.workspaces.operations import find_account
        from regulars.workspaces.second_factors import reset_factors_by_command

        user = find_account(email)
        if user is None:
            raise click.ClickException(f"There is no account {email!r}.")
        had_some = reset_factors_by_command(user)
    if had_some:
        click.echo(f"{email} signs in with the password alone now, and is signed out everywhere.")
    else:
        click.echo(f"{email} had no second factor; nothing was changed.")
