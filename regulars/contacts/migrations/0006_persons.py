from django.db import migrations, models

# The column is filled before the constraint is there: a table with checks that are still to be made cannot be altered.
FORWARD = """
ALTER TABLE contacts_contact ADD COLUMN person_id uuid;
UPDATE contacts_contact SET person_id = id;
ALTER TABLE contacts_contact ALTER COLUMN person_id SET NOT NULL;
CREATE INDEX contact_by_person ON contacts_contact (person_id);
ALTER TABLE contacts_contact ADD CONSTRAINT contact_person_exists
  FOREIGN KEY (person_id) REFERENCES contacts_contact (id) DEFERRABLE INITIALLY DEFERRED;
CREATE FUNCTION contacts_point_to_self() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.person_id := NEW.id; RETURN NEW; END $$;
CREATE TRIGGER contact_is_themselves BEFORE INSERT ON contacts_contact
  FOR EACH ROW WHEN (NEW.person_id IS NULL) EXECUTE FUNCTION contacts_point_to_self();
"""
BACKWARD = """
DROP TRIGGER contact_is_themselves ON contacts_contact;
DROP FUNCTION contacts_point_to_self();
ALTER TABLE contacts_contact DROP COLUMN person_id;
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_columns_have_database_defaults")]

    operations = [
        migrations.RunSQL(
            FORWARD,
            BACKWARD,
            state_operations=[
                migrations.AddField(
                    "contact",
                    "person",
                    models.ForeignKey(
                        "contacts.contact",
                        on_delete=models.DO_NOTHING,
                        related_name="contacts",
                        editable=False,
                    ),
                    preserve_default=False,
                )
            ],
        ),
    ]
