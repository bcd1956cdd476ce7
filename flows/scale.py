"""Where the work is done that must see the whole corpus: here, or on a cluster, by settings alone.

What is mapped are plain functions from paths to paths (`dedup.sharded`); here they become Prefect tasks in a flow of
their own, whose task runner the settings name. On a cluster, the data folder must be one that all its machines see
under the same path, with this program installed on each.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import Field

from dedup.sharded import Run
from flows.errors import SettingsError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ScaleSettings:
    """What maps the tasks (`runner`), how many at a time, and in how much memory each.

    From `mapped_min` documents on there are tasks at all: one costs more than a bucket of few documents. `address` is
    the cluster's: Ray's head (`ray://host:10001`) or Dask's scheduler (`tcp://host:8786`); empty starts one here.
    """

    runner: Literal["threads", "processes", "ray", "dask"] = "threads"
    workers: Annotated[int, Field(ge=1)] = 2
    memory_mb: Annotated[int, Field(ge=16)] = 256
    mapped_min: Annotated[int, Field(ge=0)] = 100_000
    address: str = ""


def mapped(scale: ScaleSettings, work: Callable[[Run], T]) -> T:
    """Do a piece of work, given what maps functions over lists as the settings say. Raises SettingsError."""
    from prefect import flow, task  # noqa: PLC0415 - a second that small corpora do not owe
    from prefect.cache_policies import NO_CACHE  # noqa: PLC0415

    @task(name="bucket", cache_policy=NO_CACHE)
    def bucket_task(function: Callable[[Any], Any], item: object) -> Any:  # noqa: ANN401 - what the function gives
        return function(item)

    def run(function: Callable[[Any], Any], items: Sequence[Any]) -> Iterable[Any]:
        futures = [bucket_task.submit(function, item) for item in items]
        return (future.result() for future in futures)

    @flow(name="clusters", task_runner=_runner(scale))
    def clusters() -> T:
        return work(cast("Run", run))

    return clusters()


def _runner(scale: ScaleSettings) -> Any:  # noqa: ANN401 - each of another library
    from prefect.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner  # noqa: PLC0415

    if scale.runner == "threads":
        return ThreadPoolTaskRunner(max_workers=scale.workers)
    if scale.runner == "processes":
        return ProcessPoolTaskRunner(max_workers=scale.workers)
    try:
        if scale.runner == "ray":
            from prefect_ray.task_runners import RayTaskRunner  # noqa: PLC0415 - an extra

            return RayTaskRunner(address=scale.address or None, init_kwargs=_ray(scale))
        from prefect_dask.task_runners import DaskTaskRunner  # noqa: PLC0415 - an extra

        local = {"n_workers": scale.workers, "threads_per_worker": 1}
        return DaskTaskRunner(address=scale.address) if scale.address else DaskTaskRunner(cluster_kwargs=local)
    except ImportError as error:
        raise SettingsError(
            f"scale.runner {scale.runner!r} is not installed ({error}): pip install 'fodaftryk[{scale.runner}]'."
        ) from error


def _ray(scale: ScaleSettings) -> dict[str, Any]:
    """What Ray is started with here; a cluster has its own."""
    return {} if scale.address else {"num_cpus": scale.workers, "include_dashboard": False}
