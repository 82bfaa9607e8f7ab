"""The jobs API's view of queue and history (``/api/jobs*``, ComfyUI 0.6 and later)."""

import uuid
from collections.abc import Iterator, Mapping

from bot.comfy.simulator.previews import count_files, count_previewable, find_preview, shown_outputs
from bot.comfy.simulator.queue import PromptQueue
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Item, Payload

STATUSES = ("pending", "in_progress", "completed", "failed", "cancelled")
_NEWEST = Version("0.33.0")
_ENDINGS = ("execution_success", "execution_error", "execution_interrupted")


def list_jobs(queue: PromptQueue, query: Mapping[str, str], version: Version = _NEWEST) -> Payload:
    """``GET /api/jobs``. Raises ValueError with the 400's sentence; of several complaints the real server's first."""
    statuses = _parse_statuses(query, version)
    by_duration, descending = _parse_sorting(query)
    limit, offset = _parse_limit(query), _parse_offset(query)
    found = [job for job in _all_jobs(queue, version) if job["status"] in statuses]
    if query.get("workflow_id"):
        found = [job for job in found if job.get("workflow_id") == query["workflow_id"]]
    found.sort(key=_duration if by_duration else _created, reverse=descending)
    page = found[offset:][:limit]
    more = offset + len(page) < len(found)
    return {"jobs": page, "pagination": {"offset": offset, "limit": limit, "total": len(found), "has_more": more}}


def find_job(queue: PromptQueue, job_id: str, version: Version = _NEWEST) -> Payload | None:
    """``GET /api/jobs/{id}``; finished ones with outputs, status and graph."""
    if job_id in queue.history:
        entry = queue.history[job_id]
        details = {
            "outputs": shown_outputs(entry["outputs"], version),
            "execution_status": entry["status"],
            "workflow": {"prompt": entry["prompt"][2], "extra_data": entry["prompt"][3]},
        }
        return {**_finished_job(job_id, entry, version), **details}
    return next((_queued_job(*found, version) for found in _queued(queue) if found[0][1] == job_id), None)


def invalid_ids(job_ids: list[object]) -> list[str]:
    """Those that are no canonical UUIDs."""
    return [one if isinstance(one, str) else repr(one) for one in job_ids if not is_job_id(one)]


def is_job_id(value: object) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False


def _all_jobs(queue: PromptQueue, version: Version) -> list[Payload]:
    waiting = [_queued_job(item, status, version) for item, status in _queued(queue)]
    return waiting + [_finished_job(job_id, entry, version) for job_id, entry in queue.history.items()]


def _queued(queue: PromptQueue) -> Iterator[tuple[Item, str]]:
    if queue.running is not None:
        yield queue.running, "in_progress"
    for item in queue.pending:
        yield item, "pending"


def _queued_job(item: Item, status: str, version: Version) -> Payload:
    extra = item[3]
    return _pruned(
        id=item[1],
        status=status,
        priority=item[0],
        create_time=extra.get("create_time"),
        outputs_count=0,
        previewable_outputs_count=0 if version.since(0, 8) else None,
        workflow_id=_workflow_id(extra),
    )


def _finished_job(job_id: str, entry: Payload, version: Version) -> Payload:
    number, _, _, extra, _ = entry["prompt"]
    times = dict(entry["status"]["messages"])
    ending: Payload = next((data for name, data in times.items() if name in _ENDINGS), {})
    outputs = entry["outputs"]
    return _pruned(
        id=job_id,
        status=_status(entry, times, version),
        priority=number,
        create_time=extra.get("create_time"),
        execution_start_time=times.get("execution_start", {}).get("timestamp"),
        execution_end_time=ending.get("timestamp"),
        execution_error=times.get("execution_error"),
        outputs_count=count_files(outputs, version),
        previewable_outputs_count=count_previewable(outputs) if version.since(0, 8) else None,
        preview_output=find_preview(outputs, version),
        workflow_id=_workflow_id(extra),
    )


def _status(entry: Payload, times: Payload, version: Version) -> str:
    if entry["status"]["status_str"] == "success":
        return "completed"
    return "cancelled" if "execution_interrupted" in times and version.since(0, 8) else "failed"


def _workflow_id(extra: Payload) -> object:
    """Raises (= HTTP 500 for everybody) where ``extra_pnginfo`` or ``workflow`` is no object, as the real server."""
    return extra.get("extra_pnginfo", {}).get("workflow", {}).get("id")


def _pruned(**facts: object) -> Payload:
    return {key: value for key, value in facts.items() if value is not None}


def _created(job: Payload) -> int:
    return int(job.get("create_time", 0))


def _duration(job: Payload) -> int:
    start, end = job.get("execution_start_time", 0), job.get("execution_end_time", 0)
    return int(end - start) if start and end else 0


def _parse_statuses(query: Mapping[str, str], version: Version) -> list[str]:
    """All where none is asked for; commas alone ask for nothing and get it."""
    known = list(STATUSES if version.since(0, 8) else STATUSES[:-1])
    if not query.get("status"):
        return known
    wanted = [part.strip().lower() for part in query["status"].split(",") if part.strip()]
    wrong = [status for status in wanted if status not in known]
    if wrong:
        raise ValueError(f"Invalid status value(s): {', '.join(wrong)}. Valid values: {', '.join(known)}")
    return wanted


def _parse_sorting(query: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether by duration, and whether the largest come first."""
    sort_by, sort_order = query.get("sort_by", "created_at").lower(), query.get("sort_order", "desc").lower()
    if sort_by not in ("created_at", "execution_duration"):
        raise ValueError("sort_by must be 'created_at' or 'execution_duration'")
    if sort_order not in ("asc", "desc"):
        raise ValueError("sort_order must be 'asc' or 'desc'")
    return sort_by == "execution_duration", sort_order == "desc"


def _parse_limit(query: Mapping[str, str]) -> int | None:
    if "limit" not in query:
        return None
    try:
        limit = int(query["limit"])
    except ValueError:
        raise ValueError("limit must be an integer") from None
    if limit <= 0:
        raise ValueError("limit must be a positive integer")
    return limit


def _parse_offset(query: Mapping[str, str]) -> int:
    try:
        return max(0, int(query.get("offset", 0)))
    except ValueError:
        raise ValueError("offset must be an integer") from None
