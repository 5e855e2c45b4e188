"""Groups of contacts behind which paid agents may stand, their contacts, what people made of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0023_checks_corrected"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AgentGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="线索编号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("number", "同一联系方式"),
                            ("wording", "同一文稿"),
                            ("mass", "集中到达"),
                            ("words", "代理用语"),
                        ],
                        max_length=10,
                        verbose_name="线索",
                    ),
                ),
                ("shared", models.CharField(blank=True, max_length=60, verbose_name="共同之处")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="件数")),
                ("people", models.PositiveIntegerField(default=0, verbose_name="人数")),
                ("peak", models.PositiveIntegerField(default=0, verbose_name="三天内最多")),
                ("last_at", models.DateTimeField(null=True, verbose_name="最近收到")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("open", "待判断"),
                            ("normal", "正常"),
                            ("watching", "持续关注"),
                            ("handed_over", "已移交"),
                        ],
                        default="open",
                        max_length=12,
                        verbose_name="判断",
                    ),
                ),
                ("verdict_at", models.DateTimeField(null=True, verbose_name="判断时间")),
                ("verdict_count", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="发现时间")),
                (
                    "seed",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="complaints.contact",
                    ),
                ),
                (
                    "verdict_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="判断人",
                    ),
                ),
            ],
            options={
                "verbose_name": "黑产线索",
                "verbose_name_plural": "黑产线索",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="AgentGroupKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.BigIntegerField(db_index=True)),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keys", to="complaints.agentgroup"
                    ),
                ),
            ],
            options={
                "verbose_name": "线索比对键",
                "verbose_name_plural": "线索比对键",
            },
        ),
        migrations.CreateModel(
            name="AgentJudgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("open", "待判断"),
                            ("normal", "正常"),
                            ("watching", "持续关注"),
                            ("handed_over", "已移交"),
                        ],
                        max_length=12,
                        verbose_name="判断",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("count", models.PositiveIntegerField(verbose_name="当时件数")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="判断时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="判断人",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="judgements",
                        to="complaints.agentgroup",
                    ),
                ),
            ],
            options={
                "verbose_name": "线索判断",
                "verbose_name_plural": "线索判断",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="AgentMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.BigIntegerField(default=0)),
                ("through", models.BooleanField(default=False)),
                ("received_at", models.DateTimeField(verbose_name="收到时间")),
                ("added_at", models.DateTimeField(auto_now_add=True, verbose_name="归入时间")),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agent_members",
                        to="complaints.contact",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="complaints.agentgroup"
                    ),
                ),
            ],
            options={
                "verbose_name": "线索来件",
                "verbose_name_plural": "线索来件",
            },
        ),
        migrations.AddIndex(
            model_name="agentgroup",
            index=models.Index(fields=["last_at", "id"], name="complaints__last_at_831c21_idx"),
        ),
        migrations.AddIndex(
            model_name="agentgroup",
            index=models.Index(fields=["kind", "id"], name="complaints__kind_315c26_idx"),
        ),
        migrations.AddConstraint(
            model_name="agentgroupkey",
            constraint=models.UniqueConstraint(fields=("group", "key"), name="one_key_a_group"),
        ),
        migrations.AddIndex(
            model_name="agentmember",
            index=models.Index(fields=["group", "received_at"], name="complaints__group_i_a7c2d3_idx"),
        ),
        migrations.AddConstraint(
            model_name="agentmember",
            constraint=models.UniqueConstraint(fields=("group", "contact"), name="once_in_a_group"),
        ),
    ]
