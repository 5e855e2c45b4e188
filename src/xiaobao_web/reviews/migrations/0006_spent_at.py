from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0005_figure_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="spent_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
