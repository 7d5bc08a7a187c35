"""`regulars adopt-key`: go on with this server's secret key where the one before is lost."""

import click

from .loading import loaded_django


@click.command()
@click.confirmation_option(
    prompt="Access tokens and app secrets that were stored under the key before are given up. Go on?"
)
def adopt_key() -> None:
    """Go on with this server's secret key where the one before is lost.

    Credentials that only the lost key could open have to be entered again, in Settings, Numbers.
    """
    with loaded_django(belongs_to_us=False):
        from regulars.inboxes.operations import give_up_lost_credentials
        from regulars.kernel.server_key import adopt_key as adopt
        from regulars.mail.servers import give_up_lost_passwords

        changed = adopt()
        names = give_up_lost_credentials()
        mail_servers = give_up_lost_passwords()
    click.echo("The database belongs to this server's key now." if changed else "It did so already.")
    for name in names:
        click.echo(f"Enter access token and app secret of {name} again: Settings, Numbers.")
    if mail_servers:
        click.echo("Enter the mail server's password again: Settings, Mail.")
