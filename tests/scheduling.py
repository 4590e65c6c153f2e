"""Which of the processes of a run takes which file."""

from typing_extensions import override
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

_BROKERS = 2
_OVER_BROKER = (
    "tests/kafka",
    "tests/channels/bench/test_over_kafka.py",
    "tests/contracts/test_log.py",
)


class FewBrokers(LoadFileScheduling):  # type: ignore[misc]  # of a library without types
    """Whole files; those over a broker go to two processes as long as there are others to do.

    A process starts a broker of its own with the first such file and has it to the end, and idle
    it takes a fortieth of a core. What waits for brokers and what only reckons then run side by
    side: half of the processes do the one, half the other.
    """

    @override
    def _assign_work_unit(self, node: WorkerController) -> None:
        has_broker = node in self.nodes[:_BROKERS]
        fitting = (file for file in self.workqueue if file.startswith(_OVER_BROKER) == has_broker)
        first = next(fitting, None)
        if first is not None:
            self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)
