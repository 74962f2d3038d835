"""The task that Celery's worker processes run: the same calls and the same record as the engines on Node have."""

import os
import struct
import time

import psycopg2
import requests
from celery import Celery, signals

RECORD = struct.Struct("ddd")  # due, begun, ended: seconds since 1970
IOT_URL = os.environ["IOT_URL"]
HEADERS = {"Authorization": "Bearer bench-token", "Content-Type": "application/json"}
BODY = ('{"commandId":"%s","serviceId":"seat-heating","action":"enable","configuration":{"seatHeating":'
        '{"enabled":true,"zones":4}},"generation":1,"expiresAt":"2030-01-01T00:00:00Z"}')
STATEMENT = """
  WITH changed AS (
    UPDATE vehicle SET state = 'active', command_id = %(command)s, updated_at = now() WHERE vin = %(vin)s RETURNING vin
  ), told AS (
    INSERT INTO history (vin, from_state, to_state) SELECT vin, 'pending', 'active' FROM changed
  )
  INSERT INTO notification (vin, kind, payload)
  SELECT vin, 'vehicle.active', jsonb_build_object('vin', vin, 'commandId', %(command)s::text) FROM changed"""

app = Celery("bench", broker=f"redis://127.0.0.1:{os.environ['REDIS_PORT']}/0")
app.conf.update(task_acks_late=True, task_ignore_result=True, worker_prefetch_multiplier=8, task_default_queue="activate",
                broker_connection_retry_on_startup=True)
made = {}  # One connection of each kind a worker process.


@signals.worker_process_init.connect
def connect(**_):
    made["http"] = requests.Session()
    made["http"].headers.update(HEADERS)
    made["database"] = psycopg2.connect("")
    made["database"].autocommit = True


@signals.worker_ready.connect
def ready(**_):
    os.write(int(os.environ["REPORT_TO"]), RECORD.pack(0, 0, 0))


def confirmed(vin, command):
    answer = made["http"].post(f"{IOT_URL}/vehicle/{vin}/configure", data=BODY % command)
    answer.raise_for_status()
    if answer.json().get("confirmed"):
        return
    time.sleep(0.05)
    status = made["http"].get(f"{IOT_URL}/vehicle/{vin}/status", params={"commandId": command})
    status.raise_for_status()
    if status.json()["command"]["status"] != "applied":
        raise RuntimeError("not applied")


@app.task(name="activate")
def activate(number, due):
    begun = time.time()
    vin, command = f"WVWZZZBN{number:09}", f"cmd-{number}-1"
    confirmed(vin, command)
    with made["database"].cursor() as cursor:
        cursor.execute(STATEMENT, {"vin": vin, "command": command})
    os.write(int(os.environ["REPORT_TO"]), RECORD.pack(due, begun, time.time()))
