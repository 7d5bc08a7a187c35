"""`regulars adopt-media`: go on with this machine's media directory."""

import click

from .loading import loaded_django


@click.command()
@click.confirmation_option(
    prompt="Files that lie in the media directory used before are missing unless they are copied here. Go on?"
)
def adopt_media() -> None:
    """Go on with this machine's media directory where the one before is gone.

    Other machines over this database refuse to start until they use the same directory.
    """
    with loaded_django() as settings:
        from regulars.media.place import adopt_place

        changed = adopt_place()
    directory = settings.home / "media"
    click.echo(
        f"The database's files lie in {directory} now." if changed else f"They lay in {directory} already."
    )
