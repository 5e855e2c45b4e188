"""Jobs: asked for with the change, done once by key, tried again, swept; the timetable; the pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import background
import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from xiaobao_web.kernel import jobs, reminders, schedule, worker
from xiaobao_web.kernel.errors import Forbidden, Refused, Undeclared
from xiaobao_web.kernel.models import Deadline, Event, JobRun, Notification, NumberRow, Schedule, WorkerLease

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def nothing_said():
    background.DONE.clear()


@pytest.fixture
def queued(settings):
    """Keep tasks in the database's queue, as a worker takes them."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}


def work_off():
    """Do what is due in the queue, as the worker does."""
    for message in DBTaskResult.objects.ready():
        message.claim("w")
        jobs.perform.func(*message.args_kwargs["args"])
        message.set_successful(None)


def test_a_rolled_back_change_asks_for_nothing(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        background.say.enqueue("a")
        transaction.set_rollback(True)
    assert (JobRun.objects.count(), background.DONE) == (0, [])


def test_a_job_runs_after_the_commit_and_keeps_what_it_returns(bank, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = background.say.using(by=bank["admin"]).enqueue("甲")
        assert background.DONE == []
    run.refresh_from_db()
    assert (run.state, run.result, run.by, run.fence, background.DONE) == ("done", "甲", bank["admin"], 1, ["甲"])


def test_a_key_names_a_piece_of_work_for_ever(django_capture_on_commit_callbacks):
    for _time in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            background.say.using(key="k").enqueue("once")
    assert (JobRun.objects.count(), background.DONE) == (1, ["once"])


def test_two_messages_for_one_piece_of_work_do_it_once(queued):
    run = background.say.enqueue("x")
    jobs.send(run.pk)
    jobs.send(run.pk)
    assert DBTaskResult.objects.count() == 2
    work_off()
    assert background.DONE == ["x"]


def test_a_failure_is_tried_again_later_then_journalled_and_told(bank, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = background.break_down.using(by=bank["submitter"]).enqueue("13800138000")
    run.refresh_from_db()
    assert (run.state, run.failures) == ("waiting", 1)
    assert timedelta(seconds=9) < run.next_at - timezone.now() < timedelta(seconds=12)
    for _time in range(2):
        JobRun.objects.filter(pk=run.pk).update(next_at=timezone.now())
        jobs.send(run.pk)
    run.refresh_from_db()
    assert (run.state, run.failures) == ("failed", 3)
    event = Event.objects.get(type="kernel.job_failed")
    assert event.facts["times"] == 3
    assert Notification.objects.get(person=bank["submitter"]).kind == "kernel.job"
    kept = run.reason + run.traceback + str(event.facts)
    assert "RuntimeError" in run.traceback
    assert "13800138000" not in kept


def test_what_a_rule_refuses_is_not_tried_again(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = background.refuse.enqueue()
    run.refresh_from_db()
    assert (run.state, run.failures, run.reason) == ("failed", 1, "单据已归档，不能再导出。")


def test_progress_is_told_and_outside_a_job_means_nothing(django_capture_on_commit_callbacks):
    jobs.progress(1, 2)
    with django_capture_on_commit_callbacks(execute=True):
        run = background.count_to.enqueue(5)
    run.refresh_from_db()
    assert (run.done, run.total, run.note) == (5, 5, "第 5 步")


def test_a_worker_that_lost_its_lease_cannot_finish_the_work(tmp_path):
    arguments = {"args": [str(tmp_path / "marker")], "kwargs": {}}
    run = JobRun.objects.create(name=background.add_one_slowly.name, title="x", queue="default", arguments=arguments)
    held = jobs._claim(run.pk)
    JobRun.objects.filter(pk=run.pk).update(fence=held.fence + 1)  # the sweep gave it on, another claimed it
    with pytest.raises(jobs.Superseded):
        jobs._execute(held)
    assert not NumberRow.objects.filter(prefix="JOB").exists()
    with jobs._running(held), pytest.raises(jobs.Superseded):
        jobs.progress(1, 1)


def lost_run(**values):
    return JobRun.objects.create(
        name=background.say.name, title="x", queue="default", arguments={"args": ["w"], "kwargs": {}}, fence=1,
        state="running", worker="gone", started_at=timezone.now() - LATER, **values,
    )  # fmt: skip


def test_work_of_a_gone_worker_is_given_on(queued):
    WorkerLease.objects.create(name="gone", host="h", pid=1, queues="*", beat_at=timezone.now() - LATER)
    message = DBTaskResult.objects.create(
        task_path="xiaobao_web.kernel.jobs.perform", args_kwargs={"args": [0], "kwargs": {}}, backend_name="default",
        run_after=timezone.now(), status=TaskResultStatus.RUNNING, started_at=timezone.now() - LATER,
        worker_ids=["gone"], exception_class_path="", traceback="",
    )  # fmt: skip
    run = lost_run()
    assert worker.sweep() == 1
    run.refresh_from_db()
    message.refresh_from_db()
    assert (run.state, run.failures, message.status) == ("waiting", 1, "FAILED")


def test_work_of_a_worker_that_lives_is_left_alone(queued):
    WorkerLease.objects.create(name="gone", host="h", pid=1, queues="*")
    lost_run()
    assert worker.sweep() == 0


def test_work_that_ends_its_worker_every_time_is_given_up():
    run = lost_run(failures=3)
    worker.sweep()
    run.refresh_from_db()
    assert (run.state, run.failures) == ("failed", 4)
    assert Event.objects.filter(type="kernel.job_failed").exists()


def test_what_the_queue_never_heard_of_is_sent(queued):
    run = background.say.enqueue("late")
    JobRun.objects.filter(pk=run.pk).update(next_at=timezone.now() - LATER)
    assert DBTaskResult.objects.count() == 0  # the process died between commit and message
    assert worker.sweep() == 1
    assert worker.sweep() == 0
    work_off()
    assert background.DONE == ["late"]


def test_a_moment_of_the_timetable_starts_once(django_capture_on_commit_callbacks):
    noon = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
    schedule.tick(noon)
    row = Schedule.objects.get(name="xiaobao_web.kernel.tasks.digests")
    assert row.next_at == datetime(2026, 11, 26, 0, 30, tzinfo=UTC)  # 8:30 in Beijing
    Schedule.objects.exclude(pk=row.pk).update(next_at=noon + timedelta(days=30))
    after = datetime(2026, 11, 29, 0, 31, tzinfo=UTC)  # three mornings were missed
    assert [run.name for run in schedule.tick(after)] == ["xiaobao_web.kernel.tasks.digests"]
    assert schedule.tick(after) == []
    row.refresh_from_db()
    assert row.next_at == datetime(2026, 11, 30, 0, 30, tzinfo=UTC)


def test_a_wrong_timetable_is_refused_at_once():
    with pytest.raises(Undeclared):
        schedule.every("61 * * * *", title="x")


def test_a_name_is_declared_once():
    with pytest.raises(Undeclared):
        jobs.job(title="x")(background.say.function)


def test_whoever_holds_the_object_is_warned_once(bank):
    label = "people.organisation"
    reminders.OWNERS[label] = lambda organisation: [organisation.executive]
    try:
        unit = bank.units["retail"]
        now = timezone.now()
        values = {"subject_type": label, "subject_id": unit.pk, "started_at": now - LATER, "due_at": now + LATER}
        Deadline.objects.create(kind="a", label="初审", warn_at=now - LATER, **values)
        Deadline.objects.create(kind="b", label="未到提醒", warn_at=now + LATER, **values)
        Deadline.objects.create(kind="c", label="已完成", warn_at=now - LATER, met_at=now, **values)
        from xiaobao_web.kernel.tasks import warn_deadlines

        assert (warn_deadlines(), warn_deadlines()) == (1, 0)
        told = Notification.objects.get()
        assert told.person == bank["line_executive"]
        assert told.title.startswith("“零售金融部”的初审将于")
    finally:
        del reminders.OWNERS[label]


def test_the_backlog_shows_and_an_administrator_tries_again(bank, client_of, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = background.refuse.using(by=bank["submitter"]).enqueue()
    admin = client_of("admin")
    page = admin.get(reverse("jobs"), {"state": "failed"})
    assert "业务拒绝" in page.content.decode()
    assert "没有工作进程在运行" in page.content.decode()
    assert "无数据" not in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post(reverse("job_retry", args=[run.pk])).status_code == 302
    run.refresh_from_db()
    assert run.fence == 2
    assert Event.objects.filter(type="kernel.job_retried").count() == 1


def test_who_may_see_the_backlog_and_one_piece_of_work(bank, client_of):
    run = background.say.using(by=bank["submitter"]).enqueue("x")
    assert client_of("submitter").get(reverse("jobs")).status_code == 403
    assert client_of("submitter").post(reverse("job_retry", args=[run.pk])).status_code == 403
    assert client_of("admin").post(reverse("jobs")).status_code == 405
    assert client_of("submitter").get(reverse("job", args=[run.pk])).status_code == 200
    assert client_of("reviewer").get(reverse("job", args=[run.pk])).status_code == 404
    fragment = client_of("submitter").get(reverse("job", args=[run.pk]), headers={"HX-Request": "true"})
    assert b"every 2s" in fragment.content
    JobRun.objects.update(state="done")
    fragment = client_of("submitter").get(reverse("job", args=[run.pk]), headers={"HX-Request": "true"})
    assert b"every 2s" not in fragment.content


def test_only_failed_work_is_tried_again_and_only_by_who_may(bank):
    run = background.say.enqueue("x")
    with pytest.raises(Refused):
        jobs.retry(run, by=bank["admin"])
    with pytest.raises(Forbidden):
        jobs.retry(run, by=bank["submitter"])
