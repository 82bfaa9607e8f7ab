"""The jobs API's view of queue and history (``/api/jobs*``, ComfyUI 0.6 and 0.26)."""

import uuid
from collections.abc import Mapping

from bot.comfy.simulator.queue import PromptQueue
from bot.comfy.simulator.wire import Item, Payload

STATUSES = ("pending", "in_progress", "completed", "failed", "cancelled")
_PREVIEWABLE = ("images", "video", "audio", "3d", "text")
_TEXT_FILES = (".txt", ".md", ".json")
_ENDINGS = ("execution_success", "execution_error", "execution_interrupted")


def list_jobs(queue: PromptQueue, query: Mapping[str, str]) -> Payload:
    """``GET /api/jobs``. Raises ValueError with the 400's sentence."""
    statuses, limit, offset = _parse_statuses(query), _parse_limit(query), _parse_offset(query)
    sort_by, sort_order = query.get("sort_by", "created_at").lower(), query.get("sort_order", "desc").lower()
    if sort_by not in ("created_at", "execution_duration"):
        raise ValueError("sort_by must be 'created_at' or 'execution_duration'")
    if sort_order not in ("asc", "desc"):
        raise ValueError("sort_order must be 'asc' or 'desc'")
    found = [job for job in _all_jobs(queue) if job["status"] in statuses]
    if query.get("workflow_id"):
        found = [job for job in found if job.get("workflow_id") == query["workflow_id"]]
    found.sort(key=_duration if sort_by == "execution_duration" else _created, reverse=sort_order == "desc")
    page = found[offset:][:limit]
    more = offset + len(page) < len(found)
    return {"jobs": page, "pagination": {"offset": offset, "limit": limit, "total": len(found), "has_more": more}}


def find_job(queue: PromptQueue, job_id: str) -> Payload | None:
    """``GET /api/jobs/{id}``; finished ones with outputs, status and graph."""
    if job_id in queue.history:
        entry = queue.history[job_id]
        details = {
            "outputs": entry["outputs"],
            "execution_status": entry["status"],
            "workflow": {"prompt": entry["prompt"][2], "extra_data": entry["prompt"][3]},
        }
        return {**_finished_job(job_id, entry), **details}
    if queue.running is not None and queue.running[1] == job_id:
        return _queued_job(queue.running, "in_progress")
    return next((_queued_job(item, "pending") for item in queue.pending if item[1] == job_id), None)


def invalid_ids(job_ids: list[object]) -> list[str]:
    """Those that are no canonical UUIDs."""
    return [one if isinstance(one, str) else repr(one) for one in job_ids if not is_job_id(one)]


def is_job_id(value: object) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False


def _all_jobs(queue: PromptQueue) -> list[Payload]:
    running = [_queued_job(queue.running, "in_progress")] if queue.running is not None else []
    pending = [_queued_job(item, "pending") for item in queue.pending]
    return running + pending + [_finished_job(job_id, entry) for job_id, entry in queue.history.items()]


def _queued_job(item: Item, status: str) -> Payload:
    extra = item[3]
    return _pruned(
        id=item[1],
        status=status,
        priority=item[0],
        create_time=extra.get("create_time"),
        outputs_count=0,
        previewable_outputs_count=0,
        workflow_id=_workflow_id(extra),
    )


def _finished_job(job_id: str, entry: Payload) -> Payload:
    number, _, _, extra, _ = entry["prompt"]
    times = dict(entry["status"]["messages"])
    ending: Payload = next((data for name, data in times.items() if name in _ENDINGS), {})
    status = "completed" if "execution_success" in times else "failed"
    files = _files_of(entry["outputs"])
    return _pruned(
        id=job_id,
        status="cancelled" if "execution_interrupted" in times else status,
        priority=number,
        create_time=extra.get("create_time"),
        execution_start_time=times.get("execution_start", {}).get("timestamp"),
        execution_end_time=ending.get("timestamp"),
        execution_error=times.get("execution_error"),
        outputs_count=len(files),
        previewable_outputs_count=sum(_is_previewable(file) for file in files),
        preview_output=_best_preview(files, entry["outputs"]),
        workflow_id=_workflow_id(extra),
    )


def _files_of(outputs: Payload) -> list[Payload]:
    return [
        {"mediaType": key, **item, "nodeId": node_id}
        for node_id, output in outputs.items()
        for key, items in output.items()
        if key != "animated"
        for item in items
        if isinstance(item, dict)
    ]


def _best_preview(files: list[Payload], outputs: Payload) -> Payload | None:
    """Saved pictures and media first, then temporary ones, then text files, then plain text."""
    shown = [file for file in files if _is_previewable(file)]
    media = [file for file in shown if not str(file.get("filename", "")).endswith(_TEXT_FILES)]
    best = next((file for file in media if file.get("type") == "output"), None)
    best = best or next(iter(media), None) or next(iter(shown), None)
    if best:
        order = [key for key in best if key not in ("nodeId", "mediaType")]
        return {key: best[key] for key in [*order, "nodeId", "mediaType"]}
    texts = [(node_id, text) for node_id, output in outputs.items() for text in output.get("text", [])]
    if not texts:
        return None
    node_id, text = texts[0]
    content = {"content": text} if len(text) <= 1024 else {"content": text[:1024], "truncated": True}
    return {**content, "nodeId": node_id, "mediaType": "text"}


def _is_previewable(file: Payload) -> bool:
    if file["mediaType"] in _PREVIEWABLE or str(file.get("format", "")).startswith(("video/", "audio/")):
        return True
    return str(file.get("filename", "")).lower().endswith(_TEXT_FILES)


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


def _parse_statuses(query: Mapping[str, str]) -> list[str]:
    wanted = [part.strip().lower() for part in query.get("status", "").split(",") if part.strip()]
    wrong = [status for status in wanted if status not in STATUSES]
    if wrong:
        raise ValueError(f"Invalid status value(s): {', '.join(wrong)}. Valid values: {', '.join(STATUSES)}")
    return wanted or list(STATUSES)


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
