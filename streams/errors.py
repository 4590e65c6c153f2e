"""The errors of the host: passing trouble, and the end of a worker."""


class TransientError(Exception):
    """Something outside is away or busy; its fate is to be tried again in place."""


class WorkerStopError(Exception):
    """The machinery must not go on; the process ends with code 70, nothing half-written."""
