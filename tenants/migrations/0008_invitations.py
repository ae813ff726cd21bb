import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0007_retention"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("digest", models.CharField(help_text="SHA-256 of the link's secret, hexadecimal.", max_length=64)),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "Owner"), ("admin", "Admin"), ("analyst", "Analyst"), ("viewer", "Viewer")],
                        max_length=16,
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, help_text="Whom it is for, in the inviter's words.", max_length=100),
                ),
                ("actor", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("accepted_by", models.CharField(blank=True, max_length=100)),
                (
                    "tenant",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "digest"), name="invitation_by_its_secret"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["owner", "admin", "analyst", "viewer"])),
                        name="invitation_role_is_known",
                    ),
                ],
            },
        ),
    ]
