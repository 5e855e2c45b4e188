"""The repair of recorded sales is a track too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0017_confidential_titles")]

    operations = [
        migrations.AlterField(
            "case",
            "track",
            models.CharField(
                choices=[
                    ("direct", "直接投诉"),
                    ("nfra_transfer", "金融监管转办"),
                    ("pboc_transfer", "人民银行转办"),
                    ("consumer_authority", "12315 转办"),
                    ("info_leak", "信息泄露"),
                    ("credit_objection", "征信异议"),
                    ("insurance_claim", "保险理赔"),
                    ("recording_fix", "双录质检整改"),
                ],
                default="direct",
                max_length=30,
                verbose_name="办理依据",
            ),
        ),
    ]
